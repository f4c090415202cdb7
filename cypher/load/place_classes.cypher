// mode: read
// params: ids
// returns: id, classes
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// The classes that live mentions give these places.
UNWIND $ids AS id
MATCH (place:Entity {id: id})<-[m:MENTIONS]-(:Tip)
WHERE m.retractedAt IS NULL AND m.placeClass IS NOT NULL
RETURN id, collect(DISTINCT m.placeClass) AS classes
