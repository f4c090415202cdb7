"""From a Subgraph to what the canvas is sent: styles, arrows, badges, icons, seats, words; and its files."""

import hashlib
import re
import tomllib
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import mobilis_graph
from mobilis_graph import errors
from mobilis_graph.analysis.layout import seats
from mobilis_graph.graph import Entity, Subgraph, Tie
from mobilis_graph.pages import headers, words
from mobilis_graph.pages.canvas import take
from mobilis_graph.render import canvas, icons
from mobilis_graph.schema import NODE, REL, Text
from tests.conftest import ROOT

PACKAGE = Path(mobilis_graph.__file__).parent
FRONT = PACKAGE / "pages" / "canvas" / "front"
NBSP = "\u00a0"
WORDS = canvas.Words(
    say=lambda text: text.fr,
    relation=lambda relation: REL[relation].label.fr,
    nobody="personne",
    node=lambda entity, more: [entity.caption, str(more)],
    line=lambda _, sentences: sentences,
)


def entity(name: str, node_type: str = "Person", **more: Any) -> Entity:
    return Entity(id=name, type=node_type, guard="open", caption=name.title(), **more)


def tie(a: str, b: str, *relations: tuple[str, str], **more: Any) -> Tie:
    told = {"tips": 1, "origins": 1, "best_source": "B", "best_content": "2", "first": None, "last": None}
    told |= {"deduced": False, "undated": True, "relations": tuple((r, start, 1) for r, start in relations)}
    return Tie(a=a, b=b, **(told | more))


def subgraph(entities: list[Entity], ties: list[Tie]) -> Subgraph:
    return Subgraph(entities=tuple(entities), ties=tuple(ties), total=len(entities))


def drawn(sub: Subgraph, **more: Any) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    nodes, edges = canvas.nodes_and_edges(canvas.network(sub, {}, WORDS, **more))
    return {n["id"]: n for n in nodes}, {e["id"]: e for e in edges}


@pytest.mark.parametrize(
    ("origins", "deduced", "expected"),
    [(1, False, "dashed"), (2, False, "solid"), (5, False, "solid"), (1, True, "dotted"), (3, True, "dotted")],
)
def test_a_line_is_solid_from_two_origins_dashed_from_one_dotted_when_deduced(
    origins: int, deduced: bool, expected: str
) -> None:
    assert canvas.style(tie("a", "b", ("USES", "a"), origins=origins, deduced=deduced)) == expected


def test_a_line_is_as_wide_as_it_has_origins_up_to_four() -> None:
    ends = [entity(n) for n in "abcdef"]
    lines = [tie("a", b, ("ASSOCIATES_WITH", "a"), origins=n) for n, b in enumerate("bcdef", start=1)]

    widths = [e["width"] for e in drawn(subgraph(ends, lines))[1].values()]

    assert widths[:4] == sorted(set(widths))
    assert widths[3] == widths[4]


@pytest.mark.parametrize(
    ("relations", "expected"),
    [
        ([("ASSOCIATES_WITH", "a")], ""),
        ([("USES", "a")], "to"),
        ([("USES", "b")], "from"),
        ([("RECRUITS", "a"), ("OWES", "b")], "to,from"),
        ([("ASSOCIATES_WITH", "b"), ("RECRUITS", "a")], "to"),
    ],
)
def test_only_a_directed_relation_has_an_arrow(relations: list[tuple[str, str]], expected: str) -> None:
    assert canvas.arrows(tie("a", "b", *relations)) == expected


def test_an_alleged_relation_is_told_as_alleged() -> None:
    for relation in (r for r in REL.values() if r.alleged):
        told = canvas.sentences(tie("a", "b", (relation.name, "a")), {"a": "A", "b": "B"}, WORDS.relation)
        assert re.match(r"A (aurait|devrait) ", told[0]), relation.name


def test_the_badge_counts_neighbours_that_are_not_drawn() -> None:
    sub = subgraph([entity("a", neighbours=5), entity("b", neighbours=1)], [tie("a", "b", ("ASSOCIATES_WITH", "a"))])

    nodes, _ = drawn(sub)

    assert nodes["a"]["more"] == 4
    assert nodes["b"]["more"] == 0


@pytest.mark.parametrize(
    ("place_class", "grey"), [("major_public", True), ("institution", True), ("protected", True), ("private", False)]
)
def test_a_place_that_links_nobody_is_grey_and_says_so(place_class: str, grey: bool) -> None:
    mall = entity("mall", "Place", facts={"placeClass": (place_class,)})
    sub = subgraph([mall, entity("kaz")], [tie("kaz", "mall", ("SEEN_AT", "kaz"))])

    nodes, edges = drawn(sub)

    assert nodes["mall"]["icon"] == ("Place-grey" if grey else "Place")
    assert nodes["mall"]["note"] == ("personne" if grey else "")
    assert edges["kaz~mall"]["grey"] is grey
    assert canvas.images(sub).keys() >= {n["icon"] for n in nodes.values()}


