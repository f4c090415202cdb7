"""The access log: one chain, whoever writes; a row changed, removed or not writable is told."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mobilis_graph.access import Role, Viewer
from mobilis_graph.audit import Log, make
from mobilis_graph.errors import AuditError
from mobilis_graph.keys import Keyring
from tests.conftest import SECRET

RING = Keyring(SECRET)
ANNE = Viewer("anne", Role.ANALYST, purpose="dossier", case="2026-7")
APPENDER = """
import sys
from pathlib import Path
from mobilis_graph.access import Role, Viewer
from mobilis_graph.audit import Log, make
from mobilis_graph.keys import Keyring
make(Path(sys.argv[1]))
log = Log(Path(sys.argv[1]), Keyring(bytes(range(32))))
for number in range(50):
    log.append(Viewer(sys.argv[2], Role.ANALYST), "look", str(number))
"""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    found = made(tmp_path / "access.db")
    yield found
    found.close()


def made(path: Path, ring: Keyring = RING) -> Log:
    make(path)
    return Log(path, ring)


def filled(log: Log, count: int = 5) -> None:
    for number in range(count):
        log.append(ANNE, "look", f"subject {number}")


def tamper(tmp_path: Path, statement: str) -> None:
    with sqlite3.connect(tmp_path / "access.db") as db:
        db.execute(statement)
    db.close()


def test_a_look_is_kept_with_who_why_what_and_when(log: Log) -> None:
    log.append(ANNE, "profile", "a1b2")

    (entry,) = log.entries()

    assert (entry.seq, entry.user, entry.role, entry.purpose, entry.case) == (1, "anne", "analyst", "dossier", "2026-7")
    assert (entry.action, entry.subject) == ("profile", "a1b2")
    assert entry.at.endswith("+00:00")


def test_an_untouched_chain_holds_and_gives_its_length(log: Log) -> None:
    assert log.verify() == 0

    filled(log)

    assert log.verify() == 5


def test_the_log_is_private_and_stays_when_it_is_opened_again(log: Log, tmp_path: Path) -> None:
    filled(log)
    log.close()

    again = Log(tmp_path / "access.db", RING)
    again.append(ANNE, "look", "more")

    assert again.verify() == 6
    assert {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.glob("access.db*")} == {0o600}
    again.close()


@pytest.mark.parametrize("column", ["at", "user", "role", "purpose", '"case"', "action", "subject", "hash"])
def test_a_changed_field_is_found_at_its_row(log: Log, tmp_path: Path, column: str) -> None:
    filled(log)

    tamper(tmp_path, f"UPDATE log SET {column} = 'other' WHERE seq = 3")

    with pytest.raises(AuditError, match=r"does not hold at row 3: it was changed or cut$"):
        log.verify()


def test_words_moved_from_one_field_to_the_next_are_found(log: Log, tmp_path: Path) -> None:
    log.append(Viewer("anne\x1fanalyst", Role.ANALYST), "look", "s")

    tamper(tmp_path, "UPDATE log SET user = 'anne', role = 'analyst' || char(31) || 'analyst'")

    with pytest.raises(AuditError, match="row 1"):
        log.verify()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM log WHERE seq = 3",
        "UPDATE log SET seq = seq + 100 WHERE seq = 3",
        "UPDATE log SET subject = (SELECT subject FROM log WHERE seq = 4), hash = (SELECT hash FROM log WHERE seq = 4) WHERE seq = 3",
    ],
    ids=["removed", "moved", "copied over"],
)
def test_a_missing_row_is_found(log: Log, tmp_path: Path, statement: str) -> None:
    filled(log)

    tamper(tmp_path, statement)

    with pytest.raises(AuditError, match="row 3"):
        log.verify()


def test_a_row_removed_with_its_successors_renumbered_is_found(log: Log, tmp_path: Path) -> None:
    filled(log)

    tamper(tmp_path, "DELETE FROM log WHERE seq = 2")
    for row in (3, 4, 5):
        tamper(tmp_path, f"UPDATE log SET seq = {row - 1} WHERE seq = {row}")

    with pytest.raises(AuditError, match="row 2"):
        log.verify()


def test_fifty_looks_from_each_of_eight_threads_keep_one_chain(log: Log) -> None:
    def look(thread: int) -> None:
        for number in range(50):
            log.append(Viewer(f"thread {thread}", Role.ANALYST), "look", str(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(look, range(8)))

    assert log.verify() == 400
    assert {e.user for e in log.entries()} == {f"thread {n}" for n in range(8)}


def test_fifty_looks_from_each_of_two_processes_keep_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "access.db"

    started = [subprocess.Popen([sys.executable, "-c", APPENDER, path, name]) for name in ("one", "two")]
    codes = [process.wait(60) for process in started]
    log = Log(path, RING)

    assert codes == [0, 0]
    assert log.verify() == 100
    assert sorted(e.subject for e in log.entries() if e.user == "two") == sorted(map(str, range(50)))
    log.close()


def test_a_log_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(AuditError, match=r"access\.db cannot be opened; nothing is shown without it$"):
        make(tmp_path / "file" / "access.db")


def test_a_file_that_is_no_log_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "access.db"
    path.write_bytes(b"a letter, not a database" * 100)

    for opened in (lambda: Log(path, RING), lambda: make(path)):
        with pytest.raises(AuditError, match="cannot be opened"):
            opened()

    assert path.read_bytes().startswith(b"a letter")


def test_a_log_that_cannot_be_written_is_told(log: Log, tmp_path: Path) -> None:
    filled(log)

    tamper(tmp_path, "ALTER TABLE log RENAME TO gone")

    with pytest.raises(AuditError, match=r"cannot be written; nothing is shown without it$"):
        log.append(ANNE, "look", "s")


def test_a_closed_log_takes_and_gives_nothing(log: Log) -> None:
    log.close()

    with pytest.raises(AuditError, match="cannot be written"):
        log.append(ANNE, "look", "s")
    with pytest.raises(AuditError, match="cannot be read"):
        list(log.entries())


def test_a_failed_row_leaves_no_gap(log: Log, tmp_path: Path) -> None:
    filled(log, 2)
    tamper(tmp_path, "CREATE TRIGGER no BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(AuditError):
        log.append(ANNE, "look", "lost")
    tamper(tmp_path, "DROP TRIGGER no")

    log.append(ANNE, "look", "kept")

    assert log.verify() == 3


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_log_that_was_taken_away_takes_no_look(log: Log, tmp_path: Path, how: str) -> None:
    filled(log)
    for file in tmp_path.glob("access.db*"):
        file.unlink()
    if how == "replaced":
        make(tmp_path / "access.db")

    assert not log.in_place()
    with pytest.raises(AuditError, match="is missing and nothing is shown without it"):
        log.append(ANNE, "look", "s")


def test_a_row_that_is_not_taken_is_no_row(log: Log, tmp_path: Path) -> None:
    filled(log)
    tamper(tmp_path, "CREATE TRIGGER no BEFORE INSERT ON log BEGIN SELECT RAISE(IGNORE); END")

    with pytest.raises(AuditError, match="cannot be written"):
        log.append(ANNE, "look", "s")


def test_a_log_that_is_missing_is_made_anew_only_when_asked_for(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="missing and nothing is shown without it; restore it from a backup"):
        Log(tmp_path / "access.db", RING)

    assert not (tmp_path / "access.db").exists()
    assert [make(tmp_path / "access.db") for _ in range(2)] == [True, False]


def test_an_emptied_log_is_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "access.db").touch()

    with pytest.raises(AuditError, match="missing and nothing is shown without it"):
        Log(tmp_path / "access.db", RING)

    assert make(tmp_path / "access.db")


def test_a_chain_made_anew_without_the_secret_does_not_hold(log: Log, tmp_path: Path) -> None:
    filled(log)
    log.close()
    forger = made(tmp_path / "forged.db", Keyring(b"another secret, as long"))
    filled(forger)
    forger.close()
    (tmp_path / "forged.db").replace(tmp_path / "access.db")

    with pytest.raises(AuditError, match="row 1"):
        Log(tmp_path / "access.db", RING).verify()


def test_a_look_is_on_the_disk_before_it_is_answered(log: Log) -> None:
    assert log._db.execute("PRAGMA synchronous").fetchone() == (2,)
