"""Two published networks, loaded by mapping files alone: the graph gives their known figures.

What is counted is counted in the graph; the tables are not opened here. SOURCES.md of each says where
the figures come from.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from mobilis_graph.ingest.prepare import Preparer
from tests.conftest import ROOT, Graph

pytestmark = pytest.mark.data
MAPPINGS = ROOT / "tests" / "data" / "mappings"
PHASES = [f"CAVIAR-{number:02d}" for number in range(1, 12)]
CALLS = (
    "MATCH (t:Tip {reference: $tip})-[:MENTIONS]->(a:Person)-[r:CONTACTED]->(b:Person) WHERE r.tip = t.id "
    "RETURN a.id AS a, b.id AS b, r.times AS times"
)
ENTRIES = "MATCH (p:Person)-[r:PRESENT_AT]->(e:Event) RETURN p.id AS p, e.id AS e, r.part AS part"


def expected(folder: Path, name: str) -> dict[str, Any]:
    return json.loads((folder / name / "expected.json").read_text(encoding="utf-8"))


def names(graph: Graph, source: str, label: str, refs: Iterator[str]) -> dict[str, str]:
    """Ids of the graph -> what the published tables call them."""
    preparer = Preparer(source, graph.ring, lambda *_: [])
    return {preparer.identity(ref, label, None)[0]: ref for ref in refs}


def persons(graph: Graph, tip: str) -> set[str]:
    rows = graph.ask("MATCH (t:Tip {reference: $tip})-[:MENTIONS]->(p:Person) RETURN DISTINCT p.id AS id", tip=tip)
    return {row["id"] for row in rows}


def top(counts: Counter[str], called: dict[str, str], limit: int) -> list[list[object]]:
    """The highest counts, by their published names, in the order of the published lists."""
    return [[called[i], n] for i, n in sorted(counts.items(), key=lambda c: (-c[1], called[c[0]]))[:limit]]


def sizes(network: nx.Graph) -> list[int]:
    return sorted((len(c) for c in nx.connected_components(network)), reverse=True)


@pytest.fixture
def caviar(graph: Graph, real_data: Path) -> Graph:
    """The graph, holding both forms of CAVIAR: eleven phases, and all in one matrix."""

    def fill() -> None:
        for mapping in ("caviar_phases.toml", "caviar_full.toml"):
            plan = graph.load(real_data / "caviar", mapping=MAPPINGS / mapping)
            assert plan.rows_refused == plan.tips_held == 0

    graph.hold("caviar", fill)
    return graph


@pytest.fixture
def stlouis(graph: Graph, real_data: Path) -> Graph:
    """The graph, holding the St. Louis crimes."""

    def fill() -> None:
        plan = graph.load(real_data / "stlouis_crime", mapping=MAPPINGS / "stlouis.toml")
        assert plan.rows_refused == plan.tips_held == 0

    graph.hold("stlouis", fill)
    return graph


def test_every_phase_of_caviar_has_its_persons_arcs_ties_and_calls(caviar: Graph, real_data: Path) -> None:
    for phase, tip in zip(expected(real_data, "caviar")["phases"], PHASES, strict=True):
        calls = caviar.ask(CALLS, tip=tip)
        network = nx.Graph([(c["a"], c["b"]) for c in calls])
        network.add_nodes_from(persons(caviar, tip))

        assert {
            "persons": len(persons(caviar, tip)),
            "arcs": len(calls),
            "undirected_ties": len({frozenset((c["a"], c["b"])) for c in calls}),
            "calls": sum(c["times"] for c in calls),
            "components": sizes(network),
        }.items() <= phase.items(), tip


def test_who_enters_and_leaves_caviar_in_each_phase(caviar: Graph, real_data: Path) -> None:
    there = [set(), *(persons(caviar, tip) for tip in PHASES)]

    found = [
        {
            "entered": len(now - before),
            "left": len(before - now),
            "never_seen_before": len(now - set().union(*there[: number + 1])),
        }
        for number, (before, now) in enumerate(pairwise(there))
    ]

    keys = ("entered", "left", "never_seen_before")
    assert found == [{key: phase[key] for key in keys} for phase in expected(real_data, "caviar")["phases"]]


def test_the_whole_matrix_of_caviar_has_its_ties_and_busiest_callers(caviar: Graph, real_data: Path) -> None:
    known, full = expected(real_data, "caviar"), expected(real_data, "caviar")["full"]
    called = names(caviar, "caviar", "Person", map(str, range(1, 111)))

    calls = caviar.ask(CALLS, tip="CAVIAR_FULL")
    out, into = Counter[str](), Counter[str]()
    for call in calls:
        out[call["a"]] += call["times"]
        into[call["b"]] += call["times"]

    assert [len(persons(caviar, "CAVIAR_FULL")), len(calls)] == known["third_party"]["nodes_arcs"][:2]
    assert sum(out.values()) == known["third_party"]["total_calls"][0]
    ties = nx.Graph([(c["a"], c["b"]) for c in calls])
    assert ties.number_of_edges() == full["undirected_ties"]
    assert len(list(nx.articulation_points(ties))) == full["articulation_points"]
    assert round(len(calls) / (110 * 109), 6) == full["density_directed"]
    assert (top(out, called, 5), top(into, called, 5)) == (full["out_calls_top5"], full["in_calls_top5"])


def test_the_phases_of_caviar_do_not_add_up_to_the_whole(caviar: Graph, real_data: Path) -> None:
    warned = expected(real_data, "caviar")["warning"]
    called = names(caviar, "caviar", "Person", map(str, range(1, 111)))
    phases = [call for tip in PHASES for call in caviar.ask(CALLS, tip=tip)]
    seen = set().union(*(persons(caviar, tip) for tip in PHASES))
    whole = {(c["a"], c["b"]) for c in caviar.ask(CALLS, tip="CAVIAR_FULL")}
    arcs = {(c["a"], c["b"]) for c in phases}
    absent = sorted((called[i] for i in persons(caviar, "CAVIAR_FULL") - seen), key=int)

    assert warned == (
        f"the 11 phases do not add up to the full matrix: {len(seen)} persons against 110 ({', '.join(absent)} absent), "
        f"{len(arcs)} arcs against {len(whole)} ({len(arcs & whole)} common), "
        f"{sum(c['times'] for c in phases)} calls against 3546"
    )


def test_a_phase_of_caviar_can_be_seen_as_it_was(caviar: Graph, real_data: Path) -> None:
    rows = caviar.ask(
        "MATCH (:Person)-[r:CONTACTED]->(:Person) WHERE r.since <= $day AND r.until >= $day RETURN count(r) AS n",
        day="1995-07-15",
    )

    assert rows == [{"n": expected(real_data, "caviar")["phases"][7]["arcs"]}]


def test_st_louis_has_its_persons_crimes_and_roles(stlouis: Graph, real_data: Path) -> None:
    known = expected(real_data, "stlouis_crime")
    roles = {
        role: int(n) for n, role in re.findall(r"(\d+) (victims|suspects|witnesses|dual)", str(known["third_party"]))
    }

    entries = stlouis.ask(ENTRIES)
    parts: dict[tuple[str, str], set[str]] = {}
    for entry in entries:
        parts.setdefault((entry["p"], entry["e"]), set()).add(entry["part"])
    counted = Counter(frozenset(found) for found in parts.values())

    assert len(parts) == known["involvements"]
    assert len({p for p, _ in parts}) == known["persons_with_an_entry"]
    assert len({e for _, e in parts}) == known["events_with_an_entry"]
    assert counted == {
        frozenset({"victim"}): roles["victims"],
        frozenset({"suspect_in_file"}): roles["suspects"],
        frozenset({"witness"}): roles["witnesses"],
        frozenset({"victim", "suspect_in_file"}): roles["dual"],
    }
    both = [{e["p"] for e in entries if e["part"] == part} for part in ("victim", "suspect_in_file")]
    assert len(both[0] & both[1]) == known["persons_both_victim_and_suspect"]


@pytest.mark.parametrize("tip", ["STL-persons", "STL-involvement"])
def test_the_sex_of_the_persons_of_st_louis_is_read_and_joined(stlouis: Graph, real_data: Path, tip: str) -> None:
    known = expected(real_data, "stlouis_crime")

    rows = stlouis.ask(
        "MATCH (:Tip {reference: $tip})-[m:MENTIONS]->(p:Person) RETURN m.description AS sex, count(DISTINCT p) AS n",
        tip=tip,
    )
    found = {row["sex"]: row["n"] for row in rows}

    if tip == "STL-persons":
        assert found == {"man": known["sex"]["M"], "woman": known["sex"]["F"]}
    else:
        assert found.keys() == {"man", "woman"}
        assert sum(found.values()) == known["persons_with_an_entry"]


def test_st_louis_has_its_busiest_persons_and_crimes_and_its_pieces(stlouis: Graph, real_data: Path) -> None:
    known = expected(real_data, "stlouis_crime")
    called = names(stlouis, "stlouis", "Person", (f"P{n:03d}" for n in range(1, 871)))
    titles = stlouis.ask("MATCH (:Tip)-[m:MENTIONS]->(e:Event) RETURN DISTINCT e.id AS id, m.title AS title")

    pairs = {(entry["p"], entry["e"]) for entry in stlouis.ask(ENTRIES)}

    assert top(Counter(p for p, _ in pairs), called, 8) == known["persons_most_crimes"]
    crimes = Counter(e for _, e in pairs)
    assert top(crimes, {row["id"]: row["title"] for row in titles}, 5) == known["crimes_most_persons"]
    assert sizes(nx.Graph(list(pairs)))[:6] == known["bipartite_components"]


def test_st_louis_has_its_pairs_of_suspects(stlouis: Graph, real_data: Path) -> None:
    known = expected(real_data, "stlouis_crime")["co_suspect_graph"]
    called = names(stlouis, "stlouis", "Person", (f"P{n:03d}" for n in range(1, 871)))
    by_crime: dict[str, set[str]] = {}
    for entry in stlouis.ask(ENTRIES):
        if entry["part"] == "suspect_in_file":
            by_crime.setdefault(entry["e"], set()).add(called[entry["p"]])

    pairs = Counter(pair for crime in by_crime.values() for pair in combinations(sorted(crime), 2))
    repeated = sorted(pairs.items(), key=lambda counted: (-counted[1], counted[0]))[:5]

    assert len(pairs) == known["pairs"]
    assert len({person for pair in pairs for person in pair}) == known["persons"]
    assert sizes(nx.Graph(list(pairs)))[:6] == known["components"]
    assert [[*pair, n] for pair, n in repeated] == known["most_repeated_pairs"]
