// mode: read
// params: ids
// returns: id, tips, youngest
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// The references of live tips that mention these persons, and the lowest age that one of them gives.
UNWIND $ids AS id
MATCH (person:Entity {id: id})<-[m:MENTIONS]-(tip:Tip)
WHERE m.retractedAt IS NULL
RETURN id, collect(DISTINCT tip.reference) AS tips, min(m.ageMin) AS youngest
