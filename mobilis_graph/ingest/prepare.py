"""One staged tip into what is written of it: nodes, mentions, assertions, search keys, and a digest."""

import hashlib
import marshal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mobilis_graph import keys, schema
from mobilis_graph.ingest.stage import StagedTip, unpack
from mobilis_graph.keys import Keyring
from mobilis_graph.schema import CONTRADICTS, MENTIONS, NODE, REL, Guard

Said = Callable[[str, str, str, str], list[str]]  # (tip, type, start, end) -> ids of what that tip says


def _says(props: dict[str, Any]) -> tuple[str, ...]:
    """What, besides tip, type and ends, makes an assertion the one it is."""
    return (props.get("since", ""), props.get("until", ""), props.get("part", ""), props.get("polarity", "asserts"))


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
class Ready:
    """A tip ready to be written: `unit` and the same packed, (file, line) of the tip and of each row, a digest."""

    unit: dict[str, Any]
    packed: bytes
    places: list[tuple[int, int]]
    digest: str


class Preparer:
    """Makes units of staged tips for one source and one installation."""

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
            if len(self._known) > 200_000:
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

    def _staged(self, props: dict[str, Any]) -> Said:
        """Finds the id of an assertion whose row is in this very load."""
        says = _says(props)
        return lambda tip, type_, start, end: [self.sign("assertion", tip, type_, start, end, *says)]

    def ready(self, staged: StagedTip) -> Ready:
        """Return what is written of a tip, where each of its rows stands, and its digest.

        The digest is over all it says and nothing of when or from where it was loaded.
        """
        tip_id, tip_key = self.tip_identity(staged.ref)
        props = dict(staged.props)
        guard: Guard = "restricted" if props["state"] == "received" else "open"
        props["origin"] = self._ring.sign("origin", keys.fold(props["origin"]))
        props["referenceWords"] = list(keys.words(props["reference"]))
        if props.get("text"):
            props["words"] = " ".join(keys.words(props["text"]))
        shared = {
            "tip": tip_id,
            "recordedAt": props["receivedOn"],
            "sourceGrade": props["sourceGrade"],
            "contentGrade": props["contentGrade"],
            "origin": props["origin"],
            "polarity": "asserts",
            "times": 1,
        }
        build = _Building(tip_id, guard, shared, self._ring.sign, self.identity)
        for row in staged.entities:
            build.mention(*row)
        for row in staged.rels:
            build.assertion(*row)
        for other, kind, a, a_label, a_natural, b, b_label, b_natural, packed, file, line in staged.contras:
            ends = (self.identity(a, a_label, a_natural), self.identity(b, b_label, b_natural))
            told = self._said if packed is None else self._staged(unpack(packed))
            build.contradiction(self.tip_identity(other)[0], kind, ends, (a_label, b_label), told, (file, line))
        for field, word in keys.search_keys(NODE["Tip"], props):
            build.keys.append((tip_id, word, field, guard))
        unit, places = build.result({"id": tip_id, "key": tip_key, "guard": guard, "props": props, "ref": staged.ref})
        blob = marshal.dumps(unit, 2)
        digest = hashlib.blake2b(blob, digest_size=16).hexdigest()
        return Ready(unit, blob, [staged.at, *places], digest)


