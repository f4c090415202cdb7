// mode: read
// params: id, sees, knownOn
// returns: tip, assertion
// Tips that contradict what another tip says, with the id of the assertion they contradict.
MATCH (seed:Entity {id: $id})
MATCH (entity:Entity {canon: seed.canon})-[r]-(:Entity)
WHERE entity.guard IN $sees AND r.guard IN $sees
  AND r.recordedAt <= $knownOn AND (r.retractedAt IS NULL OR r.retractedAt > $knownOn)
MATCH (told:Entity {id: r.tip})<-[c:CONTRADICTS]-(tip:Tip)
WHERE c.assertion = r.id AND tip.guard IN $sees AND told.guard IN $sees AND c.guard IN $sees
  AND c.recordedAt <= $knownOn AND (c.retractedAt IS NULL OR c.retractedAt > $knownOn)
RETURN DISTINCT tip {.id, .reference, .receivedOn, .organisation, .sourceGrade, .contentGrade, .origin, .state, .handling, .text, .disclosure, .guard} AS tip, c.assertion AS assertion
ORDER BY tip.receivedOn DESC, assertion
