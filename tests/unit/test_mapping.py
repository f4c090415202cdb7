"""Mapping files: what they may say, what is refused before a row is read, and what a value becomes."""

import copy
import random
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mobilis_graph.errors import InputError
from mobilis_graph.ingest import expressions
from mobilis_graph.ingest.expressions import GIVEN
from mobilis_graph.ingest.mapping import MAX_JOINED, apply, read_mapping
from mobilis_graph.ingest.native import Context
from mobilis_graph.ingest.stage import Stage
from mobilis_graph.ingest.tables import tables
from mobilis_graph.ingest.values import BadValue
from tests.conftest import ROOT, TODAY

REAL = ROOT / "tests" / "data" / "mappings"
GOOD: dict[str, Any] = {
    "source": "test",
    "tip": {
        "per": "file",
        "reference": "T-{file}",
        "receivedOn": "2026-05-03",
        "organisation": "CJM",
        "sourceGrade": "B",
        "contentGrade": "2",
        "origin": "o-1",
        "state": "triaged",
    },
    "table": [
        {
            "file": "pairs.csv",
            "node": [
                {"as": "one", "type": "Person", "ref": "{one}"},
                {"as": "two", "type": "Person", "ref": "{two}"},
                {"as": "where", "type": "Place", "address": "{where}", "optional": True},
            ],
            "link": [
                {"type": "ASSOCIATES_WITH", "from": "one", "to": "two"},
                {"type": "SEEN_AT", "from": "one", "to": "where", "basis": "seen"},
            ],
        }
    ],
}
HEADER = "one,two,where\n"
DELETE = object()


def toml(value: Any) -> str:
    """A value as TOML writes it in line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return (
        repr(value)
        if isinstance(value, int | float)
        else '"' + value.replace("\\", "\\\\").replace("\0", "\\u0000").replace('"', '\\"') + '"'
    )


def written(folder: Path, content: dict[str, Any]) -> Path:
    """A mapping file with this content."""
    path = folder / "m.toml"
    path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in content.items()), encoding="utf-8")
    return path


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good mapping with one thing changed, taken away or added."""
    content = copy.deepcopy(GOOD)
    *steps, last = [int(s) if s.isdigit() else s for s in path.split("/")]
    place: Any = content
    for step in steps:
        place = place[step]
    if value is DELETE:
        del place[last]
    elif last == "+":
        place.append(value)
    else:
        place[last] = value
    return content


