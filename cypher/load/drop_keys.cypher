// mode: write
// params: ids, keep
// returns: -
// Forget the search keys of these entities but for those (id, key, field, guard) that live mentions still give,
// and the words that nothing bears any more.
UNWIND $ids AS id
MATCH (entity:Entity {id: id})-[h:HAS_KEY]->(key:SearchKey)
WHERE NOT [entity.id, key.key, h.field, h.guard] IN $keep
DELETE h
WITH DISTINCT key
WHERE NOT EXISTS { MATCH (key)<-[:HAS_KEY]-(:Entity) }
DELETE key
