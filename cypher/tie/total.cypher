// mode: read
// params: types, sees, knownOn
// returns: type, assertions
// How many visible live assertions there are of each relationship, denials too.
MATCH (:Entity)-[r]->(:Entity)
WHERE type(r) IN $types AND r.guard IN $sees
  AND r.recordedAt <= $knownOn AND (r.retractedAt IS NULL OR r.retractedAt > $knownOn)
RETURN type(r) AS type, count(r) AS assertions
ORDER BY type
