"""One real graph for all tests: the embedded engine, or the Neo4j server that MOBILIS_TEST_NEO4J_URI names.

Nothing is stubbed. A dataset that several tests read is loaded once and kept until another is asked
for, so the tests of one module should ask for one dataset.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mobilis_graph import audit, door, engine
from mobilis_graph.access import Role, Viewer
from mobilis_graph.audit import Log
from mobilis_graph.db import Db
from mobilis_graph.desk import Desk
from mobilis_graph.generate import generate
from mobilis_graph.ingest.job import Job, Order
from mobilis_graph.ingest.load import Plan
from mobilis_graph.keys import Keyring
from mobilis_graph.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_data"
REAL_DATA = Path(os.environ.get("MOBILIS_TEST_DATA", ROOT.parent / "shared" / "data"))
TODAY = "2026-11-02"
SECRET = bytes(range(32))  # fixed: the same ids in every run


class Graph:
    """A real database, with what a test needs around it."""

    def __init__(self, db: Db, home: Path) -> None:
        self.db, self.home, self.ring = db, home, Keyring(SECRET)
        audit.make(home / "access.db")
        self.log = Log(home / "access.db", self.ring)
        self._holds: str | None = None

    def wipe(self) -> None:
        """Delete everything but the mark that says this database may be wiped."""
        while self._count():
            self._run("MATCH (n) WHERE NOT n:TestMark WITH n LIMIT 20000 DETACH DELETE n")
        (self.home / "minors.txt").unlink(missing_ok=True)
        self._holds = None

    def _count(self) -> int:
        return int(self.ask("MATCH (n) WHERE NOT n:TestMark RETURN count(n) AS n")[0]["n"])

    def _run(self, text: str) -> None:
        self.db.write_all([(text, {})])

    def ask(self, text: str, **params: object) -> list[dict[str, object]]:
        """Ask the database itself, past every filter: what the tests compare answers with."""
        with self.db._session() as session:
            return session.run(text, params).data()

    def load(self, *paths: Path, today: str = TODAY, mapping: Path | None = None, source: str | None = None) -> Plan:
        """Load tables; return what was planned, and so done."""
        self._holds = None
        with self.job(*paths, today=today, mapping=mapping, source=source) as job:
            plan = job.plan()
            job.write()
        return plan

    def load_all(self, folder: Path) -> None:
        """Load tables of which nothing may be refused."""
        assert self.load(folder).rows_refused == 0

    def check(self, *paths: Path, today: str = TODAY, mapping: Path | None = None) -> tuple[Plan, list[str]]:
        """Dry run: the plan, and the refusals as sentences."""
        with self.job(*paths, today=today, mapping=mapping) as job:
            return job.plan(), job.refused(1000)

    def job(self, *paths: Path, today: str = TODAY, mapping: Path | None = None, source: str | None = None) -> Job:
        """A load as the command line makes it."""
        order = Order(list(paths), mapping, source)
        return Job(self.db, self.ring, self.home, order, today, lambda *_: None)

    def hold(self, name: str, fill: Callable[[], object]) -> None:
        """Make the database hold a named dataset, loading it only when it holds another."""
        if self._holds != name:
            self.wipe()
            fill()
            self._holds = name

    def desk(self, role: Role = Role.ANALYST) -> Desk:
        """A desk for a role."""
        return Desk(self.db, self.log, Viewer("test", role), self.ring)

    def picture(self) -> list[tuple[object, ...]]:
        """Everything in the graph but load times, in a stable order: two equal pictures are equal graphs."""
        nodes = self.ask("MATCH (n) WHERE NOT n:TestMark AND NOT n:Meta RETURN labels(n) AS l, properties(n) AS p")
        rels = self.ask(
            "MATCH (a)-[r]->(b) RETURN coalesce(a.id, a.key) AS a, type(r) AS t, coalesce(b.id, b.key) AS b, properties(r) AS p"
        )
        rows = [("node", sorted(n["l"]), _plain(n["p"])) for n in nodes]
        rows += [("rel", r["a"], r["t"], r["b"], _plain(r["p"])) for r in rels]
        return sorted(rows, key=repr)


def _plain(props: dict[str, object]) -> list[tuple[str, object]]:
    return sorted((k, v) for k, v in props.items() if k not in ("loadedAt", "loadedFrom"))


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The graph of this run; a server that holds data which is not ours is refused, never wiped."""
    home = tmp_path_factory.mktemp("home")
    uri = os.environ.get("MOBILIS_TEST_NEO4J_URI")
    if uri is None:
        db = engine.connect(Settings(home=home, heap_mb=1024))
    else:
        user = os.environ.get("MOBILIS_TEST_NEO4J_USER", "neo4j")
        db = Db(uri, (user, os.environ["MOBILIS_TEST_NEO4J_PASSWORD"]), database="neo4j")
    found = Graph(db, home)
    if found._count() and not found.ask("MATCH (m:TestMark) RETURN m.key AS key"):
        pytest.fail(f"{uri} holds data and no :TestMark: refusing to wipe it")
    found._run("MERGE (:TestMark {key: 'this database may be wiped'})")
    door.define(db)
    found.wipe()
    yield found
    found.log.close()
    db.close()
    if uri is None:
        engine.stop(home)


@pytest.fixture
def empty(graph: Graph) -> Graph:
    """The graph, with nothing in it."""
    graph.wipe()
    return graph


@pytest.fixture
def sample(graph: Graph) -> Graph:
    """The graph, holding the sample data; read it only."""
    graph.hold("sample", lambda: graph.load_all(SAMPLE))
    return graph


@pytest.fixture(scope="session")
def generated_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a generated network of 1,000 entities."""
    folder = tmp_path_factory.mktemp("generated")
    generate(folder, entities=1000, seed=7)
    return folder


@pytest.fixture
def generated(graph: Graph, generated_tables: Path) -> Graph:
    """The graph, holding a generated network; read it only."""
    graph.hold("generated", lambda: graph.load_all(generated_tables))
    return graph


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; tests that ask for it carry the mark `data`."""
    return REAL_DATA


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what needs real data where it is absent, and what is about the embedded engine on a server."""
    absent = set() if REAL_DATA.is_dir() else {"data"}
    if os.environ.get("MOBILIS_TEST_NEO4J_URI"):
        absent.add("embedded")
    without = [i for i in items if any(i.get_closest_marker(mark) for mark in absent)]
    if without:
        config.hook.pytest_deselected(items=without)
        items[:] = [i for i in items if i not in without]
