"""Query files hold to their headers, to the model and to the source that asks them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mobilis_graph
from mobilis_graph import ddl, queries, schema
from mobilis_graph.errors import ConfigError

PACKAGE = Path(mobilis_graph.__file__).parent
QUERIES = sorted(queries.load().values(), key=lambda q: q.name)
SOUND = "// mode: read\n// params: id, sees\n// returns: id\n// One sentence.\nMATCH (n:Entity {id: $id})\nWHERE n.guard IN $sees\nRETURN n.id AS id\n"

# What the graph holds besides what the model declares, label or type by label or type.
LINKS = {schema.MENTIONS, schema.CONTRADICTS, schema.SAME_AS, schema.HAS_KEY, "HAS_STATUS"}
RECORDS = {"Entity", *ddl.BOOKKEEPING}
KEPT = {
    "every node": {"key", "id", "guard", "canon"},
    "every assertion": {"tip", "recordedAt", "retractedAt", "loadedAt", "loadedFrom"},
    "tips": {"digest", "history", "retractedReason", "retractedBy", "referenceWords"},
    "contradictions": {"assertion"},
    "judgements": {"judgement", "judged"},
    "statuses": {"status", "ground", "author", "at"},
    "search keys": {"field"},
    "the state of the installation": {"version"},
}
SEEDS = {"seed", "one", "two"}  # looked up for their `canon` alone
CYPHER = re.compile(
    r"\b(MATCH|MERGE|CREATE|UNWIND)\s*[($]|\b(CREATE|DROP) (CONSTRAINT|FULLTEXT|VERTEX|EDGE|PROPERTY)\b"
    r"|\bDETACH DELETE\b|\bCREATE INDEX\b.*\bFOR \("
)


def test_a_sound_file_gives_what_its_header_says() -> None:
    found = queries.parse("entity/one", SOUND)

    assert (found.name, found.mode, found.params, found.returns) == ("entity/one", "read", {"id", "sees"}, ("id",))
    assert found.text == SOUND


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("// mode: read\n", "", "q: the header lacks '// mode:'"),
        ("// params: id, sees\n", "", "q: the header lacks '// params:'"),
        ("// returns: id\n", "", "q: the header lacks '// returns:'"),
        ("// One sentence.\n", "", "q: the header lacks its sentence"),
        ("mode: read", "mode: look", "q: mode is read or write, not 'look'"),
        ("params: id, sees", "params: id", "q: declares ['id'], uses ['id', 'sees']"),
        ("params: id, sees", "params: id, limit, sees", "q: declares ['id', 'limit', 'sees'], uses ['id', 'sees']"),
        ("RETURN", "SET n.seen = true RETURN", "q: a read query must not SET"),
        ("RETURN", "MERGE (m:Meta) RETURN", "q: a read query must not MERGE"),
        ("RETURN", "create (:Meta) RETURN", "q: a read query must not CREATE"),
        ("RETURN", "INSERT (:Meta) RETURN", "q: a read query must not INSERT"),
        ("RETURN", "DETACH DELETE n RETURN", "q: a read query must not DELETE"),
        ("RETURN", "REMOVE n.id RETURN", "q: a read query must not REMOVE"),
        ("RETURN", "FOREACH (x IN [] | SET n.x = x) RETURN", "q: a read query must not FOREACH"),
        ("params: id, sees", "params: id", None),
    ],
)
def test_each_fault_of_a_file_has_its_own_message(old: str, new: str, fault: str | None) -> None:
    text = SOUND.replace(old, new)
    if fault is None:  # without its filter
        text = text.replace("WHERE n.guard IN $sees\n", "")
        fault = "q: filter by $sees, or say why not in '// unfiltered:'"

    with pytest.raises(ConfigError, match=f"^{re.escape(fault)}$"):
        queries.parse("q", text)


@pytest.mark.parametrize("said", ["'SET $x'", '"MERGE $x"', "/* CREATE $x */ 1", "1 // DELETE $x\n", r"'it\'s $x SET'"])
def test_strings_and_comments_are_no_statements(said: str) -> None:
    text = SOUND.replace("n.id AS id", f"{said} AS id")

    assert queries.parse("q", text).params == {"id", "sees"}


def test_a_reason_allows_a_question_without_filter() -> None:
    text = SOUND.replace("id, sees", "id").replace("WHERE n.guard IN $sees\n", "")

    assert queries.parse("q", "// unfiltered: counts only.\n" + text).params == {"id"}
    with pytest.raises(ConfigError, match="filter by"):
        queries.parse("q", "// unfiltered: \n" + text)


def test_a_write_needs_no_filter_and_may_return_nothing() -> None:
    text = (
        "// mode: write\n// params: rows\n// returns: -\n// Write.\nUNWIND $rows AS row CREATE (:Meta {key: row.key})\n"
    )

    assert queries.parse("q", text).returns == ()


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^no query file entity/nobody\.cypher$"):
        queries.query("entity/nobody")


def test_no_query_is_missing_and_none_is_dead() -> None:
    source = "\n".join(p.read_text(encoding="utf-8") for p in PACKAGE.rglob("*.py"))
    called = set(re.findall(r"\b(?:read|write|query)\(\s*\"([a-z_]+/[a-z_]+)\"", source))
    named = set(re.findall(r"\"([a-z_]+/[a-z_]+)\"", source))

    assert called <= set(queries.load())
    assert set(queries.load()) <= named


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q.name)
def test_only_bookkeeping_asks_without_filter(query: queries.Query) -> None:
    if query.mode == "read" and "sees" not in query.params:
        assert query.name.startswith("load/")


@pytest.mark.parametrize("query", [q for q in QUERIES if "sees" in q.params], ids=lambda q: q.name)
def test_whatever_a_read_touches_is_filtered_by_its_guard(query: queries.Query) -> None:
    touched = set(re.findall(r"\((\w+):(?:Entity|Person|Tip)\b", query.text)) - SEEDS
    touched |= set(re.findall(r"-\[(\w+)[:\]]", query.text))
    filtered = set(re.findall(r"\b(\w+)\.guard IN \$sees", query.text))

    assert touched <= filtered


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q.name)
def test_every_label_and_type_is_in_the_model(query: queries.Query) -> None:
    used = set(re.findall(r"[:|&]\s*([A-Z]\w+)", body(query)))

    assert used <= {*schema.NODE, *schema.REL, *RECORDS, *LINKS}


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q.name)
def test_every_property_is_in_the_model(query: queries.Query) -> None:
    declared = {p.name for t in (*schema.NODES, *schema.RELS) for p in t.props} | {
        p.name for p in schema.ASSERTION_PROPS
    }

    assert set(properties(query)) <= declared | {name for names in KEPT.values() for name in names}


def test_nothing_is_declared_as_kept_that_no_query_uses() -> None:
    used = {name for q in QUERIES for name in properties(q)} | {
        w for s in ddl.shared() for w in re.findall(r"n\.(\w+)", s)
    }
    written = {"retractedAt", "loadedAt", "loadedFrom"}

    assert {name for names in KEPT.values() for name in names} <= used | written


def test_cypher_stands_in_query_files_and_in_ddl_alone() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}: {text[:60]}"
        for path in PACKAGE.rglob("*.py")
        if path.name != "ddl.py"
        for text in strings(path)
        if CYPHER.search(text)
    }

    assert found == set()


def test_the_search_for_stray_cypher_finds_what_ddl_writes() -> None:
    written = [*ddl.shared(), *ddl.neo4j_only(), ddl.merge_nodes("Person"), ddl.create_assertions("USES")]

    assert all(CYPHER.search(text) for text in written)


def test_ddl_takes_names_from_the_model_only() -> None:
    for write in (ddl.create_assertions, ddl.guard_assertions, ddl.close_assertions):
        with pytest.raises(KeyError):
            write("KNOWS]->() DETACH DELETE n //")
    with pytest.raises(KeyError):
        ddl.merge_nodes("Suspect")


def body(query: queries.Query) -> str:
    return queries._QUOTED_OR_COMMENT.sub(" ", query.text)


def properties(query: queries.Query) -> Iterator[str]:
    """The names of properties that a query reads or writes; `row` and `hit` are values from outside."""
    text = re.sub(r"\bCALL [\w.]+", " ", body(query))
    yield from (name for of, name in re.findall(r"(?<!\$)\b(\w+)\.([a-zA-Z]\w*)", text) if of != "row")
    yield from re.findall(r"[{,]\s*\.([a-zA-Z]\w*)", text)
    yield from (
        name for map_ in re.findall(r"[(\[]\w*:\w+(?::\w+)* \{([^}]*)\}", text) for name in re.findall(r"(\w+):", map_)
    )


def strings(path: Path) -> Iterator[str]:
    """The texts in a module, but for its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value
