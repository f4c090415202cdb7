// mode: read
// params: id, types, sees, asOf, knownOn, order, without, limit
// returns: total, ids
// Who is one step away, most recent or best sourced first; the total counts those drawn already too.
// Denials are no ties. The order is total, so that both engines answer alike.
MATCH (seed:Entity {id: $id})
MATCH (centre:Entity {canon: seed.canon})-[r]-(other:Entity)
WHERE type(r) IN $types AND other.guard IN $sees AND centre.guard IN $sees AND other.canon <> seed.canon
  AND r.polarity = 'asserts' AND r.guard IN $sees
  AND r.recordedAt <= $knownOn AND (r.retractedAt IS NULL OR r.retractedAt > $knownOn)
  AND ($asOf IS NULL OR ((r.since IS NULL OR r.since <= $asOf) AND (r.until IS NULL OR r.until >= $asOf)))
WITH other.canon AS id, count(DISTINCT r.tip) AS tips, count(DISTINCT r.origin) AS origins,
  min(r.sourceGrade) AS source, coalesce(max(coalesce(r.until, r.since)), '') AS last
WITH id, tips, last,
  CASE $order WHEN 'sourced' THEN origins ELSE 0 END AS origins,
  CASE $order WHEN 'sourced' THEN source ELSE '' END AS source
ORDER BY origins DESC, source, last DESC, tips DESC, id
WITH collect(id) AS ids
RETURN size(ids) AS total, [i IN ids WHERE NOT i IN $without][0..$limit] AS ids