def test_a_neutral_role_is_drawn_grey_unless_more_is_said() -> None:
    ends = [entity("a"), entity("y", "YoungPerson"), entity("z", "YoungPerson")]
    brother = tie("a", "y", ("NEUTRAL_TO", "a"))
    more = tie("a", "z", ("NEUTRAL_TO", "a"), ("TRANSPORTED", "a"))

    _, edges = drawn(subgraph(ends, [brother, more]))

    assert (edges["a~y"]["grey"], edges["a~z"]["grey"]) == (True, False)


def test_hostile_captions_travel_as_they_are_and_nothing_is_added_to_them() -> None:
    hostile = '<img src=x onerror="alert(1)">\u202e</script>'

    nodes, _ = drawn(subgraph([Entity(id="a", type="Person", guard="open", caption=hostile)], []))

    assert nodes["a"]["label"] == hostile
    assert "title" not in nodes["a"]  # the one field that vis-network would read as HTML


def test_the_legend_counts_and_keeps_a_muted_type() -> None:
    sub = subgraph([entity("a"), entity("b"), entity("c", "Place")], [])

    rows = {r["type"]: (r["n"], r["on"]) for r in canvas.legend(sub, {"Place"}, WORDS.say)}

    assert rows == {"Person": (2, True), "Place": (1, False)}
    assert [e.id for e in canvas.without(sub, {"Place"}).entities] == ["a", "b"]


def test_a_muted_end_takes_its_lines_along() -> None:
    sub = subgraph([entity("a"), entity("c", "Place")], [tie("a", "c", ("SEEN_AT", "a"))])

    assert canvas.without(sub, {"Place"}).ties == ()


def test_pinned_entities_say_so() -> None:
    nodes, _ = drawn(subgraph([entity("a"), entity("b")], []), pinned={"b"})

    assert (nodes["a"]["pinned"], nodes["b"]["pinned"]) == (False, True)


@pytest.mark.parametrize("node_type", NODE)
def test_every_type_has_an_icon_that_asks_for_nothing(node_type: str) -> None:
    uri = icons.icon(node_type)

    assert uri.startswith("data:image/svg+xml;base64,")
    assert "<script" not in icons._glyph(NODE[node_type].icon)
    assert "href" not in icons._glyph(NODE[node_type].icon)


def test_shapes_and_colours_tell_types_apart_twice() -> None:
    drawable = [n for n in NODE.values() if n.name != "RawText"]

    assert len({n.shape for n in drawable}) == len(drawable)
    assert len({n.colour for n in drawable}) == len(drawable)


def test_seats_depend_on_the_network_and_not_on_its_order() -> None:
    people = [entity(n) for n in "abcd"]
    ties = [tie("a", b, ("ASSOCIATES_WITH", "a")) for b in "bcd"]
    expected = seats(subgraph(people, ties))

    for order in list(permutations(people))[::5]:
        assert seats(subgraph(list(order), ties[::-1])) == expected
    assert all(-1 <= v <= 1 for seat in expected.values() for v in seat)


@pytest.mark.parametrize("size", [0, 1, 2, 700])
def test_every_entity_has_a_seat_of_its_own(size: int) -> None:
    found = seats(subgraph([entity(f"e{i:03d}") for i in range(size)], []))

    assert len(set(found.values())) == size


def test_each_operation_is_taken_once_and_oldest_first() -> None:
    done: list[Any] = []
    taken: dict[str, int] = {}

    take({"ops": [{"seq": 1, "op": "a"}, {"seq": 2, "op": "b"}]}, taken, "canvas", done.append)
    take({"ops": [{"seq": 2, "op": "b"}, {"seq": 3, "op": "c"}, "junk", {"op": "d"}]}, taken, "canvas", done.append)
    take({"ops": None}, taken, "canvas", done.append)

    assert [op["op"] for op in done] == ["a", "b", "c"]


def catalogue() -> list[Text]:
    spaces = [v for c in (words.APP, words.EXPLORE, words.CANVAS, words.CARD) for v in vars(c).values()]
    return [
        t for t in (*spaces, *words.ERRORS.values(), *words.STATUSES.values(), words.MENTIONS) if isinstance(t, Text)
    ]


def test_every_error_has_its_sentence() -> None:
    def below(kind: type[errors.MobilisError]) -> set[type[errors.MobilisError]]:
        return {kind} | {k for child in kind.__subclasses__() for k in below(child)}

    assert set(words.ERRORS) == below(errors.MobilisError)


