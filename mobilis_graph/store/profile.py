"""One entity on one page, and one line with the tips behind it."""

from collections.abc import Iterable
from typing import Any

from mobilis_graph.db import Row
from mobilis_graph.desk import Desk
from mobilis_graph.errors import NotFound
from mobilis_graph.graph import Assertion, Entity, Profile, Said, Status, TipView
from mobilis_graph.schema import ASSERTION_PROPS, MENTIONS, NODE, REL
from mobilis_graph.store.walk import ALWAYS, TYPES, entities

MOST = 500  # rows read of one kind; `totals` says how many there are
_OWN = frozenset(p.name for p in ASSERTION_PROPS)
_NO_FACT = _OWN | {"id", "tip", "recordedAt", "retractedAt", "origin", "guard", "loadedAt", "loadedFrom", "plateKey"}


def profile(desk: Desk, entity: str, *, as_of: str | None = None, known_on: str | None = None) -> Profile:
    """Return all that visible tips say of an entity; raise NotFound when it is missing or hidden."""
    look = desk.look("profile", entity)
    known = known_on or ALWAYS
    found = entities(look, [entity], known)
    if not found:
        raise NotFound("no such entity")
    all_said = look.read("entity/said", id=entity, knownOn=known, limit=MOST)[0]
    told = all_said["rows"]
    types = [*TYPES, MENTIONS] if found[0].type == "Tip" else list(TYPES)
    all_asserted = look.read("entity/assertions", id=entity, types=types, asOf=as_of, knownOn=known, limit=MOST)[0]
    asserted = all_asserted["rows"]
    statuses = look.read("entity/statuses", id=entity, knownOn=known)
    against = look.read("tip/contradictions", id=entity, knownOn=known)
    views = _views(row["tip"] for row in (*told, *asserted, *against))
    rows = [_assertion(row, views) for row in asserted]
    others = entities(look, sorted({i for r in rows for i in (r.start, r.end)} - {found[0].id}), known)
    return Profile(
        entity=found[0],
        status=Status(**statuses[0]["status"]) if statuses else None,
        said=tuple(_said(found[0], told, views)),
        assertions=tuple(r for r in rows if r.polarity == "asserts" and not _neutral(r)),
        denials=tuple(r for r in rows if r.polarity == "denies"),
        neutral=tuple(r for r in rows if r.polarity == "asserts" and _neutral(r)),
        others={e.id: e for e in others},
        tips=tuple(sorted(views.values(), key=lambda t: (t.received_on, t.reference), reverse=True)),
        contradictions=tuple((views[row["tip"]["id"]], row["assertion"]) for row in against),
        totals={"said": all_said["total"], "assertions": all_asserted["total"]},
    )


def tie(
    desk: Desk, a: str, b: str, *, as_of: str | None = None, known_on: str | None = None
) -> tuple[tuple[Assertion, ...], dict[str, Entity]]:
    """Return every visible assertion between two entities, denials too, newest tip first, and the two."""
    look = desk.look("tie", f"{a} {b}")
    known = known_on or ALWAYS
    rows = look.read("tie/assertions", a=a, b=b, types=[*TYPES, MENTIONS], asOf=as_of, knownOn=known)
    views = _views(row["tip"] for row in rows)
    ends = entities(look, [a, b], known)
    return tuple(_assertion(row, views) for row in rows), {e.id: e for e in ends}


def _views(tips: Iterable[Row]) -> dict[str, TipView]:
    """Tips by id, their origins numbered from the oldest: what a viewer may know of an origin is whether it is the same."""
    distinct = {t["id"]: t for t in tips}
    numbers: dict[str, int] = {}
    out = {}
    for tip in sorted(distinct.values(), key=lambda t: (t["receivedOn"], t["reference"])):
        number = numbers.setdefault(tip["origin"], len(numbers) + 1)
        out[tip["id"]] = TipView(
            id=tip["id"],
            reference=tip["reference"],
            received_on=tip["receivedOn"],
            organisation=tip["organisation"],
            source_grade=tip["sourceGrade"],
            content_grade=tip["contentGrade"],
            origin=number,
            state=tip["state"],
            handling=tip["handling"],
            text=tip["text"] or "",
            disclosure=tip["disclosure"],
        )
    return out


def _said(entity: Entity, rows: list[Row], views: dict[str, TipView]) -> Iterable[Said]:
    order = {p.name: n for n, p in enumerate(NODE[entity.type].props)}
    for row in rows:
        said: dict[str, Any] = row["said"]
        for name in sorted((n for n in said if n not in _NO_FACT), key=lambda n: order.get(n, 99)):
            yield Said(
                prop=name,
                value=said[name],
                since=said.get("since"),
                basis=said.get("basis"),
                tip=views[row["tip"]["id"]],
            )


def _assertion(row: Row, views: dict[str, TipView]) -> Assertion:
    told = row["assertion"]
    extra = {k: v for k, v in told.items() if k not in _NO_FACT}
    return Assertion(
        id=told["id"],
        type=row["type"],
        start=row["start"],
        end=row["end"],
        since=told.get("since"),
        until=told.get("until"),
        precision=told.get("precision"),
        basis=told.get("basis"),
        polarity=told["polarity"],
        source_grade=told["sourceGrade"],
        content_grade=told["contentGrade"],
        times=told["times"],
        note=told.get("note"),
        extra=extra,
        tip=views[row["tip"]["id"]],
    )


def _neutral(assertion: Assertion) -> bool:
    return assertion.type in REL and REL[assertion.type].neutral
