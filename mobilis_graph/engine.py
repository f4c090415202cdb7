"""The embedded engine: ArcadeDB as a loopback child process, shared by the app and the command line.

One process owns the files of a home. Whoever comes first starts it under a lock, whoever comes
later attaches. The package is located, never imported: no JVM in this process.
"""

import base64
import importlib.util
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from mobilis_graph import ddl
from mobilis_graph.db import Db
from mobilis_graph.errors import ConfigError, DatabaseError, EngineError, MobilisError
from mobilis_graph.settings import Settings

DATABASE = "mobilis"
START_S = 60  # a cold start takes 1.5 to 3 s; a slow disk after a crash took longer
REFUSING_S = 5  # while it starts, an engine may refuse for a moment whom it will let in
STOP_S = 20
RETRY_S = 5  # an engine on this machine that does not answer is dead, and is started again
LOG_BYTES = 5_000_000
_LOGGING = f"""\
handlers = java.util.logging.FileHandler
.level = INFO
io.undertow.level = WARNING
org.xnio.level = WARNING
org.jboss.level = WARNING
java.util.logging.FileHandler.pattern = log/arcadedb.log
java.util.logging.FileHandler.formatter = com.arcadedb.log.LogFormatter
java.util.logging.FileHandler.limit = {LOG_BYTES}
java.util.logging.FileHandler.count = 2
"""  # the engine's own would fill a gigabyte, and engine.log without limit
_USERS = Path("config") / "server-users.jsonl"  # where the engine keeps the hash of its password
_PACKAGES = ("arcadedb_embedded", "arcadedb")  # the second name is the announced successor


@dataclass(frozen=True, slots=True)
class Running:
    """Where a started engine listens; the password stays in its file."""

    pid: int
    bolt: int
    http: int
    password: str = field(repr=False, default="")


def connect(settings: Settings) -> Db:
    """Return a door to the embedded engine of this home, starting the engine when none answers."""
    home = prepared(settings.home)
    if (found := running(home)) and (db := _attach(settings, found)):
        return db
    with locked(home / "engine.lock"):
        if (found := running(home)) and (db := _attach(settings, found)):
            return db
        return _start(settings, home)


def running(home: Path) -> Running | None:
    """Return what the last start wrote down if that process is still alive; forget it otherwise."""
    note = home / "engine.json"
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        found = Running(int(told["pid"]), int(told["bolt"]), int(told["http"]), _password(home))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if _alive(found.pid, home) else None


def stop(home: Path) -> bool:
    """Stop the engine of this home cleanly; return whether one was running."""
    if not home.is_dir():
        return False
    with locked(home / "engine.lock"):  # so that nobody starts one meanwhile, whose note would be removed
        found = running(home)
        pid = found.pid if found else _unnoted(home)
        if pid is None:
            return False
        with suppress(OSError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        while _alive(pid, home):
            if time.monotonic() > deadline:
                _kill(pid, home)  # hung: what was confirmed is on disk
                if _alive(pid, home):
                    raise EngineError(f"the engine (process {pid}) does not stop; end it by hand and try again")
            time.sleep(0.05)
        (home / "engine.json").unlink(missing_ok=True)
    return True


def _unnoted(home: Path) -> int | None:
    """An engine of this home whose note was lost: it holds the files, and nothing can attach to it."""
    mine = f"server.rootPath={home.resolve()} "
    if Path("/proc/self/cmdline").exists():
        pids = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdecimal()]
        return next((pid for pid in pids if mine in command_line(pid)), None)
    listed = _asked(
        [
            "powershell",
            "-NoProfile",
            "-Command",
            'Get-CimInstance Win32_Process | % { "$($_.ProcessId) $($_.CommandLine)" }',
        ]
        if sys.platform == "win32"
        else ["ps", "-axww", "-o", "pid=,command="]
    )
    return next((int(line.split()[0]) for line in listed.splitlines() if mine in line), None)


def version() -> str:
    """Return the installed engine package and its version; raise EngineError when there is none."""
    import importlib.metadata as metadata

    for name in _PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            return f"{name.replace('_', '-')} {metadata.version(name.replace('_', '-'))}"
    raise EngineError(_MISSING)


_MISSING = (
    "the embedded engine is not installed (package arcadedb-embedded: Linux with glibc 2.34 or newer, macOS on "
    "arm64, Windows on amd64); install it, or set MOBILIS_NEO4J_URI to use a Neo4j server"
)


