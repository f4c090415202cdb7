// mode: read
// params: tips
// returns: tip, type, a, b, props
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// The live mentions, contradictions and assertions of some tips, with all that is stored of them.
UNWIND $tips AS id
MATCH (tip:Entity {id: id})-[direct]-(:Entity)
WHERE direct.tip = id AND direct.retractedAt IS NULL
WITH id, tip, collect(DISTINCT direct) AS said
OPTIONAL MATCH (tip)-[:MENTIONS]->(:Entity)-[r]-(:Entity)
WHERE r.tip = id AND r.retractedAt IS NULL
WITH id, said, collect(DISTINCT r) AS asserted
UNWIND said + asserted AS one
RETURN DISTINCT id AS tip, type(one) AS type, startNode(one).id AS a, endNode(one).id AS b, properties(one) AS props
