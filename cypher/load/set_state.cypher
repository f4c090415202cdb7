// mode: write
// params: props
// returns: -
// Write down the state of this installation; the version tells caches that the graph changed.
MERGE (meta:Meta {key: 'state'})
SET meta += $props, meta.version = coalesce(meta.version, 0) + 1
