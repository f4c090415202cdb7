// mode: write
// params: rows
// returns: -
// Make entities findable by words that a mention of that guard says of them.
UNWIND $rows AS row
MATCH (entity:Entity {id: row.id})
MERGE (key:SearchKey {key: row.key})
MERGE (entity)-[:HAS_KEY {guard: row.guard, field: row.field}]->(key)
