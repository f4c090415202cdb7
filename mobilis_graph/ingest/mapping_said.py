"""What each tip of a mapped table says, gathered over its rows, then staged once.

A tip that covers many rows names the same person in many of them: what they say of him is put together
here, on disk, and two rows that say different things are refused. Nothing but hashes and rows of the
load is kept, in a file without a name that is gone when the load ends.
"""

import marshal
import sqlite3
from typing import Any

from mobilis_graph import keys
from mobilis_graph.ingest import native
from mobilis_graph.ingest.native import Context, Refused
from mobilis_graph.ingest.stage import pack, unpack
from mobilis_graph.schema import NODE, REL, NodeType, RelType

At = tuple[int, int]
Value = tuple[Any, str, int, int]  # the value, the column it came from, file and line
Props = dict[str, Value]

_PRIVATE = frozenset(n.name for n in NODE.values() if n.table in native.PRIVATE)
_TABLES = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32000;
CREATE TABLE tip (ref TEXT PRIMARY KEY, props BLOB, file INT, line INT) WITHOUT ROWID;
CREATE TABLE said (no INTEGER PRIMARY KEY, key TEXT UNIQUE, what BLOB, props BLOB, file INT, line INT);
BEGIN;
"""


class Said:
    """The tips, entities and repeated assertions of a mapped load."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Forget everything."""
        self._db.close()

    def tip(self, props: dict[str, Any], label: str, at: At) -> None:
        """Stage a tip the first time it is met; Refused when a later row says otherwise of it."""
        reference = props["reference"]
        first = self._db.execute("SELECT props, file, line FROM tip WHERE ref = ?", (reference,)).fetchone()
        if first is None:
            self._db.execute("INSERT INTO tip VALUES (?,?,?,?)", (reference, pack(props), *at))
            native.take_tip(dict(props), at, self._context)
            return
        before = unpack(first[0])
        if before != props:
            differing = ", ".join(n for n in {**before, **props} if before.get(n) != props.get(n))
            where = f"{self._context.stage.name(first[1])}, line {first[2]}"
            remedy = "make the rows of one tip agree, or give each its own reference"
            raise Refused(label, reference, f"{where} says otherwise of this tip ({differing})", remedy)

    def entity(self, node: NodeType, tip: str, ref: str, props: Props, dated: dict[str, Any], at: At) -> None:
        """Add what a row says of an entity to what its tip says of it."""
        polarity = props["polarity"][0] if "polarity" in props else ""
        key = "\x1f".join((tip, node.name, ref, dated.get("since", ""), dated.get("until", ""), polarity))
        self._add(key, (node.name, tip, ref, None, dated), props, at)

    def rel(self, rel: RelType, tip: str, ends: tuple[str, str], props: Props, dated: dict[str, Any], at: At) -> None:
        """Say an assertion of a tip once more: its times, where they are given, add up."""
        a, b = ends if rel.directed else sorted(ends)
        says = [str(props[n][0]) if n in props else "" for n in ("part", "polarity")]
        key = "\x1f".join((tip, rel.name, a, b, dated.get("since", ""), dated.get("until", ""), *says))
        self._add(key, (rel.name, tip, a, b, dated), props, at)

    def finish(self) -> None:
        """Stage what was gathered; what is refused is told at the row and the column it came from."""
        for what, packed, file, line in self._db.execute("SELECT what, props, file, line FROM said ORDER BY no"):
            name, tip, a, b, dated = unpack(what)
            props: Props = unpack(packed)
            plain = {prop: value[0] for prop, value in props.items()}
            try:
                if b is None:
                    about = (dated, {"precision": plain["precision"]} if "precision" in plain else {})
                    native.take_entity(NODE[name], tip, a, plain, about, (file, line), self._context)
                else:
                    native.take_rel(REL[name], tip, (a, b), {**plain, **dated}, (file, line), self._context)
            except Refused as no:
                _, label, file, line = props.get(no.column, (None, "", file, line))
                value = native.shown(no.value, name in _PRIVATE)
                self._context.stage.refuse((file, line), label or no.column, value, no.reason, no.remedy, tip)

    def _add(self, key: str, what: tuple[Any, ...], props: Props, at: At) -> None:
        found = self._db.execute("SELECT no, props FROM said WHERE key = ?", (key,)).fetchone()
        if found is None:
            row = (key, marshal.dumps(what, 2), pack(props), *at)
            self._db.execute("INSERT INTO said (key, what, props, file, line) VALUES (?,?,?,?,?)", row)
            return
        before: Props = unpack(found[1])
        merged = self._merged(what, before, props)
        if merged != before:
            self._db.execute("UPDATE said SET props = ? WHERE no = ?", (pack(merged), found[0]))

    def _merged(self, what: tuple[Any, ...], before: Props, props: Props) -> Props:
        """Both rows together: lists are joined, times added; Refused where they contradict each other."""
        merged = dict(before)
        spelling = _spelling(what, before, props)
        for name, value in props.items():
            known = merged.get(name)
            if known is None:
                merged[name] = value
            elif isinstance(value[0], list):
                merged[name] = (list(dict.fromkeys((*known[0], *value[0]))), *known[1:])
            elif name == "times" and what[3] is not None:
                merged[name] = (known[0] + value[0], *known[1:])
            elif known[0] != value[0] and name not in spelling:
                where = f"{self._context.stage.name(known[2])}, line {known[3]}"
                shown = native.shown(str(value[0]), what[0] in _PRIVATE)
                reason = f"the same tip says otherwise of {name} in {where}"
                raise Refused(value[1] or name, shown, reason, "correct one of the two, or make a tip per row")
        return merged


def _spelling(what: tuple[Any, ...], before: Props, props: Props) -> frozenset[str]:
    """The properties that may be spelt differently, because their natural key is the same."""
    if what[3] is not None:
        return frozenset()
    node = NODE[what[0]]
    one, two = (keys.natural(node, {n: v[0] for n, v in told.items()}) for told in (before, props))
    same = one is not None and one == two
    return frozenset({*node.natural, "plate", "value"}) if same else frozenset()
