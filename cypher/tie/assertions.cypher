// mode: read
// params: a, b, types, sees, asOf, knownOn
// returns: assertion, type, start, end, tip
// Every assertion between two entities, denials too, newest tip first, each with its tip.
MATCH (one:Entity {id: $a})
MATCH (two:Entity {id: $b})
MATCH (x:Entity {canon: one.canon})-[r]-(y:Entity {canon: two.canon})
WHERE type(r) IN $types AND x.guard IN $sees AND y.guard IN $sees
  AND r.guard IN $sees
  AND r.recordedAt <= $knownOn AND (r.retractedAt IS NULL OR r.retractedAt > $knownOn)
  AND ($asOf IS NULL OR ((r.since IS NULL OR r.since <= $asOf) AND (r.until IS NULL OR r.until >= $asOf)))
MATCH (tip:Entity {id: r.tip})
WHERE tip.guard IN $sees
RETURN r {.*, loadedAt: null, loadedFrom: null} AS assertion, type(r) AS type, startNode(r).canon AS start, endNode(r).canon AS end,
  tip {.id, .reference, .receivedOn, .organisation, .sourceGrade, .contentGrade, .origin, .state, .handling, .text, .disclosure, .guard} AS tip
ORDER BY tip.receivedOn DESC, r.id
