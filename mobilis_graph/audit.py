"""The access log: every look and every change, hash-chained, in a file apart from the graph.

A row is written, to the disk, before the question is asked. No name, no parameter and no text goes
into it: the subject is an opaque id, a search is a keyed hash. The chain, keyed with the secret of
the installation, shows a changed or missing row; rows cut off at its end show only against a copy
kept elsewhere.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mobilis_graph.access import Viewer
from mobilis_graph.errors import AuditError
from mobilis_graph.keys import Keyring

_FIELDS = ("at", "user", "role", "purpose", "case", "action", "subject")
_GENESIS = "0" * 64
_TABLE = """
CREATE TABLE log (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, purpose TEXT NOT NULL, "case" TEXT NOT NULL,
  action TEXT NOT NULL, subject TEXT NOT NULL, hash TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log."""

    seq: int
    at: str
    user: str
    role: str
    purpose: str
    case: str
    action: str
    subject: str
    hash: str


class Log:
    """The log of one home, shared by every process that uses it."""

    def __init__(self, path: Path, ring: Keyring) -> None:
        """Open the log; one that was lost is not made anew here, for that would hide the loss."""
        self._path, self._ring = path, ring
        self._lock = threading.Lock()
        try:
            self._file = _identity(path)
            self._db = _connected(path)
            if not _holds_log(self._db):
                self._db.close()
                raise _lost(path)
        except FileNotFoundError as exc:
            raise _lost(path) from exc
        except (OSError, sqlite3.Error) as exc:
            raise _unusable(path) from exc

    def in_place(self) -> bool:
        """Whether the file that is open is still the one at its path: what was deleted is written to no more."""
        try:
            return _identity(self._path) == self._file
        except OSError:
            return False

    def append(self, viewer: Viewer, action: str, subject: str) -> None:
        """Write one row and chain it; raise AuditError when it cannot be written."""
        row = (
            datetime.now(UTC).isoformat(timespec="milliseconds"),
            viewer.user,
            str(viewer.role),
            viewer.purpose,
            viewer.case,
            action,
            subject,
        )
        try:
            with self._lock:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    if not self.in_place():
                        raise _lost(self._path)
                    last = self._db.execute("SELECT hash FROM log ORDER BY seq DESC LIMIT 1").fetchone()
                    done = self._db.execute(
                        'INSERT INTO log (at, user, role, purpose, "case", action, subject, hash) '
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        (*row, self._link(last[0] if last else _GENESIS, row)),
                    )
                    if done.rowcount != 1:
                        raise sqlite3.OperationalError("the row was not taken")
                    self._db.execute("COMMIT")
                except (AuditError, sqlite3.Error):
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                    raise
        except sqlite3.Error as exc:
            raise AuditError(f"the access log {self._path} cannot be written; nothing is shown without it") from exc

    def entries(self) -> Iterator[Entry]:
        """Every row, oldest first."""
        try:
            for row in self._db.execute(
                'SELECT seq, at, user, role, purpose, "case", action, subject, hash FROM log ORDER BY seq'
            ):
                yield Entry(*row)
        except sqlite3.Error as exc:
            raise AuditError(f"the access log {self._path} cannot be read") from exc

    def verify(self) -> int:
        """Walk the chain; return its length, or raise AuditError naming the first row that does not hold."""
        previous, expected = _GENESIS, 1
        for entry in self.entries():
            row = tuple(getattr(entry, name) for name in _FIELDS)
            if entry.seq != expected or entry.hash != self._link(previous, row):
                raise AuditError(f"the access log {self._path} does not hold at row {expected}: it was changed or cut")
            previous, expected = entry.hash, expected + 1
        return expected - 1

    def _link(self, previous: str, row: tuple[str, ...]) -> str:
        return self._ring.sign("log", json.dumps((previous, *row)))  # as JSON, no field can pass for two

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def make(path: Path) -> bool:
    """Make an empty log where there is none; return whether there was none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with closing(_connected(path)) as db:
            db.execute("BEGIN IMMEDIATE")  # of two that make it at once, one does
            if there := _holds_log(db):
                db.execute("ROLLBACK")
            else:
                db.execute(_TABLE)
                db.execute("COMMIT")
    except (OSError, sqlite3.Error) as exc:
        raise _unusable(path) from exc
    return not there


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    try:
        path.chmod(0o600)
        _wait_for_wal(db)
        db.execute("PRAGMA synchronous=FULL")  # a look is on the disk before it is answered
    except (OSError, sqlite3.Error):
        db.close()
        raise
    return db


def _holds_log(db: sqlite3.Connection) -> bool:
    """Whether the log was begun; an emptied file is a lost log too."""
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'log'").fetchone() is not None


def _lost(path: Path) -> AuditError:
    return AuditError(
        f"the access log {path} is missing and nothing is shown without it; restore it from a backup, "
        "or run `mobilis init` for a new one, which says so in its first row"
    )


def _unusable(path: Path) -> AuditError:
    return AuditError(f"the access log {path} cannot be opened; nothing is shown without it")


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _wait_for_wal(db: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; the one other process that does so at the same instant is waited for."""
    for last in (*[False] * 100, True):
        try:
            db.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if last:
                raise
            time.sleep(0.05)
