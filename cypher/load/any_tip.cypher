// mode: read
// params: -
// returns: id
// unfiltered: whether this installation is new; nothing of the tip is shown.
// One tip, if there is any.
MATCH (tip:Tip)
RETURN tip.id AS id
LIMIT 1
