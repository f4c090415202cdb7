"""Walk the network: who is one step away, what stands among some entities."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from mobilis_graph.db import Row
from mobilis_graph.desk import Desk, Look
from mobilis_graph.errors import NotFound
from mobilis_graph.graph import Entity, Order, Subgraph, Tie
from mobilis_graph.schema import MENTIONS, REL
from mobilis_graph.store.captions import caption, facts

ALWAYS = "9999-12-31"  # known on that day: all that is known now
TYPES = tuple(REL)
CAPTION_MENTIONS = 25  # a caption reads the newest mentions; the profile reads them all


def neighbours(
    desk: Desk,
    entity: str,
    *,
    limit: int = 25,
    order: Order = "recent",
    types: Collection[str] | None = None,
    as_of: str | None = None,
    known_on: str | None = None,
    without: Collection[str] = (),
) -> Subgraph:
    """Return an entity and up to `limit` neighbours that are not in `without`, with the ties among all of these.

    `total` is how many neighbours there are, those in `without` included. Raise NotFound for an
    entity that is missing or hidden: the words are the same.
    """
    look = desk.look("expand", entity)
    known = known_on or ALWAYS
    times = {"asOf": as_of, "knownOn": known}
    kinds = list(TYPES if types is None else types)
    found = look.read(
        "tie/neighbours", id=entity, types=kinds, order=order, without=list(without), limit=limit, **times
    )[0]
    drawn = _entities(look, [entity, *found["ids"]], known)
    if not drawn:
        raise NotFound("no such entity")
    ties = _ties(look, [e.id for e in drawn], kinds, times)
    return Subgraph(entities=tuple(drawn), ties=ties, total=found["total"])


def neighbour_counts(
    desk: Desk, entity: str, *, as_of: str | None = None, known_on: str | None = None
) -> tuple[tuple[str, str, int], ...]:
    """Return (relationship, type of entity, number of neighbours) for the menu, before anything is expanded."""
    rows = desk.look("count", entity).read(
        "tie/counts", id=entity, types=[*TYPES, MENTIONS], asOf=as_of, knownOn=known_on or ALWAYS
    )
    return tuple((r["type"], r["label"], r["neighbours"]) for r in rows)


def network(desk: Desk, ids: Iterable[str], *, as_of: str | None = None, known_on: str | None = None) -> Subgraph:
    """Return those of these entities that the viewer may see, all ties among them, and how many neighbours each has."""
    wanted = sorted(set(ids))
    look = desk.look("draw", desk.keyring.sign("set", *wanted))
    known = known_on or ALWAYS
    times = {"asOf": as_of, "knownOn": known}
    found = _entities(look, wanted, known)
    seen = [e.id for e in found]
    degrees = {r["id"]: r["neighbours"] for r in look.read("tie/degrees", ids=seen, types=list(TYPES), **times)}
    tips = {e.id: e.neighbours for e in found if e.type == "Tip"}
    entities = tuple(_with_degree(e, tips.get(e.id, degrees.get(e.id, 0))) for e in found)
    kinds = [*TYPES, MENTIONS] if tips else list(TYPES)
    return Subgraph(entities=entities, ties=_ties(look, seen, kinds, times), total=len(entities))


def start(desk: Desk) -> Entity | None:
    """Return the person whom most visible tips mention: where a newcomer begins."""
    look = desk.look("start", "")
    rows = look.read("entity/start", knownOn=ALWAYS)
    if not rows:
        return None
    return _entities(look, [rows[0]["id"]], ALWAYS)[0]


def counts(desk: Desk) -> dict[str, int]:
    """Return how many entities of each type, assertions and tips the viewer may see."""
    look = desk.look("counts", "")
    out = {r["label"]: r["entities"] for r in look.read("entity/counts", knownOn=ALWAYS)}
    out["assertions"] = sum(r["assertions"] for r in look.read("tie/total", types=list(TYPES), knownOn=ALWAYS))
    out["tips"] = look.read("tip/total", knownOn=ALWAYS)[0]["tips"]
    return out


def entities(look: Look, ids: Sequence[str], known_on: str = ALWAYS) -> list[Entity]:
    """Return the visible ones of these entities and tips, in the order asked for, under one look."""
    return _entities(look, ids, known_on)


def _entities(look: Look, ids: Sequence[str], known_on: str) -> list[Entity]:
    if not ids:
        return []
    rows = look.read("entity/facts", ids=list(ids), knownOn=known_on, limit=CAPTION_MENTIONS)
    found = {r["id"]: _entity(r) for r in rows}
    if missing := [i for i in ids if i not in found]:
        for row in look.read("tip/tips", ids=missing, knownOn=known_on):
            found[row["tip"]["id"]] = _tip_entity(row)
    # An id whose entity was judged the same as another comes back as their cluster's: it was asked for first.
    position = {i: n for n, i in enumerate(ids)}
    return sorted(found.values(), key=lambda e: (position.get(e.id, -1), e.id))


def _entity(row: Row) -> Entity:
    known = facts(row["said"])
    return Entity(
        id=row["id"],
        type=row["label"],
        guard=row["guard"],
        caption=caption(row["label"], known),
        facts=known,
        tips=row["tips"],
    )


def _tip_entity(row: Row) -> Entity:
    tip = row["tip"]
    known = {k: (v,) for k, v in tip.items() if v is not None and k not in ("id", "guard", "origin")}
    return Entity(
        id=tip["id"],
        type="Tip",
        guard=tip["guard"],
        caption=tip["reference"],
        facts=known,
        tips=1,
        neighbours=row["mentions"],
    )


def _with_degree(entity: Entity, neighbours_: int) -> Entity:
    return Entity(
        id=entity.id,
        type=entity.type,
        guard=entity.guard,
        caption=entity.caption,
        facts=entity.facts,
        tips=entity.tips,
        neighbours=neighbours_,
    )


def _ties(look: Look, ids: Sequence[str], types: list[str], times: dict[str, Any]) -> tuple[Tie, ...]:
    """One tie a pair, put together from its relationships and directions."""
    pairs: dict[tuple[str, str], list[Row]] = {}
    for row in look.read("tie/among", ids=list(ids), types=types, **times):
        low, high = sorted((row["start"], row["end"]))
        pairs.setdefault((low, high), []).append(row)
    return tuple(_tie(a, b, rows) for (a, b), rows in sorted(pairs.items()))


def _tie(a: str, b: str, rows: list[Row]) -> Tie:
    dates = [r["first"] for r in rows if r["first"]]
    ends = [r["last"] for r in rows if r["last"]]
    return Tie(
        a=a,
        b=b,
        relations=tuple((r["type"], r["start"], r["assertions"]) for r in rows),
        tips=len({t for r in rows for t in r["tips"]}),
        origins=len({o for r in rows for o in r["origins"]}),
        best_source=min(r["source"] for r in rows),
        best_content=min(r["content"] for r in rows),
        first=_date(min(dates, default=None)),
        last=_date(max(ends, default=None)),
        precisions=(_precision(min(dates, default=None)), _precision(max(ends, default=None))),
        deduced=all(r["deduced"] for r in rows),
        undated=any(r["undated"] for r in rows),
    )


def _date(told: str | None) -> str | None:
    return told.partition(" ")[0] if told else None


def _precision(told: str | None) -> str | None:
    return told.partition(" ")[2] if told else None
