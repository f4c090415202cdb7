// mode: read
// params: tip
// returns: id
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// The entities that a tip mentions or mentioned, and the tip itself.
MATCH (tip:Entity {id: $tip})
OPTIONAL MATCH (tip)-[:MENTIONS]->(entity:Entity)
WITH tip, collect(DISTINCT entity.id) AS ids
UNWIND ids + [tip.id] AS id
RETURN id
