// mode: write
// params: rows, restricted
// returns: -
// What a tip said before is seen by those who see the tip now: its closed rows follow its guard, as the live ones do.
UNWIND $rows AS row
MATCH (tip:Entity {id: row.id})-[:MENTIONS|CONTRADICTS]->(end:Entity)
MATCH (end)-[r]-(other:Entity)
WHERE r.tip = row.id AND r.retractedAt IS NOT NULL
WITH r, [row.guard, end.guard, CASE WHEN other.id = row.id THEN row.guard ELSE other.guard END,
  CASE WHEN type(r) IN $restricted THEN 'restricted' ELSE 'open' END] AS guards
SET r.guard = [g IN ['raw', 'restricted', 'youth', 'open'] WHERE g IN guards][0]