@pytest.mark.parametrize("path", sorted(REAL.glob("*.toml")), ids=lambda p: p.stem)
def test_the_mappings_of_the_real_data_can_be_read(path: Path) -> None:
    assert read_mapping(path).source in ("caviar", "stlouis")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("source", DELETE, "m.toml: source: missing; add it"),
        ("source", "", "m.toml: source: this is not a text, or it is empty; write a text in quotes"),
        ("source", 3, "m.toml: source: this is not a text"),
        ("sauce", "x", "m.toml: sauce: no such key; did you mean source?"),
        ("table", DELETE, "m.toml: table: missing; describe at least one"),
        ("table", {"file": "x"}, "m.toml: table: this is not a list of tables; write [[table]], in double brackets"),
        ("table", [1], "m.toml: table: this is not a list of tables"),
        ("tip", DELETE, "m.toml: tip: per, reference, receivedOn, organisation"),
        ("tip", "x", "m.toml: tip: this is not a table"),
        ("tip/origin", DELETE, "m.toml: tip: origin missing; say it here or in [table.tip]"),
        ("tip/per", "day", "m.toml: tip.per: 'day' is not known here; a tip is made per file, period, row"),
        ("tip/per", ["row"], "m.toml: tip.per: ['row'] is not known here"),
        (
            "tip/per",
            "row",
            "m.toml: tip.reference: the same for every row; a tip per row needs a column in it, or {line}",
        ),
        ("tip/per", "period", 'm.toml: tip.per: period and per = "period" go together'),
        ("tip/period", "{one}", 'm.toml: tip.per: period and per = "period" go together'),
        ("tip/text", "{one}", "m.toml: table[1]: a tip per file cannot use one, which changes from row to row"),
        ("tip/text", "line {line}", "m.toml: table[1]: a tip per file cannot use line"),
        (
            "tip/sourceGrade",
            "Z",
            "m.toml: tip.sourceGrade = 'Z': this is not a known value of sourceGrade; use one of: A",
        ),
        ("tip/receivedOn", "31/02/2026", "m.toml: tip.receivedOn = '31/02/2026': there is no such date"),
        ("tip/receivedOn", True, "m.toml: tip.receivedOn: this is not a value"),
        ("tip/recievedOn", "2026", "m.toml: tip.recievedOn: no such key; did you mean receivedOn?"),
        (
            "tip/origin",
            {"column": "one", "file": "x"},
            "m.toml: tip.origin: 2 sources; give one of column, text and file",
        ),
        ("tip/origin", {"colum": "one"}, "m.toml: tip.origin.colum: no such key; did you mean column?"),
        ("tip/origin", {"column": ""}, "m.toml: tip.origin.column: this is empty"),
        ("tip/origin", {"file": "("}, "m.toml: tip.origin.file: not a regular expression"),
        (
            "tip/origin",
            "{",
            "m.toml: tip.origin: a brace without a name at character 1; write {column}, or {{ for a brace",
        ),
        ("tip/origin", "a {} b", "m.toml: tip.origin: a brace without a name at character 3"),
        ("let", {"a": "{b}", "b": "{c}", "c": "{a}"}, "m.toml: let.a: defined by itself: a → b → c → a"),
        ("let", {"a": "{a}"}, "m.toml: let.a: defined by itself: a → a; take one from a column"),
        ("let", {"each": "x"}, "m.toml: let.each: this name cannot be given"),
        ("tip/origin", "o\0", "m.toml: tip.origin: a NUL character; remove it"),
        ("let", ["x"], "m.toml: let: this is not a table"),
        ("table/0/fil", "x", "m.toml: table[1].fil: no such key; did you mean file?"),
        ("table/0/file", DELETE, "m.toml: table[1].file: missing"),
        ("table/0/shape", "matrice", "m.toml: table[1].shape: 'matrice' is not known here; did you mean matrix?"),
        ("table/0/shape", "matrix", "m.toml: table[1].node: a matrix has one node, or two; describe one (who × who)"),
        ("table/0/weight", "times", "m.toml: table[1]: weight and diagonal are for a matrix"),
        ("table/0/delimiter", "colon", "m.toml: table[1].delimiter: 'colon' is not known here"),
        ("table/0/empty", 3, "m.toml: table[1].empty: this is not a text or a list of texts"),
        ("table/0/when", {"column": "one"}, "m.toml: table[1].when: say either equals or not"),
        ("table/0/when", {"equals": "one"}, "m.toml: table[1].when.column: missing"),
        ("table/0/node", DELETE, "m.toml: table[1].node: missing; describe at least one entity"),
        (
            "table/0/node/0/type",
            "Persn",
            "m.toml: table[1].node[1].type: 'Persn' is not known here; did you mean Person?",
        ),
        ("table/0/node/0/type", "Tip", "m.toml: table[1].node[1].type: 'Tip' is not known here"),
        ("table/0/node/0/type", DELETE, "m.toml: table[1].node[1].type: missing"),
        ("table/0/node/0/ref", DELETE, "m.toml: table[1].node[1].ref: missing: what tells one Person from another?"),
        ("table/0/node/0/alias", "x", "m.toml: table[1].node[1].alias: no such key; did you mean aliases?"),
        ("table/0/node/1/as", "one", "m.toml: table[1].node[2].as: two nodes are called 'one'"),
        ("table/0/node/2/address", DELETE, "m.toml: table[1].node[3].ref: missing, and so is its natural key address"),
        (
            "table/0/node/2/placeClass",
            "shop",
            "m.toml: table[1].node[3].placeClass = 'shop': this is not a known value",
        ),
        ("table/0/node/2/optional", "yes", "m.toml: table[1].node[3].optional: this is neither true nor false"),
        (
            "table/0/node/2/name",
            {"column": "where", "split": ","},
            "m.toml: table[1].node[3].name.split: only one value",
        ),
        (
            "table/0/node/+",
            {"type": "Event", "ref": "{one}"},
            "m.toml: table[1].node[4]: kind missing; say where it comes",
        ),
        ("table/0/node/+", {"type": "YoungPerson", "ref": "x"}, "m.toml: table[1].node[4]: token, consent missing"),
        (
            "table/0/node/+",
            {"type": "YoungPerson", "ref": "x", "token": "{one}", "consent": "accepts"},
            "m.toml: table[1].node[4].ref: a YoungPerson is known by its token alone; remove the ref",
        ),
        ("table/0/node/+", {"type": "YoungPerson", "name": "x"}, "m.toml: table[1].node[4].name: no such key"),
        ("table/0/link/0/type", "KNOWS", "m.toml: table[1].link[1].type: no relationship type 'KNOWS'"),
        ("table/0/link/0/type", DELETE, "m.toml: table[1].link[1].type: missing"),
        (
            "table/0/link/0/type",
            "MEMBER_OF",
            "m.toml: table[1].link[1].type: MEMBER_OF cannot stand from Person to Person",
        ),
        (
            "table/0/link/0/type",
            {"column": "one", "map": {"a": "GAVE", "b": "LIVES_AT"}},
            "m.toml: table[1].link[1].type: LIVES_AT cannot stand from Person to Person; allowed are Person → Place",
        ),
        ("table/0/link/0/from", "twoo", "m.toml: table[1].link[1].from: 'twoo' is not known here; did you mean two?"),
        ("table/0/link/0/to", "one", "m.toml: table[1].link[1].to: both ends are the same node"),
        ("table/0/link/0/to", DELETE, "m.toml: table[1].link[1].to: missing"),
        ("table/0/link/0/part", "host", "m.toml: table[1].link[1].part: no such key"),
        ("table/0/link/0/repeated", "sum", "m.toml: table[1].link[1].repeated: 'sum' is not known here"),
        ("table/0/link/0/since", "someday", "m.toml: table[1].link[1].since = 'someday': this is not a date"),
        (
            "table/0/link/0/since",
            {"column": "one", "date": "%B %Y"},
            "m.toml: table[1].link[1].since.date: %B in a date",
        ),
        (
            "table/0/link/0/since",
            {"column": "one", "date": "%d"},
            "m.toml: table[1].link[1].since.date: '%d' does not say",
        ),
        (
            "table/0/link/0/since",
            {"column": "one", "date": 3},
            "m.toml: table[1].link[1].since.date: this is not a date",
        ),
        (
            "table/0/link/0/since",
            {"column": "one", "cut": "week"},
            "m.toml: table[1].link[1].since.cut: 'week' is no part",
        ),
        ("table/0/link/0/times", "often", "m.toml: table[1].link[1].times = 'often': this is not a whole number"),
        (
            "table/0/link/0/basis",
            {"column": "one", "map": {"v": "sen"}},
            "m.toml: table[1].link[1].basis = 'sen': this is",
        ),
        ("table/0/link/0/basis", {"column": "one", "map": {}}, "m.toml: table[1].link[1].basis.map: this is not a map"),
        (
            "table/0/link/0/basis",
            {"column": "one", "map": "x"},
            "m.toml: table[1].link[1].basis.map: this is not a map",
        ),
        (
            "table/0/link/0/basis",
            {"column": "one", "map": {"Vu": "seen", "vu": "heard"}},
            "m.toml: table[1].link[1].basis.map.vu: stands twice, but for capitals and accents",
        ),
        ("table/0/join", [{"on": "one"}], "m.toml: table[1].join[1].file: missing"),
        ("table/0/join", [{"file": "x.csv"}], "m.toml: table[1].join[1].on: missing"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_in_one_sentence(tmp_path: Path, path: str, value: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_mapping(written(tmp_path, changed(path, value)))

    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


MATRIX: dict[str, Any] = {
    **GOOD,
    "table": [
        {
            "file": "pairs.csv",
            "shape": "matrix",
            "node": [{"type": "Person", "ref": "{name}"}],
            "link": [{"type": "CONTACTED"}],
        }
    ],
}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"node": [{"type": "Person", "ref": "{name}"}, {"type": "Gang", "name": "{name}"}]},
            "a matrix has one node, or two",
        ),
        ({"link": []}, "m.toml: table[1].link: 0 links"),
        ({"link": [{"type": "CONTACTED", "note": "{one}"}]}, "m.toml: table[1]: a matrix has no column one"),
        (
            {"link": [{"type": "CONTACTED", "each": "a"}]},
            "m.toml: table[1]: each, when, optional and repeated are for rows",
        ),
        ({"link": [{"type": "CONTACTED", "times": 2}], "weight": "times"}, "link[1].times: said by the cells already"),
        ({"link": [{"type": "USES"}]}, "m.toml: table[1].link[1].type: USES cannot stand from Person to Person"),
        ({"weight": "calls"}, "m.toml: table[1].weight: 'calls' is not known here"),
        ({"diagonal": "keep"}, "m.toml: table[1].diagonal: 'keep' is not known here"),
        ({"when": {"column": "a", "equals": "b"}}, "m.toml: table[1]: a matrix is told by one tip, whole"),
        ({"tip": {"per": "row", "reference": "{line}"}}, "m.toml: table[1]: a matrix is told by one tip, whole"),
        (
            {"join": [{"file": "x.csv", "on": "a", "key": "b"}]},
            "a matrix is joined on the names of its rows and columns",
        ),
        ({"node": [{"type": "YoungPerson", "token": "{name}", "consent": "accepts"}]}, "would be young people's"),
    ],
)
def test_a_matrix_is_one_tip_one_link_and_one_or_two_nodes(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    content = copy.deepcopy(MATRIX)
    content["table"][0] |= more

    with pytest.raises(InputError, match=re.escape(said)):
        read_mapping(written(tmp_path, content))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"source = \n", r"m.toml: not TOML: .*line 1"),
        (b'source = "\xe9"', r"m.toml: not UTF-8 text; save it as UTF-8"),
        (b"a = " + b"[" * 5000, r"m.toml: not TOML"),
        (b"a = " + b"9" * 5000, r"m.toml: not TOML"),
        (b"a = 0x" + b"f" * 9000, r"m.toml: not TOML"),
        (b"#" * 2_000_000, r"m.toml: larger than 1 MB"),
        (b'source = "a"\nsource = "b"', r"m.toml: not TOML"),
    ],
)
def test_a_file_that_is_no_toml_is_told_so(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "m.toml").write_bytes(text)

    with pytest.raises(InputError, match=said):
        read_mapping(tmp_path / "m.toml")


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_mapping_that_is_not_there_is_told_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_mapping(tmp_path / name)


