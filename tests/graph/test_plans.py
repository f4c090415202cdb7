"""Every statement is planned by the engine on a graph that holds everything, and answers with the columns it declares."""

import csv
import shutil
from pathlib import Path

import pytest

from mobilis_graph import ddl, queries, store
from mobilis_graph.schema import NODE
from tests.conftest import SAMPLE, Graph
from tests.graph.questions import questions

ALL = sorted(queries.load())
FILTERED = {q.name for q in queries.load().values() if "sees" in q.params}
WRITTEN = {
    **{f"merge {label}": ddl.merge_nodes(label) for label in NODE},
    **{f"create {rel}": ddl.create_assertions(rel) for rel in ddl.ASSERTIONS},
    **{f"guard {rel}": ddl.guard_assertions(rel) for rel in ddl.ASSERTIONS},
    **{f"close {rel}": ddl.close_assertions(rel) for rel in ddl.ASSERTIONS},
}
SEES = ["open", "youth", "restricted", "raw"]


@pytest.fixture
def everything(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The sample, with one tip loaded again in other words and one taken back: every property is there."""

    def fill() -> None:
        graph.load(SAMPLE)
        folder = tmp_path_factory.mktemp("again") / "sample"
        shutil.copytree(SAMPLE, folder)
        with (SAMPLE / "tips.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        changed = next(r for r in rows if r["state"] == "triaged")
        changed["text"] += " (relu)"
        with (folder / "tips.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        plan = graph.load(folder)
        assert plan.tips_changed == 1
        store.retract(
            graph.desk(), next(r["reference"] for r in rows if r["state"] == "closed"), "pour que rien ne manque"
        )

    graph.hold("everything", fill)
    return graph


@pytest.mark.parametrize("name", ALL)
def test_a_query_file_is_planned_without_a_warning(everything: Graph, name: str) -> None:
    asked = queries.query(name)

    assert everything.db.explain(asked.text, **dict.fromkeys(asked.params)) == []


@pytest.mark.parametrize("name", WRITTEN)
def test_a_statement_written_by_the_model_is_planned_without_a_warning(everything: Graph, name: str) -> None:
    params = {"rows": [], "loadedAt": "", "tip": "", "gone": [], "day": ""}

    assert everything.db.explain(WRITTEN[name], **params) == []


def test_a_misspelt_query_does_not_pass_for_a_sound_one(everything: Graph) -> None:
    text = "MATCH (n:Persona) WHERE n.aliass IS NULL RETURN n"

    told = everything.db.explain(text)

    assert everything.db.embedded() or len(told) == 2


def columns(graph: Graph, name: str, **params: object) -> tuple[str, ...] | None:
    """The columns of an answer, None where it has no rows (the embedded engine names columns only with rows)."""
    with graph.db._session() as session:
        result = session.run(queries.query(name).text, params)  # type: ignore[arg-type]
        rows = [record.keys() for record in result]
        assert all(keys == rows[0] for keys in rows)
        return tuple(rows[0]) if rows else None


def test_every_filtered_query_answers_with_the_columns_of_its_header(everything: Graph) -> None:
    answered: dict[str, set[tuple[str, ...]]] = {}
    known = everything.ask("MATCH (p:Person)-[:HAS_STATUS]->(s:Status) RETURN p.id AS id LIMIT 1")
    asked = [*questions(everything), ("entity/statuses", {"id": known[0]["id"], "knownOn": "9999-12-31"})]
    for name, params in asked:
        if keys := columns(everything, name, **params, sees=SEES):
            answered.setdefault(name, set()).add(keys)

    assert answered == {name: {queries.query(name).returns} for name in FILTERED}


def test_every_bookkeeping_read_answers_with_the_columns_of_its_header(everything: Graph) -> None:
    said = everything.ask(
        "MATCH (a:Person)-[r:ASSOCIATES_WITH]->(b:Person) WHERE r.retractedAt IS NULL "
        "RETURN r.tip AS tip, type(r) AS type, a.id AS start, b.id AS end LIMIT 1"
    )[0]
    young = everything.ask("MATCH (y:YoungPerson) RETURN collect(y.id) AS ids")[0]["ids"]
    places = everything.ask("MATCH (p:Place) RETURN collect(p.id) AS ids")[0]["ids"]
    keys = everything.ask("MATCH (t:Tip) RETURN collect(t.key) AS keys")[0]["keys"]
    asked: dict[str, dict[str, object]] = {
        "load/consents": {"tips": everything.ask("MATCH (t:Tip) RETURN collect(t.id) AS ids")[0]["ids"]},
        "load/entities": {"ids": [said["start"]]},
        "load/judged": {"rows": everything.ask("MATCH (a)-[s:SAME_AS]->(b) RETURN a.id AS a, b.id AS b, s.id AS id")},
        "load/live_keys": {"ids": [said["start"]], "without": []},
        "load/mentioned": {"tip": said["tip"]},
        "load/naming": {"ids": [said["start"]]},
        "load/place_classes": {"ids": places},
        "load/said": said,
        "load/standing": {"tips": [said["tip"]]},
        "load/tips": {"keys": keys},
        "load/tokens": {"ids": young},
        "load/young_present": {"ids": places},
    }
    reads = {n for n in ALL if n not in FILTERED and queries.query(n).mode == "read"}

    answered = {n: columns(everything, n, **asked.get(n, {})) for n in reads}

    assert answered == {n: queries.query(n).returns for n in reads}


def test_a_write_answers_with_the_columns_of_its_header(empty: Graph, tmp_path: Path) -> None:
    with empty.db._session() as session:
        session.run("CREATE (:Entity:Tip {id: 'a', key: 'a'})").consume()

    told = columns(empty, "load/retract", tip="a", day="2026-01-01", reason="r", by="b")

    assert told == queries.query("load/retract").returns
    assert {n for n in ALL if queries.query(n).mode == "write" and queries.query(n).returns} == {
        "load/retract",
        "load/update_tip",
    }
