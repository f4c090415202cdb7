// mode: read
// params: ids
// returns: id, tip
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// The tips that these young people's tokens belong to already.
UNWIND $ids AS id
MATCH (young:Entity {id: id})<-[:MENTIONS]-(tip:Tip)
RETURN young.id AS id, collect(DISTINCT tip.key) AS tip
