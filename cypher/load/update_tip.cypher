// mode: write
// params: rows, loadedAt
// returns: done, wanted
// Rewrite tips that were loaded again with other words; what they were before stays in their history.
// A tip that another writer was faster to change is not counted: then nothing is written. The first SET takes the
// lock of the tip, so that what is compared is what the other has committed.
UNWIND $rows AS row
MATCH (tip:Entity {id: row.id})
SET tip.loadedAt = $loadedAt
WITH row, tip
WHERE tip.digest = row.before AND tip.retractedAt IS NULL
SET tip += row.props, tip.guard = row.guard, tip.digest = row.digest, tip.loadedFrom = row.at,
  tip.history = coalesce(tip.history, []) + [row.change]
WITH count(tip) AS done
RETURN done, size($rows) AS wanted
