// mode: write
// params: rows
// returns: -
// A later judgement of the same author on the same pair takes the earlier one back; it stays as history.
UNWIND $rows AS row
MATCH (:Entity {id: row.a})-[s:SAME_AS]->(:Entity {id: row.b})
WHERE s.author = row.props.author AND s.id <> row.id AND s.at <= row.props.at AND s.retractedAt IS NULL
SET s.retractedAt = row.props.recordedAt
