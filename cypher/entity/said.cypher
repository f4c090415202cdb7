// mode: read
// params: id, sees, knownOn, limit
// returns: total, rows
// What each visible live tip says of one entity, newest first, with the tip.
MATCH (seed:Entity {id: $id})
MATCH (entity:Entity {canon: seed.canon})<-[m:MENTIONS]-(tip:Tip)
WHERE entity.guard IN $sees AND tip.guard IN $sees AND m.guard IN $sees
  AND m.recordedAt <= $knownOn AND (m.retractedAt IS NULL OR m.retractedAt > $knownOn)
WITH m {.*, loadedAt: null, loadedFrom: null} AS said, tip {.id, .reference, .receivedOn, .organisation, .sourceGrade, .contentGrade, .origin, .state, .handling, .text, .disclosure, .guard} AS tip
ORDER BY said.recordedAt DESC, said.id
WITH collect({said: said, tip: tip}) AS rows
RETURN size(rows) AS total, rows[0..$limit] AS rows
