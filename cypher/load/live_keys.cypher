// mode: read
// params: ids, without
// returns: id, label, guard, said
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// All that live mentions of other tips say of these entities, to make their search keys anew.
UNWIND $ids AS id
MATCH (entity:Entity {id: id})<-[m:MENTIONS]-(:Tip)
WHERE m.retractedAt IS NULL AND NOT m.tip IN $without
RETURN entity.id AS id, [l IN labels(entity) WHERE l <> 'Entity'][0] AS label, m.guard AS guard, properties(m) AS said
