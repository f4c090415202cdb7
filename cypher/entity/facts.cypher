// mode: read
// params: ids, sees, knownOn, limit
// returns: id, label, guard, tips, said
// What visible live tips say of these entities, newest first; an entity that none of them mentions is absent.
UNWIND $ids AS wanted
MATCH (seed:Entity {id: wanted})
MATCH (entity:Entity {canon: seed.canon})<-[m:MENTIONS]-(tip:Tip)
WHERE entity.guard IN $sees AND tip.guard IN $sees AND m.guard IN $sees
  AND m.recordedAt <= $knownOn AND (m.retractedAt IS NULL OR m.retractedAt > $knownOn)
WITH seed.canon AS id, entity, m
ORDER BY m.recordedAt DESC, m.id
WITH id, min([l IN labels(entity) WHERE l <> 'Entity'][0]) AS label, min(entity.guard) AS guard, collect(m) AS mentions,
  count(DISTINCT m.tip) AS tips
RETURN id, label, guard, tips, [m IN mentions[0..$limit] | m {.*, loadedAt: null, loadedFrom: null}] AS said
ORDER BY id
