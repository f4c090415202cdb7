// mode: read
// params: tip, type, start, end
// returns: id
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// The live assertions of one type that a tip makes between two ends.
MATCH (a:Entity {id: $start})-[r]->(b:Entity {id: $end})
WHERE r.tip = $tip AND type(r) = $type AND r.retractedAt IS NULL
RETURN r.id AS id
