// mode: read
// params: id, sees, knownOn
// returns: status
// The statuses that humans wrote down for a person whom the viewer sees, newest first.
MATCH (seed:Entity {id: $id})
MATCH (person:Person {canon: seed.canon})-[:HAS_STATUS]->(status:Status)
WHERE person.guard IN $sees AND status.recordedAt <= $knownOn
  AND (status.retractedAt IS NULL OR status.retractedAt > $knownOn)
  AND EXISTS {
    MATCH (person)<-[m:MENTIONS]-(:Tip)
    WHERE m.guard IN $sees AND m.recordedAt <= $knownOn AND (m.retractedAt IS NULL OR m.retractedAt > $knownOn)
  }
WITH status
ORDER BY status.at DESC, status.id
RETURN status {.status, .ground, .author, .at} AS status