def prepared(home: Path) -> Path:
    """Make the home, private to its user; return it without links, for the engine is known by it."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(home, os.W_OK):
            raise PermissionError(13, "Permission denied")
        if _ours(home):
            home.chmod(0o700)  # it may have been there before, open to others
    except OSError as exc:
        raise EngineError(
            f"the data folder {home} cannot be used ({exc.strerror}); set MOBILIS_HOME to one of yours"
        ) from exc
    return home.resolve()


def _ours(home: Path) -> bool:
    """Whether a home is this user's alone to close: not a folder of the system such as /tmp, nor the user's own."""
    found = home.resolve()
    return (
        hasattr(os, "getuid") and found.stat().st_uid == os.getuid() and len(found.parts) > 2 and found != Path.home()
    )


def write_private(path: Path, text: str) -> None:
    """Write a secret that only its owner can read, complete or not at all."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def open_private(path: Path) -> IO[bytes]:
    """Open a file to append to; a new one only its owner can read."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600), "a+b")


def _password(home: Path) -> str:
    """The password of this home's engine, '' when it is lost."""
    try:
        return (home / "root.pw").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _attach(settings: Settings, found: Running) -> Db | None:
    """A door to a running engine, or None when it does not answer as ours."""
    with suppress(ConfigError):
        return _answering(settings, found)
    return None


def _answering(settings: Settings, found: Running) -> Db | None:
    """A door to a running engine, None when it does not answer; ConfigError when it refuses the password."""
    db = Db(
        f"bolt://127.0.0.1:{found.bolt}",
        ("root", found.password),
        database=DATABASE,
        timeout_s=settings.timeout_s,
        connect_timeout_s=settings.connect_timeout_s,
        retry_s=min(settings.retry_s, RETRY_S),
        pool_size=settings.pool_size,
    )
    try:
        db.ping()
    except DatabaseError:
        db.close()
        return None
    except ConfigError:
        db.close()
        raise
    return db


def _start(settings: Settings, home: Path) -> Db:
    """Start the engine, wait until it answers, and give it its types. The start lock is held."""
    stale = running(home)
    if pid := stale.pid if stale else _unnoted(home):
        _kill(pid, home)  # alive and not answering, or its note lost: it keeps the files, and nothing can attach
    found = _spawn(settings, home)
    deadline = time.monotonic() + START_S
    refusing: float | None = None
    while True:
        try:
            if db := _answering(settings, found):
                break
            refusing = None
        except ConfigError:
            refusing = refusing or time.monotonic()
            if time.monotonic() - refusing > REFUSING_S:  # made with another password than root.pw: it takes this one
                _kill(found.pid, home)
                (home / _USERS).unlink(missing_ok=True)
                found, refusing = _spawn(settings, home), None
        if not _alive(found.pid, home):
            raise EngineError(_why_dead(home))
        if time.monotonic() > deadline:
            _kill(found.pid, home)
            raise EngineError(
                f"the engine did not answer within {START_S} s; see {home / 'engine.log'} and {home / 'log'}"
            )
        time.sleep(0.1)
    try:
        for statement in ddl.embedded_sql():
            _sql(found, statement)
    except MobilisError:
        db.close()
        raise
    return db


def _spawn(settings: Settings, home: Path) -> Running:
    if not _password(home):
        write_private(home / "root.pw", secrets.token_urlsafe(24))
        (home / _USERS).unlink(missing_ok=True)
    bolt, http = _free_ports(2)
    rotate(home / "engine.log")
    write_private(home / "logging.properties", _LOGGING)
    with open_private(home / "engine.log") as log:
        process = subprocess.Popen(
            _command(settings, home, bolt, http),
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            **detached(),
        )
    found = Running(process.pid, bolt, http, _password(home))
    told = {k: v for k, v in asdict(found).items() if k != "password"}
    write_private(home / "engine.json", json.dumps(told))
    _CHILDREN[home, process.pid] = process
    return found


_CHILDREN: dict[tuple[Path, int], "subprocess.Popen[bytes]"] = {}  # to reap: a dead child stays a zombie until asked


