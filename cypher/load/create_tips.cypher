// mode: write
// params: rows, loadedAt
// returns: -
// Create tips that the graph does not hold; one that came meanwhile is a conflict, and nothing is written.
UNWIND $rows AS row
CREATE (tip:Entity:Tip {key: row.key, id: row.id})
SET tip += row.props, tip.canon = row.id, tip.guard = row.guard, tip.digest = row.digest,
  tip.loadedAt = $loadedAt, tip.loadedFrom = row.at
