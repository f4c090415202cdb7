"""One staged tip: an outline of what it says for the dry run, and what is written of it."""

import hashlib
import marshal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from mobilis_graph import keys, schema
from mobilis_graph.ingest.stage import StagedTip, unpack
from mobilis_graph.keys import Keyring
from mobilis_graph.schema import CONTRADICTS, MENTIONS, NODE, REL, Guard

Said = Callable[[str, str, str, str], list[str]]  # (tip, type, start, end) -> ids of what that tip says
Unit = dict[str, Any]  # the tip, its nodes, its rows and its search keys, as they are written
IDENTITIES = 100_000  # remembered; about 300 bytes each


@dataclass(frozen=True, slots=True)
class Duplicate(Exception):
    """A tip says one thing twice: where, and where first."""

    at: tuple[int, int]
    first: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Unsaid(Exception):
    """A tip contradicts what another, which is in the graph, does not say: where."""

    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Outline:
    """What the dry run needs of a tip: a digest over all it says, whom it mentions, how many rows that makes.

    Nothing of when or from where it was loaded is in the digest.
    """

    digest: str
    entities: frozenset[str]  # raw words are none
    counts: tuple[int, int, int]  # assertions, mentions, contradictions


@dataclass(frozen=True, slots=True)
class Ready:
    """A tip ready to be written; (file, line) of the tip and of each of its rows."""

    unit: Unit
    places: list[tuple[int, int]]


class _Row(NamedTuple):
    """One mention, assertion or contradiction; type and `what` make it the one it is."""

    type: str
    what: tuple[str, ...]
    a: str
    b: str
    guard: Guard  # the strictest of its ends and its type
    packed: bytes
    at: tuple[int, int]


class Preparer:
    """Makes outlines and units of staged tips for one source and one installation."""

    def __init__(self, source: str, ring: Keyring, said: Said) -> None:
        self._source, self._ring, self._said = source, ring, said
        self._known: dict[tuple[str, str, str | None], tuple[str, str]] = {}

    def identity(self, ref: str, label: str, natural: str | None) -> tuple[str, str]:
        """The (id, key) of an entity: its natural key where it has one, else source and ref."""
        asked = (ref, label, natural)
        found = self._known.get(asked)
        if found is None:
            key = keys.key(label, natural if natural is not None else f"{self._source}\x1f{ref}")
            found = (self._ring.id(label, key), key)
            if len(self._known) > IDENTITIES:
                self._known.clear()
            self._known[asked] = found
        return found

    def sign(self, *parts: str) -> str:
        """An opaque id that this installation alone can make."""
        return self._ring.sign(*parts)

    def token_identity(self, token: str) -> str:
        """The id of the young person of that token."""
        return self.identity(token, "YoungPerson", keys.natural(NODE["YoungPerson"], {"token": token}))[0]

    def tip_identity(self, reference: str) -> tuple[str, str]:
        """The (id, key) of a tip."""
        return self.identity(reference, "Tip", keys.natural(NODE["Tip"], {"reference": reference}))

    def outline(self, staged: StagedTip) -> Outline:
        """Return the outline of a tip; raise Duplicate or Unsaid where it cannot be taken."""
        rows = self._rows(staged)
        told = sorted((row.type, row.what, row.packed) for row in rows)
        blob = marshal.dumps((sorted(self._tip_props(staged).items()), told), 2)
        types = Counter(row.type for row in rows)
        mentioned = {row.b for row in rows if row.type == MENTIONS}
        ends = {end for row in rows for end in _ends(row)}
        mentions = types[MENTIONS] + len(ends - mentioned)
        return Outline(
            digest=hashlib.blake2b(blob, digest_size=16).hexdigest(),
            entities=frozenset(ends - {row.b for row in rows if row.guard == "raw"}),
            counts=(len(rows) - types[MENTIONS] - types[CONTRADICTS], mentions, types[CONTRADICTS]),
        )

    def consents(self, staged: StagedTip) -> dict[tuple[str, str, str], tuple[int, int]]:
        """What young people answered in a tip, as (id, answer, day or ''), and where it says so."""
        found = {}
        for ref, label, natural, packed, file, line in staged.entities:
            if label == "YoungPerson":
                said = unpack(packed)
                young = self.identity(ref, label, natural)[0]
                found[young, said["consent"], said.get("consentOn", "")] = (file, line)
        return found

    def ready(self, staged: StagedTip) -> Ready:
        """Return what is written of a tip, and where each of its rows stands."""
        tip_id, tip_key = self.tip_identity(staged.ref)
        props = self._tip_props(staged)
        guard: Guard = "restricted" if props["state"] == "received" else "open"
        build = _Building(tip_id, guard, props, self._ring.sign)
        props["referenceWords"] = list(keys.words(props["reference"]))
        if props.get("text"):
            props["words"] = " ".join(keys.words(props["text"]))
        rows = self._rows(staged)
        nodes = self._nodes(staged)
        for row in rows:
            build.row(row, nodes)
        mentioned = {row.b for row in rows if row.type == MENTIONS}
        for end in sorted(nodes.keys() - mentioned):
            build.row(_Row(MENTIONS, _bare(end), tip_id, end, NODE[nodes[end][0]].guard, _NOTHING, (0, 0)), nodes)
        for field, word in keys.search_keys(NODE["Tip"], props):
            build.keys.add((tip_id, word, field, guard))
        unit = {
            "tip": {"id": tip_id, "key": tip_key, "guard": guard, "props": props, "ref": staged.ref},
            "nodes": [(label, found, key) for found, (label, key) in nodes.items()],
            "rows": build.rows,
            "keys": build.keys,
        }
        return Ready(unit, [staged.at, *build.places])

    def _tip_props(self, staged: StagedTip) -> dict[str, Any]:
        return {**staged.props, "origin": self._ring.sign("origin", keys.fold(staged.props["origin"]))}

    def _nodes(self, staged: StagedTip) -> dict[str, tuple[str, str]]:
        """The (label, key) of every entity the tip mentions or ties, by its id."""
        ends = [(ref, label, natural) for ref, label, natural, *_ in staged.entities]
        for _, a, a_label, a_natural, b, b_label, b_natural, *_ in staged.rels:
            ends += [(a, a_label, a_natural), (b, b_label, b_natural)]
        return {
            found: (label, key) for ref, label, natural in ends for found, key in (self.identity(ref, label, natural),)
        }

    def _rows(self, staged: StagedTip) -> list[_Row]:
        """All that a tip says, each thing once; raise Duplicate or Unsaid."""
        first: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = {}
        rows = [*self._mentions(staged), *self._assertions(staged), *self._contradictions(staged)]
        for row in rows:
            if (before := first.setdefault((row.type, row.what), row.at)) is not row.at:
                raise Duplicate(row.at, before)
        return rows

    def _mentions(self, staged: StagedTip) -> Iterator[_Row]:
        tip = self.tip_identity(staged.ref)[0]
        for ref, label, natural, packed, file, line in staged.entities:
            end, _ = self.identity(ref, label, natural)
            get = unpack(packed).get
            what = (end, get("since", ""), get("until", ""), get("polarity", "asserts"))
            consent = (get("consent", ""), get("consentScope", ""), get("consentOn", ""))
            yield _Row(MENTIONS, (*what, *consent), tip, end, NODE[label].guard, packed, (file, line))

    def _assertions(self, staged: StagedTip) -> Iterator[_Row]:
        for type_, a, a_label, a_natural, b, b_label, b_natural, packed, file, line in staged.rels:
            ends = (self.identity(a, a_label, a_natural), self.identity(b, b_label, b_natural))
            start, end = _directed(type_, *ends)
            guard = schema.strictest(NODE[a_label].guard, NODE[b_label].guard, REL[type_].guard)
            yield _Row(type_, (start, end, *_says(unpack(packed))), start, end, guard, packed, (file, line))

    def _contradictions(self, staged: StagedTip) -> Iterator[_Row]:
        tip = self.tip_identity(staged.ref)[0]
        for other, type_, a, a_label, a_natural, b, b_label, b_natural, packed, file, line in staged.contras:
            told = self.tip_identity(other)[0]
            ends = (self.identity(a, a_label, a_natural), self.identity(b, b_label, b_natural))
            start, end = _directed(type_, *ends)
            guard = schema.strictest(NODE[a_label].guard, NODE[b_label].guard, REL[type_].guard)
            if packed is None:  # the contradicted tip is in the graph
                found = self._said(told, type_, start, end)
            else:
                found = [self.sign("assertion", told, type_, start, end, *_says(unpack(packed)))]
            if not found:
                raise Unsaid((file, line))
            for contradicted in found:
                yield _Row(CONTRADICTS, (told, contradicted), tip, told, guard, _NOTHING, (file, line))


