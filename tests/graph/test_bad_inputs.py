"""Bad inputs: a clear message each, nothing that names a girl, and the graph as it was."""

import csv
import datetime as dt
import io
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from mobilis_graph.errors import InputError
from tests.conftest import ROOT, Graph
from tests.graph.bad_inputs import (
    CASES,
    GOOD,
    HEAD,
    MASK,
    TIP,
    Bad,
    Content,
    Pair,
    forbidden,
    one_long_line,
    table,
    tip,
)

Picture = list[tuple[object, ...]]


def written(folder: Path, files: Mapping[str, Content]) -> Path:
    """A folder with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir()
            continue
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content(path)
    return folder


@dataclass(frozen=True)
class Held:
    """A graph that holds the good tables, how it looks, and where they are."""

    graph: Graph
    picture: Picture
    good: Path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("in") / "good", GOOD)


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    """How the graph looks when it holds the good tables, once it is known."""
    return []


@pytest.fixture
def held(graph: Graph, good: Path, pictures: list[Picture]) -> Held:
    graph.hold("good tables", lambda: graph.load(good))
    if not pictures:
        pictures.append(graph.picture())
    return Held(graph, pictures[0], good)


def untouched(held: Held) -> bool:
    """Whether the graph is as it was; if it is not, the next test does not suffer from it."""
    same = held.graph.picture() == held.picture
    if not same:
        held.graph.wipe()
    return same


def messages(held: Held, paths: Iterable[Path], folder: Path, mapping: Path | None = None) -> tuple[list[str], str]:
    """Load for real; return what it says, and the file of refused rows."""
    refused = folder / "refused.csv"
    try:
        with held.graph.job(*paths, mapping=mapping) as job:
            job.plan()
            said = job.refused(5000)
            job.write_refused(refused)
            job.write()
    except InputError as no:
        return [str(no)], ""
    return said, refused.read_text(encoding="utf-8-sig")


def test_the_cases_are_many_and_each_has_its_own_name() -> None:
    names = [case.id for case in CASES]

    assert len(names) >= 220
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_bad_input_gets_a_clear_message_and_leaves_the_graph_untouched(
    case: Bad, held: Held, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = written(tmp_path / "in", case.files)
    paths = [folder / case.load] if case.only else [held.good, folder / case.load]

    said, refused = messages(held, paths, tmp_path, folder / case.mapping if case.mapping else None)
    (held.graph.home / "minors.txt").unlink(missing_ok=True)  # kept of one case, it would refuse the next

    assert untouched(held)
    assert any(all(words in one for words in case.says) for one in said), (case.says, said)
    assert bool(refused) is not case.stops
    told = "\n".join((*said, refused, caplog.text))
    assert [words for words in case.hides if words in told] == []
    told.encode()  # what cannot be printed cannot be read
    assert all(len(one) < 1_000 for one in said)


Refused = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def found() -> Refused:
    return {}


@pytest.fixture
def refused_pairs(held: Held, found: Refused, tmp_path: Path) -> Refused:
    """The refused rows, by tip, of one load that asserts every forbidden pair of ends."""
    if found:
        return found
    tables: dict[str, list[dict[str, str]]] = {"tips": [tip(pair.tip) for pair in forbidden()]}
    for pair in forbidden():
        tables.setdefault(pair.type.lower(), []).append(pair.row())
    folder = written(tmp_path / "in", {f"{name}.csv": table(*rows) for name, rows in tables.items()})
    _, text = messages(held, [held.good, folder], tmp_path)
    assert untouched(held)
    for row in csv.DictReader(io.StringIO(text)):
        found.setdefault(row["tip"], []).append(row)
    return found


def _pair_id(pair: Pair) -> str:
    return f"{pair.start}-{pair.type}-{pair.end}"


@pytest.mark.parametrize("pair", [p for p in forbidden() if p.young], ids=_pair_id)
def test_a_young_person_is_an_end_of_nothing_that_is_not_listed_for_it(pair: Pair, refused_pairs: Refused) -> None:
    row = refused_pairs[pair.tip][0]

    assert row["file"].endswith(f"{pair.type.lower()}.csv")
    assert int(row["line"]) > 1
    assert row["reason"] == "this relationship cannot stand between these two types of entity"
    assert row["remedy"].endswith("of a young person, nothing else may be said")
    assert "J-" not in ",".join(row.values())


@pytest.mark.parametrize("type_", sorted({p.type for p in forbidden()}))
def test_a_relationship_stands_only_between_the_ends_the_model_lists(type_: str, refused_pairs: Refused) -> None:
    pairs = [p for p in forbidden() if p.type == type_]

    reasons = {p: [row["reason"] for row in refused_pairs.get(p.tip, [])] for p in pairs}

    assert [p for p, found in reasons.items() if not any("cannot stand between" in r for r in found)] == []


@dataclass
class Peak:
    """The most memory that Python held since the beginning, in MB."""

    megabytes: float = 0.0


@pytest.fixture
def peak() -> Iterator[Peak]:
    tracemalloc.start()
    found = Peak()
    yield found
    tracemalloc.stop()


def measured(peak: Peak) -> float:
    peak.megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    return peak.megabytes


@pytest.mark.parametrize(
    ("first", "piece", "says"),
    [
        (HEAD, "x", "line 2: longer than 1000000 characters"),
        (HEAD, "é", "line 2: longer than 1000000 characters"),
        ("", "tip,", "line 1: longer than 1000000 characters"),
        (HEAD + 'T9,p9,"', "x\n", "a quote is probably not closed"),
        (HEAD + 'T9,p9,"', "x", "line 2: longer than 1000000 characters"),
        (HEAD, "\0", "line 2: "),
    ],
    ids=["plain", "accents", "header", "open-quote-lines", "open-quote", "nul"],
)
def test_a_file_of_one_200_megabyte_line_is_refused_at_once_and_in_little_memory(
    first: str, piece: str, says: str, held: Held, tmp_path: Path, peak: Peak
) -> None:
    folder = written(tmp_path / "in", {"tips.csv": table(TIP), "persons.csv": one_long_line(200, first, piece)})

    said, _ = messages(held, [held.good, folder], tmp_path)

    assert says in said[0]
    assert measured(peak) < 60
    assert untouched(held)


def test_a_bad_row_at_the_end_of_a_long_table_is_found_before_anything_is_written(
    held: Held, tmp_path: Path, peak: Peak
) -> None:
    folder = written(
        tmp_path / "in",
        {"tips.csv": table(TIP), "persons.csv": HEAD + "T9,p9,Kim\n" + "T9,,Quo\n" * 20_000 + "T9,p9\0,Kim\n"},
    )

    said, _ = messages(held, [held.good, folder], tmp_path)

    assert said[0].endswith(
        "persons.csv, line 20003: a NUL byte; this is not a text table, or it is damaged: export it again"
    )
    assert measured(peak) < 60
    assert untouched(held)


def test_files_of_one_name_in_two_folders_are_told_apart(held: Held, tmp_path: Path) -> None:
    bad = {"persons.csv": HEAD + "T1,,Kim\n"}
    one, two = written(tmp_path / "mai", bad), written(tmp_path / "juin", bad)

    said, _ = messages(held, [held.good, one, two], tmp_path)

    assert [s.split(",")[0] for s in said] == ["mai/persons.csv", "juin/persons.csv"]


def test_one_table_given_twice_is_read_once(held: Held, tmp_path: Path) -> None:
    said, _ = messages(held, [held.good, held.good, held.good / "persons.csv"], tmp_path)

    assert said == []
    assert untouched(held)


COLUMNS = ("tip", "ref", "name", "aliases", "birthYear", "since")
MANY = (
    ("T1", "p1", "NA", "null|None", "1990", "3 mai 2026"),
    ("T1", "p2", "Émile Ouimet-L’Œuvre", "", "1985", "mai 2026"),
    ("T1", "p3", "null", "", "1985,0", ""),
    ("T1", "p4", "None", "", "", "03/05/2026"),
)
PLACE = {"tip": "T1", "ref": "l1", "name": "Quai", "lat": "45,5017", "lon": "-73.5673"}


def spread(separator: str, *, ending: str = "\n", trailing: str = "", blank: str = "") -> str:
    """The persons of MANY as a text table; a value that holds the separator is quoted."""
    quoted = ([f'"{c}"' if separator in c else c for c in row] for row in (COLUMNS, *MANY))
    return blank + (ending + blank).join(separator.join(row) + trailing for row in quoted) + ending


def persons_book(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Persons"
    for row in (COLUMNS, *MANY):
        book.active.append(row)
    book.create_sheet("places").append(list(PLACE))
    book["places"].append([*list(PLACE.values())[:3], 45.5017, -73.5673])
    tips = book.create_sheet("tips")
    tips.append(list(TIP))
    tips.append([*list(tip("T1").values())[:1], dt.date(2026, 6, 1), *list(tip("T1").values())[2:]])
    book.save(path)


TEXTS = {"tips.csv": table(tip("T1")), "places.csv": table(PLACE)}
GOODS: dict[str, Mapping[str, Content]] = {
    "utf-8": TEXTS | {"persons.csv": spread(",")},
    "utf-8-mark": TEXTS | {"persons.csv": spread(",").encode("utf-8-sig")},
    "windows-1252": TEXTS | {"persons.csv": spread(";", ending="\r\n").encode("cp1252")},
    "utf-16": TEXTS | {"persons.csv": spread("\t").encode("utf-16")},
    "semicolon": TEXTS | {"persons.csv": spread(";")},
    "tab": TEXTS | {"persons.csv": spread("\t")},
    "tsv": TEXTS | {"persons.tsv": spread("\t")},
    "txt": TEXTS | {"PERSONS.TXT": spread(";", ending="\r\n")},
    "old-mac": TEXTS | {"persons.csv": spread(";", ending="\r")},
    "blank-lines": TEXTS | {"persons.csv": spread(",", blank="\n \n")},
    "trailing-separators": TEXTS | {"persons.csv": spread(",", trailing=",,,")},
    "separators-only-lines": TEXTS | {"persons.csv": spread(";", blank=";;;;;\n")},
    "no-last-line-end": TEXTS | {"persons.csv": spread(",").rstrip("\n")},
    "title-case": TEXTS | {"persons.csv": spread(",").replace("birthYear", "BIRTHYEAR").replace("ref", " Ref ")},
    "workbook": {"mai.xlsx": persons_book},
    "beside-other-files": TEXTS
    | {
        "persons.csv": spread(","),
        "~$persons.xlsx": b"\x05",
        "._persons.csv": b"\0",
        "lisez-moi.md": "#",
        "carte.png": b"\x89PNG",
    },
}


@pytest.mark.parametrize("name", GOODS)
def test_tables_as_people_have_them_load_and_mean_the_same(graph: Graph, tmp_path: Path, name: str) -> None:
    graph.wipe()
    folder = written(tmp_path / "in", GOODS[name] | {"mobilis.toml": 'source = "many"'})

    plan = graph.load(folder)

    told = graph.ask(
        "MATCH ()-[m:MENTIONS]->(:Person) RETURN m.name AS name, m.aliases AS aliases, m.birthYear AS year, m.since AS since, m.precision AS precision"
    )
    assert (plan.rows_refused, plan.tips_new) == (0, 1)
    assert sorted(tuple(row.values()) for row in told) == [
        ("NA", ["null", "None"], 1990, "2026-05-03", "day"),
        ("None", None, None, "2026-05-03", "day"),
        ("null", None, 1985, None, None),
        ("Émile Ouimet-L’Œuvre", None, 1985, "2026-05-01", "month"),
    ]
    assert graph.ask("MATCH ()-[m:MENTIONS]->(:Place) RETURN m.lat AS lat, m.lon AS lon") == [
        {"lat": 45.5017, "lon": -73.5673}
    ]


def test_a_circle_of_contradictions_holds_no_other_tip(graph: Graph, tmp_path: Path) -> None:
    graph.wipe()
    uses = [{"tip": t, "from": "p1", "to": "v1"} for t in ("T1", "T2", "T3")]
    pairs = (("T1", "T2"), ("T2", "T1"), ("T4", "T3"), ("T5", "T1"))
    files = {
        "tips.csv": table(*(tip(f"T{n}") for n in range(1, 6))),
        "persons.csv": table({"tip": "T3", "ref": "p1", "name": "Kim"}),
        "vehicles.csv": table({"tip": "T3", "ref": "v1", "plate": "QIO 1", "jurisdiction": "QC"}),
        "uses.csv": table(*uses),
        "contradicts.csv": table(
            *({"tip": a, "contradicts": b, "type": "USES", "from": "p1", "to": "v1"} for a, b in pairs)
        ),
    }

    plan = graph.load(written(tmp_path / "in", files))

    assert (plan.tips_new, plan.tips_held) == (2, 3)
    assert graph.ask("MATCH (a)-[:CONTRADICTS]->(b) RETURN a.reference AS a, b.reference AS b") == [
        {"a": "T4", "b": "T3"}
    ]


def test_a_contradiction_of_what_a_tip_of_the_graph_does_not_say_is_refused(held: Held, tmp_path: Path) -> None:
    known = {"persons.csv": table(*({"tip": "T9", "ref": r, "name": r} for r in ("p1", "p2")))}
    against = {"tip": "T9", "contradicts": "T3", "type": "RELATED_TO", "from": "p1", "to": "p2"}
    folder = written(
        tmp_path / "in",
        known | {"mobilis.toml": 'source = "bad"', "tips.csv": table(TIP), "contradicts.csv": table(against)},
    )

    said, _ = messages(held, [folder], tmp_path)

    assert said == [
        "contradicts.csv, line 2, type: the tip it contradicts does not say that, between these ends in this order. "
        "Name the type and the ends as they stand in the other tip's row."
    ]
    assert untouched(held)


def test_a_bad_row_of_a_ref_does_not_change_what_the_ref_stands_for(held: Held, tmp_path: Path) -> None:
    bad = {"tip": "T9", "ref": "p1", "plate": "QIO 9", "jurisdiction": "QC"}
    folder = written(tmp_path / "in", {"tips.csv": table(TIP), "vehicles.csv": table(bad)})

    with held.graph.job(held.good, folder) as job:
        plan = job.plan()

    assert (plan.tips_same, plan.tips_held, plan.tips_changed) == (3, 1, 0)


def run(graph: Graph, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line, as a user runs it, on the engine of this run."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("MOBILIS_")} | {"MOBILIS_HOME": str(graph.home)}
    for name in ("URI", "USER", "PASSWORD"):
        if told := os.environ.get(f"MOBILIS_TEST_NEO4J_{name}"):
            env[f"MOBILIS_NEO4J_{name}"] = told
    command = [sys.executable, "-c", "from mobilis_graph.cli import main; main()", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_a_strict_load_with_one_refused_row_loads_nothing(held: Held, tmp_path: Path) -> None:
    files = {
        "tips.csv": table(TIP, tip("T8")),
        "persons.csv": HEAD + "T8,p8,Kim\nT9,,Quo\n",
        "mobilis.toml": 'source = "bad"',
    }
    folder, refused = written(tmp_path / "in", files), tmp_path / "refused.csv"

    done = run(held.graph, "load", str(folder), "--strict", "--refused", str(refused))

    assert (done.returncode, done.stderr) == (1, "")
    assert "persons.csv, line 3, ref: ref is empty. Fill it in." in done.stdout
    assert refused.read_text(encoding="utf-8-sig").count("\n") == 2
    assert untouched(held)


def test_the_command_line_says_a_fault_in_one_sentence_and_no_traceback(held: Held, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", {"persons.csv": "tip,ref,naem\n"})

    done = run(held.graph, "load", str(folder))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "mobilis: persons.csv, line 1: column 3 'naem' is not one of persons; did you mean name?\n"
    assert untouched(held)


def test_no_value_of_a_young_person_reaches_the_command_line(held: Held, tmp_path: Path) -> None:
    young = "tip,token,consent,nom\nT9,Aurélie,accepts,\nT9,J-7C3VB,accepts,Aurélie Tremblay\n"
    folder = written(tmp_path / "in", {"tips.csv": table(TIP), "young_persons.csv": young})

    done = run(held.graph, "check", str(folder), "--refused", str(tmp_path / "refused.csv"))

    assert done.returncode == 1
    assert done.stdout.count(MASK) == 2
    assert "Aurélie" not in done.stdout + done.stderr + (tmp_path / "refused.csv").read_text(encoding="utf-8")
