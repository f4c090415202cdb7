// mode: write
// params: rows
// returns: -
// Write dated statuses with their ground; one already there stays as it is.
UNWIND $rows AS row
MATCH (person:Entity {id: row.person})
MERGE (status:Status {id: row.id})
  ON CREATE SET status += row.props
MERGE (person)-[:HAS_STATUS]->(status)
