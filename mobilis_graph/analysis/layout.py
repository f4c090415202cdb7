"""Where entities stand at first: a seat for each, the same for the same network."""

import math
from functools import lru_cache

import networkx as nx

from mobilis_graph.graph import Subgraph

Seats = dict[str, tuple[float, float]]

MOST_FORCED = 600  # above, forces take seconds: a spiral, most linked first


def seats(sub: Subgraph) -> Seats:
    """Return a position for every entity, between -1 and 1.

    A spring layout: entities with ties attract each other, all others repel. Distances mean
    nothing more. The result depends on the ids and the ties alone, never on their order, so two
    viewers who see the same get the same picture, and what one may not see leaves no gap in his.
    """
    ids = tuple(sorted(e.id for e in sub.entities))
    pairs = tuple(sorted((t.a, t.b) for t in sub.ties))
    return dict(_seats(ids, pairs))


@lru_cache(maxsize=64)
def _seats(ids: tuple[str, ...], pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, tuple[float, float]], ...]:
    graph = nx.Graph()
    graph.add_nodes_from(ids)
    graph.add_edges_from(pairs)
    if len(ids) > MOST_FORCED:
        return tuple(_spiral(graph).items())
    parts = sorted((sorted(c) for c in nx.connected_components(graph)), key=lambda c: (-len(c), c))
    found: Seats = {}
    left = 0.0
    for part in parts:  # side by side: repulsion would drive separate parts far apart
        width = len(part) ** 0.5
        for name, (x, y) in _forced(graph.subgraph(part)).items():
            found[name] = (left + width / 2 + x * width / 2, y * width / 2)
        left += width + 0.3
    return tuple(_centred(found).items())


def _forced(part: nx.Graph) -> Seats:
    order = sorted(part)
    ordered = nx.Graph()
    ordered.add_nodes_from(order)
    ordered.add_edges_from(sorted(tuple(sorted(e)) for e in part.edges))
    start = nx.circular_layout(ordered)
    spring = nx.spring_layout(ordered, pos=start, seed=7, iterations=120 if len(order) <= 100 else 60)
    return {name: (float(x), float(y)) for name, (x, y) in spring.items()}


def _spiral(graph: nx.Graph) -> Seats:
    ranked = sorted(graph, key=lambda name: (-graph.degree(name), name))
    turn = 2.399963  # the golden angle: no two arms line up
    return _centred({name: _polar(i**0.5, i * turn) for i, name in enumerate(ranked)})


def _polar(radius: float, angle: float) -> tuple[float, float]:
    return radius * math.cos(angle), radius * math.sin(angle)


def _centred(found: Seats) -> Seats:
    if not found:
        return {}
    xs, ys = [x for x, _ in found.values()], [y for _, y in found.values()]
    middle = ((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2)
    reach = max(max(xs) - min(xs), max(ys) - min(ys), 1e-9) / 2
    return {
        name: (round((x - middle[0]) / reach, 4), round((y - middle[1]) / reach, 4)) for name, (x, y) in found.items()
    }
