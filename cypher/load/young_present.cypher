// mode: read
// params: ids
// returns: id
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// Those of these places at which a live assertion places a young person.
UNWIND $ids AS id
MATCH (place:Entity {id: id})<-[r:PRESENT_AT]-(:YoungPerson)
WHERE r.retractedAt IS NULL
RETURN DISTINCT id
