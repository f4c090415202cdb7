"""The canvas alone, on made-up networks: what is drawn, measured on the drawing itself."""

import random
from typing import Any

import pytest

from mobilis_graph.analysis.layout import seats
from mobilis_graph.graph import Entity, Subgraph, Tie
from mobilis_graph.pages import words
from mobilis_graph.render import canvas
from mobilis_graph.schema import REL

pytestmark = pytest.mark.browser

WORDS = canvas.Words(
    say=lambda text: text.fr,
    relation=lambda relation: REL[relation].label.fr,
    nobody="Être au même endroit ne fait pas un lien.",
    node=lambda entity, _: [entity.caption],
    line=lambda _, sentences: sentences,
)
CAPTIONS = ("Kaz", "QIO 123", "Appartement du 12, rue des Ormes", "450-555-0142", "Galeries Rivesaule", "Marc-O")
TYPES = ("Person",) * 6 + ("Vehicle",) * 2 + ("Place",) * 3 + ("Identifier", "Event", "Gang") + ("YoungPerson",) * 3


def network(size: int, links: int, seed: int) -> Subgraph:
    """A network with a hub, of all types; each newcomer has up to `links` ties to those before."""
    rnd = random.Random(seed)
    entities, ties = [], {}
    for i in range(size):
        kind = rnd.choice(TYPES)
        facts = {"placeClass": ("major_public",)} if kind == "Place" and rnd.random() < 0.3 else {}
        caption = f"{rnd.choice(CAPTIONS)} {i}"
        entities.append(Entity(id=f"e{i:03d}", type=kind, guard="open", caption=caption, facts=facts, neighbours=9))
        for _ in range(links if i else 0):
            other = 0 if rnd.random() < 0.15 else rnd.randrange(i)
            ties[(f"e{other:03d}", f"e{i:03d}")] = tie(f"e{other:03d}", f"e{i:03d}", rnd.randint(1, 3))
    return Subgraph(entities=tuple(entities), ties=tuple(ties.values()), total=size)


def tie(a: str, b: str, origins: int) -> Tie:
    told: dict[str, Any] = {"best_source": "B", "best_content": "2", "first": None, "last": None, "deduced": False}
    return Tie(a=a, b=b, relations=(("USES", a, 1),), tips=origins, origins=origins, undated=True, **told)


def first(sub: Subgraph, size: int) -> Subgraph:
    kept = {e.id for e in sub.entities[:size]}
    return Subgraph(entities=sub.entities[:size], ties=tuple(t for t in sub.ties if {t.a, t.b} <= kept), total=size)


def data(sub: Subgraph, places: dict[str, tuple[float, float]] | None = None, **more: Any) -> dict[str, Any]:
    nodes, edges = canvas.nodes_and_edges(canvas.network(sub, seats(sub) if places is None else places, WORDS))
    told = {name: text.en for name, text in vars(words.CANVAS).items() if not name.startswith("_")}
    empty: dict[str, Any] = {"focus": None, "taken": 0, "menu": None, "ask": None, "start": None, "hidden": 0}
    known = {"store": "t", "lang": "en", "words": told, "images": canvas.images(sub), "nodes": nodes, "edges": edges}
    legend = canvas.legend(sub, (), WORDS.say)
    return {**known, **empty, "legend": legend, "count": "", "can": {"undo": False, "redo": False}} | more


def draw(stage: Any, sub: Subgraph, **more: Any) -> dict[str, Any]:
    stage.evaluate("data => render(data)", data(sub, **more))
    stage.wait_for_timeout(350)
    drawn: dict[str, Any] = stage.evaluate("probe()")
    return drawn


def runs_under(drawn: dict[str, Any], *, young_only: bool = False) -> list[tuple[str, str]]:
    """Every line with an entity that it runs under and does not end at."""
    return [
        (line["id"], node["label"])
        for line in drawn["lines"]
        for node in drawn["nodes"]
        if node["id"] not in (line["from"], line["to"]) and (node["young"] or not young_only)
        if any((p["x"] - node["x"]) ** 2 + (p["y"] - node["y"]) ** 2 < node["r"] ** 2 for p in line["points"])
    ]