@pytest.mark.parametrize("text", catalogue(), ids=lambda t: t.en[:40])
def test_words_are_french_of_quebec_and_say_the_same_in_both_languages(text: Text) -> None:
    assert not re.search(r"[ \u00a0\u202f][;?!]", text.fr), "no space before ; ? !"
    assert not re.search(rf"(?<![{NBSP}\d]):(?!//)", text.fr), "a non-breaking space before a colon"
    assert "développer" not in text.fr.lower()
    assert not re.search(r"\w·\w", text.fr), "no middle dot"
    assert "signalement" not in text.fr.lower()
    assert not re.search(r"\bfiche", text.fr.lower())
    assert set(re.findall(r"{\w+}", text.fr)) == set(re.findall(r"{\w+}", text.en))


def test_nobody_merely_mentioned_is_called_a_suspect() -> None:
    assert [t.en for t in catalogue() if "suspect" in f"{t.fr} {t.en}".lower()] == ["suspect (documented ground)"]


@pytest.mark.parametrize(
    ("n", "fr", "en"), [(1, "Une", "One"), (6, "Six", "Six"), (10, "Dix", "Ten"), (11, "11", "11"), (0, "Zéro", "No")]
)
def test_counts_are_words_up_to_ten(n: int, fr: str, en: str) -> None:
    assert (words.number(n, "fr"), words.number(n, "en")) == (fr, en)


@pytest.mark.parametrize(
    ("iso", "precision", "fr", "en"),
    [
        ("2026-11-02", None, "2 novembre 2026", "November 2, 2026"),
        ("2026-05-01", "day", "1er mai 2026", "May 1, 2026"),
        ("2026-05-01", "month", "mai 2026", "May 2026"),
        ("2026-01-01", "year", "2026", "2026"),
        ("2026-05-03", "about", "vers le 3 mai 2026", "about May 3, 2026"),
        ("not a date", None, "not a date", "not a date"),
        (None, None, "", ""),
    ],
)
def test_dates_are_as_precise_as_they_were_said(iso: str | None, precision: str | None, fr: str, en: str) -> None:
    assert (words.day(iso, "fr", precision), words.day(iso, "en", precision)) == (fr, en)


def test_a_period_says_what_is_known_of_it() -> None:
    assert words.period("2026-05-03", "2026-05-03", "fr") == "3 mai 2026"
    assert words.period("2026-05-01", "2026-05-31", "fr", "month") == "mai 2026"
    assert words.period("2026-05-03", None, "fr") == "depuis le 3 mai 2026"
    assert words.period(None, "2026-05-03", "en") == "until May 3, 2026"
    assert words.period(None, None, "fr") == ""


def test_the_words_of_the_canvas_are_those_its_script_asks_for() -> None:
    script = (FRONT / "frame.js").read_text(encoding="utf-8")
    asked = set(re.findall(r"words\.(\w+)", script)) | {"solid", "dashed", "dotted"}

    assert asked == {name for name in vars(words.CANVAS) if not name.startswith("_")}


def test_vis_network_is_vendored_unmodified() -> None:
    told = dict(
        reversed(line.split(maxsplit=1)) for line in (FRONT / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    )
    vendored = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in FRONT.glob("vis-network*")}

    assert vendored == told
    assert "vis-network-10.1.5.min.mjs" in vendored


def test_the_component_is_declared_where_streamlit_looks_for_it() -> None:
    told = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert told["project"]["name"] == ours["project"]["name"]
    assert told["project"]["version"] == ours["project"]["version"]
    for component in told["tool"]["streamlit"]["component"]["components"]:
        assert (PACKAGE / component["asset_dir"] / f"{component['name']}.js").is_file()
        assert (PACKAGE / component["asset_dir"] / f"{component['name']}.css").is_file()


def test_no_file_of_ours_asks_anybody_outside() -> None:
    ours = [p for p in (*FRONT.glob("*.js"), *FRONT.glob("*.css")) if "vis-network" not in p.name]

    for path in ours:
        text = path.read_text(encoding="utf-8")
        assert "http" not in text.replace("http://www.w3.org", ""), path.name
        assert "innerHTML" not in text, path.name
        assert not re.search(r"\beval\(|new Function|insertAdjacentHTML|document\.write", text), path.name


def test_the_policy_lets_nothing_in_from_outside() -> None:
    assert "http" not in headers.POLICY
    assert "default-src 'self'" in headers.POLICY
    assert "'unsafe-eval'" not in headers.POLICY
    assert not re.search(r"script-src[^;]*unsafe-inline", headers.POLICY)
