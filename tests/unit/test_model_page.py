"""docs/model.md is what `mobilis model` prints."""

import json
import subprocess
import sys

from mobilis_graph.render import model_page
from mobilis_graph.schema import ASSERTION_PROPS, NODES, RELS
from tests.conftest import ROOT


def mobilis(*args: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "mobilis_graph", *args], capture_output=True, check=True
    ).stdout.decode("utf-8")


def test_the_page_in_the_docs_is_what_the_command_prints() -> None:
    told = mobilis("model")

    assert told == (ROOT / "docs" / "model.md").read_text(encoding="utf-8")


def test_the_page_tells_every_type_property_and_value() -> None:
    page = model_page.page()

    assert all(f"### {n.name} – {n.label.fr} / {n.label.en}" in page for n in NODES)
    assert all(f"| `{r.name}` | {r.label.fr} / {r.label.en} |" in page for r in RELS)
    for prop in (*(p for n in NODES for p in n.props), *ASSERTION_PROPS):
        assert (
            f"| `{prop.name}`{' *' if prop.required else ''} | {prop.label.fr} | {prop.label.en} | {prop.kind} |"
            in page
        )
        assert all(choice.value in page for choice in prop.choices)


def test_every_table_of_the_page_has_as_many_cells_in_each_row() -> None:
    blocks = [b for b in model_page.page().split("\n\n") if b.startswith("|")]

    assert len(blocks) == len(NODES) + 2
    assert [b for b in blocks if len({line.count("|") for line in b.strip().splitlines()}) != 1] == []


def test_scripts_get_the_same_as_data() -> None:
    told = json.loads(mobilis("model", "--json"))

    assert [n["name"] for n in told["nodes"]] == [n.name for n in NODES]
    assert [r["name"] for r in told["relationships"]] == [r.name for r in RELS]
    assert told["relationships"][0]["ends"] == [["Person", "Person"]]
