"""What rows of one load must hold against one another, as SQL over the stage."""

from mobilis_graph.schema import NODE, RELS

# Types between two things of one natural key, which two refs may name: a number that would call itself.
_TWO_REFS = ", ".join(f"'{r.name}'" for r in RELS if any(a == b and NODE[a].natural for a, b in r.ends))

# Each check selects rows that cannot stand: table, rowid, the column at fault, reason, remedy.
CHECKS: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "tip",
        "reference",
        "rowid IN (SELECT t.rowid FROM tip t JOIN tip f ON f.key = t.key AND f.rowid < t.rowid)",
        "this tip reference stands twice in the load (capitals and accents do not count)",
        "give each tip a reference of its own, or remove the copy",
    ),
    *(
        (
            table,
            "tip",
            f"rowid IN (SELECT x.rowid FROM {table} x LEFT JOIN tip t ON t.ref = x.tip WHERE t.ref IS NULL AND x.tip NOT IN (SELECT tip FROM refused))",
            "no tip of that reference is in the load",
            "add its row to tips: a tip is loaded whole, with all it says",
        )
        for table in ("entity", "rel", "contra")
    ),
    (
        "entity",
        "ref",
        "rowid IN (SELECT e.rowid FROM entity e JOIN refs r ON r.ref = e.ref WHERE r.label <> e.label)",
        "this ref is used for another type of entity before",
        "use a different ref",
    ),
    (
        "entity",
        "ref",
        'rowid IN (SELECT e.rowid FROM entity e JOIN refs r ON r.ref = e.ref WHERE r."natural" <> e."natural")',
        "this ref stands for something else before (another plate, address, number or name)",
        "give the same key in every row of one ref, or use two refs",
    ),
    (
        "entity",
        "token",
        "label = 'YoungPerson' AND ref IN (SELECT ref FROM entity WHERE label = 'YoungPerson' GROUP BY ref HAVING count(DISTINCT tip) > 1)",
        "this token belongs to more than one tip of the load",
        "make a token per tip; whether two are one girl is for the youth centre to say",
    ),
    (
        "entity",
        "token",
        "label = 'YoungPerson' AND rowid IN (SELECT e.rowid FROM entity e JOIN entity f ON f.tip = e.tip AND f.ref = e.ref "
        "AND f.rowid < e.rowid WHERE e.label = 'YoungPerson')",
        "this token stands twice in its tip",
        "keep the row that holds now; what held before stays in the history of the tip",
    ),
    (
        "entity",
        "name",
        "label = 'Person' AND ref IN (SELECT ref FROM minor) AND tip NOT IN (SELECT tip FROM refused)",
        "another row of the load says that this person is under 18: a young person to protect, never named",
        "use a token in young_persons",
    ),
    (
        "entity",
        "tip",
        "label = 'RawText' AND rowid IN (SELECT x.rowid FROM entity x JOIN entity y ON y.tip = x.tip "
        "WHERE y.label = 'YoungPerson' AND y.consent <> 'accepts')",
        "a young person in this tip refused or was not asked: the words as received stay at the youth centre",
        "remove the row",
    ),
    *(
        (
            "rel",
            column,
            f"rowid IN (SELECT r.rowid FROM rel r JOIN refs x ON x.ref = r.{end} AND x.label = 'YoungPerson' "
            "JOIN refs p ON p.ref = r.a JOIN refs q ON q.ref = r.b JOIN allowed w ON w.type = r.type AND w.la = p.label AND w.lb = q.label "
            "WHERE NOT EXISTS (SELECT 1 FROM entity e WHERE e.tip = r.tip AND e.ref = x.ref))",
            "this tip does not say whether that young person accepts; a token belongs to one tip, with its consent",
            "add her row to young_persons for this very tip, or make a token of its own for it",
        )
        for column, end in (("from", "a"), ("to", "b"))
    ),
    *(
        (
            "rel",
            column,
            f"rowid IN (SELECT r.rowid FROM rel r LEFT JOIN refs x ON x.ref = r.{end} WHERE x.ref IS NULL AND r.tip NOT IN (SELECT tip FROM refused))",
            "nothing in the load describes this ref",
            "add a row for it to the table of its type",
        )
        for column, end in (("from", "a"), ("to", "b"))
    ),
    (
        "rel",
        "to",
        "rowid IN (SELECT r.rowid FROM rel r JOIN refs x ON x.ref = r.a JOIN refs y ON y.ref = r.b "
        "LEFT JOIN allowed w ON w.type = r.type AND w.la = x.label AND w.lb = y.label WHERE w.type IS NULL)",
        "this relationship cannot stand between these two types of entity",
        "see docs/model.md for the allowed ends; of a young person, nothing else may be said",
    ),
    *(
        (
            "rel",
            column,
            f"type = '{rel.name}' AND rowid IN (SELECT r.rowid FROM rel r JOIN refs x ON x.ref = r.{end} WHERE r.type = '{rel.name}' AND x.class <> '{kind}')",
            f"{rel.name} takes only a {kind} here",
            "use another relationship, or correct the kind",
        )
        for rel in RELS
        for column, end, kind in zip(("from", "to"), ("a", "b"), rel.kinds, strict=True)
        if kind
    ),
    (
        "rel",
        "to",
        f"a = b OR rowid IN (SELECT r.rowid FROM rel r JOIN refs x ON x.ref = r.a JOIN refs y ON y.ref = r.b "
        f'WHERE r.type IN ({_TWO_REFS}) AND x.label = y.label AND x."natural" = y."natural")',
        "both ends are the same entity",
        "correct one of them",
    ),
    (
        "rel",
        "to",
        "type = 'PRESENT_AT' AND rowid IN (SELECT r.rowid FROM rel r JOIN refs x ON x.ref = r.a JOIN refs y ON y.ref = r.b "
        "WHERE x.label = 'YoungPerson' AND y.label = 'Place' AND (y.banned OR NOT y.classed))",
        "a young person is placed only at a place whose class is known and is neither an institution nor protected",
        "give the class of the place, or leave the row out",
    ),
    (
        "same",
        "to",
        "rowid IN (SELECT s.rowid FROM same s LEFT JOIN refs x ON x.ref = s.a LEFT JOIN refs y ON y.ref = s.b "
        "WHERE x.ref IS NULL OR y.ref IS NULL OR x.label <> y.label)",
        "a judgement is about two entities of one type, both described in the load",
        "check the two refs, and add their rows",
    ),
    (
        "same",
        "to",
        "rowid IN (SELECT s.rowid FROM same s JOIN refs x ON x.ref = s.a JOIN refs y ON y.ref = s.b "
        'WHERE x.label = y.label AND x."natural" = y."natural" AND s.a <> s.b)',
        "both ends are the same entity: they have one key",
        "remove the row",
    ),
    (
        "status",
        "ref",
        "rowid IN (SELECT s.rowid FROM status s LEFT JOIN refs x ON x.ref = s.ref WHERE x.label IS NOT 'Person')",
        "a status is a person's, and the person must be described in the load",
        "check the ref, and add its row to persons",
    ),
    (
        "status",
        "ref",
        "ref IN (SELECT ref FROM doubtful) OR ref IN (SELECT ref FROM minor)",
        "a tip says that this person may be under 18: nobody that young is given a status",
        "remove the row, or correct the age",
    ),
)