def applied(folder: Path, content: dict[str, Any], **named: str) -> list[str]:
    """Apply a mapping to some tables; return what it leaves out."""
    given = folder / "tables"
    given.mkdir()
    for name, text in named.items():
        (given / f"{name}.csv").write_text(text, encoding="utf-8")
    stage = Stage(folder / "stage.db")
    try:
        left = apply(read_mapping(written(folder, content)), tables(given), Context(stage, TODAY))
        stage.settle()
        assert stage.counts()["refused"] == 0
        return left
    finally:
        stage.close()


JOIN = changed("table/0/join", [{"file": "people.csv", "on": "one", "key": "id"}])
JOIN["table"][0]["node"][0]["name"] = "{label}"


@pytest.mark.parametrize(
    ("content", "named", "said"),
    [
        (GOOD, {"others": HEADER}, "table[1].file: no table 'pairs.csv' among those given (others.csv)"),
        (GOOD, {"pairs": "one,too,where\n"}, "table[1].node[2].ref: no column 'two' in pairs.csv; did you mean too?"),
        (GOOD, {"pairs": "a,b\n"}, "no column 'one' in pairs.csv; known are a, b"),
        (GOOD, {"pairs": "one,two,Two,where\n"}, "pairs.csv, line 1: column 'two' stands twice; rename one"),
        (GOOD, {"pairs": ""}, "pairs.csv: empty"),
        (
            changed("table/+", GOOD["table"][0]),
            {"pairs": HEADER},
            "table[2].file: pairs.csv is taken by table[1] already",
        ),
        (changed("tip/reference", "T"), {"pairs": HEADER}, None),
        (
            changed("let", {"a": {"file": r"(\d+)"}}),
            {"pairs": HEADER},
            None,
        ),  # a name that nothing uses asks for nothing
        (
            changed("tip/text", {"file": r"(\d+)"}),
            {"pairs": HEADER},
            r"tip.text: the name 'pairs' does not fit '(\\d+)'",
        ),
        (JOIN, {"pairs": HEADER}, "table[1].join[1].file: 0 tables 'people.csv' among those given"),
        (JOIN, {"pairs": HEADER, "people": "code,label\n"}, "table[1].join[1]: no column 'id' in people.csv"),
        (JOIN, {"pairs": HEADER, "people": "id,lable\n"}, "node[1].name: no column 'label' in pairs.csv, people.csv"),
        (
            JOIN,
            {"pairs": "one,two,where,label\n", "people": "id,label\n"},
            "'label' stands in pairs.csv and in people.csv",
        ),
        (JOIN, {"pairs": HEADER, "people": "id,label\n1,a\n1,b\n"}, "people.csv, line 3: this id stands twice"),
        (JOIN, {"pairs": HEADER, "people": ""}, "people.csv: empty"),
    ],
)
def test_files_and_columns_are_found_before_a_row_is_read(
    tmp_path: Path, content: dict[str, Any], named: dict[str, str], said: str | None
) -> None:
    if said is None:
        assert applied(tmp_path, content, **named) == []
        return
    with pytest.raises(InputError, match=re.escape(said)):
        applied(tmp_path, content, **named)