def _ends(row: _Row) -> tuple[str, ...]:
    """The entities a row mentions; a contradiction stands between tips."""
    if row.type == MENTIONS:
        return (row.b,)
    return () if row.type == CONTRADICTS else (row.a, row.b)


def _directed(type_: str, a: tuple[str, str], b: tuple[str, str]) -> tuple[str, str]:
    """The ids of start and end of two (id, key); undirected types store the smaller key first."""
    swapped = not REL[type_].directed and b[1] < a[1]
    return (b[0], a[0]) if swapped else (a[0], b[0])


def _says(props: dict[str, Any]) -> tuple[str, ...]:
    """What, besides tip, type and ends, makes an assertion the one it is."""
    get = props.get
    return (get("since", ""), get("until", ""), get("part", ""), get("polarity", "asserts"))


def _bare(end: str) -> tuple[str, ...]:
    """The `what` of a mention that says nothing."""
    return (end, "", "", "asserts", "", "", "")


_NOTHING = marshal.dumps({}, 2)


class _Building:
    """The rows and search keys of one unit, while they are gathered."""

    def __init__(self, tip: str, guard: Guard, props: dict[str, Any], sign: Callable[..., str]) -> None:
        self.tip, self.guard, self.sign = tip, guard, sign
        self.shared = {
            "tip": tip,
            "recordedAt": props["receivedOn"],
            "sourceGrade": props["sourceGrade"],
            "contentGrade": props["contentGrade"],
            "origin": props["origin"],
            "polarity": "asserts",
            "times": 1,
        }
        self.rows: list[tuple[str, str, str, dict[str, Any]]] = []
        self.places: list[tuple[int, int]] = []
        self.keys: set[tuple[str, str, str, Guard]] = set()

    def row(self, row: _Row, nodes: dict[str, tuple[str, str]]) -> None:
        """Add one row, with all that it is stored with."""
        props = {**self.shared, **unpack(row.packed)}
        props["guard"] = guard = schema.strictest(self.guard, row.guard)
        props["id"] = self.sign("assertion", self.tip, row.type, *row.what)
        if row.type == CONTRADICTS:
            props["assertion"] = row.what[1]
        elif row.type == MENTIONS:
            node = NODE[nodes[row.b][0]]
            if node.name == "Vehicle" and props.get("plate"):
                props["plateKey"] = keys.plate_key(props["plate"])
            self.keys.update((row.b, word, field, guard) for field, word in keys.search_keys(node, props))
        self.rows.append((row.type, row.a, row.b, props))
        self.places.append(row.at)
