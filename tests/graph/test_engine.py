"""The embedded engine: one process for a home, started, shared, stopped, and found again after a crash."""

import dataclasses
import json
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mobilis_graph import door, engine
from mobilis_graph.errors import AuditError, DatabaseUnavailable, EngineError, QueryTimeout
from mobilis_graph.settings import Settings

pytestmark = pytest.mark.embedded
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

ATTACH = """
import sys, time
from pathlib import Path
from mobilis_graph import door, engine
from mobilis_graph.settings import Settings
home, go = Path(sys.argv[1]), Path(sys.argv[2])
while not go.exists():
    time.sleep(0.005)
parts = door.open_parts(Settings(home=home, heap_mb=256))
parts.db.write("load/set_state", props={sys.argv[3]: True})
print(engine.running(home).pid, parts.keyring.sign("fingerprint"))
parts.close()
"""
RUNAWAY = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b) AS n"


def settings(home: Path, **changed: int) -> Settings:
    return Settings(home=home, **{"heap_mb": 256, "timeout_s": 2, "connect_timeout_s": 1, "retry_s": 1, **changed})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose engine runs; no test may end it."""
    found = tmp_path_factory.mktemp("engine") / "new" / "home"
    engine.connect(settings(found)).close()
    yield found
    engine.stop(found)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    """A home of this test's own; what it starts is stopped."""
    yield tmp_path / "home"
    engine.stop(tmp_path / "home")


