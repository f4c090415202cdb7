// mode: read
// params: -
// returns: id, canon
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// The entities that a judgement touches, with the cluster they are in now.
MATCH (entity:Entity {judged: true})
RETURN entity.id AS id, entity.canon AS canon
