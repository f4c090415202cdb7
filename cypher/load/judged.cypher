// mode: read
// params: rows
// returns: id
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// Which of these judgements the graph holds already.
UNWIND $rows AS row
MATCH (:Entity {id: row.a})-[s:SAME_AS]->(:Entity {id: row.b})
WHERE s.id = row.id
RETURN s.id AS id