def test_a_tip_per_file_needs_the_file_in_its_reference(tmp_path: Path) -> None:
    content = changed("tip/reference", "T")
    content["table"][0]["file"] = "*.csv"

    with pytest.raises(InputError, match=r"tip.reference: the same for a.csv and b.csv; use \{file\}"):
        applied(tmp_path, content, a=HEADER, b=HEADER)


def test_a_table_is_not_joined_to_itself(tmp_path: Path) -> None:
    content = changed("table/0/join", [{"file": "pairs.csv", "on": "one"}])

    with pytest.raises(InputError, match=r"join\[1\].file: pairs.csv would be joined to itself"):
        applied(tmp_path, content, pairs=HEADER)


def test_a_joined_table_has_a_limit(tmp_path: Path) -> None:
    people = "id,label\n" + "".join(f"{n},x\n" for n in range(MAX_JOINED + 1))

    with pytest.raises(InputError, match="more than 200000 rows to join"):
        applied(tmp_path, JOIN, pairs=HEADER, people=people)


def test_what_is_not_used_is_told(tmp_path: Path) -> None:
    left = applied(
        tmp_path,
        JOIN,
        pairs="one,two,where,when,why\n1,2,,x,y\n3,2,,,\n",
        people="id,label,born\n1,Kaz,1990\n2,Mo,1991\n,Lou,1992\n",
        notes="a\n",
    )

    assert left == [
        "notes.csv is left out: no table of the mapping takes it",
        "pairs.csv: the mapping does not use when, why",
        "people.csv: the mapping does not use born",
        "pairs.csv: 1 keys are not in people.csv",
        "people.csv: nothing looks for 2 of its 3 rows",
    ]


