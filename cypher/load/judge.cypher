// mode: write
// params: rows
// returns: -
// Write judgements of identity; one already there stays as it is.
UNWIND $rows AS row
MATCH (a:Entity {id: row.a})
MATCH (b:Entity {id: row.b})
MERGE (a)-[s:SAME_AS {id: row.id}]->(b)
  ON CREATE SET s += row.props
SET a.judged = true, b.judged = true
