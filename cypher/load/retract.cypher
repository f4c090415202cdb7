// mode: write
// params: tip, day, reason, by
// returns: id
// Take a tip back whole: it and all it says are closed with the day, the reason and who did it.
MATCH (tip:Entity {id: $tip})
WHERE tip.retractedAt IS NULL
SET tip.retractedAt = $day, tip.retractedReason = $reason, tip.retractedBy = $by
WITH tip
OPTIONAL MATCH (tip)-[:MENTIONS]->(:Entity)-[r]-(:Entity)
WHERE r.tip = $tip AND r.retractedAt IS NULL
SET r.retractedAt = $day
WITH DISTINCT tip
OPTIONAL MATCH (tip)-[m]-(:Entity)
WHERE m.tip = $tip AND m.retractedAt IS NULL
SET m.retractedAt = $day
RETURN DISTINCT tip.id AS id