def test_two_joins_of_one_table_are_told_apart_by_a_prefix(tmp_path: Path) -> None:
    content = copy.deepcopy(GOOD)
    content["table"][0]["join"] = [
        {"file": "people.csv", "on": "one", "key": "id", "prefix": "one_"},
        {"file": "people.csv", "on": "two", "key": "id", "prefix": "two_"},
    ]
    content["table"][0]["node"][0]["name"] = "{one_label}"
    content["table"][0]["node"][1]["name"] = "{two_label}"

    assert applied(tmp_path, content, pairs=HEADER + "1,2,\n", people="id,label\n1,Kaz\n2,Mo\n") == []


ROW = {"a": "Kaz", "b": "", "c": " x;y ;;x", "day": "3.5.26", GIVEN + "file": "phase07", GIVEN + "line": "9"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("P{a}", "PKaz"),
        ("P{ A }", "PKaz"),
        ("{{{a}}}", "{Kaz}"),
        ("{a}, {b}", "Kaz,"),
        ("{b}", ""),
        ("P{b}", ""),
        ("{file}/{line}", "phase07/9"),
        (7, "7"),
        ({"column": "b", "default": "none"}, "none"),
        ({"column": "a", "map": {"KAZ": "k"}}, "k"),
        ({"column": "a", "map": {"z": "k"}, "default": "other"}, "other"),
        ({"column": "b", "map": {"": "blank"}}, "blank"),
        ({"column": "a", "map": {"kaz": ""}}, ""),
        ({"file": r"phase(\d+)"}, "07"),
        ({"file": "phase"}, "phase"),
        ({"file": r"phase(\d+)", "map": {"07": "2026-07"}}, "2026-07"),
        ({"column": "day", "date": "%d.%m.%y"}, "2026-05-03"),
        ({"column": "day", "date": ["%Y", "%d.%m.%y"], "cut": "month"}, "2026-05"),
        ({"text": "{day} 21h05", "date": "%d.%m.%y %Hh%M"}, "2026-05-03T21:05"),
        ({"text": "05/2026", "date": "%m/%Y"}, "2026-05"),
        ({"text": "mai 2026", "cut": "year"}, "2026"),
        ({"text": "3 mai 2026 21:30", "cut": "day"}, "2026-05-03"),
    ],
)
def test_a_value(value: Any, text: str) -> None:
    assert expressions.read(value, "w", {"file", "line"}).text(ROW) == text


