"""A tip loaded again with other words: what is new is created, what is gone is closed, what changed is both.

Nothing is overwritten, so that what was known on an earlier day stays answerable: what a tip did not
say before is recorded on the day it is loaded. Only who may see it follows the tip at once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from mobilis_graph import ddl
from mobilis_graph.db import Db, Row, Work
from mobilis_graph.ingest.prepare import Unit
from mobilis_graph.queries import query
from mobilis_graph.schema import MENTIONS, NODE, REL
from mobilis_graph.store.upkeep import key_changes

Known = dict[str, Any]  # what the graph holds of a tip: id, digest, guard
Standing = dict[str, dict[str, Row]]  # tip -> assertion -> what stands: type, a, b, props

_TIP_PROPS = dict.fromkeys((*(p.name for p in NODE["Tip"].props), "words"))
_NOT_SAID = ("guard", "recordedAt", "retractedAt", "loadedAt", "loadedFrom")
_RESTRICTED = [r.name for r in REL.values() if r.guard == "restricted"]


@dataclass(slots=True)
class Difference:
    """How what a tip says differs from what stands: positions of the rows to make, rows to close, rows to reguard."""

    made: list[int] = field(default_factory=list)
    closed: list[Row] = field(default_factory=list)
    reguarded: list[tuple[Row, str]] = field(default_factory=list)


def standing(db: Db, tips: Iterable[str]) -> Standing:
    """What some tips say now, as the graph holds it."""
    found: Standing = defaultdict(dict)
    for row in db.read("load/standing", tips=list(tips)):
        found[row["tip"]][row["props"]["id"]] = row
    return found


def difference(unit: Unit, stands: dict[str, Row]) -> Difference:
    """Compare what a tip says with what stands of it."""
    found, left = Difference(), dict(stands)
    for position, (_, _, _, props) in enumerate(unit["rows"]):
        was = left.pop(props["id"], None)
        if was is None:
            found.made.append(position)
        elif _said(was["props"]) != _said(props):
            found.closed.append(was)
            found.made.append(position)
        elif was["props"]["guard"] != props["guard"]:
            found.reguarded.append((was, props["guard"]))
    found.closed += left.values()
    return found


def _said(props: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in props.items() if k not in _NOT_SAID}


def restate(
    db: Db, tips: list[tuple[str, Unit, list[str]]], known: dict[str, Known], today: str, loaded_at: str
) -> Work:
    """The statements that make the graph say of these tips what they say now, in one transaction.

    The first does nothing where another writer changed one of them meanwhile.
    """
    stands = standing(db, [unit["tip"]["id"] for _, unit, _ in tips])
    close, guard, make = (defaultdict[str, list[Row]](list) for _ in range(3))
    for _, unit, places in tips:
        differs = difference(unit, stands[unit["tip"]["id"]])
        for was in differs.closed:
            close[was["type"]].append(_at(was))
        for was, seen_by in differs.reguarded:
            guard[was["type"]].append({**_at(was), "guard": seen_by})
        for position in differs.made:
            type_, a, b, props = unit["rows"][position]
            row = {"a": a, "b": b, "props": {**props, "recordedAt": today}, "at": places[position + 1]}
            make[type_].append(row)
    before = {unit["tip"]["id"]: known[unit["tip"]["key"]] for _, unit, _ in tips}
    rewritten = [_rewritten(tip, before[tip[1]["tip"]["id"]], today) for tip in tips]
    moved = [{"id": r["id"], "guard": r["guard"]} for r in rewritten if r["guard"] != before[r["id"]]["guard"]]
    mentioned = {row["b"] for tip in stands.values() for row in tip.values() if row["type"] == MENTIONS}
    gained = {entry for _, unit, _ in tips for entry in unit["keys"]}
    ids = mentioned | {found for _, unit, _ in tips for _, found, _ in unit["nodes"]} | before.keys()
    return [
        (query("load/update_tip").text, {"rows": rewritten, "loadedAt": loaded_at}),
        *node_statements(unit for _, unit, _ in tips),
        *((ddl.close_assertions(type_), {"rows": rows, "day": today}) for type_, rows in close.items()),
        *((ddl.guard_assertions(type_), {"rows": rows}) for type_, rows in guard.items()),
        *((ddl.create_assertions(type_), {"rows": rows, "loadedAt": loaded_at}) for type_, rows in make.items()),
        *([(query("load/reguard").text, {"rows": moved, "restricted": _RESTRICTED})] if moved else []),
        (
            query("load/forget").text,
            {"rows": [{"id": unit["tip"]["id"], "kept": _accepting(unit)} for _, unit, _ in tips]},
        ),
        *key_changes(db, ids, before.keys(), gained),
    ]


def _at(row: Row) -> Row:
    return {"a": row["a"], "b": row["b"], "id": row["props"]["id"]}


def _rewritten(tip: tuple[str, Unit, list[str]], before: Known, today: str) -> Row:
    digest, unit, places = tip
    return {
        "id": unit["tip"]["id"],
        "before": before["digest"],
        "props": {**_TIP_PROPS, **unit["tip"]["props"]},  # what is said no more is taken away
        "guard": unit["tip"]["guard"],
        "digest": digest,
        "at": places[0],
        "change": f"{today}: loaded again with other words (before: {before['digest']})",
    }


def _accepting(unit: Unit) -> list[str]:
    """The young people of whom the tip may say more than a token."""
    return [end for type_, _, end, props in unit["rows"] if type_ == MENTIONS and props.get("consent") == "accepts"]


def node_statements(units: Iterable[Unit]) -> Iterable[tuple[str, Row]]:
    """The statements that make the entities some tips mention, where they are not there."""
    by_label: dict[str, dict[str, str]] = defaultdict(dict)
    for unit in units:
        for label, found, key in unit["nodes"]:
            by_label[label][found] = key
    for label, nodes in by_label.items():
        yield ddl.merge_nodes(label), {"rows": [{"id": found, "key": key} for found, key in nodes.items()]}
