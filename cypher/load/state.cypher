// mode: read
// params: -
// returns: state
// unfiltered: what day it is and whose secret made the ids; nothing of the network.
// The state of this installation.
MATCH (meta:Meta {key: 'state'})
RETURN properties(meta) AS state
