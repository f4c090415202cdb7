"""Rows on disk, checked against one another, grouped by tip.

A load is staged in an SQLite file of its own, so its memory does not grow with the tables. A tip
with one refused row is held back whole: what it says is never told by halves.
"""

import marshal
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mobilis_graph import schema
from mobilis_graph.errors import ConfigError
from mobilis_graph.ingest.checks import CHECKS
from mobilis_graph.keys import TOKEN, fold

MASKED = "•••"
UNSAID = "the tip it contradicts does not say that, between these ends in this order"
UNSAID_REMEDY = "name the type and the ends as they stand in the other tip's row"
_FLUSH = 5_000

_TABLES = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE;
CREATE TABLE tip (ref TEXT, props BLOB, file INT, line INT);
CREATE TABLE entity (tip TEXT, ref TEXT, label TEXT, props BLOB, "natural" TEXT, class TEXT, consent TEXT, file INT, line INT);
CREATE TABLE rel (tip TEXT, type TEXT, a TEXT, b TEXT, props BLOB, file INT, line INT);
CREATE TABLE contra (tip TEXT, other TEXT, type TEXT, a TEXT, b TEXT, file INT, line INT);
CREATE TABLE same (a TEXT, b TEXT, props BLOB, organisation TEXT, file INT, line INT);
CREATE TABLE status (ref TEXT, props BLOB, file INT, line INT);
CREATE TABLE file (no INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE refused (file INT, line INT, "column" TEXT, value TEXT, reason TEXT, remedy TEXT, tip TEXT);
CREATE TABLE held (tip TEXT PRIMARY KEY);
CREATE TABLE minor (ref TEXT PRIMARY KEY, file INT, line INT) WITHOUT ROWID;
CREATE TABLE doubtful (ref TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE allowed (type TEXT, la TEXT, lb TEXT, PRIMARY KEY (type, la, lb)) WITHOUT ROWID;
"""
_INSERT = {
    "tip": "INSERT INTO tip VALUES (?,?,?,?)",
    "entity": "INSERT INTO entity VALUES (?,?,?,?,?,?,?,?,?)",
    "rel": "INSERT INTO rel VALUES (?,?,?,?,?,?,?)",
    "contra": "INSERT INTO contra VALUES (?,?,?,?,?,?,?)",
    "same": "INSERT INTO same VALUES (?,?,?,?,?,?)",
    "status": "INSERT INTO status VALUES (?,?,?,?)",
    "refused": "INSERT INTO refused VALUES (?,?,?,?,?,?,?)",
    "minor": "INSERT OR IGNORE INTO minor VALUES (?,?,?)",
    "doubtful": "INSERT OR IGNORE INTO doubtful VALUES (?)",
    "outline": "UPDATE ordered SET digest = ?, assertions = ?, mentions = ?, contradictions = ? WHERE no = ?",
    "node": "INSERT OR IGNORE INTO node VALUES (?)",
}
_INDEXES = """
CREATE INDEX tip_ref ON tip (ref);
ALTER TABLE tip ADD COLUMN key TEXT;
UPDATE tip SET key = fold(ref);
CREATE INDEX tip_key ON tip (key);
CREATE INDEX entity_tip ON entity (tip);
CREATE INDEX entity_ref ON entity (ref);
CREATE INDEX rel_tip ON rel (tip);
CREATE INDEX contra_tip ON contra (tip);
CREATE TABLE refs AS
  SELECT ref, label, NULL AS "natural", min(rowid) AS first,
    max(class IN (BANNED)) AS banned, max(class IS NOT NULL) AS classed, max(class) AS class
  FROM entity GROUP BY ref;
CREATE UNIQUE INDEX refs_ref ON refs (ref);
UPDATE refs SET label = entity.label FROM entity WHERE entity.rowid = refs.first;
CREATE TEMP TABLE keyed AS SELECT e.ref, e."natural", min(e.rowid) FROM entity e
  JOIN refs ON refs.ref = e.ref AND refs.label = e.label WHERE e."natural" IS NOT NULL GROUP BY e.ref;
UPDATE refs SET "natural" = keyed."natural" FROM keyed WHERE keyed.ref = refs.ref;
CREATE TEMP TABLE known AS SELECT "natural", max(banned) AS banned, max(classed) AS classed
  FROM refs WHERE label = 'Place' AND "natural" IS NOT NULL GROUP BY "natural";
UPDATE refs SET banned = known.banned, classed = known.classed FROM known
  WHERE refs.label = 'Place' AND known."natural" = refs."natural";
"""

_UNDIRECTED = ", ".join(f"'{r.name}'" for r in schema.RELS if not r.directed)
_CONTRADICTED = (  # the row r of another tip that a contradiction c is about
    "r.tip = c.other AND r.type = c.type "
    f"AND ((r.a = c.a AND r.b = c.b) OR (r.type IN ({_UNDIRECTED}) AND r.a = c.b AND r.b = c.a))"
)
_BANNED = ", ".join(f"'{c}'" for c in sorted(schema.PLACES_NO_YOUNG))
# A ref is told only when the load describes it, as something else than a young person or a minor: otherwise
# it may be the name of a girl. The row is found by its file, line and column.
_DESCRIBED = "SELECT ref FROM refs WHERE label <> 'YoungPerson' AND ref NOT IN (SELECT ref FROM minor)"
_VALUES = {
    "tip": {"tip": "ref", "reference": "ref"},
    "entity": {"tip": "tip", "ref": "ref", "token": "ref"},
    "rel": {"tip": "tip", "from": "a", "to": "b"},
    "contra": {"tip": "tip", "contradicts": "other"},
    "same": {"to": "b"},
    "status": {"ref": "ref"},
}
_MACHINE_REF = re.compile(r"[A-Za-z]{0,2}[-_]?\d{1,9}")
_REFERENCE = re.compile(r"(?=.*\d.*\d)[\w./-]{2,40}")  # what the reference of a tip looks like, and a name does not


def _told(reference: str) -> str:
    """A reference that no tip of the load bears, as it may be told: what stands in its place might be a name."""
    return reference if not reference or _REFERENCE.fullmatch(reference) else MASKED


def _told_ref(ref: str) -> str:
    """A ref that the load does not describe, as it may be told: only one that a machine made cannot be a name."""
    return ref if _MACHINE_REF.fullmatch(ref) and not TOKEN.fullmatch(ref) else MASKED


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused row, as the user will read it."""

    file: str
    line: int
    column: str
    value: str
    reason: str
    remedy: str
    tip: str


class Stage:
    """The staged rows of one load."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.executescript(_TABLES)
            self._db.create_function("fold", 1, fold, deterministic=True)
            self._db.create_function("told", 1, _told, deterministic=True)
            self._db.create_function("told_ref", 1, _told_ref, deterministic=True)
        except sqlite3.Error as exc:
            raise ConfigError(
                f"the load cannot be staged in {path.parent} ({exc}); is the disk full or read-only?"
            ) from exc
        path.chmod(0o600)
        self._path = path
        self._waiting: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._files: dict[str, int] = {}
        self._names: list[str] = []
        pairs = {
            (r.name, *pair)
            for r in schema.RELS
            for end in r.ends
            for pair in ((end,) if r.directed else (end, end[::-1]))
        }
        self._db.executemany("INSERT INTO allowed VALUES (?,?,?)", sorted(pairs))

    def add(self, table: str, *row: Any) -> None:
        """Stage one row of a table; `props` are packed by the caller with `pack`."""
        waiting = self._waiting[table]
        waiting.append(row)
        if len(waiting) >= _FLUSH:
            self._flush(table)

    def file(self, name: str) -> int:
        """The number of a file, for rows to say where they stand."""
        if name not in self._files:
            self._files[name] = len(self._files)
            self._names.append(name)
            self._db.execute("INSERT INTO file VALUES (?,?)", (self._files[name], name))
        return self._files[name]

    def refuse(self, at: tuple[int, int], column: str, value: str, reason: str, remedy: str, tip: str = "") -> None:
        """Refuse a row; its tip, when it names one, is held back."""
        self.add("refused", *at, column, value[:200], reason, remedy, tip)

    def settle(self) -> None:
        """Check the rows against one another; afterwards, tips are either good or held."""
        for table in list(self._waiting):
            self._flush(table)
        self._db.executescript(_INDEXES.replace("BANNED", _BANNED))
        for table, column, where, reason, remedy in CHECKS:
            self._refuse_where(table, column, where, reason, remedy)
        self._refuse_second_answers()
        self._db.execute("INSERT OR IGNORE INTO held SELECT tip FROM refused WHERE tip <> ''")
        self._settle_contradictions()
        self._db.execute("INSERT OR IGNORE INTO held SELECT tip FROM refused WHERE tip <> ''")

    def order(self) -> int:
        """Put the good tips in the order of writing, oldest first; return how many there are."""
        self._db.executescript(
            "DROP TABLE IF EXISTS ordered; DROP TABLE IF EXISTS node; CREATE TABLE node (id TEXT PRIMARY KEY) WITHOUT ROWID;"
            "CREATE TABLE ordered (no INTEGER PRIMARY KEY, ref TEXT, tip_row INT, digest TEXT, assertions INT, mentions INT, contradictions INT);"
            "INSERT INTO ordered (ref, tip_row) SELECT t.ref, min(t.rowid) FROM tip t LEFT JOIN held h ON h.tip = t.ref "
            "LEFT JOIN depth d ON d.tip = t.ref "
            "WHERE h.tip IS NULL GROUP BY t.ref ORDER BY min(t.received), ifnull(max(d.depth), 0), min(t.rowid);"
        )
        return self.order_length()

    def order_length(self) -> int:
        """How many good tips there are."""
        return self._number("SELECT count(*) FROM ordered")

    def batches(self, size: int) -> Iterator[list["StagedTip"]]:
        """Yield the good tips with all their rows, `size` at a time."""
        top = self._number("SELECT ifnull(max(no), 0) FROM ordered")
        for first in range(1, top + 1, size):
            yield self._batch(first, first + size)

    def _batch(self, first: int, after: int) -> list["StagedTip"]:
        found: dict[str, StagedTip] = {}
        span = (first, after)
        for no, digest, ref, props, file, line in self._db.execute(
            "SELECT o.no, o.digest, t.ref, t.props, t.file, t.line FROM ordered o JOIN tip t ON t.rowid = o.tip_row "
            "WHERE o.no >= ? AND o.no < ? ORDER BY o.no",
            span,
        ):
            found[ref] = StagedTip(no, digest or "", ref, unpack(props), (file, line), [], [], [])
        for tip, *entity in self._db.execute(
            'SELECT e.tip, e.ref, e.label, r."natural", e.props, e.file, e.line FROM ordered o JOIN entity e ON e.tip = o.ref '
            "JOIN refs r ON r.ref = e.ref WHERE o.no >= ? AND o.no < ?",
            span,
        ):
            found[tip].entities.append(tuple(entity))
        for tip, *rel in self._db.execute(
            'SELECT r.tip, r.type, r.a, x.label, x."natural", r.b, y.label, y."natural", r.props, r.file, r.line '
            "FROM ordered o JOIN rel r ON r.tip = o.ref JOIN refs x ON x.ref = r.a JOIN refs y ON y.ref = r.b "
            "WHERE o.no >= ? AND o.no < ?",
            span,
        ):
            found[tip].rels.append(tuple(rel))
        for tip, *contra in self._db.execute(
            'SELECT c.tip, c.other, c.type, x.ref, x.label, x."natural", y.ref, y.label, y."natural", r.props, c.file, c.line '
            "FROM ordered o JOIN contra c ON c.tip = o.ref JOIN refs x ON x.ref = c.a JOIN refs y ON y.ref = c.b "
            f"LEFT JOIN rel r ON {_CONTRADICTED} "
            "WHERE o.no >= ? AND o.no < ?",
            span,
        ):
            found[tip].contras.append(tuple(contra))
        return list(found.values())

    def judgements(self) -> Iterator[tuple[Any, ...]]:
        """Yield (a, label, natural, b, label, natural, props) for each staged `same_as` row."""
        yield from self._db.execute(
            'SELECT s.a, x.label, x."natural", s.b, y.label, y."natural", s.props FROM same s '
            "JOIN refs x ON x.ref = s.a JOIN refs y ON y.ref = s.b WHERE s.rowid NOT IN "
            "(SELECT s.rowid FROM same s JOIN refused r ON r.file = s.file AND r.line = s.line) ORDER BY s.rowid"
        )

    def statuses(self) -> Iterator[tuple[Any, ...]]:
        """Yield (ref, label, natural, props) for each staged status."""
        yield from self._db.execute(
            'SELECT s.ref, x.label, x."natural", s.props FROM status s JOIN refs x ON x.ref = s.ref WHERE s.rowid NOT IN '
            "(SELECT s.rowid FROM status s JOIN refused r ON r.file = s.file AND r.line = s.line) ORDER BY s.rowid"
        )

    def refused(self) -> Iterator[Refusal]:
        """Yield the refused rows, in the order of files and lines."""
        self._flush("refused")
        yield from (
            Refusal(*row)
            for row in self._db.execute(
                'SELECT f.name, r.line, r."column", r.value, r.reason, r.remedy, '
                "iif(r.tip IN (SELECT ref FROM tip), r.tip, told(r.tip)) "
                "FROM refused r JOIN file f ON f.no = r.file ORDER BY f.no, r.line, r.rowid"
            )
        )

    def counts(self) -> dict[str, int]:
        """How many rows were refused, and how many tips are held back because of them."""
        self._flush("refused")
        return {
            "refused": self._number("SELECT count(*) FROM (SELECT DISTINCT file, line FROM refused)"),
            "held": self._number("SELECT count(*) FROM held JOIN (SELECT DISTINCT ref FROM tip) ON ref = tip"),
        }

    def _number(self, sql: str) -> int:
        return int(self._db.execute(sql).fetchone()[0])

    def refuse_duplicate(self, tip: str, at: tuple[int, int], first: tuple[int, int]) -> None:
        """Refuse an assertion that its tip makes twice, naming the first."""
        name = self.name(first[0])
        self.refuse(
            at, "", "", f"the tip says the same already in {name}, line {first[1]}", "remove one of the two rows", tip
        )
        self.hold(tip)

    def hold(self, tip: str) -> None:
        """Hold a tip back."""
        self._flush("refused")
        self._db.execute("INSERT OR IGNORE INTO held VALUES (?)", (tip,))

    def refuse_unsaid(self, tip: str, at: tuple[int, int]) -> None:
        """Refuse the contradiction of something that the other tip, which is in the graph, does not say."""
        self.refuse(at, "type", "", UNSAID, UNSAID_REMEDY, tip)
        self.hold(tip)

    def refuse_contradiction(self, tip: str, other: str, reason: str, remedy: str) -> None:
        """Refuse what a tip says against another tip, which is not in the load."""
        self._db.execute(
            "INSERT INTO refused SELECT file, line, 'contradicts', told(other), ?, ?, tip FROM contra WHERE tip = ? AND other = ?",
            (reason, remedy, tip, other),
        )
        self.hold(tip)

    def refuse_unfounded(self) -> None:
        """Refuse judgements and statuses of what only tips that are held back describe."""
        if not self._number("SELECT count(*) FROM held"):
            return
        told = "SELECT e.ref FROM entity e JOIN ordered o ON o.ref = e.tip"
        reason, remedy = "the tips that describe it are held back", "correct those tips first"
        self._refuse_where("same", "to", f"a NOT IN ({told}) OR b NOT IN ({told})", reason, remedy)
        self._refuse_where("status", "ref", f"ref NOT IN ({told})", reason, remedy)

    def hold_leaning(self) -> None:
        """Hold the tips that contradict a held one, each with its refused row."""
        while leaning := self._db.execute(
            "SELECT DISTINCT c.tip FROM contra c JOIN held h ON h.tip = c.other WHERE c.tip NOT IN (SELECT tip FROM held)"
        ).fetchall():
            for (tip,) in leaning:
                self._refuse_where_tip(tip)
                self.hold(tip)

    def held_since(self) -> bool:
        """Whether a tip was held since the order was made."""
        return self._number("SELECT count(*) FROM ordered o JOIN held h ON h.tip = o.ref") > 0

    def name(self, file: int) -> str:
        """The name of a numbered file."""
        return self._names[file]

    def told(self, places: Iterable[tuple[int, int]]) -> list[str]:
        """Places as they are stored with what was loaded from there: file and line."""
        return [f"{self._names[file]}:{line}" if line else self._names[file] for file, line in places]

    def contradicted(self) -> list[tuple[str, str, str]]:
        """The (tip, contradicted tip, day the first was received) whose contradicted tip is not in the load."""
        return self._db.execute(
            "SELECT DISTINCT c.tip, c.other, m.received FROM contra c JOIN tip m ON m.ref = c.tip "
            "LEFT JOIN tip t ON t.ref = c.other WHERE t.ref IS NULL"
        ).fetchall()

    def tokens(self) -> Iterator[dict[str, Any]]:
        """Yield every staged young person: ref, tip, file, line."""
        return self._named("SELECT ref, tip, file, line FROM entity WHERE label = 'YoungPerson'")

    def persons(self) -> Iterator[dict[str, Any]]:
        """Yield every staged row on a person: ref, tip, file, line."""
        return self._named("SELECT ref, tip, file, line FROM entity WHERE label = 'Person'")

    def minors(self) -> list[tuple[str, int, int]]:
        """The refs of persons whom the load says to be under 18, and where."""
        return self._db.execute("SELECT ref, file, line FROM minor").fetchall()

    def status_rows(self) -> Iterator[dict[str, Any]]:
        """Yield every staged status: ref, file, line."""
        return self._named("SELECT ref, file, line FROM status")

    def young_places(self) -> Iterator[dict[str, Any]]:
        """Yield every staged row that places a young person at a place: ref and natural key of the place, tip, file, line."""
        return self._named(
            'SELECT y.ref, y."natural", r.tip, r.file, r.line FROM rel r JOIN refs x ON x.ref = r.a JOIN refs y ON y.ref = r.b '
            "WHERE r.type = 'PRESENT_AT' AND x.label = 'YoungPerson' AND y.label = 'Place'"
        )

    def banned_places(self) -> Iterator[dict[str, Any]]:
        """Yield every staged row that makes a place one at which no young person is placed."""
        return self._named(
            'SELECT e.ref, r."natural", e.tip, e.file, e.line FROM entity e JOIN refs r ON r.ref = e.ref '
            f"WHERE e.label = 'Place' AND e.class IN ({_BANNED})"
        )

    def _named(self, sql: str) -> Iterator[dict[str, Any]]:
        cursor = self._db.execute(sql)
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)

    def keep(self, no: int, digest: str, counts: tuple[int, int, int], entities: Iterable[str]) -> None:
        """Keep the outline of a tip; the entities it mentions are remembered once."""
        self.add("outline", digest, *counts, no)
        for found in entities:
            self.add("node", found)

    def outlines(self, size: int) -> Iterator[list[tuple[int, str, str, int, int, int]]]:
        """Yield (no, ref, digest, assertions, mentions, contradictions) of the good tips, `size` at a time."""
        self._flush("outline")
        cursor = self._db.execute(
            "SELECT no, ref, digest, assertions, mentions, contradictions FROM ordered ORDER BY no"
        )
        while rows := cursor.fetchmany(size):
            yield rows

    def tip(self, no: int) -> "StagedTip":
        """The good tip of that number, with all its rows."""
        return self._batch(no, no + 1)[0]

    def entity_ids(self, size: int) -> Iterator[list[str]]:
        """Yield the remembered entities, `size` at a time."""
        self._flush("node")
        cursor = self._db.execute("SELECT id FROM node")
        while rows := cursor.fetchmany(size):
            yield [row[0] for row in rows]

    def close(self) -> None:
        """Forget the stage and remove its file."""
        self._db.close()
        self._path.unlink(missing_ok=True)

    def _flush(self, table: str) -> None:
        rows = self._waiting[table]
        if rows:
            self._db.execute("BEGIN")
            self._db.executemany(_INSERT[table], rows)
            self._db.execute("COMMIT")
            rows.clear()

    def _refuse_where(self, table: str, column: str, where: str, reason: str, remedy: str) -> None:
        """Refuse every row of a table that a condition selects; what is said of the young is masked."""
        value = _VALUES[table].get(column, "''")
        if column in ("ref", "token", "from", "to"):
            value = f"iif({value} IN ({_DESCRIBED}), {value}, told_ref({value}))"
        elif column in ("tip", "contradicts"):
            value = f"told({value})"
        tip = {"tip": "ref", "same": "''", "status": "''"}.get(table, "tip")
        self._db.execute(
            f"INSERT INTO refused SELECT file, line, ?, substr({value}, 1, 200), ?, ?, {tip} FROM {table} WHERE {where}",
            (column, reason, remedy),
        )

    def _refuse_second_answers(self) -> None:
        """One author judges a pair once a day: refuse rows that say two things of it."""
        answers: dict[tuple[str, ...], list[tuple[str, tuple[int, int]]]] = defaultdict(list)
        for a, b, props, file, line in self._db.execute("SELECT a, b, props, file, line FROM same ORDER BY rowid"):
            said = unpack(props)
            answers[*sorted((a, b)), said["author"], said["at"]].append((said["judgement"], (file, line)))
        for given in answers.values():
            for judgement, at in given if len({answer for answer, _ in given}) > 1 else ():
                reason = "the same author judged otherwise in the same load on the same day"
                self.refuse(at, "judgement", judgement, reason, "keep one of the two rows")
        self._flush("refused")

    def _settle_contradictions(self) -> None:
        """Refuse contradictions of nothing, of a later tip or of a held one; rank the others by depth."""
        self._db.executescript(
            "ALTER TABLE tip ADD COLUMN received TEXT; CREATE TABLE depth (tip TEXT PRIMARY KEY, depth INT);"
        )
        rows = [(marshal.loads(p)["receivedOn"], r) for r, p in self._db.execute("SELECT rowid, props FROM tip")]
        self._db.execute("BEGIN")
        self._db.executemany("UPDATE tip SET received = ? WHERE rowid = ?", rows)
        self._db.execute("COMMIT")
        self._refuse_where(
            "contra",
            "contradicts",
            "rowid IN (SELECT c.rowid FROM contra c JOIN tip t ON t.ref = c.tip JOIN tip o ON o.ref = c.other WHERE o.received > t.received)",
            "a tip cannot contradict one that was received later",
            "check the two references and their dates",
        )
        self._refuse_where(
            "contra",
            "contradicts",
            "tip = other OR rowid IN (SELECT c.rowid FROM contra c LEFT JOIN refs x ON x.ref = c.a LEFT JOIN refs y ON y.ref = c.b "
            "WHERE x.ref IS NULL OR y.ref IS NULL)",
            "what it contradicts is not described in the load",
            "name another tip, the type, and both ends of what it contradicts",
        )
        self._refuse_where(
            "contra",
            "type",
            f"rowid IN (SELECT c.rowid FROM contra c JOIN tip t ON t.ref = c.other LEFT JOIN rel r ON {_CONTRADICTED} "
            "WHERE r.tip IS NULL)",
            UNSAID,
            UNSAID_REMEDY,
        )
        self._hold_what_leans_on_held()

    def _hold_what_leans_on_held(self) -> None:
        """A tip that contradicts a held tip is held too; the others are ranked by the length of their chain."""
        leans = defaultdict(set)
        for tip, other in self._db.execute("SELECT c.tip, c.other FROM contra c JOIN tip t ON t.ref = c.other"):
            leans[tip].add(other)
        held = {row[0] for row in self._db.execute("SELECT tip FROM held")}
        depth: dict[str, int] = {}
        waiting = dict(leans)
        while ready := [tip for tip, others in waiting.items() if not others & waiting.keys()]:
            for tip in ready:
                depth[tip] = 1 + max(depth.get(other, 0) for other in waiting.pop(tip))
        held |= set(waiting)  # contradictions in a circle, and what leans on it: none can be written first
        while more := {tip for tip, others in leans.items() if others & held} - held:
            held |= more
        for tip in sorted(held & set(leans)):
            self._refuse_where_tip(tip)
        self._db.executemany("INSERT INTO depth VALUES (?,?)", sorted(depth.items()))

    def _refuse_where_tip(self, tip: str) -> None:
        already = self._db.execute("SELECT 1 FROM refused WHERE tip = ? LIMIT 1", (tip,)).fetchone()
        if not already:
            self._db.execute(
                "INSERT INTO refused SELECT file, line, 'contradicts', other, "
                "'the tip it contradicts is held back, or contradicts it in turn', 'correct that tip first', tip "
                "FROM contra WHERE tip = ?",
                (tip,),
            )


@dataclass(frozen=True, slots=True)
class StagedTip:
    """One tip with all its staged rows; `props` of rows are still packed."""

    no: int
    digest: str  # of its outline, once there is one
    ref: str
    props: dict[str, Any]
    at: tuple[int, int]
    entities: list[tuple[Any, ...]]
    rels: list[tuple[Any, ...]]
    contras: list[tuple[Any, ...]]


def pack(props: dict[str, Any]) -> bytes:
    """Pack properties for the stage: our own file, read back by this very process (marshal: 5 × json).

    Readers go through properties in the order of the model, so the same row gives the same bytes.
    """
    return marshal.dumps(props, 2)


unpack = marshal.loads
