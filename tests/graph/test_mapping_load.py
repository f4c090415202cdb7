"""Mapped tables in the graph: the examples of docs/mapping.md, and what is refused on the way."""

import datetime as dt
import re
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from mobilis_graph.errors import InputError
from mobilis_graph.ingest.mapping import apply, read_mapping
from mobilis_graph.ingest.native import Context
from mobilis_graph.ingest.stage import Stage
from mobilis_graph.ingest.tables import tables
from tests.conftest import ROOT, TODAY, Graph

EXAMPLES = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8").split("\n## ")
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

TIP = """
source = "test"
[tip]
per = "file"
reference = "T-{file}"
receivedOn = "2026-05-03"
organisation = "CJM"
sourceGrade = "B"
contentGrade = "2"
origin = "o-1"
state = "triaged"
"""
PAIRS = (
    TIP
    + """
[[table]]
file = "pairs.csv"
[[table.node]]
as = "one"
type = "Person"
ref = "{one}"
[[table.node]]
as = "two"
type = "Person"
ref = "{two}"
[[table.link]]
type = "ASSOCIATES_WITH"
from = "one"
to = "two"
times = "{times}"
"""
)
MATRIX = (
    TIP
    + """
[[table]]
file = "m*.csv"
shape = "matrix"
weight = "times"
[[table.node]]
type = "Person"
ref = "{name}"
[[table.link]]
type = "CONTACTED"
"""
)


def files(folder: Path, mapping: str, **named: str) -> tuple[Path, Path]:
    """Write tables and their mapping; return both."""
    folder.mkdir(exist_ok=True)
    for name, text in named.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    described = folder.parent / "mapping.toml"
    described.write_text(mapping, encoding="utf-8")
    return folder, described


def load(graph: Graph, folder: Path, mapping: str, **named: str) -> list[str]:
    """Load mapped tables; return what the graph then says."""
    given, described = files(folder, mapping, **named)
    with graph.job(given, mapping=described) as job:
        job.plan()
        assert job.refused(10) == []
        job.write()
    return told(graph)


def refused(graph: Graph, folder: Path, mapping: str, **named: str) -> list[str]:
    """Check mapped tables; return the refusals, after making sure that nothing but good tips would go in."""
    given, described = files(folder, mapping, **named)
    return graph.check(given, mapping=described)[1]


def left_out(folder: Path, described: Path) -> list[str]:
    """What of the tables a mapping leaves out."""
    with closing(Stage(folder.parent / "stage.db")) as stage:
        return apply(read_mapping(described), tables(folder), Context(stage, TODAY))


def told(graph: Graph) -> list[str]:
    """Every assertion as a line, with what its tip says of both ends."""
    rows = graph.ask(
        "MATCH (t:Tip)-[m:MENTIONS]->(a:Entity)-[r]->(b:Entity)<-[n:MENTIONS]-(t) "
        "WHERE r.tip = t.id AND type(r) <> 'MENTIONS' AND r.retractedAt IS NULL "
        "RETURN t.reference AS tip, properties(m) AS a, type(r) AS type, properties(r) AS r, properties(n) AS b"
    )
    return sorted(_line(row) for row in rows)


def _line(row: dict) -> str:
    r = row["r"]
    as_ = f" as {r['part']}" if "part" in r else ""
    times = f" ×{r['times']}" if r["times"] > 1 else ""
    dates = f", {r['since']}" if "since" in r else ""
    dates += f" to {r['until']}" if "until" in r else ""
    a, b = _caption(row["a"]), _caption(row["b"])
    if row["type"] == "ASSOCIATES_WITH":  # which end is stored first depends on a hash
        a, b = sorted((a, b))
    return f"{row['tip']}: {a} {row['type']} {b}{as_}{times}{dates}"


def _caption(said: dict) -> str:
    name = next((said[k] for k in ("name", "title", "token", "plate", "value") if k in said), "?")
    return f"{name} ({', '.join(said['aliases'])})" if "aliases" in said else name


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_examples_of_the_documentation_say_what_the_graph_then_holds(
    empty: Graph, tmp_path: Path, number: int
) -> None:
    example = next(text for text in EXAMPLES if text.startswith(f"Example {number}"))
    blocks = BLOCK.findall(example)
    named = {name.removesuffix(".csv"): text for kind, name, text in blocks if kind == "csv"}
    mapping = next(text for kind, _, text in blocks if kind == "toml")

    found = load(empty, tmp_path / "tables", mapping, **named)
    found += [f"left out: {sentence}" for sentence in left_out(*files(tmp_path / "tables", mapping, **named))]

    assert found == next(text for kind, _, text in blocks if kind == "text").splitlines()


