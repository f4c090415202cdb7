"""The access log: every look and every change, hash-chained, in a file apart from the graph.

A row is written before the question is asked. No name, no parameter and no text goes into it: the
subject is an opaque id, a search is a keyed hash. The chain shows a changed or missing row; rows
cut off at its end show only against a copy kept elsewhere.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mobilis_graph.access import Viewer
from mobilis_graph.errors import AuditError

_FIELDS = ("at", "user", "role", "purpose", "case", "action", "subject")
_GENESIS = "0" * 64
_TABLE = """
CREATE TABLE IF NOT EXISTS log (
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

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
            path.chmod(0o600)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(
                "PRAGMA synchronous=NORMAL"
            )  # survives a killed process; a power cut may lose the last rows
            self._db.execute(_TABLE)
        except (OSError, sqlite3.Error) as exc:
            raise AuditError(f"the access log {path} cannot be opened; nothing is shown without it") from exc

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
                    last = self._db.execute("SELECT hash FROM log ORDER BY seq DESC LIMIT 1").fetchone()
                    self._db.execute(
                        'INSERT INTO log (at, user, role, purpose, "case", action, subject, hash) '
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        (*row, _link(last[0] if last else _GENESIS, row)),
                    )
                    self._db.execute("COMMIT")
                except sqlite3.Error:
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
            if entry.seq != expected or entry.hash != _link(previous, row):
                raise AuditError(f"the access log {self._path} does not hold at row {expected}: it was changed or cut")
            previous, expected = entry.hash, expected + 1
        return expected - 1

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _link(previous: str, row: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps((previous, *row)).encode()).hexdigest()  # as JSON, no field can pass for two
