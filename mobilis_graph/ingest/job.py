"""One load from the command to its last transaction: which files, whose source, what day, what came of it."""

import csv
import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mobilis_graph import keys
from mobilis_graph.db import Db
from mobilis_graph.door import sweep
from mobilis_graph.errors import ConfigError, InputError
from mobilis_graph.ingest import mapping, native
from mobilis_graph.ingest.against import KnownMinors
from mobilis_graph.ingest.load import Loader, Plan, Prepared, Progress, uncollected
from mobilis_graph.ingest.native import Context
from mobilis_graph.ingest.prepare import Preparer
from mobilis_graph.ingest.stage import Stage
from mobilis_graph.ingest.tables import Table, tables
from mobilis_graph.keys import Keyring
from mobilis_graph.store.state import holds_tips, move_on, state

REFUSED = ("file", "line", "column", "value", "reason", "remedy", "tip")  # the columns of refused rows
_INERT = re.compile(r"^\s*[=+\-@\t\r＝＋－＠]")  # what a spreadsheet would take for a formula


@dataclass(frozen=True, slots=True)
class Order:
    """What the user asked to load."""

    paths: Sequence[Path]
    mapping: Path | None = None
    source: str | None = None


class Job:
    """A staged load; use it as a context, so that its stage is removed whatever happens."""

    def __init__(self, db: Db, ring: Keyring, home: Path, order: Order, today: str, progress: Progress) -> None:
        self._db, self.today, self._progress = db, today, progress
        self._stage, self._minors = Stage(_stage_path(home)), KnownMinors(home)
        self._order = order
        self.source = ""
        self._ring = ring
        self.demo: dict[str, Any] = {}
        self.notes: list[str] = []  # what the user should know besides counts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._stage.close()

    def plan(self) -> Plan:
        """Read and check everything; return what a load would do."""
        with uncollected(), _room():
            return self._plan()

    def _plan(self) -> Plan:
        found = _told_apart(dict.fromkeys(t for path in self._order.paths for t in tables(path, ours=REFUSED)))
        self.demo = _demo(self._order.paths)
        if not self.demo.get("fictional") and state(self._db).fictional and holds_tips(self._db):
            self.notes.append(
                "this installation is marked fictional, and its screens say so; real data belongs into one of its own: "
                "set MOBILIS_HOME to an empty folder"
            )
        self._move_today()
        context = Context(self._stage, self.today)
        if self._order.mapping:
            described = mapping.read_mapping(self._order.mapping)
            self.source = keys.fold(self._order.source or "") or described.source
            self.notes += mapping.apply(described, found, context)
        else:
            self.source = keys.fold(self._order.source or "") or _source(self._order.paths)
            native.read(_ordered(found), context)
        preparer = Preparer(self.source, self._ring, self._said)
        self._loader = Loader(self._db, self._stage, preparer, self._minors, self.today, self._progress)
        return self._loader.plan()

    def _move_today(self) -> None:
        """A demo fixes its own today, and never goes back in time; it is refused beside real data."""
        now = state(self._db)
        if self.demo.get("fictional") and not now.fictional and holds_tips(self._db):
            raise InputError(
                "this installation holds data that is not fictional, and its banner would say it is; "
                "load fictional data into another one: set MOBILIS_HOME to an empty folder"
            )
        if "today" in self.demo:
            self.today = max(self.demo["today"], self.today) if now.fictional else self.demo["today"]

    def write(self) -> None:
        """Write what was planned; the state is told first, so that an interrupted load knows what it was."""
        move_on(self._db, self.demo)
        with _room():
            self._loader.write()
        move_on(self._db, self.demo)

    def transactions(self) -> Iterator[list[Prepared]]:
        """What goes into each transaction, prepared; the benchmark writes the same with the bare driver."""
        return (rows for _, rows, _ in self._loader.transactions())

    def write_refused(self, path: Path) -> int:
        """Write the refused rows as a CSV to correct from; return how many. Nothing in it runs in a spreadsheet."""
        count = 0
        with os.fdopen(_private(path), "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(REFUSED)
            for row in self._stage.refused():
                cells = [row.file, row.line, row.column, row.value, row.reason, row.remedy, row.tip]
                writer.writerow([inert(c) if isinstance(c, str) else c for c in cells])
                count += 1
        return count

    def refused(self, limit: int) -> list[str]:
        """The first refusals, as sentences."""
        out = []
        for row in self._stage.refused():
            value = f" = {row.value!r}" if row.value else ""
            column = f", {row.column}{value}" if row.column else ""
            out.append(f"{row.file}, line {row.line}{column}: {row.reason}. {row.remedy[:1].upper()}{row.remedy[1:]}.")
            if len(out) == limit:
                break
        return out

    def _said(self, tip: str, type_: str, start: str, end: str) -> list[str]:
        return [row["id"] for row in self._db.read("load/said", tip=tip, type=type_, start=start, end=end)]


def refused_file(path: Path, paths: Sequence[Path]) -> None:
    """Make sure that refused rows can go to that file; InputError when it is a table of the user's, or cannot be written."""
    if path.resolve() in {p.resolve() for p in paths} or (path.exists() and not (path.is_file() and _is_refused(path))):
        raise InputError(
            f"{path} holds something else than refused rows, and would be lost; name another file: --refused"
        )
    try:
        os.close(_private(path))
    except OSError as exc:
        raise InputError(
            f"refused rows cannot be written to {path} ({exc.strerror}); name another file: --refused"
        ) from exc
    path.unlink()


def _private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def _is_refused(path: Path) -> bool:
    """Whether a file is one of ours, or empty."""
    with suppress(OSError, UnicodeError), path.open(encoding="utf-8-sig", newline="") as file:
        return file.readline().strip() in ("", ",".join(REFUSED))
    return False


@contextmanager
def _room() -> Iterator[None]:
    """What goes wrong with the stage is a sentence: its disk is full, or was taken away."""
    try:
        yield
    except sqlite3.Error as exc:
        raise ConfigError(
            f"the load cannot be staged ({exc}): is the disk of the data folder full? Make room and run the same command again"
        ) from exc


def inert(text: str) -> str:
    """A text that a spreadsheet shows and does not run."""
    return f"'{text}" if _INERT.match(text) else text


def _told_apart(found: Iterable[Table]) -> list[Table]:
    """The tables, each with its folder where another file bears the same name."""
    kept = list(found)
    paths: dict[str, set[Path]] = {}
    for table in kept:
        paths.setdefault(table.path.name, set()).add(table.path)
    return [t if len(paths[t.path.name]) == 1 else replace(t, folder=t.path.absolute().parent.name) for t in kept]


def _ordered(found: list[Table]) -> list[Table]:
    """Tips first, then entities, then relationships: the order does not matter to the result."""
    return sorted(found, key=lambda t: (t.name != "tips", t.name))


def _source(paths: Sequence[Path]) -> str:
    """Whose refs these are: `source` in a mobilis.toml beside the tables, else the folder's name."""
    folders = dict.fromkeys((path if path.is_dir() else path.parent).resolve() for path in paths)
    stated = {source: folder for folder in folders if (source := _stated(folder))}
    found = stated or {keys.fold(folder.name): folder for folder in folders}
    if len(found) > 1:
        told = ", ".join(f"{folder} is of {source!r}" for source, folder in found.items())
        raise InputError(
            f"{told}: refs of two sources are not the same things; load them one after the other, or say --source for all"
        )
    return next(iter(found))


def _stated(folder: Path) -> str:
    """The source that the mobilis.toml of a folder states, '' where there is none."""
    told = folder / "mobilis.toml"
    if not told.exists():
        return ""
    source = mapping.read_toml(told).get("source")
    if not isinstance(source, str) or not source.strip():
        raise InputError(f'{told}: source must be a word, such as source = "rivesaule"')
    return keys.fold(source)


def _demo(paths: Sequence[Path]) -> dict[str, Any]:
    """What a demo.toml beside the tables fixes: its today, its titles."""
    for path in paths:
        told = (path if path.is_dir() else path.parent) / "demo.toml"
        if told.exists():
            demo = mapping.read_toml(told)
            demo["today"] = native.valid_day(str(demo.get("today", "")), str(told))
            if wrong := [n for n in ("title_fr", "title_en") if not isinstance(demo.get(n, ""), str)]:
                raise InputError(f"{told}: {wrong[0]} must be a text; put it in quotes")
            if not isinstance(demo.get("fictional", False), bool):
                raise InputError(f"{told}: fictional must be true or false, without quotes")
            return {k: v for k, v in demo.items() if k in ("today", "title_fr", "title_en", "fictional")}
    return {}


def folder_digest(folder: Path) -> str:
    """A digest of the files of a folder: the same data, the same digest."""
    found = hashlib.blake2b(digest_size=16)
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _stage_path(home: Path) -> Path:
    """A stage of this process."""
    folder = home / "staging"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sweep(home)
    except OSError as exc:
        raise ConfigError(
            f"{folder} cannot be used for staging ({exc.strerror}); set MOBILIS_HOME to a folder of yours"
        ) from exc
    return folder / f"{os.getpid()}.db"