def test_loading_mapped_tables_twice_changes_nothing(empty: Graph, tmp_path: Path) -> None:
    named = {"m1": ",a,b\na,0,3\nb,1,0\n", "m2": ",a,b\na,0,0\nb,5,0\n"}
    load(empty, tmp_path / "t", MATRIX, **named)
    before = empty.picture()

    folder, described = files(tmp_path / "t", MATRIX, **named)
    plan = empty.load(folder, mapping=described)

    assert (plan.tips_same, plan.tips_new, plan.tips_changed) == (2, 0, 0)
    assert empty.picture() == before


def test_a_matrix_has_direction_and_weights_and_mentions_everyone(empty: Graph, tmp_path: Path) -> None:
    mapping = MATRIX.replace('ref = "{name}"', 'ref = "{name}"\nname = "{name}"')

    found = load(empty, tmp_path / "t", mapping, m=",b,a,alone\na,3,0,\nb,0,1,0\nalone,0,0,0\n")

    assert found == ["T-m: a CONTACTED b ×3", "T-m: b CONTACTED a"]
    assert empty.ask("MATCH (:Tip)-[m:MENTIONS]->(p:Person) RETURN count(p) AS n") == [{"n": 3}]


def test_a_matrix_may_be_read_from_column_to_row(empty: Graph, tmp_path: Path) -> None:
    mapping = MATRIX.replace('ref = "{name}"', 'ref = "{name}"\nname = "{name}"') + 'from = "column"\nto = "row"\n'

    assert load(empty, tmp_path / "t", mapping, m=",a,b\na,0,2\nb,0,0\n") == ["T-m: b CONTACTED a ×2"]


def test_a_matrix_of_persons_by_events(empty: Graph, tmp_path: Path) -> None:
    mapping = (
        TIP
        + """
[[table]]
file = "who_where.csv"
shape = "matrix"
[[table.node]]
as = "row"
type = "Person"
ref = "{name}"
name = "{name}"
[[table.node]]
as = "column"
type = "Event"
ref = "E-{name}"
kind = "party"
title = "{name}"
[[table.link]]
type = "PRESENT_AT"
"""
    )

    found = load(empty, tmp_path / "t", mapping, who_where=",x,y\nKaz,1,0\nTi-Jo,1,1\n")

    assert found == [
        "T-who_where: Kaz PRESENT_AT x",
        "T-who_where: Ti-Jo PRESENT_AT x",
        "T-who_where: Ti-Jo PRESENT_AT y",
    ]


UNDIRECTED = MATRIX.replace("CONTACTED", "ASSOCIATES_WITH").replace("{name}", "{name}")


