"""
From a Subgraph to the canvas: a pyvis Network whose nodes and edges the component draws.

Captions travel as text and are drawn as text. One line per pair: solid from two independent
origins, dashed from one, dotted when all of it is deduced; as wide as it has origins; with an arrow
only where the relation has a direction.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pyvis.network import Network

from mobilis_graph.graph import Entity, Subgraph, Tie
from mobilis_graph.render import icons
from mobilis_graph.schema import LINKS_NOBODY, NODE, REL, Text

SIZE = 21
SIZES = {"Gang": 25, "YoungPerson": 23}
WIDEST = 4  # origins; more make no wider line


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the picture says, in the viewer's language."""

    say: Callable[[Text], str]
    relation: Callable[[str], str]  # how a relation is told
    nobody: str  # the note under a place that links nobody
    node: Callable[[Entity, int], list[str]]  # the hint over an entity that has so many neighbours not drawn
    line: Callable[[Tie, list[str]], list[str]]  # the hint over a line, whose relations are told as sentences


def network(
    sub: Subgraph, seats: Mapping[str, tuple[float, float]], words: Words, *, pinned: Collection[str] = ()
) -> Network:
    """The picture as a pyvis Network. Entities without a seat get one from the canvas."""
    net = Network(directed=True)
    drawn = Counter(end for tie in sub.ties for end in (tie.a, tie.b))
    for entity in sub.entities:
        more = max(0, entity.neighbours - drawn[entity.id])
        net.add_node(entity.id, **_node(entity, more, words, pinned), **_seat(seats.get(entity.id)))
    captions = {e.id: e.caption for e in sub.entities}
    grey = {e.id for e in sub.entities if links_nobody(e)}
    for tie in sub.ties:
        no_tie = tie.a in grey or tie.b in grey or explains_away(tie)
        net.add_edge(tie.a, tie.b, **_line(tie, captions, words), grey=no_tie)
    return net


def _node(entity: Entity, more: int, words: Words, pinned: Collection[str]) -> dict[str, Any]:
    grey = links_nobody(entity)
    return {
        "label": entity.caption,
        "shape": "image",
        "icon": icons.name(entity.type, grey=grey),
        "size": SIZES.get(entity.type, SIZE),
        "more": more,
        "young": entity.type == "YoungPerson",
        "pinned": entity.id in pinned,
        "note": words.nobody if grey else "",
        "hover": words.node(entity, more),
    }


def _seat(seat: tuple[float, float] | None) -> dict[str, float]:
    return {} if seat is None else {"x": seat[0], "y": seat[1]}


def _line(tie: Tie, captions: Mapping[str, str], words: Words) -> dict[str, Any]:
    labels = list(dict.fromkeys(words.relation(relation) for relation, _, _ in tie.relations))
    return {
        "id": tie.id,
        "width": 1 + 0.75 * min(tie.origins, WIDEST),
        "style": style(tie),
        "arrows": arrows(tie),
        "words": ", ".join(labels[:2]) + ("…" if len(labels) > 2 else ""),
        "hover": words.line(tie, sentences(tie, captions, words.relation)),
    }


def nodes_and_edges(net: Network) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the component takes; pyvis adds a colour and a font that it has no use for."""
    nodes = [{k: v for k, v in n.items() if k not in ("color", "font", "shape")} for n in net.nodes]
    return nodes, list(net.edges)


def images(sub: Subgraph) -> dict[str, str]:
    """The icons that the picture and its legend need."""
    return icons.images({(e.type, grey) for e in sub.entities for grey in {False, links_nobody(e)}})


def links_nobody(entity: Entity) -> bool:
    """Whether this is a big public place, an institution or a protected place: being there is no tie."""
    return entity.type == "Place" and bool(LINKS_NOBODY & set(entity.facts.get("placeClass", ())))


def explains_away(tie: Tie) -> bool:
    """Whether all that is said is a neutral role: it explains a presence, and ties nobody."""
    return all(relation in REL and REL[relation].neutral for relation, _, _ in tie.relations)


def style(tie: Tie) -> str:
    """How a line is drawn: dotted when deduced, solid from two independent origins, else dashed."""
    if tie.deduced:
        return "dotted"
    return "solid" if tie.origins >= 2 else "dashed"


def arrows(tie: Tie) -> str:
    """The ends that an arrow points to: directed relations only."""
    starts = {start for relation, start, _ in tie.relations if relation not in REL or REL[relation].directed}
    return ",".join(end for end, start in (("to", tie.a), ("from", tie.b)) if start in starts)


def sentences(tie: Tie, captions: Mapping[str, str], relation_words: Callable[[str], str]) -> list[str]:
    """Each relation as a sentence: who, what, whom. Alleged ones carry *aurait* in their own words."""
    told = []
    for relation, start, _ in tie.relations:
        end = tie.b if start == tie.a else tie.a
        told.append(f"{captions[start]} {relation_words(relation)} {captions[end]}")
    return list(dict.fromkeys(told))


def legend(sub: Subgraph, muted: Collection[str], say: Callable[[Text], str]) -> list[dict[str, Any]]:
    """How many of each type there are, in the order of the model; a muted type keeps its count."""
    counts = Counter(e.type for e in sub.entities)
    return [
        {"type": t, "icon": icons.name(t), "label": say(node.plural), "n": counts[t], "on": t not in muted}
        for t, node in NODE.items()
        if counts[t]
    ]


def without(sub: Subgraph, muted: Collection[str]) -> Subgraph:
    """The picture without the types switched off in the legend."""
    kept = tuple(e for e in sub.entities if e.type not in muted)
    ids = {e.id for e in kept}
    return Subgraph(entities=kept, ties=tuple(t for t in sub.ties if {t.a, t.b} <= ids), total=sub.total)
