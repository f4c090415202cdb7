// mode: write
// params: rows
// returns: -
// Take away what a consent had allowed where she no longer accepts: age band, scope, and the raw words that were replaced.
UNWIND $rows AS row
MATCH (tip:Entity {id: row.id})-[m:MENTIONS]->(end:Entity)
WHERE (end.guard = 'youth' AND NOT end.id IN row.kept) OR (end.guard = 'raw' AND m.retractedAt IS NOT NULL)
SET m.ageBand = null, m.consentScope = null, m.text = null
