"""The desk: no log no answer, hidden means missing, and a second lock behind the filter of each query."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mobilis_graph import audit, queries, store
from mobilis_graph.access import Role, Viewer
from mobilis_graph.audit import Entry, Log
from mobilis_graph.desk import Desk, Look
from mobilis_graph.errors import AuditError, ConfigError, DatabaseError, Denied, NotFound
from mobilis_graph.keys import Keyring
from tests.conftest import SECRET, Graph
from tests.graph.test_load import TIPS, tables

LEAK = """// mode: read
// params: sees
// returns: told
// A query whose filter filters nothing.
MATCH (t:Tip)
WHERE size($sees) > 0
RETURN [{seen: true, inner: {reference: t.reference, guard: t.guard}}] AS told
ORDER BY t.reference
"""


@pytest.fixture
def network(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """Two tips about one street: one open, one that is not triaged yet."""
    folder = tables(
        tmp_path_factory.mktemp("tables") / "desk",
        tips=TIPS
        + "T1,2026-05-03,CJM,B,2,o-1,triaged,Il habite la rue\nT2,2026-05-04,CJM,B,2,o-2,received,Un certain Ouaz\n",
        persons="tip,ref,name\nT1,p1,Émile Ouimet\nT1,p2,Rose Iquart\nT2,p3,Guy Ouaz\n",
        associates_with="tip,from,to\nT1,p1,p2\nT2,p1,p3\n",
    )
    graph.hold("desk", lambda: graph.load(folder))
    return graph


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    audit.make(tmp_path / "access.db")
    found = Log(tmp_path / "access.db", Keyring(SECRET))
    yield found
    found.close()


@pytest.fixture
def desk(network: Graph, log: Log) -> Callable[..., Desk]:
    """Make a desk for a role, with a log that only this test writes."""

    def make(role: Role = Role.ANALYST) -> Desk:
        return Desk(network.db, log, Viewer("anne", role), network.ring)

    return make


@pytest.fixture
def leak() -> Iterator[str]:
    """A query file that forgot its filter, among the checked ones."""
    name = "tip/leak"
    queries.load()[name] = queries.parse(name, LEAK)
    yield name
    del queries.load()[name]


def person(network: Graph, name: str) -> str:
    rows = network.ask("MATCH (:Tip)-[m:MENTIONS]->(p:Person) WHERE m.name = $name RETURN p.id AS id", name=name)
    return str(rows[0]["id"])


def written(log: Log) -> list[Entry]:
    return list(log.entries())


def test_a_look_is_logged_before_it_is_answered(desk: Callable[..., Desk], network: Graph, log: Log) -> None:
    emile = person(network, "Émile Ouimet")

    store.neighbours(desk(Role.DETECTIVE), emile)

    (entry,) = written(log)
    assert (entry.user, entry.role, entry.action, entry.subject) == ("anne", "detective", "expand", emile)


QUESTIONS: dict[str, Callable[[Desk, str], object]] = {
    "neighbours": lambda at, one: store.neighbours(at, one),
    "neighbour counts": lambda at, one: store.neighbour_counts(at, one),
    "network": lambda at, one: store.network(at, [one]),
    "profile": lambda at, one: store.profile(at, one),
    "tie": lambda at, one: store.tie(at, one, one),
    "search": lambda at, _: store.search(at, "ouimet"),
    "start": lambda at, _: store.start(at),
    "counts": lambda at, _: store.counts(at),
    "tip": lambda at, _: store.tip_id(at, "T1"),
    "retract": lambda at, _: store.retract(at, "T1", "une bonne raison"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_log_no_answer(desk: Callable[..., Desk], network: Graph, log: Log, question: str) -> None:
    emile, before = person(network, "Émile Ouimet"), network.picture()
    log.close()

    with pytest.raises(AuditError, match="nothing is shown without it"):
        QUESTIONS[question](desk(), emile)

    assert network.picture() == before


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("role", [Role.PRIVACY, Role.OPERATOR])
def test_a_role_that_reads_nothing_is_denied_and_that_is_logged(
    desk: Callable[..., Desk], network: Graph, log: Log, role: Role, question: str
) -> None:
    emile = person(network, "Émile Ouimet")

    with pytest.raises(Denied, match=f"^the role {role} reads no network$"):
        QUESTIONS[question](desk(role), emile)

    assert [e.role for e in written(log)] == [role]


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q != "retract"])
def test_every_question_is_logged(desk: Callable[..., Desk], network: Graph, log: Log, question: str) -> None:
    QUESTIONS[question](desk(), person(network, "Émile Ouimet"))

    assert len(written(log)) == 1
    assert log.verify() == 1


def test_a_question_that_finds_nothing_is_logged_too(desk: Callable[..., Desk], log: Log) -> None:
    with pytest.raises(NotFound):
        store.profile(desk(), "0" * 32)

    assert [(e.action, e.subject) for e in written(log)] == [("profile", "0" * 32)]


def test_a_search_is_logged_without_its_words(desk: Callable[..., Desk], log: Log, tmp_path: Path) -> None:
    assert store.search(desk(), "Zbigniew Ouellet") == ((), 0)
    store.search(desk(), "  zbigniew   OUELLET ")
    store.search(desk(), "Zbigniew")

    first, again, other = (e.subject for e in written(log))
    assert first == again != other
    assert len(first) == 32
    log.close()
    assert not any(b"bigniew" in p.read_bytes() or b"uellet" in p.read_bytes() for p in tmp_path.glob("access.db*"))


def test_the_hash_of_a_search_hangs_on_the_secret(desk: Callable[..., Desk], network: Graph, log: Log) -> None:
    other = Desk(network.db, log, Viewer("anne", Role.ANALYST), type(network.ring)(b"another secret.."))

    store.search(desk(), "ouimet")
    store.search(other, "ouimet")

    first, second = (e.subject for e in written(log))
    assert first != second


def test_a_tip_is_logged_without_its_reference(desk: Callable[..., Desk], log: Log) -> None:
    with pytest.raises(NotFound):
        store.tip_id(desk(), "T-Ouimet-1")

    assert "uimet" not in str(written(log))


def test_hidden_and_missing_give_the_same_words(desk: Callable[..., Desk], network: Graph) -> None:
    hidden, missing = person(network, "Guy Ouaz"), "f" * 32
    at = desk(Role.DETECTIVE)
    assert store.profile(desk(Role.INTELLIGENCE), hidden).entity.caption == "Guy Ouaz"

    for ask in (store.profile, store.neighbours):
        told = []
        for one in (hidden, missing):
            with pytest.raises(NotFound) as refused:
                ask(at, one)
            told.append(str(refused.value))
        assert told == ["no such entity", "no such entity"]
    for ask in (
        store.neighbour_counts,
        lambda at, one: store.network(at, [one]),
        lambda at, one: store.tie(at, one, one),
    ):
        assert ask(at, hidden) == ask(at, missing)
    with pytest.raises(NotFound, match=r"^no tip 'T2'$"):
        store.tip_id(at, "T2")
    with pytest.raises(NotFound, match=r"^no tip 'T3'$"):
        store.tip_id(at, "T3")


def test_a_query_that_forgot_its_filter_is_stopped(
    desk: Callable[..., Desk], leak: str, caplog: pytest.LogCaptureFixture
) -> None:
    look = desk(Role.DETECTIVE).look("look", "")

    with pytest.raises(NotFound, match=r"^no such entity$"):
        look.read(leak)

    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [
        (logging.CRITICAL, "tip/leak let restricted through")
    ]


def test_a_write_in_a_read_is_refused_by_a_server_and_by_us_alone_for_the_embedded_engine(empty: Graph) -> None:
    text = "// mode: read\n// params: -\n// returns: id\n// unfiltered: never.\n// A write.\nCREATE (n:Meta {key: 'x'}) RETURN n.key AS id"
    with pytest.raises(ConfigError, match="a read query must not CREATE"):
        queries.parse("tip/write", text)
    queries.load()["tip/write"] = queries.Query("tip/write", "read", frozenset(), ("id",), text)

    try:
        empty.db.read("tip/write")
        refused = False
    except DatabaseError as exc:
        refused = "AccessMode" in str(exc)
    finally:
        del queries.load()["tip/write"]

    assert refused is not empty.db.embedded()


def test_what_a_viewer_may_see_passes_the_second_lock(desk: Callable[..., Desk], leak: str) -> None:
    rows = desk(Role.INTELLIGENCE).look("look", "").read(leak)

    assert [row["told"][0]["inner"]["guard"] for row in rows] == ["open", "restricted"]


def test_a_look_asks_only_with_the_guards_of_its_viewer(desk: Callable[..., Desk], network: Graph) -> None:
    detective, intelligence = (desk(role).look("counts", "") for role in (Role.DETECTIVE, Role.INTELLIGENCE))

    totals = [look.read("tip/total", knownOn="9999-12-31")[0]["tips"] for look in (detective, intelligence)]

    assert totals == [1, 2]
    assert Look(network.db, ()).read("tip/total", knownOn="9999-12-31") == [{"tips": 0}]


@pytest.mark.parametrize(
    ("subject", "kept"),
    [("", True), ("a" * 32, True), (f"{'a' * 32} {'0' * 32}", True), ("Cassandra Tremblay", False), ("A" * 32, False),
     (f"{'a' * 32}\n", False), (" ".join(["a" * 32] * 3), False)],
)  # fmt: skip
def test_a_subject_that_is_no_id_is_logged_by_its_keyed_hash(
    network: Graph, log: Log, subject: str, kept: bool
) -> None:
    desk = Desk(network.db, log, Viewer("anne", Role.ANALYST), network.ring)

    desk.look("profile", subject)

    (entry,) = log.entries()
    assert entry.subject == (subject if kept else network.ring.sign("subject", subject))


def test_a_change_is_logged_before_and_after(empty: Graph, log: Log, tmp_path: Path) -> None:
    empty.load(
        tables(tmp_path / "a", tips=TIPS + "T9,2026-05-03,CJM,B,2,o,triaged,\n", persons="tip,ref,name\nT9,p,Guy Quo\n")
    )
    at = Desk(empty.db, log, Viewer("anne", Role.SUPERVISOR), empty.ring)

    store.retract(at, "T9", "un doublon")

    tip = empty.ask("MATCH (t:Tip) RETURN t.id AS id")[0]["id"]
    assert [(e.action, e.subject) for e in written(log)][-2:] == [("retract", tip), ("retract done", tip)]


def test_a_change_that_cannot_be_logged_is_not_made(empty: Graph, log: Log, tmp_path: Path) -> None:
    empty.load(
        tables(tmp_path / "a", tips=TIPS + "T9,2026-05-03,CJM,B,2,o,triaged,\n", persons="tip,ref,name\nT9,p,Guy Quo\n")
    )
    at, before = Desk(empty.db, log, Viewer("anne", Role.SUPERVISOR), empty.ring), empty.picture()
    with sqlite3.connect(tmp_path / "access.db") as db:
        db.execute(
            "CREATE TRIGGER no BEFORE INSERT ON log WHEN NEW.action = 'retract' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    db.close()

    with pytest.raises(AuditError):
        store.retract(at, "T9", "un doublon")

    assert empty.picture() == before
