// mode: read
// params: ids
// returns: id
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// Which of these entities the graph holds already.
UNWIND $ids AS id
MATCH (entity:Entity {id: id})
RETURN entity.id AS id
