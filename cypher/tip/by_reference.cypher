// mode: read
// params: reference, sees
// returns: id
// The tip of that reference, if the viewer sees it and it was not taken back.
MATCH (tip:Tip {reference: $reference})
WHERE tip.guard IN $sees AND tip.retractedAt IS NULL
RETURN tip.id AS id
