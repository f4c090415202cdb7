// mode: read
// params: query, words, sees, limit
// returns: total, ids
// Live tips whose sanitised text has all of these words, newest first (a score would tell of hidden tips).
// Tips found by their reference are left to the other query.
CALL db.index.fulltext.queryNodes('tipWords', $query) YIELD node AS tip
WITH tip
WHERE tip.guard IN $sees AND tip.retractedAt IS NULL
  AND NOT all(w IN $words WHERE any(k IN tip.referenceWords WHERE k STARTS WITH w))
WITH tip
ORDER BY tip.receivedOn DESC, tip.id
WITH collect(tip.id) AS ids
RETURN size(ids) AS total, ids[0..$limit] AS ids
