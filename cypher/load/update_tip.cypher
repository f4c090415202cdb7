// mode: write
// params: rows, loadedAt
// returns: done, wanted
// Rewrite tips that were loaded again with other words; what they were before stays in their history.
// A tip that another writer was faster to change is not counted: then nothing is written.
UNWIND $rows AS row
MATCH (tip:Entity {id: row.id})
WHERE tip.digest = row.before AND tip.retractedAt IS NULL
SET tip += row.props, tip.guard = row.guard, tip.digest = row.digest, tip.loadedAt = $loadedAt, tip.loadedFrom = row.at,
  tip.history = coalesce(tip.history, []) + [row.change]
WITH count(tip) AS done
RETURN done, size($rows) AS wanted
