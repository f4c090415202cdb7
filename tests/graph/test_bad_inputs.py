"""Bad inputs: a clear message each, nothing that names a girl, and the graph as it was."""

import csv
import io
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from mobilis_graph.errors import InputError
from tests.conftest import ROOT, Graph
from tests.graph.bad_inputs import CASES, GOOD, HEAD, MASK, TIP, Bad, Content, Pair, forbidden, one_long_line, table, tip

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
def held(graph: Graph, good: Path) -> Held:
    graph.wipe()
    plan = graph.load(good)
    assert (plan.tips_new, plan.rows_refused) == (3, 0)
    return Held(graph, graph.picture(), good)


def messages(held: Held, paths: Iterable[Path], folder: Path) -> tuple[list[str], str]:
    """Load for real; return what it says, and the file of refused rows."""
    refused = folder / "refused.csv"
    try:
        with held.graph.job(*paths) as job:
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

    said, refused = messages(held, paths, tmp_path)

    assert any(all(words in one for words in case.says) for one in said), (case.says, said)
    assert bool(refused) is not case.stops
    assert held.graph.picture() == held.picture
    told = "\n".join((*said, refused, caplog.text))
    assert [words for words in case.hides if words in told] == []
    told.encode()  # what cannot be printed cannot be read
    assert all(len(one) < 1_000 for one in said)


@pytest.fixture(scope="module")
def refused_pairs(held: Held, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    """The refused rows of one load that asserts every forbidden pair of ends, by tip."""
    folder, pairs = tmp_path_factory.mktemp("pairs"), forbidden()
    tables: dict[str, list[dict[str, str]]] = {"tips": [tip(pair.tip) for pair in pairs]}
    for pair in pairs:
        tables.setdefault(pair.type.lower(), []).append(pair.row())
    written(folder / "in", {f"{name}.csv": table(*rows) for name, rows in tables.items()})
    _, text = messages(held, [held.good, folder / "in"], folder)
    assert held.graph.picture() == held.picture
    found: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        found.setdefault(row["tip"], []).append(row)
    return found


def _pair_id(pair: Pair) -> str:
    return f"{pair.start}-{pair.type}-{pair.end}"


@pytest.mark.parametrize("pair", [p for p in forbidden() if p.young], ids=_pair_id)
def test_a_young_person_is_an_end_of_nothing_that_is_not_listed_for_it(
    pair: Pair, refused_pairs: dict[str, list[dict[str, str]]]
) -> None:
    row = refused_pairs[pair.tip][0]

    assert row["file"].endswith(f"{pair.type.lower()}.csv")
    assert int(row["line"]) > 1
    assert row["reason"] == "this relationship cannot stand between these two types of entity"
    assert row["remedy"].endswith("of a young person, nothing else may be said")
    assert "J-" not in ",".join(row.values())


@pytest.mark.parametrize("type_", sorted({p.type for p in forbidden()}))
def test_a_relationship_stands_only_between_the_ends_the_model_lists(
    type_: str, refused_pairs: dict[str, list[dict[str, str]]]
) -> None:
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
    assert held.graph.picture() == held.picture


def test_a_bad_row_at_the_end_of_a_long_table_is_found_before_anything_is_written(held: Held, tmp_path: Path, peak: Peak) -> None:
    folder = written(tmp_path / "in", {"tips.csv": table(TIP), "persons.csv": HEAD + "T9,p9,Kim\n" + "T9,,Quo\n" * 20_000 + "T9,p9\0,Kim\n"})

    said, _ = messages(held, [held.good, folder], tmp_path)

    assert said[0].endswith("persons.csv, line 20003: a NUL byte; this is not a text table, or it is damaged: export it again")
    assert measured(peak) < 60
    assert held.graph.picture() == held.picture


def test_files_of_one_name_in_two_folders_are_told_apart(held: Held, tmp_path: Path) -> None:
    bad = {"persons.csv": HEAD + "T1,,Kim\n"}
    one, two = written(tmp_path / "mai", bad), written(tmp_path / "juin", bad)

    said, _ = messages(held, [held.good, one, two], tmp_path)

    assert [s.split(",")[0] for s in said] == ["mai/persons.csv", "juin/persons.csv"]


def test_one_table_given_twice_is_read_once(held: Held, tmp_path: Path) -> None:
    said, _ = messages(held, [held.good, held.good, held.good / "persons.csv"], tmp_path)

    assert said == []
    assert held.graph.picture() == held.picture


def run(graph: Graph, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line, as a user runs it, on the engine of this run."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("MOBILIS_")} | {"MOBILIS_HOME": str(graph.home)}
    for name in ("URI", "USER", "PASSWORD"):
        if told := os.environ.get(f"MOBILIS_TEST_NEO4J_{name}"):
            env[f"MOBILIS_NEO4J_{name}"] = told
    command = [sys.executable, "-c", "from mobilis_graph.cli import main; main()", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_a_strict_load_with_one_refused_row_loads_nothing(held: Held, tmp_path: Path) -> None:
    files = {"tips.csv": table(TIP, tip("T8")), "persons.csv": HEAD + "T8,p8,Kim\nT9,,Quo\n", "mobilis.toml": 'source = "bad"'}
    folder, refused = written(tmp_path / "in", files), tmp_path / "refused.csv"

    done = run(held.graph, "load", str(folder), "--strict", "--refused", str(refused))

    assert (done.returncode, done.stderr) == (1, "")
    assert "persons.csv, line 3, ref: ref is empty. Fill it in." in done.stdout
    assert refused.read_text(encoding="utf-8-sig").count("\n") == 2
    assert held.graph.picture() == held.picture


def test_the_command_line_says_a_fault_in_one_sentence_and_no_traceback(held: Held, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", {"persons.csv": "tip,ref,naem\n"})

    done = run(held.graph, "load", str(folder))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "mobilis: persons.csv, line 1: column 3 'naem' is not one of persons; did you mean name?\n"
    assert held.graph.picture() == held.picture


def test_no_value_of_a_young_person_reaches_the_command_line(held: Held, tmp_path: Path) -> None:
    young = "tip,token,consent,nom\nT9,Aurélie,accepts,\nT9,J-7C3VB,accepts,Aurélie Tremblay\n"
    folder = written(tmp_path / "in", {"tips.csv": table(TIP), "young_persons.csv": young})

    done = run(held.graph, "check", str(folder), "--refused", str(tmp_path / "refused.csv"))

    assert done.returncode == 1
    assert done.stdout.count(MASK) == 2
    assert "Aurélie" not in done.stdout + done.stderr + (tmp_path / "refused.csv").read_text(encoding="utf-8")