@pytest.mark.parametrize(
    ("mapping", "cells", "said"),
    [
        (MATRIX, ",a,b\na,0,-1\nb,0,0\n", "m.csv, line 2, a × b = '-1': a tie cannot be said fewer than 0 times"),
        (MATRIX, ",a,b\na,0,often\nb,0,0\n", "m.csv, line 2, a × b = 'often': this is not a whole number"),
        (MATRIX, ",a,b\na,0,1.5\nb,0,0\n", "m.csv, line 2, a × b = '1.5': this is not a whole number"),
        (MATRIX, ",a,b\na,0\nb,0,0\n", "m.csv, line 2: 1 cells beside 2 names"),
        (MATRIX, ",a,b\na,0,0,7\nb,0,0\n", "m.csv, line 2: 3 cells beside 2 names"),
        (MATRIX, ",a,b\na,2,0\nb,0,0\n", "m.csv, line 2, a × a = '2': nobody has a tie with himself"),
        (MATRIX.replace('weight = "times"', ""), ",a,b\na,0,2\nb,0,0\n", "m.csv, line 2, a × b = '2': neither 0 nor 1"),
        (
            UNDIRECTED,
            ",a,b\na,0,2\nb,3,0\n",
            "m.csv, line 3, b × a = '3': 2 in the mirrored cell, though ASSOCIATES_WITH",
        ),
        (
            MATRIX,
            ",a,J-4K7Q\na,0,1\nJ-4K7Q,0,0\n",
            "m.csv, line 1, ref = '•••': this ref looks like a young person's token",
        ),
    ],
)
def test_a_bad_cell_is_told_with_its_row_and_column(
    empty: Graph, tmp_path: Path, mapping: str, cells: str, said: str
) -> None:
    found = refused(empty, tmp_path / "t", mapping, m=cells)

    assert found[0].startswith(said)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (",a,b\na,0,1\nc,0,0\n", r"m.csv: rows and columns must bear the same names \(only down: c; only across: b\)"),
        (",a,b\na,0,1\n", r"only across: b"),
        (",a,a\na,0,1\n", r"m.csv, line 1: column 'a' stands twice; remove one"),
        (",a,b\na,0,1\na,0,1\n", r"m.csv, line 3: row 'a' stands in line 2 too; remove one"),
        (",a,,b\na,0,0,1\nb,0,0,0\n", r"m.csv, line 1: column 3 has no name"),
        (",a\n,1\n", r"m.csv, line 2: this row has no name"),
        ("only\na\n", r"m.csv, line 1: no names across"),
    ],
)
def test_a_matrix_whose_names_do_not_fit_stops_the_load(empty: Graph, tmp_path: Path, cells: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        refused(empty, tmp_path / "t", MATRIX, m=cells)

    assert empty.picture() == []


def test_the_diagonal_can_be_ignored(empty: Graph, tmp_path: Path) -> None:
    mapping = MATRIX.replace('weight = "times"', 'weight = "times"\ndiagonal = "ignore"')

    assert load(empty, tmp_path / "t", mapping, m=",a,b\na,9,1\nb,0,9\n") == ["T-m: ? CONTACTED ?"]


def test_a_refused_row_holds_its_tip_and_no_other(empty: Graph, tmp_path: Path) -> None:
    mapping = PAIRS.replace('per = "file"', 'per = "row"').replace("T-{file}", "{report}")
    folder, described = files(tmp_path / "t", mapping, pairs="report,one,two,times\nR1,a,b,1\nR1,a,c,many\nR2,a,c,1\n")

    with empty.job(folder, mapping=described) as job:
        plan = job.plan()
        said = job.refused(10)

    assert (plan.tips_new, plan.tips_held) == (1, 1)
    assert said == ["pairs.csv, line 3, times = 'many': this is not a whole number. Write digits only."]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,,1\n", "pairs.csv, line 2, two: two has no ref. Fill it in, or say optional = true in the mapping."),
        ("a,b,0\n", "pairs.csv, line 2, times = '0': an assertion is made once or more"),
        ("a,b,1,9\n", "pairs.csv, line 2: 4 values under 3 columns"),
        ("a,a,1\n", "pairs.csv, line 2, to"),
        ("a,J-4K7Q,1\n", "pairs.csv, line 2, ref = '•••': this ref looks like a young person's token"),
        ("a,b,1\na,b,2\n", "pairs.csv, line 3: the tip says the same already in pairs.csv, line 2"),
    ],
)
def test_a_row_that_cannot_be_taken_is_told_at_its_column(empty: Graph, tmp_path: Path, rows: str, said: str) -> None:
    found = refused(empty, tmp_path / "t", PAIRS, pairs="one,two,times\n" + rows)

    assert found[0].startswith(said)


PEOPLE = (
    TIP
    + """
[[table]]
file = "people.csv"
[[table.node]]
type = "Person"
ref = "{who}"
name = { column = "name" }
ageMin = "{from}"
ageMax = "{to}"
aliases = { column = "alias", split = ";" }
"""
)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,Kaz,,15,\n", "people.csv, line 2, to = '•••': a person known to be under 18"),
        (
            "a,Kaz,,,\na,Zak,,,\n",
            "people.csv, line 3, name = 'Zak': the same tip says otherwise of name in people.csv, line 2",
        ),
        ("a,Kaz,40,,\na,,,30,\n", "people.csv, line 2, from = '40': the minimum age is above the maximum"),
        ("a,Kaz,,,\na,,7,,\n", "people.csv, line 3, from = '7': an age outside 10 to 120"),
    ],
)
def test_what_rows_of_one_tip_say_of_one_person_is_put_together(
    empty: Graph, tmp_path: Path, rows: str, said: str
) -> None:
    found = refused(empty, tmp_path / "t", PEOPLE, people="who,name,from,to,alias\n" + rows)

    assert len(found) == 1
    assert found[0].startswith(said)