class _Building:
    """The parts of one unit, while they are gathered."""

    def __init__(
        self,
        tip: str,
        guard: Guard,
        shared: dict[str, Any],
        sign: Callable[..., str],
        identity: Callable[[str, str, str | None], tuple[str, str]],
    ) -> None:
        self.tip, self.guard, self.shared, self.sign, self.identity = tip, guard, shared, sign, identity
        self.nodes: dict[str, tuple[str, str]] = {}  # id -> (label, key)
        self.mentioned: set[str] = set()
        self.rows: dict[str, tuple[str, str, str, dict[str, Any], tuple[int, int]]] = {}
        self.keys: list[tuple[str, str, str, str]] = []

    def entity(self, ref: str, label: str, natural: str | None) -> str:
        found, key = self.identity(ref, label, natural)
        self.nodes[found] = (label, key)
        return found

    def mention(self, ref: str, label: str, natural: str | None, packed: bytes, file: int, line: int) -> None:
        """What the tip says of one entity."""
        end = self.entity(ref, label, natural)
        props = unpack(packed)
        guard = schema.strictest(self.guard, NODE[label].guard)
        props = {**self.shared, **props, "guard": guard}
        if label == "Vehicle" and props.get("plate"):
            props["plateKey"] = keys.plate_key(props["plate"])
        says = (props.get("since", ""), props.get("until", ""), props["polarity"])
        consent = (props.get("consent", ""), props.get("consentScope", ""), props.get("consentOn", ""))
        props["id"] = self.sign("assertion", self.tip, MENTIONS, end, *says, *consent)
        self._add(MENTIONS, self.tip, end, props, (file, line))
        self.mentioned.add(end)
        self.keys.extend((end, word, field, guard) for field, word in keys.search_keys(NODE[label], props))

    def assertion(
        self,
        type_: str,
        a: str,
        a_label: str,
        a_natural: str | None,
        b: str,
        b_label: str,
        b_natural: str | None,
        packed: bytes,
        file: int,
        line: int,
    ) -> None:
        """One relationship that the tip asserts or denies; undirected types store the smaller key first."""
        rel = REL[type_]
        start, end = self.entity(a, a_label, a_natural), self.entity(b, b_label, b_natural)
        if not rel.directed and self.nodes[end][1] < self.nodes[start][1]:
            start, end = end, start
        guard = schema.strictest(self.guard, NODE[a_label].guard, NODE[b_label].guard, rel.guard)
        props = {**self.shared, **unpack(packed), "guard": guard}
        props["id"] = self.sign("assertion", self.tip, type_, start, end, *_says(props))
        self._add(type_, start, end, props, (file, line))

    def contradiction(
        self,
        other: str,
        type_: str,
        ends: tuple[tuple[str, str], tuple[str, str]],
        labels: tuple[str, str],
        said: Said,
        at: tuple[int, int],
    ) -> None:
        """This tip contradicts something another tip says; `said` finds the ids of that."""
        (start, a_key), (end, b_key) = ends
        if not REL[type_].directed and b_key < a_key:
            start, end = end, start
        guard = schema.strictest(self.guard, *(NODE[label].guard for label in labels), REL[type_].guard)
        if not (found := said(other, type_, start, end)):
            raise Unsaid(at)
        for contradicted in found:
            props = {**self.shared, "guard": guard, "assertion": contradicted}
            props["id"] = self.sign("assertion", self.tip, CONTRADICTS, other, contradicted)
            self._add(CONTRADICTS, self.tip, other, props, at)

    def _add(self, type_: str, a: str, b: str, props: dict[str, Any], at: tuple[int, int]) -> None:
        if first := self.rows.get(props["id"]):
            raise Duplicate(at, first[4])
        self.rows[props["id"]] = (type_, a, b, props, at)

    def result(self, tip: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[int, int]]]:
        """The unit, in an order that does not depend on the order of the rows."""
        for end in sorted(set(self.nodes) - self.mentioned):
            guard = schema.strictest(self.guard, NODE[self.nodes[end][0]].guard)
            props = {**self.shared, "guard": guard}
            props["id"] = self.sign("assertion", self.tip, MENTIONS, end, "", "", "asserts", "", "", "")
            self._add(MENTIONS, self.tip, end, props, (0, 0))
        ordered = [self.rows[i] for i in sorted(self.rows)]
        unit = {
            "tip": tip,
            "nodes": sorted((label, found, key) for found, (label, key) in self.nodes.items()),
            "rows": [(type_, a, b, {k: props[k] for k in sorted(props)}) for type_, a, b, props, _ in ordered],
            "keys": sorted(set(self.keys)),
        }
        return unit, [at for *_, at in ordered]
