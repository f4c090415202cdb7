// mode: read
// params: ids
// returns: id, reference, guard
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// Those of these that are live tips, to make their search keys anew.
UNWIND $ids AS id
MATCH (tip:Tip {id: id})
WHERE tip.retractedAt IS NULL
RETURN tip.id AS id, tip.reference AS reference, tip.guard AS guard