def test_lists_of_several_rows_are_joined(empty: Graph, tmp_path: Path) -> None:
    load(empty, tmp_path / "t", PEOPLE, people="who,name,from,to,alias\na,,,,K; Zed\na,Kaz,20,30,Zed;K2\n")

    said = empty.ask("MATCH (:Tip)-[m:MENTIONS]->(:Person) RETURN properties(m) AS m")[0]["m"]
    assert (said["name"], said["ageMin"], said["ageMax"], said["aliases"]) == ("Kaz", 20, 30, ["K", "Zed", "K2"])


YOUNG = (
    TIP
    + """
[[table]]
file = "girls.csv"
[[table.node]]
type = "Person"
ref = "{man}"
name = "{man}"
[[table.node]]
type = "YoungPerson"
token = "{girl}"
consent = "accepts"
ageBand = "{age}"
[[table.link]]
type = { column = "what", map = { gave = "GAVE", knows = "IN_RELATIONSHIP_WITH" } }
from = "Person"
to = "YoungPerson"
since = "{day}"
"""
)


@pytest.mark.parametrize(
    "row",
    ["Kaz,Émilie,14-15,gave,2026", "Kaz,J-4K7Q,Émilie,gave,2026", "Kaz,J-4K7Q,,Émilie,2026", "Kaz,J-4K7Q,,gave,Émilie"],
)
def test_no_value_of_a_row_that_tells_of_a_young_person_is_shown(empty: Graph, tmp_path: Path, row: str) -> None:
    found = refused(empty, tmp_path / "t", YOUNG, girls=f"man,girl,age,what,day\n{row}\n")

    assert len(found) == 1
    assert "'•••'" in found[0]
    assert "milie" not in found[0]


def test_a_tip_whose_rows_disagree_of_it_is_refused(empty: Graph, tmp_path: Path) -> None:
    mapping = (
        PAIRS.replace('per = "file"', 'per = "row"').replace("T-{file}", "{report}").replace("2026-05-03", "{day}")
    )
    rows = "report,day,one,two,times\nR1,2026-05-03,a,b,1\nR1,2026-05-04,a,c,1\n"

    found = refused(empty, tmp_path / "t", mapping, pairs=rows)

    assert found == [
        "pairs.csv, line 3, report = 'R1': pairs.csv, line 2 says otherwise of this tip (receivedOn). "
        "Make the rows of one tip agree, or give each its own reference."
    ]


def test_a_bad_period_is_refused_and_the_other_rows_of_it_are_not_held(empty: Graph, tmp_path: Path) -> None:
    mapping = PAIRS.replace(
        'per = "file"', 'per = "period"\nperiod = { column = "day", date = "%d.%m.%y", cut = "month" }'
    )
    rows = "day,one,two,times\n03.05.26,a,b,1\n04.05.26,a,c,1\n32.05.26,a,c,1\n"
    folder, described = files(tmp_path / "t", mapping.replace("T-{file}", "T-{period}"), pairs=rows)

    with empty.job(folder, mapping=described) as job:
        plan = job.plan()
        assert plan.tips_new == 1
        assert job.refused(10) == [
            "pairs.csv, line 4, day = '32.05.26': this is not a date written as %d.%m.%y. "
            "Correct the date, or add its format to the mapping."
        ]
        job.write()
    assert [line.split(":")[0] for line in told(empty)] == ["T-2026-05", "T-2026-05"]


def test_a_row_with_another_fault_still_holds_back_its_period(empty: Graph, tmp_path: Path) -> None:
    mapping = PAIRS.replace('per = "file"', 'per = "period"\nperiod = "{month}"').replace("T-{file}", "T-{period}")
    mapping = mapping.replace(
        'source = "test"', 'source = "test"\n[let]\nhow = { column = "times", map = { 1 = "2" } }'
    )
    mapping = mapping.replace('times = "{times}"', 'times = "{how}"')

    folder, described = files(tmp_path / "t", mapping, pairs="month,one,two,times\nmay,a,b,1\nmay,a,c,x\njune,a,c,1\n")
    plan, said = empty.check(folder, mapping=described)

    assert (plan.tips_new, plan.tips_held) == (1, 1)
    assert said[0].startswith("pairs.csv, line 3, times = 'x': the mapping has no entry for this value")


