// mode: read
// params: sees, knownOn
// returns: label, entities
// How many entities of each type visible live tips mention.
MATCH (entity:Entity)<-[m:MENTIONS]-(:Tip)
WHERE entity.guard IN $sees AND m.guard IN $sees
  AND m.recordedAt <= $knownOn AND (m.retractedAt IS NULL OR m.retractedAt > $knownOn)
WITH DISTINCT entity.canon AS id, [l IN labels(entity) WHERE l <> 'Entity'][0] AS label
RETURN label, count(id) AS entities
ORDER BY label
