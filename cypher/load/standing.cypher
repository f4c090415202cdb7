// mode: read
// params: tip
// returns: id
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// The live mentions, contradictions and assertions of one tip.
MATCH (tip:Entity {id: $tip})-[direct]-(:Entity)
WHERE direct.tip = $tip AND direct.retractedAt IS NULL
WITH tip, collect(DISTINCT direct.id) AS said
OPTIONAL MATCH (tip)-[:MENTIONS]->(:Entity)-[r]-(:Entity)
WHERE r.tip = $tip AND r.retractedAt IS NULL
WITH said, collect(DISTINCT r.id) AS asserted
UNWIND said + asserted AS id
RETURN DISTINCT id
