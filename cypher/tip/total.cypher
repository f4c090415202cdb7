// mode: read
// params: sees, knownOn
// returns: tips
// How many live tips the viewer sees.
MATCH (tip:Tip)
WHERE tip.guard IN $sees AND tip.receivedOn <= $knownOn AND (tip.retractedAt IS NULL OR tip.retractedAt > $knownOn)
RETURN count(tip) AS tips
