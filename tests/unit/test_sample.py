"""The fictional town: everything of the model at least once, invented throughout, and counted as its README says."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mobilis_graph.schema import NODES, RELS
from tests.conftest import SAMPLE

NEXT = SAMPLE / "next_month"
README = (SAMPLE / "README.md").read_text(encoding="utf-8")
Row = dict[str, str]


def rows(folder: Path, table: str) -> list[Row]:
    path = folder / f"{table}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def told(name: str) -> Iterator[str]:
    """Every value of a column, in any table of both folders."""
    for folder in (SAMPLE, NEXT):
        for path in folder.glob("*.csv"):
            yield from (row[name] for row in rows(folder, path.stem) if row.get(name))


@pytest.mark.parametrize("kind", [*NODES, *RELS], ids=lambda k: k.name)
def test_every_type_with_every_property_and_every_choice_is_told_once_at_least(kind: object) -> None:
    table = kind.table  # type: ignore[attr-defined]
    told_here = [*rows(SAMPLE, table), *rows(NEXT, table)]

    assert told_here
    for prop in kind.props:  # type: ignore[attr-defined]
        values = {row.get(prop.name, "") for row in told_here} - {""}
        assert values, prop.name
        assert {c.value for c in prop.choices} - values in (set(), {"TLP:RED"}), prop.name  # TLP:RED is the default


def test_every_pair_of_ends_is_told_once_at_least() -> None:
    labels = {row["ref"]: n.name for n in NODES for row in rows(SAMPLE, n.table) if row.get("ref")}
    labels |= {row["token"]: "YoungPerson" for row in rows(SAMPLE, "young_persons")}

    for rel in RELS:
        found = {(labels[row["from"]], labels[row["to"]]) for row in rows(SAMPLE, rel.table)}
        swapped = found | {(b, a) for a, b in found}
        assert set(rel.ends) <= (found if rel.directed else swapped), rel.name


def test_the_counts_of_the_readme_are_those_of_the_tables() -> None:
    first, second = README.split("`next_month/` (re-stated tips included):")
    for folder, text in ((SAMPLE, first.split("## Counts")[1]), (NEXT, second)):
        counted = {name: int(n) for name, n in re.findall(r"^\| `(\w+)\.csv` \| (\d+)", text, re.MULTILINE)}
        entities = sum(n for name, n in counted.items() if name in {k.table for k in NODES} - {"tips", "raw_texts"})
        assertions = sum(n for name, n in counted.items() if name in {r.table for r in RELS})
        assert counted == {name: len(rows(folder, name)) for name in counted}
        assert f"| **entities** | {entities} |" in text
        assert f"| **assertions** | **{assertions}** |" in text


def test_the_states_and_consents_of_the_readme_are_those_of_the_tables() -> None:
    for title, table, column in (
        ("States", "tips", "state"), ("Consents", "young_persons", "consent"), ("Channels", "tips", "channel"),
    ):  # fmt: skip
        said = re.search(rf"{title}: ([^.]+)\.", README)
        assert said
        counted = {name: int(n) for name, n in re.findall(r"(\w+) (\d+)", said[1])}
        assert counted == Counter(row[column] for row in rows(SAMPLE, table))


def test_plates_phones_and_areas_belong_to_nobody() -> None:
    assert [p for p in told("plate") if not set(p.upper()) & set("IOQU")] == []
    phones = [v for v in told("value") if re.fullmatch(r"[\d\s().+*-]{7,}", v)]
    assert phones
    assert [p for p in phones if not re.search(r"555\D?01\d\d$|\*+\D?01\d\d$", p)] == []
    assert [a for a in told("fsa") if not re.fullmatch(r"[A-Z]\d[A-Z]", a) or not set(a) & set("DFIOQU")] == []


def test_the_texts_are_in_both_languages_with_their_accents() -> None:
    texts = list(told("text"))

    assert sum(bool(re.search(r"[éèêàçù]", t)) for t in texts) > 40
    assert sum(bool(re.search(r"\b(the|and|was|with)\b", t)) for t in texts) > 20


@pytest.mark.parametrize(
    "name",
    ["Kaz", "Biggs", "Doc", "Mado", "Steve", "Trey", "Rosco", "Jérémie", "Geneviève", "QIO 123", "450-555-0142", "403", "Hublot"],
)  # fmt: skip
def test_whom_the_journeys_name_is_there(name: str) -> None:
    everything = "\n".join(path.read_text(encoding="utf-8-sig") for path in SAMPLE.glob("*.csv"))

    assert name in everything


def test_the_traps_are_set() -> None:
    places = {row["ref"]: row["placeClass"] for row in rows(SAMPLE, "places") if row["placeClass"]}
    present, tips = rows(SAMPLE, "present_at"), {row["reference"]: row for row in rows(SAMPLE, "tips")}
    events = {row["from"]: row["to"] for row in rows(SAMPLE, "took_place_at")}
    contacts = [row for row in rows(SAMPLE, "contacted") if row["from"] in ("genevieve", "genevieve2")]
    neutral = {(row["from"], row["role"]) for row in rows(SAMPLE, "neutral_to")}

    mall = {row["from"] for row in present if row["tip"] == "INF-26-023"} | {
        row["from"] for row in rows(SAMPLE, "seen_at") if row["tip"] == "INF-26-023"
    }
    centre = {row["from"] for row in present if row["tip"] == "INF-26-014" and row["from"].startswith("J-")}
    echoes = {tips[reference]["origin"] for reference in ("INF-26-038", "INF-26-039", "INF-26-040")}

    assert len(mall) >= 60
    assert len(centre) == 12
    assert places[events[next(r["to"] for r in present if r["tip"] == "INF-26-014")]] == "institution"
    assert len({row["to"] for row in contacts}) >= 9
    assert {role for _, role in neutral} >= {"family", "driver_for_hire", "youth_worker"}
    assert (tips["INF-26-049"]["sourceGrade"], tips["INF-26-049"]["contentGrade"]) == ("F", "6")
    assert len(echoes) == 1
