// mode: read
// params: words, sees, limit
// returns: total, hits
// Entities whose search keys begin with each of these words: exact words first, then those of most live tips.
UNWIND range(0, size($words) - 1) AS i
MATCH (key:SearchKey)
WHERE key.key STARTS WITH $words[i]
MATCH (key)<-[h:HAS_KEY]-(entity:Entity)
WHERE h.guard IN $sees AND entity.guard IN $sees
WITH entity.canon AS id, i, max(CASE WHEN entity:Tip THEN 1 ELSE 0 END) AS tip, max(CASE WHEN key.key = $words[i] THEN 1 ELSE 0 END) AS exact, min(h.field + '=' + key.key) AS why
ORDER BY id, i
WITH id, max(tip) AS tip, count(i) AS found, sum(exact) AS exact, collect(why) AS why
WHERE found = size($words)
OPTIONAL MATCH (:Entity {canon: id})<-[m:MENTIONS]-(:Tip)
WHERE m.guard IN $sees AND m.retractedAt IS NULL
WITH id, tip, exact, why, count(DISTINCT m.tip) AS tips
WHERE tip = 1 OR tips > 0
WITH id, exact, why, tips
ORDER BY exact DESC, tips DESC, id
WITH collect({id: id, why: why, exact: exact}) AS hits
RETURN size(hits) AS total, hits[0..$limit] AS hits