def places(drawn: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return {n["id"]: (n["x"], n["y"]) for n in drawn["nodes"]}


@pytest.mark.parametrize(("size", "links"), [(1, 1), (12, 2), (25, 2), (40, 2), (60, 2), (60, 3)])
@pytest.mark.parametrize("seed", range(2))
def test_up_to_sixty_entities_no_line_runs_under_one_it_does_not_end_at(
    stage: Any, size: int, links: int, seed: int
) -> None:
    drawn = draw(stage, network(size, links, seed))

    assert len(drawn["nodes"]) == size
    assert runs_under(drawn) == []
    assert sum(line["stub"] for line in drawn["lines"]) <= len(drawn["lines"]) * 0.02


@pytest.mark.parametrize("size", [120, 200, 300])
def test_at_any_size_no_line_runs_under_a_young_person(stage: Any, size: int) -> None:
    drawn = draw(stage, network(size, 2, 5))

    assert runs_under(drawn, young_only=True) == []


@pytest.mark.parametrize(("before", "after"), [(1, 12), (12, 20), (12, 37), (35, 60), (95, 120)])
@pytest.mark.parametrize("seed", range(2))
def test_newcomers_move_nobody_and_stand_in_view_under_no_line(stage: Any, before: int, after: int, seed: int) -> None:
    whole = network(after, 2, seed)
    old = first(whole, before)
    kept = seats(old)
    stood = places(draw(stage, old, places=kept))

    drawn = draw(stage, whole, places=kept)
    now = places(drawn)

    assert {i: now[i] for i in stood} == stood
    for node in (n for n in drawn["nodes"] if n["id"] not in stood):
        assert 0 < node["screen"]["x"] < drawn["size"]["width"]
        assert 0 < node["screen"]["y"] < drawn["size"]["height"]
    assert runs_under(drawn, young_only=after > 60) == []


def test_what_was_taken_away_comes_back_where_it_stood(stage: Any) -> None:
    whole = network(20, 2, 3)
    stood = places(draw(stage, whole))

    draw(stage, first(whole, 9))

    assert places(draw(stage, whole)) == stood


def test_a_dragged_entity_gets_lines_that_go_around_the_others(stage: Any) -> None:
    drawn = draw(stage, network(25, 2, 1))
    node, target = drawn["nodes"][7], drawn["nodes"][0]
    box = stage.locator(".mobilis-canvas").bounding_box()

    stage.mouse.move(box["x"] + node["screen"]["x"], box["y"] + node["screen"]["y"])
    stage.mouse.down()
    stage.mouse.move(box["x"] + target["screen"]["x"] + 60, box["y"] + target["screen"]["y"] + 45, steps=8)
    stage.mouse.up()
    stage.wait_for_timeout(300)
    after = stage.evaluate("probe()")

    assert places(after)[node["id"]] != (node["x"], node["y"])
    moved = {node["id"]}
    assert [hit for hit in runs_under(after) if not moved & set(hit[0].split("~"))] == []
    assert {i: p for i, p in places(after).items() if i not in moved} == {
        i: p for i, p in places(drawn).items() if i not in moved
    }


def test_captions_do_not_lie_on_one_another_in_a_first_picture(stage: Any) -> None:
    nodes = draw(stage, network(12, 2, 2))["nodes"]

    def box(n: dict[str, Any]) -> tuple[float, float, float, float]:
        return n["x"] - n["w"] / 2, n["x"] + n["w"] / 2, n["y"] - n["r"], n["y"] - n["r"] + n["h"]

    for i, a in enumerate(nodes):
        for b in nodes[i + 1 :]:
            left, right, top, bottom = box(a)
            left_, right_, top_, bottom_ = box(b)
            assert right <= left_ or right_ <= left or bottom <= top_ or bottom_ <= top, (a["label"], b["label"])


def test_operations_not_acknowledged_are_sent_again_and_acknowledged_ones_are_not(stage: Any) -> None:
    draw(stage, network(5, 1, 1))
    stage.locator(".mobilis-canvas").focus()
    stage.keyboard.press("Control+z")
    stage.keyboard.press("Control+z")
    sent = stage.evaluate("window.sent")

    assert [op["op"] for op in sent] == ["undo", "undo", "undo"]  # the second time, both were sent
    stage.evaluate("window.sent.length = 0")
    draw(stage, network(5, 1, 1), taken=sent[-1]["seq"])
    stage.keyboard.press("Control+y")
    assert [op["op"] for op in stage.evaluate("window.sent")] == ["redo"]


def test_three_hundred_entities_are_drawn_within_seconds(stage: Any) -> None:
    sent = data(network(300, 2, 4))

    took = stage.evaluate("data => { const t = performance.now(); render(data); return performance.now() - t; }", sent)

    assert took < 8000, f"{took:.0f} ms"
