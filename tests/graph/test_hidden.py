"""Hidden means absent: for every read query and every role, the answer equals that of a graph into
which the hidden tips were never loaded."""

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

from mobilis_graph import store
from mobilis_graph.access import SEES, Role
from mobilis_graph.errors import NotFound
from tests.conftest import SAMPLE, Graph
from tests.graph.questions import Question, answer, questions

READERS = [role for role in Role if SEES[role]]
SEARCHES = ("kaz", "galeries", "honda", "450-555-0142", "mado", "voiture", "s")


def without_hidden(folder: Path, out: Path) -> set[str]:
    """Copy tables without the untriaged tips and all they say; return the references left out."""
    shutil.copytree(folder, out, ignore=lambda _, names: [n for n in names if not n.endswith((".csv", ".toml"))])
    hidden = {r["reference"] for r in _rows(folder / "tips.csv") if r["state"] in ("received", "reçue")}
    for table in out.glob("*.csv"):
        rows = _rows(table)
        kept = [
            r for r in rows if r.get("tip", r.get("reference")) not in hidden and r.get("contradicts") not in hidden
        ]
        _write(table, rows, kept)
    described = {r.get("ref") or r.get("token") for t in out.glob("*.csv") for r in _rows(t) if "tip" in r}
    for name, columns in (("same_as", ("from", "to")), ("statuses", ("ref",))):
        if (table := out / f"{name}.csv").exists():
            rows = _rows(table)
            _write(table, rows, [r for r in rows if all(r[c] in described for c in columns)])
    return hidden


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(table: Path, rows: list[dict[str, str]], kept: list[dict[str, str]]) -> None:
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else ["tip"])
        writer.writeheader()
        writer.writerows(kept)


def screens(graph: Graph, role: Role, ids: list[str], pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """What the store hands to the screens of a role: values, or the same sentence for hidden and missing."""
    desk = graph.desk(role)
    seen: dict[str, Any] = {
        "start": store.start(desk),
        "counts": store.counts(desk),
        "network": store.network(desk, ids),
    }
    for text in SEARCHES:
        seen[f"search {text}"] = store.search(desk, text)
    for a, b in pairs:
        seen[f"tie {a} {b}"] = store.tie(desk, a, b)
    for i in ids:
        seen[f"counts {i}"] = store.neighbour_counts(desk, i)
        for name, ask in (("profile", store.profile), ("neighbours", store.neighbours)):
            try:
                seen[f"{name} {i}"] = ask(desk, i)
            except NotFound as exc:
                seen[f"{name} {i}"] = str(exc)
    return seen


@pytest.mark.parametrize("dataset", ["sample", "generated"])
def test_what_is_hidden_changes_nothing_a_viewer_can_observe(
    dataset: str, graph: Graph, generated_tables: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = {"sample": SAMPLE, "generated": generated_tables}[dataset]
    request.getfixturevalue(dataset)
    asked: list[Question] = list(questions(graph))
    ids = sorted({p["id"] for _, p in asked if "id" in p})
    pairs = sorted({(p["a"], p["b"]) for _, p in asked if "a" in p})
    roles = [r for r in READERS if "restricted" not in SEES[r]]
    full = {(r, n): answer(graph, *q, list(SEES[r])) for r in roles for n, q in enumerate(asked)}
    shown = {r: screens(graph, r, ids, pairs) for r in roles}
    everything = {n: answer(graph, *q, list(SEES[Role.INTELLIGENCE])) for n, q in enumerate(asked)}

    hidden = without_hidden(folder, tmp_path / "open")
    graph.wipe()
    plan = graph.load(tmp_path / "open")

    assert hidden
    assert plan.rows_refused == 0
    for (role, n), rows in full.items():
        assert rows == answer(graph, *asked[n], list(SEES[role])), f"{role}: {asked[n]}"
    for role in roles:
        now = screens(graph, role, ids, pairs)
        assert {k: v for k, v in now.items() if v != shown[role][k]} == {}
    # The test could not fail if nothing had been hidden: the intelligence officer's answers do change.
    changed = [n for n, rows in everything.items() if rows != answer(graph, *asked[n], list(SEES[Role.INTELLIGENCE]))]
    assert len(changed) > 20
