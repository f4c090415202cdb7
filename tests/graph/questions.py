"""Every read query with parameters taken from the graph itself: what the equality tests ask.

The choice depends only on ids, which the fixed secret makes the same in every run and on both engines.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from mobilis_graph import queries
from mobilis_graph.schema import MENTIONS, NODE, REL
from mobilis_graph.store.walk import ALWAYS
from tests.conftest import Graph

Question = tuple[str, dict[str, Any]]
PER_LABEL = 4
TIMES = ({"asOf": None, "knownOn": ALWAYS}, {"asOf": "2026-03-15", "knownOn": "2026-06-30"})
WORDS = (["kaz"], ["civic", "noi"], ["galeries"], ["j"], ["in"], ["450555"], ["mado"], ["party", "samedi"])


def questions(graph: Graph) -> Iterator[Question]:
    """Yield (query, parameters without `sees`) for every read query that filters by what is seen."""
    asked = {name: list(ask) for name, ask in _asked(graph).items()}
    wanted = {q.name for q in queries.load().values() if q.mode == "read" and "sees" in q.params}
    assert set(asked) == wanted, f"no question for {wanted - set(asked)}, or for nothing: {set(asked) - wanted}"
    for name in sorted(asked):
        for params in asked[name]:
            yield name, params


def _asked(graph: Graph) -> dict[str, Iterator[dict[str, Any]]]:
    ids = _ids(graph)
    tips = _tips(graph)
    types, all_types = list(REL), [*REL, MENTIONS]
    each = [{"id": i} for i in ids]
    sets = [ids, ids[::2], *([i] for i in ids)]
    known = [{"knownOn": t["knownOn"]} for t in TIMES]
    return {
        "entity/counts": _product(known),
        "entity/start": _product(known),
        "tip/total": _product(known),
        "tie/total": _product(known, [{"types": types}]),
        "entity/facts": _product([{"ids": s} for s in sets], known, [{"limit": 25}]),
        "entity/said": _product(each, known, [{"limit": 500}]),
        "entity/statuses": _product(each, known),
        "entity/assertions": _product(each, TIMES, [{"types": types, "limit": 500}]),
        "tie/neighbours": _product(
            each, TIMES, [{"types": types, "order": o, "without": ids[:3], "limit": 10} for o in ("recent", "sourced")]
        ),
        "tie/counts": _product(each, TIMES, [{"types": all_types}]),
        "tie/degrees": _product([{"ids": s} for s in sets[:2]], TIMES, [{"types": types}]),
        "tie/among": _product([{"ids": s} for s in sets[:2]], TIMES, [{"types": all_types}]),
        "tie/assertions": _product([{"a": a, "b": b} for a, b in _pairs(graph)], TIMES, [{"types": all_types}]),
        "tip/tips": _product([{"ids": [i for i, _ in tips]}], known),
        "tip/by_reference": _product([{"reference": r} for _, r in tips]),
        "tip/contradictions": _product(each, known),
        "search/words": _product([{"words": w, "limit": 20} for w in WORDS]),
        "search/texts": _product([{"query": " AND ".join(w), "words": w, "limit": 20} for w in WORDS]),
    }


def _product(*parts: Any) -> Iterator[dict[str, Any]]:
    """Every combination of some parameter sets."""
    if not parts:
        yield {}
        return
    for first in parts[0]:
        for rest in _product(*parts[1:]):
            yield {**first, **rest}


def _ids(graph: Graph) -> list[str]:
    """A few entities of each type, the one with most relationships among them."""
    found = []
    for label in NODE:
        rows = graph.ask(f"MATCH (n:{label}) RETURN n.id AS id, COUNT {{ (n)--() }} AS degree")
        by_degree = sorted(rows, key=lambda r: (-int(str(r["degree"])), str(r["id"])))
        found += [str(r["id"]) for r in by_degree[:2]]
        found += sorted(str(r["id"]) for r in rows)[:PER_LABEL]
    judged = graph.ask("MATCH (n)-[:HAS_STATUS]->(s) RETURN n.id AS id, count(s) AS n ORDER BY n DESC, id LIMIT 3")
    same = graph.ask("MATCH (n)-[:SAME_AS]-() RETURN DISTINCT n.id AS id ORDER BY id LIMIT 3")
    found += [str(r["id"]) for r in (*judged, *same)]
    return list(dict.fromkeys(found))


def _tips(graph: Graph) -> list[tuple[str, str]]:
    """Tips of every state, hidden ones among them."""
    rows = graph.ask("MATCH (t:Tip) RETURN t.id AS id, t.reference AS ref, t.state AS state ORDER BY ref")
    picked = {}
    for row in rows:
        picked.setdefault(row["state"], []).append((str(row["id"]), str(row["ref"])))
    return [pair for state in sorted(picked) for pair in picked[state][:3]]


def _pairs(graph: Graph) -> list[tuple[str, str]]:
    rows = graph.ask(
        "MATCH (a:Entity)-[r]->(b:Entity) WHERE r.tip IS NOT NULL WITH a.id AS a, b.id AS b, type(r) AS type, count(*) AS n "
        "RETURN type, a, b ORDER BY type, n DESC, a, b"
    )
    kept: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        kept.setdefault(str(row["type"]), []).append((str(row["a"]), str(row["b"])))
    return [pair for type_ in sorted(kept) for pair in kept[type_][:2]]


def answer(graph: Graph, name: str, params: dict[str, Any], sees: list[str]) -> list[dict[str, Any]]:
    """The rows of one question, floats and all; `collect(DISTINCT …)` promises no order, so lists of ids are sorted."""
    rows = graph.db.read(name, sees=sees, **params)
    if name == "tie/among":
        rows = [{**r, "tips": sorted(r["tips"]), "origins": sorted(r["origins"])} for r in rows]
    return rows


def digest(rows: list[dict[str, Any]]) -> str:
    """A short digest of an answer, to keep in a file."""
    return hashlib.sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
