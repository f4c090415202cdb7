// mode: read
// params: ids, types, sees, asOf, knownOn
// returns: start, end, type, assertions, tips, origins, source, content, first, last, deduced, undated
// All that is asserted among these entities, by pair, direction and relationship; dates with their precision.
UNWIND $ids AS wanted
MATCH (a:Entity {canon: wanted})-[r]->(b:Entity)
WHERE type(r) IN $types AND b.canon IN $ids AND b.canon <> wanted AND a.guard IN $sees AND b.guard IN $sees
  AND r.polarity = 'asserts' AND r.guard IN $sees
  AND r.recordedAt <= $knownOn AND (r.retractedAt IS NULL OR r.retractedAt > $knownOn)
  AND ($asOf IS NULL OR ((r.since IS NULL OR r.since <= $asOf) AND (r.until IS NULL OR r.until >= $asOf)))
RETURN wanted AS start, b.canon AS end, type(r) AS type, count(r) AS assertions,
  collect(DISTINCT r.tip) AS tips, collect(DISTINCT r.origin) AS origins,
  min(r.sourceGrade) AS source, min(r.contentGrade) AS content,
  min(r.since + ' ' + coalesce(r.precision, 'day')) AS first,
  max(coalesce(r.until, r.since) + ' ' + coalesce(r.precision, 'day')) AS last,
  min(CASE WHEN r.basis = 'deduced' THEN 1 ELSE 0 END) AS deduced,
  max(CASE WHEN r.since IS NULL AND r.until IS NULL THEN 1 ELSE 0 END) AS undated
ORDER BY start, end, type
