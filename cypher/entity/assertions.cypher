// mode: read
// params: id, types, sees, asOf, knownOn, limit
// returns: total, rows
// Everything asserted or denied of one entity, newest tip first, each with its tip.
MATCH (seed:Entity {id: $id})
MATCH (entity:Entity {canon: seed.canon})-[r]-(other:Entity)
WHERE type(r) IN $types AND entity.guard IN $sees AND other.guard IN $sees
  AND r.guard IN $sees
  AND r.recordedAt <= $knownOn AND (r.retractedAt IS NULL OR r.retractedAt > $knownOn)
  AND ($asOf IS NULL OR ((r.since IS NULL OR r.since <= $asOf) AND (r.until IS NULL OR r.until >= $asOf)))
WITH DISTINCT r
MATCH (tip:Entity {id: r.tip})
WHERE tip.guard IN $sees
WITH r {.*, loadedAt: null, loadedFrom: null} AS assertion, type(r) AS type, startNode(r).canon AS start, endNode(r).canon AS end,
  tip {.id, .reference, .receivedOn, .organisation, .sourceGrade, .contentGrade, .origin, .state, .handling, .text, .disclosure, .guard} AS tip
ORDER BY assertion.recordedAt DESC, assertion.id
WITH collect({assertion: assertion, type: type, start: start, end: end, tip: tip}) AS rows
RETURN size(rows) AS total, rows[0..$limit] AS rows
