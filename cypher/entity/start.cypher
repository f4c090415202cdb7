// mode: read
// params: sees, knownOn
// returns: id, tips
// The person whom most visible live tips mention; nobody of whom one says that he may be under 18.
MATCH (person:Person)<-[m:MENTIONS]-(:Tip)
WHERE person.guard IN $sees AND m.guard IN $sees
  AND m.recordedAt <= $knownOn AND (m.retractedAt IS NULL OR m.retractedAt > $knownOn)
WITH person.canon AS id, count(DISTINCT m.tip) AS tips, min(m.ageMin) AS youngest
WHERE youngest IS NULL OR youngest >= 18
RETURN id, tips
ORDER BY tips DESC, id
LIMIT 1
