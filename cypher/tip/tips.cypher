// mode: read
// params: ids, sees, knownOn
// returns: tip, mentions
// These tips, as far as the viewer sees them, with the number of entities each mentions.
UNWIND $ids AS id
MATCH (tip:Tip {id: id})
WHERE tip.guard IN $sees AND tip.receivedOn <= $knownOn AND (tip.retractedAt IS NULL OR tip.retractedAt > $knownOn)
OPTIONAL MATCH (tip)-[m:MENTIONS]->(entity:Entity)
WHERE entity.guard IN $sees AND m.guard IN $sees
  AND m.recordedAt <= $knownOn AND (m.retractedAt IS NULL OR m.retractedAt > $knownOn)
RETURN tip {.id, .reference, .receivedOn, .organisation, .sourceGrade, .contentGrade, .origin, .state, .handling, .text, .disclosure, .guard} AS tip, count(DISTINCT entity.canon) AS mentions
ORDER BY tip.id
