"""kill -9 in mid-load, of the loader and of the engine: nothing confirmed is lost, no tip is half there.

A few kills in the suite; `MOBILIS_TEST_KILLS=20 make test-crash` for the bar of the issue.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mobilis_graph import audit, door, engine
from mobilis_graph.db import Db
from mobilis_graph.generate import generate
from mobilis_graph.settings import Settings
from tests.conftest import SECRET, Graph

KILLS = int(os.environ.get("MOBILIS_TEST_KILLS", "2"))
SERVER = os.environ.get("MOBILIS_TEST_NEO4J_URI")

SAID = """
MATCH (tip:Tip)-[m]->(:Entity) WHERE m.tip = tip.id
WITH tip, collect(DISTINCT m.id) AS direct
OPTIONAL MATCH (tip)-[:MENTIONS]->(:Entity)-[r]-(:Entity) WHERE r.tip = tip.id AND NOT r.id IN direct
RETURN tip.id AS tip, direct, collect(DISTINCT r.id) AS asserted
"""
Said = dict[str, frozenset[str]]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crash")
    generate(folder, entities=3000, seed=11)
    return folder


@pytest.fixture
def settings(tmp_path: Path, whole: Said, graph: Graph) -> Iterator[Settings]:
    """An empty installation with the secret of the tests, so that ids compare: its own engine, or the server wiped."""
    (tmp_path / "secret.key").write_text(SECRET.hex(), encoding="ascii")
    audit.make(tmp_path / "access.db")
    if SERVER:
        graph.wipe()
        password = os.environ["MOBILIS_TEST_NEO4J_PASSWORD"]
        user = os.environ.get("MOBILIS_TEST_NEO4J_USER", "neo4j")
        yield Settings(home=tmp_path, neo4j_uri=SERVER, neo4j_user=user, neo4j_password=password)
        graph.wipe()
    else:
        yield Settings(home=tmp_path)
        engine.stop(tmp_path)


@pytest.fixture
def whole(graph: Graph, tables: Path) -> Said:
    """What each tip says after a load that nothing disturbed."""
    graph.hold("crash", lambda: graph.load(tables))
    return said(graph.db)


def ask(db: Db, text: str) -> list[dict[str, object]]:
    with db._session() as session:
        return session.run(text).data()


def said(db: Db) -> Said:
    return {str(r["tip"]): frozenset([*r["direct"], *r["asserted"]]) for r in ask(db, SAID)}


def load(settings: Settings, tables: Path) -> "subprocess.Popen[bytes]":
    line = [sys.executable, "-c", "from mobilis_graph.cli import main; main()", "load", str(tables)]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("MOBILIS_")}
    environ["MOBILIS_HOME"] = str(settings.home)
    environ["MOBILIS_RETRY_S"] = "3"  # a loader whose engine is gone need not wait for it here
    if settings.neo4j_uri:
        environ.update(
            MOBILIS_NEO4J_URI=settings.neo4j_uri,
            MOBILIS_NEO4J_USER=settings.neo4j_user,
            MOBILIS_NEO4J_PASSWORD=settings.neo4j_password,
        )
    return subprocess.Popen(line, env=environ, cwd=settings.home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def interrupt(
    settings: Settings, tables: Path, kill: Callable[["subprocess.Popen[bytes]"], None], after: float
) -> set[str]:
    """Start a load, wait until it has committed something new and a little longer, kill; return what was confirmed."""
    with door.open_db(settings) as db:
        loader = load(settings, tables)
        tips = "MATCH (t:Tip) RETURN collect(t.id) AS ids"
        before = len(ask(db, tips)[0]["ids"])
        while loader.poll() is None and len(ask(db, tips)[0]["ids"]) == before:
            time.sleep(0.02)
        time.sleep(after)
        confirmed = set(ask(db, tips)[0]["ids"])
        kill(loader)
    if loader.stdout and not loader.stdout.closed:
        loader.communicate(timeout=120)
    return confirmed


def check(settings: Settings, confirmed: set[str], whole: Said) -> None:
    with door.open_db(settings) as db:
        found = said(db)
        count = ask(db, "MATCH (t:Tip) RETURN count(t) AS n")[0]["n"]
    assert confirmed <= set(found), "a confirmed tip was lost"
    assert len(found) == count, "a tip without anything it says"
    assert {tip: whole[tip] for tip in found} == found, "a tip is half there"


def finish(settings: Settings, tables: Path, whole: Said) -> None:
    loader = load(settings, tables)
    told, _ = loader.communicate(timeout=240)
    assert loader.returncode == 0, told.decode()
    with door.open_db(settings) as db:
        assert said(db) == whole
        marks = ask(db, "MATCH (a)-[s:SAME_AS]->(b) RETURN count(s) AS n")[0]["n"]
    assert marks > 0


def test_a_loader_killed_in_mid_load_leaves_whole_tips(settings: Settings, tables: Path, whole: Said) -> None:
    chance = random.Random(1)
    for _ in range(KILLS):
        confirmed = interrupt(settings, tables, lambda loader: loader.kill(), chance.uniform(0, 1.5))
        check(settings, confirmed, whole)

    finish(settings, tables, whole)


@pytest.mark.embedded
def test_an_engine_killed_in_mid_load_leaves_whole_tips(settings: Settings, tables: Path, whole: Said) -> None:
    chance = random.Random(2)

    def kill(loader: "subprocess.Popen[bytes]") -> None:
        found = engine.running(settings.home)
        assert found
        os.kill(found.pid, signal.SIGKILL)
        told, _ = loader.communicate(timeout=120)
        assert b"Traceback" not in told

    for _ in range(KILLS):
        confirmed = interrupt(settings, tables, kill, chance.uniform(0, 1.5))
        check(settings, confirmed, whole)

    finish(settings, tables, whole)
