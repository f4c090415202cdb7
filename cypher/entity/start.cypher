// mode: read
// params: sees, knownOn
// returns: id, tips
// The person whom most visible live tips mention.
MATCH (person:Person)<-[m:MENTIONS]-(:Tip)
WHERE person.guard IN $sees AND m.guard IN $sees
  AND m.recordedAt <= $knownOn AND (m.retractedAt IS NULL OR m.retractedAt > $knownOn)
WITH person.canon AS id, count(DISTINCT m.tip) AS tips
RETURN id, tips
ORDER BY tips DESC, id
LIMIT 1