@pytest.fixture(scope="module")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose engine any test may end; it holds one confirmed write."""
    found = tmp_path_factory.mktemp("rough") / "home"
    with engine.connect(settings(found)) as db:
        db.write("load/set_state", props={"confirmed": "yes"})
    yield found
    engine.stop(found)


def confirmed(home: Path) -> object:
    """What the engine of a home says was confirmed; it is started when it does not run."""
    with engine.connect(settings(home)) as db:
        return db.read("load/state")[0]["state"]["confirmed"]


def pid(home: Path) -> int:
    found = engine.running(home)
    assert found is not None
    return found.pid


def attach(home: Path, go: Path, name: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", ATTACH, home, go, name], stdout=subprocess.PIPE, text=True)


def ended(one: int) -> bool:
    """Whether a process is gone, or waits only to be reaped."""
    try:
        return Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


# Started


def test_a_first_start_answers_and_knows_the_model(home: Path) -> None:
    with engine.connect(settings(home)) as db:
        assert db.embedded()
        assert db.read("load/any_tip") == []


def test_whoever_comes_later_attaches(home: Path, tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    before = pid(home)

    told, _ = attach(home, tmp_path / "go", "second").communicate(timeout=60)

    assert int(told.split()[0]) == before == pid(home)
    with engine.connect(settings(home)) as db:
        assert db.read("load/state")[0]["state"]["second"] is True


def test_the_files_of_a_home_are_private(home: Path) -> None:
    modes = {name: stat.S_IMODE((home / name).stat().st_mode) for name in ("root.pw", "engine.json")}

    assert modes == {"root.pw": 0o600, "engine.json": 0o600}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@linux
def test_the_password_is_in_its_file_and_nowhere_else(home: Path) -> None:
    password = (home / "root.pw").read_text(encoding="utf-8")
    line = Path(f"/proc/{pid(home)}/cmdline").read_bytes()
    environ = Path(f"/proc/{pid(home)}/environ").read_bytes()

    assert len(password) >= 32
    assert password.encode() not in line + environ
    assert b"server.rootPasswordPath=" in line
    elsewhere = [
        p for p in home.rglob("*") if p.is_file() and p.name != "root.pw" and password.encode() in p.read_bytes()
    ]
    assert elsewhere == []
    assert password not in repr(engine.running(home))


@linux
def test_the_engine_listens_on_loopback_alone(home: Path) -> None:
    found = engine.running(home)
    assert found is not None

    addresses = dict(listening(found.pid))

    assert set(addresses) == {found.bolt, found.http}
    assert set(addresses.values()) == {"127.0.0.1"}


def listening(one: int) -> Iterator[tuple[int, str]]:
    """Yield (port, address) of each socket on which a process listens."""
    inodes = {str(p.readlink()) for p in Path(f"/proc/{one}/fd").iterdir() if p.is_symlink()}
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for row in Path(f"/proc/{one}/net/{table}").read_text(encoding="utf-8").splitlines()[1:]:
            cells = row.split()
            if cells[3] == "0A" and f"socket:[{cells[9]}]" in inodes:
                address, _, port = cells[1].partition(":")
                words = struct.pack(
                    f"={len(address) // 8}I", *(int(address[i : i + 8], 16) for i in range(0, len(address), 8))
                )
                yield int(port, 16), socket.inet_ntop(family, words).removeprefix("::ffff:")


def test_a_runaway_question_is_given_up(home: Path) -> None:
    with engine.connect(settings(home)) as db:
        began = time.monotonic()

        with pytest.raises(QueryTimeout, match=r"^load: took too long; ask for less$"):
            db.write_all([(RUNAWAY, {})])

        assert 1 < time.monotonic() - began < 20
        assert db.read("load/any_tip") == []


# Found again


@pytest.mark.parametrize(
    "note",
    [
        '{"pid": 1, "bolt": 1, "http": 1}',
        '{"pid": 4194305, "bolt": 1, "http": 1}',
        '{"pid": "x"}',
        "{}",
        "[]",
        "",
        '{"pid": 1',
        "\ufeff",
        "null",
    ],
)
def test_a_note_that_names_no_engine_of_this_home_is_forgotten(tmp_path: Path, note: str) -> None:
    (tmp_path / "root.pw").write_text("secret", encoding="utf-8")
    (tmp_path / "engine.json").write_text(note, encoding="utf-8")

    assert engine.running(tmp_path) is None
    assert engine.stop(tmp_path) is False


def test_a_pid_given_to_another_program_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "arcadedb"]) as other:
        told = {"pid": other.pid, "bolt": 1, "http": 1}
        (tmp_path / "engine.json").write_text(json.dumps(told), encoding="utf-8")

        stopped = engine.stop(tmp_path)

        assert (engine.running(tmp_path), stopped, other.poll()) == (None, False, None)
        other.kill()


def test_the_engine_of_another_home_is_left_alone(home: Path, fresh: Path) -> None:
    before = pid(home)
    fresh.mkdir()
    for name in ("engine.json", "engine.lock"):
        (fresh / name).write_bytes((home / name).read_bytes())
    (home / "elsewhere").mkdir()
    (home / "elsewhere" / "engine.json").write_bytes((home / "engine.json").read_bytes())

    with engine.connect(settings(fresh)) as db:
        db.write("load/set_state", props={"mine": True})

    assert pid(fresh) != before == pid(home)
    assert engine.running(home / "elsewhere") is None
    with engine.connect(settings(home)) as db:
        assert not db.read("load/state") or "mine" not in db.read("load/state")[0]["state"]


def test_a_home_is_the_same_by_whichever_path_it_is_named(home: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home)

    with engine.connect(settings(tmp_path / "link")) as db:
        assert db.embedded()

    assert pid(tmp_path / "link") == pid(home.parent / ".." / "new" / "home") == pid(home)


def test_processes_that_start_together_share_one_engine_and_one_secret(fresh: Path, tmp_path: Path) -> None:
    started = [attach(fresh, tmp_path / "go", f"process{n}") for n in range(3)]
    time.sleep(1)  # all three are waiting for the sign

    (tmp_path / "go").touch()
    told = [process.communicate(timeout=120)[0] for process in started]

    assert [process.returncode for process in started] == [0, 0, 0]
    assert {int(text.split()[0]) for text in told} == {pid(fresh)}
    assert len({text.split()[1] for text in told}) == 1
    with engine.connect(settings(fresh)) as db:
        (row,) = db.read("load/state")
    assert {"process0", "process1", "process2"} <= set(row["state"])


@linux
def test_a_killed_engine_starts_again_with_all_that_was_confirmed(rough: Path) -> None:
    db = engine.connect(settings(rough))
    first = pid(rough)

    os.kill(first, signal.SIGKILL)
    while not ended(first):
        time.sleep(0.01)
    with pytest.raises(DatabaseUnavailable, match=r"^the database cannot be reached; `mobilis doctor` says why$"):
        db.read("load/state")
    db.close()
    left = {p.name for p in rough.iterdir()}

    assert {"engine.json", "engine.lock"} <= left
    assert confirmed(rough) == "yes"
    assert pid(rough) != first


@linux
def test_a_hung_engine_is_replaced(rough: Path) -> None:
    confirmed(rough)
    hung = pid(rough)
    os.kill(hung, signal.SIGSTOP)

    assert confirmed(rough) == "yes"
    assert ended(hung)
    assert pid(rough) != hung


@linux
def test_a_clean_stop_ends_the_process_and_the_next_start_turns_the_log(rough: Path) -> None:
    confirmed(rough)
    was = pid(rough)
    with (rough / "engine.log").open("ab") as log:
        log.truncate(engine.LOG_BYTES + 1)

    stopped = [engine.stop(rough), engine.stop(rough)]

    assert stopped == [True, False]
    assert ended(was)
    assert not (rough / "engine.json").exists()
    assert confirmed(rough) == "yes"
    assert (rough / "engine.log.1").stat().st_size > engine.LOG_BYTES > (rough / "engine.log").stat().st_size


def test_a_lost_password_is_made_anew(rough: Path) -> None:
    confirmed(rough)
    (rough / "root.pw").unlink()

    assert confirmed(rough) == "yes"
    assert stat.S_IMODE((rough / "root.pw").stat().st_mode) == 0o600


@pytest.mark.parametrize("note", [None, "{}"], ids=["lost", "broken"])
def test_an_engine_that_nobody_noted_is_replaced(rough: Path, note: str | None) -> None:
    confirmed(rough)
    before = pid(rough)
    (rough / "engine.json").unlink()
    if note is not None:
        (rough / "engine.json").write_text(note, encoding="utf-8")

    assert confirmed(rough) == "yes"
    assert ended(before)


def test_an_engine_that_nobody_noted_is_stopped(rough: Path) -> None:
    confirmed(rough)
    before = pid(rough)
    (rough / "engine.json").unlink()

    assert engine.stop(rough)
    assert ended(before)


def test_a_start_in_the_middle_of_a_stop_leaves_no_engine_that_nobody_noted(rough: Path) -> None:
    confirmed(rough)
    before = pid(rough)

    with ThreadPoolExecutor(1) as other:
        stopping = other.submit(engine.stop, rough)
        while not ended(before):
            time.sleep(0.001)
        engine.connect(settings(rough)).close()
        assert stopping.result()

    assert engine._unnoted(rough) == pid(rough) != before
    assert confirmed(rough) == "yes"


def test_a_lock_that_cannot_be_taken_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "START_S", 0.2)
    (tmp_path / "folder.lock").mkdir()

    with pytest.raises(EngineError, match=r"folder\.lock cannot be opened \(Is a directory\)"):
        engine.locked(tmp_path / "folder.lock").__enter__()
    with engine.locked(tmp_path / "engine.lock"), pytest.raises(EngineError, match=r"another process has held .*lock"):
        engine.stop(tmp_path)


def test_a_password_that_does_not_fit_is_given_to_the_engine(rough: Path) -> None:
    confirmed(rough)
    engine.stop(rough)
    (rough / "root.pw").write_text("another one, written by hand", encoding="utf-8")

    assert confirmed(rough) == "yes"


def test_a_home_that_was_open_to_others_is_closed_with_all_in_it(fresh: Path) -> None:
    fresh.mkdir(mode=0o755)
    fresh.chmod(0o755)

    engine.connect(settings(fresh)).close()

    assert stat.S_IMODE(fresh.stat().st_mode) == 0o700
    assert [p for p in fresh.rglob("*") if p.is_file() and stat.S_IMODE(p.stat().st_mode) & 0o077] == []


@linux
def test_the_engine_flushes_each_commit_and_gives_up_long_questions(home: Path) -> None:
    line = engine.command_line(pid(home))

    assert "-Darcadedb.txWalFlush=2 " in line
    assert "-Darcadedb.command.timeout=2000 " in line


def test_the_log_of_a_running_engine_has_a_limit(home: Path) -> None:
    told = (home / "logging.properties").read_text(encoding="utf-8")

    assert f"FileHandler.limit = {engine.LOG_BYTES}\n" in told
    assert "is starting up" in (home / "log" / "arcadedb.log.0").read_text(encoding="utf-8")
    assert "is starting up" not in (home / "engine.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("server", [False, True], ids=["embedded", "server"])
def test_every_limit_of_the_settings_reaches_the_driver(home: Path, server: bool) -> None:
    found = engine.running(home)
    assert found is not None
    told = settings(home, timeout_s=41, connect_timeout_s=3, retry_s=4, pool_size=7)
    if server:
        told = dataclasses.replace(
            told,
            neo4j_uri=f"bolt://127.0.0.1:{found.bolt}",
            neo4j_user="root",
            neo4j_password=found.password,
            neo4j_database=engine.DATABASE,
        )

    with door.open_db(told) as db:
        pool, work = db._driver._pool.pool_config, db._driver._default_workspace_config

        assert (pool.max_connection_pool_size, pool.connection_timeout) == (7, 3)
        assert (work.max_transaction_retry_time, work.connection_acquisition_timeout, db._timeout) == (4, 8, 41)


def test_parts_whose_log_was_taken_away_are_opened_no_more(rough: Path) -> None:
    parts = door.open_parts(settings(rough))
    assert parts.alive()

    (rough / "access.db").rename(rough / "aside.db")
    with pytest.raises(AuditError, match="is missing and nothing is shown without it"):
        door.open_parts(settings(rough))
    assert not parts.alive()

    (rough / "aside.db").rename(rough / "access.db")
    assert parts.alive()
    parts.close()


# What cannot be


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EngineError, match=r"^the data folder .* cannot be used \(Not a directory\); set MOBILIS_HOME"):
        engine.connect(settings(tmp_path / "file" / "home"))


@linux
def test_a_home_that_is_not_writable_is_told(tmp_path: Path) -> None:
    code = (
        "import os; from pathlib import Path; from mobilis_graph import engine\n"
        "from mobilis_graph.settings import Settings\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: engine.connect(Settings(home=Path('/usr')))\n"
        "except engine.EngineError as exc: print(exc)"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout == "the data folder /usr cannot be used (Permission denied); set MOBILIS_HOME to one of yours\n"


def test_a_missing_package_is_told_with_both_ways_out(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; sys.modules.update(arcadedb_embedded=None, arcadedb=None)\n"
        "from mobilis_graph import engine; from mobilis_graph.settings import Settings\n"
        "try: engine.connect(Settings(home=Path(sys.argv[1])))\n"
        "except engine.EngineError as exc: print(exc)"
    )

    told = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)

    assert told.stdout.startswith("the embedded engine is not installed (package arcadedb-embedded: ")
    assert told.stdout.endswith("install it, or set MOBILIS_NEO4J_URI to use a Neo4j server\n")


def test_an_engine_that_cannot_start_is_told_with_its_log(fresh: Path) -> None:
    began = time.monotonic()

    with pytest.raises(EngineError, match=r"^the engine ended while starting; its logs are .*engine\.log$"):
        engine.connect(settings(fresh, heap_mb=1))

    assert time.monotonic() - began < 30
    assert engine.running(fresh) is None


def test_a_log_is_kept_once_over(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    for size in (engine.LOG_BYTES, engine.LOG_BYTES + 1, engine.LOG_BYTES + 2):
        with log.open("ab") as file:
            file.truncate(size)
        engine.rotate(log)

    assert not log.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["engine.log.1"]
    assert (tmp_path / "engine.log.1").stat().st_size == engine.LOG_BYTES + 2
