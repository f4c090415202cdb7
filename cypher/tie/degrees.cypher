// mode: read
// params: ids, types, sees, asOf, knownOn
// returns: id, neighbours
// How many neighbours each of these entities has.
UNWIND $ids AS wanted
MATCH (centre:Entity {canon: wanted})-[r]-(other:Entity)
WHERE type(r) IN $types AND other.guard IN $sees AND centre.guard IN $sees AND other.canon <> wanted
  AND r.polarity = 'asserts' AND r.guard IN $sees
  AND r.recordedAt <= $knownOn AND (r.retractedAt IS NULL OR r.retractedAt > $knownOn)
  AND ($asOf IS NULL OR ((r.since IS NULL OR r.since <= $asOf) AND (r.until IS NULL OR r.until >= $asOf)))
RETURN wanted AS id, count(DISTINCT other.canon) AS neighbours
ORDER BY id
