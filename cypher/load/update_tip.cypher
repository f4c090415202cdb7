// mode: write
// params: id, props, guard, digest, change, loadedAt
// returns: -
// Rewrite a tip that was loaded again with other words; what it was before stays in its history.
MATCH (tip:Entity {id: $id})
SET tip += $props, tip.guard = $guard, tip.digest = $digest, tip.loadedAt = $loadedAt,
  tip.history = coalesce(tip.history, []) + [$change]
