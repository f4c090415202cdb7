// mode: read
// params: -
// returns: a, b
// unfiltered: identity clusters are the same for everyone; only pairs that any viewer of open tips sees count.
// Live judgements `same` between entities of guard open, both mentioned by a live open tip.
MATCH (a:Entity {judged: true})-[s:SAME_AS]->(b:Entity)
WHERE s.judgement = 'same' AND s.retractedAt IS NULL AND a.guard = 'open' AND b.guard = 'open'
  AND EXISTS { MATCH (a)<-[m:MENTIONS]-(:Tip) WHERE m.guard = 'open' AND m.retractedAt IS NULL }
  AND EXISTS { MATCH (b)<-[n:MENTIONS]-(:Tip) WHERE n.guard = 'open' AND n.retractedAt IS NULL }
RETURN a.id AS a, b.id AS b