def _command(settings: Settings, home: Path, bolt: int, http: int) -> list[str]:
    """The command line of the installed build; no secret is on it (`server.rootPasswordPath`)."""
    options = {
        "server.rootPath": home,
        "server.databaseDirectory": home / "databases",
        "server.logsDirectory": home / "log",
        "server.rootPasswordPath": home / "root.pw",
        "server.defaultDatabases": f"{DATABASE}[root]",
        "server.httpIncomingHost": "127.0.0.1",
        "server.httpIncomingPort": http,
        "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "bolt.host": "127.0.0.1",
        "bolt.port": bolt,
        "bolt.defaultDatabase": DATABASE,
        "txWalFlush": 2,  # flush to disk at each commit: a confirmed tip survives
        "command.timeout": settings.timeout_s * 1000,
    }
    settings_ = [f"-Darcadedb.{k}={v}" for k, v in options.items()]
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            continue
        package = Path(next(iter(spec.submodule_search_locations)))
        java = next((j for j in (package / "jre/bin/java", package / "jre/bin/java.exe") if j.exists()), None)
        if java and (package / "jars").is_dir():
            return [
                str(java),
                *_jvm(settings),
                *settings_,
                f"-Djava.util.logging.config.file={home / 'logging.properties'}",
                "-cp",
                str(package / "jars" / "*"),
                "com.arcadedb.server.ArcadeDBServer",
            ]
        if native := next((n for n in package.glob("bin/arcadedb-server*") if n.is_file()), None):
            return [str(native), *settings_]
    raise EngineError(_MISSING)


def _jvm(settings: Settings) -> list[str]:
    opens = ("java.util.concurrent.atomic", "java.nio.channels.spi", "java.lang")
    return [
        f"-Xmx{settings.heap_mb}m",
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in opens),
        "--add-exports=java.management/sun.management=ALL-UNNAMED",
        "-Djava.awt.headless=true",
    ]


def detached() -> dict[str, Any]:
    """Process flags that let the engine outlive this process and its terminal."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
    return {"start_new_session": True, "umask": 0o077}


def _sql(found: Running, statement: str) -> None:
    """Run one statement of the engine's own SQL over its loopback HTTP."""
    token = base64.b64encode(f"root:{found.password}".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{found.http}/api/v1/command/{DATABASE}",
        json.dumps({"language": "sql", "command": statement}).encode(),
        {"Authorization": "Basic " + token, "Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
    try:
        opener.open(request, timeout=30).read()
    except urllib.error.HTTPError as exc:
        raise EngineError(f"the engine refused its bootstrap ({exc.code}): {statement}") from exc
    except OSError as exc:
        raise EngineError("the engine stopped answering during its bootstrap") from exc


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _alive(pid: int, home: Path) -> bool:
    """Whether that process runs and is the engine of this home (a pid may have been given away)."""
    if ours := _CHILDREN.get((home.resolve(), pid)):
        return ours.poll() is None
    return f"server.rootPath={home.resolve()} " in command_line(pid)


def command_line(pid: int) -> str:
    """The command line of a running process, '' when there is none of that number or it is not ours to see."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "surrogateescape")
        except OSError:
            return ""
    query = f"(Get-CimInstance Win32_Process -Filter 'ProcessId={pid}').CommandLine"
    return _asked(
        ["powershell", "-NoProfile", "-Command", query]
        if sys.platform == "win32"
        else ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    )


def _asked(ask: list[str]) -> str:
    """What a command of the system prints, '' when it cannot be run."""
    try:
        return subprocess.run(
            ask, capture_output=True, text=True, errors="surrogateescape", timeout=30, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _kill(pid: int, home: Path) -> None:
    with suppress(OSError):
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    deadline = time.monotonic() + STOP_S
    while _alive(pid, home) and time.monotonic() < deadline:
        time.sleep(0.05)


def _why_dead(home: Path) -> str:
    """One sentence for an engine that ended while starting, from the ends of what it and its Java wrote."""
    log, own = home / "engine.log", home / "log" / "arcadedb.log.0"
    tail = b"".join(p.read_bytes()[-4000:] for p in (log, own) if p.exists()).decode("utf-8", "replace")
    if "LockException" in tail or "locked by another process" in tail:
        return (
            f"another process has the database in {home} open without having noted it; stop it "
            "(`mobilis stop`, or end the java process), then try again"
        )
    if "No space left" in tail:
        return f"the disk that holds {home} is full; make room and try again"
    return f"the engine ended while starting; its logs are {own} and {log}"


def rotate(log: Path) -> None:
    """Keep one older log beside the current one."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock on starting and stopping; the system lets go of it when a process dies, so it is never stale."""
    try:
        file = open_private(path)
    except OSError as exc:
        raise EngineError(f"{path} cannot be opened ({exc.strerror}); set MOBILIS_HOME to a folder of yours") from exc
    with file:
        deadline = time.monotonic() + START_S
        while not _try_lock(file.fileno()):
            if time.monotonic() > deadline:
                raise EngineError(
                    f"another process has held {path} for {START_S} s to start or stop something; try again"
                )
            time.sleep(0.1)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
