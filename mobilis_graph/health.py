"""What is wrong with this installation, and what to do: the questions behind `mobilis doctor`."""

import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from mobilis_graph import door, engine, queries, serve
from mobilis_graph.audit import Log
from mobilis_graph.errors import MobilisError
from mobilis_graph.keys import keyring
from mobilis_graph.settings import Settings
from mobilis_graph.store.state import state

LITTLE_ROOM = 500_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: well or not, what was seen, what to do."""

    what: str
    ok: bool
    told: str
    remedy: str = ""


def findings() -> list[Finding]:
    """Look at everything in turn; a fault of one does not hide the others."""
    out = [Finding("python", sys.version_info >= (3, 11), f"{platform.python_version()} on {platform.platform()}", "")]
    try:
        settings = Settings.from_env()
    except MobilisError as exc:
        return [*out, Finding("settings", False, str(exc), "correct these variables")]
    out.append(Finding("data folder", True, str(settings.home)))
    looks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("query files", lambda _: f"{len(queries.load())} checked"),
        (
            "engine package",
            lambda s: f"not used, MOBILIS_NEO4J_URI is {s.neo4j_uri}" if s.neo4j_uri else engine.version(),
        ),
        ("disk", _disk),
        ("database", _database),
        ("secret", _secret),
        ("access log", _log),
        ("app", _app),
    )
    for what, look in looks:
        try:
            out.append(Finding(what, True, look(settings)))
        except MobilisError as exc:
            text, _, remedy = str(exc).partition("; ")
            out.append(Finding(what, False, text, remedy))
    return out


def _disk(settings: Settings) -> str:
    folder = next(f for f in (settings.home, *settings.home.parents) if f.exists())
    free = shutil.disk_usage(folder).free
    if free < LITTLE_ROOM:
        raise MobilisError(f"only {free // 1_000_000} MB free on the disk of {folder}; make room")
    return f"{free // 1_000_000_000} GB free"


def _database(settings: Settings) -> str:
    was_running = settings.neo4j_uri is None and engine.running(settings.home) is not None
    with door.open_db(settings) as db:
        now = state(db)
        how = "" if settings.neo4j_uri else (" (was running)" if was_running else " (was stopped, started now)")
        return f"{db.agent()}{how}; today is {now.today}{', fictional data' if now.fictional else ''}"


def _secret(settings: Settings) -> str:
    keyring(door.secret_path(settings), create=False)
    door.open_parts(settings).close()
    return f"{door.secret_path(settings)} fits the database"


def _log(settings: Settings) -> str:
    log = Log(settings.home / "access.db", keyring(door.secret_path(settings), create=False))
    try:
        return f"{log.verify()} entries, the chain holds"
    finally:
        log.close()


def _app(settings: Settings) -> str:
    found = serve.running(settings.home)
    return found.address if found else "not running"
