"""Who may import whom: arrows point down, and each library has one home."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mobilis_graph
from tests.conftest import ROOT

PACKAGE = Path(mobilis_graph.__file__).parent
LAYERS = [
    {"__main__"},
    {"cli", "pages"},
    {"health"},
    {"analysis", "generate", "ingest", "render"},
    {"store"},
    {"door", "serve"},
    {"desk", "engine"},
    {"audit", "db"},
    {"access", "ddl", "keys", "queries"},
    {"graph", "schema", "settings", "workspace"},
    {"errors"},
]
LEVEL = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}
ALONE = {"bootstrap"}  # runs before anything is installed
ONLY_IN = {
    "neo4j": {"db"},
    "streamlit": {"pages"},
    "networkx": {"analysis"},
    "pyvis": {"render"},
    "openpyxl": {"ingest"},
    "typer": {"cli"},
    "rich": {"cli"},
    "arcadedb_embedded": set(),  # located, never imported: no JVM in this process
}
FILES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")
PARTS = {"audit", "db", "door", "engine", "keys", "settings"}  # what is put together, in one place of the pages


def module(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_point_down(path: Path) -> None:
    me = module(path)
    assert me in LEVEL or me in ALONE, f"{me} has no layer yet"

    for name in imports(path):
        first, _, rest = name.partition(".")
        other = rest.split(".")[0]

        assert me in ONLY_IN.get(first, {me}), f"{first} belongs in {ONLY_IN[first]}"
        if first == "mobilis_graph" and other != me:
            assert other in LEVEL, f"{me} must not import {other}"
            assert LEVEL[me] < LEVEL[other], f"{me} must not import {other}"


def test_every_layer_names_modules_that_exist() -> None:
    there = {module(p) for p in FILES}

    assert set(LEVEL) | ALONE == there


def test_every_library_with_a_home_is_used_there() -> None:
    used = {(name.partition(".")[0], module(p)) for p in FILES for name in imports(p)}

    assert {(library, home) for library, homes in ONLY_IN.items() for home in homes} <= used


def test_the_bootstrap_needs_the_standard_library_alone() -> None:
    names = {name.partition(".")[0] for name in imports(PACKAGE / "bootstrap.py")}

    assert names <= sys.stdlib_module_names


def test_the_script_of_the_app_only_puts_the_pages_up() -> None:
    script = ROOT / "app.py"
    names = {".".join(name.split(".")[:2]) for name in imports(script)}

    assert names == {"streamlit", "mobilis_graph.pages"}
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 60


def test_only_one_page_module_puts_the_parts_together() -> None:
    holders = {
        p.name
        for p in (PACKAGE / "pages").rglob("*.py")
        for name in imports(p)
        if name.startswith("mobilis_graph.") and name.split(".")[1] in PARTS
    }

    assert holders == {"current.py"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_nobody_above_the_store_asks_past_the_desk(path: Path) -> None:
    direct = set(re.findall(r"\bdb\.(?:read|write)\(\s*\"(\w+)/", path.read_text(encoding="utf-8")))

    if module(path) in ("pages", "render", "analysis", "health", "serve", "cli"):
        assert direct == set()
    else:
        assert direct <= {"load"}, "only bookkeeping may be asked without a look"
