// mode: read
// params: id, types, sees, asOf, knownOn
// returns: type, label, neighbours
// How many neighbours there are by relationship and by type of entity, before any is shown.
MATCH (seed:Entity {id: $id})
MATCH (centre:Entity {canon: seed.canon})-[r]-(other:Entity)
WHERE type(r) IN $types AND other.guard IN $sees AND centre.guard IN $sees AND other.canon <> seed.canon
  AND r.polarity = 'asserts' AND r.guard IN $sees
  AND r.recordedAt <= $knownOn AND (r.retractedAt IS NULL OR r.retractedAt > $knownOn)
  AND ($asOf IS NULL OR ((r.since IS NULL OR r.since <= $asOf) AND (r.until IS NULL OR r.until >= $asOf)))
WITH type(r) AS type, [l IN labels(other) WHERE l <> 'Entity'][0] AS label, other.canon AS id
RETURN type, label, count(DISTINCT id) AS neighbours
ORDER BY type, label
