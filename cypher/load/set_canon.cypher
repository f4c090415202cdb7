// mode: write
// params: rows
// returns: -
// Put entities into their clusters.
UNWIND $rows AS row
MATCH (entity:Entity {id: row.id})
SET entity.canon = row.canon
