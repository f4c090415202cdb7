// mode: read
// params: tips
// returns: tip, young, consent, day
// unfiltered: the loader's own bookkeeping, before anything is shown to anyone.
// What young people answered in these tips, and when: the live answers.
UNWIND $tips AS id
MATCH (tip:Entity {id: id})-[m:MENTIONS]->(young:YoungPerson)
WHERE m.retractedAt IS NULL
RETURN id AS tip, young.id AS young, m.consent AS consent, coalesce(m.consentOn, m.recordedAt) AS day