def test_persons_and_crimes_with_the_same_numbers_are_kept_apart_by_their_refs(empty: Graph, tmp_path: Path) -> None:
    node = '[[table.node]]\ntype = "Event"\nref = "{crime}"\nkind = "incident"\n'
    mapping = TIP + '[[table]]\nfile = "crimes.csv"\n[[table.node]]\ntype = "Person"\nref = "{person}"\n' + node

    found = refused(empty, tmp_path / "t", mapping, crimes="person,crime\n1,1\n")
    assert "this ref is used for another type of entity before" in found[0]

    load(empty, tmp_path / "t", mapping.replace("{crime}", "C{crime}"), crimes="person,crime\n1,1\n")
    assert empty.ask("MATCH (e:Entity) WHERE NOT e:Tip RETURN count(e) AS n") == [{"n": 2}]


WORKBOOK = """
source = "test"
[tip]
per = "row"
reference = "{sheet}-{line}"
receivedOn = "2026-05-03"
organisation = "CJM"
sourceGrade = "B"
contentGrade = "2"
origin = "o-1"
state = "triaged"
[[table]]
file = "*.XLSX"
sheet = "Week *"
when = { column = "who", not = ["TOTAL", ""] }
[[table.node]]
type = "Person"
ref = "{who}"
name = "{who}"
[[table.node]]
as = "car"
type = "Vehicle"
each = { column = "cars", split = "/" }
plate = "{each}"
jurisdiction = "QC"
optional = true
[[table.node]]
as = "place"
type = "Place"
ref = "{where}"
name = "{where}"
when = { column = "kind", equals = "lieu" }
[[table.node]]
type = "RawText"
text = "{words}"
optional = true
[[table.link]]
type = "USES"
from = "Person"
to = "car"
[[table.link]]
type = "SEEN_AT"
from = "Person"
to = "place"
since = { column = "day", cut = "day" }
"""


def test_the_sheets_of_a_workbook_with_lists_and_conditions(empty: Graph, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    for week in (1, 2):
        sheet = book.create_sheet(f"Week {week}")
        sheet.append(["who", "cars", "kind", "where", "day", "words"])
        sheet.append([f"Kaz {week}", "QIO 1 / QIO 2/", "Lieu", "Parc", dt.datetime(2026, 5, week, 21, 30), "mots"])  # noqa: DTZ001 - Excel knows none
        sheet.append(["Mo", None, "rue", "Principale", None, None])
        sheet.append(["Total", "2", None, None, None, None])
    (tmp_path / "t").mkdir()
    book.save(tmp_path / "t" / "weeks.xlsx")

    assert load(empty, tmp_path / "t", WORKBOOK) == [
        "Week 1-2: Kaz 1 SEEN_AT Parc, 2026-05-01 to 2026-05-01",
        "Week 1-2: Kaz 1 USES QIO 1",
        "Week 1-2: Kaz 1 USES QIO 2",
        "Week 2-2: Kaz 2 SEEN_AT Parc, 2026-05-02 to 2026-05-02",
        "Week 2-2: Kaz 2 USES QIO 1",
        "Week 2-2: Kaz 2 USES QIO 2",
    ]
    assert empty.ask("MATCH (t:Tip) RETURN count(t) AS n") == [{"n": 4}]
    assert empty.ask("MATCH (:Tip)-[m:MENTIONS]->(:RawText) RETURN m.text AS text") == [{"text": "mots"}] * 2


def test_a_separator_and_an_encoding_can_be_said(empty: Graph, tmp_path: Path) -> None:
    mapping = PAIRS.replace('file = "pairs.csv"', 'file = "pairs.csv"\ndelimiter = "|"\nencoding = "cp1250"')
    mapping = mapping.replace('ref = "{one}"', 'ref = "{one}"\nname = "{one}"')
    folder, described = files(tmp_path / "t", mapping)
    (folder / "pairs.csv").write_text("one|two|times\nŁukasz, Ż.|b|2\n", encoding="cp1250")

    assert empty.load(folder, mapping=described).rows_refused == 0
    assert told(empty) == ["T-pairs: ? ASSOCIATES_WITH Łukasz, Ż. ×2"]
