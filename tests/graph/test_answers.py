"""Every query answers alike on both engines, and tomorrow as today.

`answers/*.json` holds digests of the answers that were checked on both engines. An engine upgrade that
changes an answer, or a query that only one engine understands, fails here. Write them anew with
`MOBILIS_TEST_WRITE_ANSWERS=1 make test` after a change that means to change answers, and read the diff.
"""

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Graph
from tests.graph.questions import answer, digest, questions

KEPT = Path(__file__).parent / "answers"
SEES = {"analyst": ["open", "youth"], "intelligence": ["open", "youth", "restricted", "raw"]}


@pytest.mark.parametrize("dataset", ["sample", "generated"])
def test_every_query_gives_the_answers_that_both_engines_gave(dataset: str, request: pytest.FixtureRequest) -> None:
    graph: Graph = request.getfixturevalue(dataset)
    found: dict[str, list[object]] = {}
    for name, params in questions(graph):
        for role, sees in SEES.items():
            rows = answer(graph, name, params, sees)
            key = f"{name} as {role}: {digest([params])}"
            found[key] = [len(rows), digest(rows)]
    kept = KEPT / f"{dataset}.json"
    if os.environ.get("MOBILIS_TEST_WRITE_ANSWERS"):
        KEPT.mkdir(exist_ok=True)
        kept.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", encoding="utf-8")

    expected = json.loads(kept.read_text(encoding="utf-8"))

    assert {k: v for k, v in found.items() if expected.get(k) != v} == {}
    assert set(found) == set(expected)
    assert sum(int(str(v[0])) > 0 for v in found.values()) > len(found) / 2  # not equal because all are empty