def test_a_list_has_its_parts_each_once() -> None:
    assert expressions.read({"column": "c", "split": ";"}, "w", (), many=True).several(ROW) == ["x", "y"]


def test_what_identifies_is_blank_as_soon_as_one_part_is() -> None:
    assert expressions.read("{a}-{b}", "w", ()).text(ROW, whole=True) == ""


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"column": "a", "map": {"z": "k"}}, "the mapping has no entry for this value"),
        ({"column": "a", "date": "%Y"}, "this is not a date written as %Y"),
        ({"text": "2026", "cut": "month"}, "the month is not known"),
        ({"column": "a", "cut": "month"}, "this is not a date"),
    ],
)
def test_a_value_that_cannot_be_made(value: Any, reason: str) -> None:
    with pytest.raises(BadValue, match=reason):
        expressions.read(value, "w", ()).text(ROW)


def test_every_key_is_documented() -> None:
    from mobilis_graph.ingest import mapping_read

    page = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    known = {*mapping_read._TABLE, *mapping_read._TERMS, *mapping_read._PERS, *expressions._KEYS, *expressions.CUTS}
    known |= {"source", "as", "ref", "type", "from", "to", "repeated", "on", "key", "prefix", "per", "period"}
    assert [key for key in sorted(known) if key not in page] == []


ODD: list[Any] = [
    *(
        "",
        "{",
        "{}",
        "{each}",
        "{name}",
        "{one}",
        "{line}",
        "J-4K7Q",
        "PRESENT_AT",
        "YoungPerson",
        "row",
        "matrix",
        "*",
    ),
    *("period", 0, -1, 3.5, True, False, [], {}, [{}], {"a": 1}, ["a"], [1], "x" * 5000, {"file": "x"}, {"file": "(x"}),
    *({"column": "one"}, {"column": "nope"}, {"text": "{two}", "split": ","}, {"column": "one", "map": {"a": "host"}}),
    *({"column": "two", "date": "%d"}, {"column": "two", "cut": "month"}, {"column": "one", "equals": "x"}),
]
KEYS = [
    "each",
    "when",
    "optional",
    "since",
    "until",
    "ref",
    "as",
    "name",
    "times",
    "join",
    "let",
    "tip",
    "shape",
    "part",
]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


@pytest.mark.parametrize("seed", range(300))
def test_no_mapping_however_broken_ends_in_anything_but_a_sentence(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    content = copy.deepcopy(chance.choice([GOOD, MATRIX, JOIN]))
    for _ in range(chance.choice([1, 1, 2, 3])):
        owner, key = chance.choice(list(_places(content)))
        if isinstance(owner, dict) and chance.random() < 0.4:
            key = chance.choice(KEYS)
        owner[key] = copy.deepcopy(chance.choice(ODD))
    (tmp_path / "pairs.csv").write_text(HEADER + "a,b,c\nb,,\n,a,x\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text("id,label\na,Kaz\nb,2026\n", encoding="utf-8")

    with closing(Stage(tmp_path / "stage.db")) as stage:
        try:
            apply(read_mapping(written(tmp_path, content)), tables(tmp_path), Context(stage, TODAY))
            stage.settle()
        except InputError as exc:
            assert re.match(r"(m\.toml: |pairs\.csv|people\.csv|/).*[:;].", str(exc))  # noqa: PT017
