// mode: read
// params: keys
// returns: key, id, digest, guard, receivedOn, retractedAt
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// Which of these tips the graph holds already, and what they said then.
UNWIND $keys AS key
MATCH (tip:Entity {key: key})
RETURN tip.key AS key, tip.id AS id, tip.digest AS digest, tip.guard AS guard, tip.receivedOn AS receivedOn, tip.retractedAt AS retractedAt
