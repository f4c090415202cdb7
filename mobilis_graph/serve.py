"""The app as a child process: started once for a home, found again, stopped.

Loopback only. Nothing the app shows depends on the folder it is started from.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from mobilis_graph.engine import command_line, detached, locked, open_private, rotate, write_private
from mobilis_graph.errors import ConfigError
from mobilis_graph.settings import Settings

START_S = 40
STOP_S = 10
PORTS_TRIED = 20


@dataclass(frozen=True, slots=True)
class App:
    """A running app."""

    pid: int
    port: int

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"


def running(home: Path) -> App | None:
    """The app of this home, if it answers."""
    app = _noted(home)
    return app if app and _healthy(app) else None


def _noted(home: Path) -> App | None:
    """The app that the last start wrote down, if that process still is it: a pid or a port may be another's by now."""
    try:
        told = json.loads((home / "app.json").read_text(encoding="utf-8"))
        app = App(int(told["pid"]), int(told["port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return app if _ours(app) else None


def _ours(app: App) -> bool:
    line = command_line(app.pid)
    return f"--server.port={app.port} " in f"{line} " and str(app_file()) in line


def start(settings: Settings, port: int) -> App:
    """Start the app on that port, or on the next free one; return it once it answers. One that runs is kept."""
    home = settings.home
    with locked(home / "app.lock"):
        if found := running(home):
            return found
        _end(home)  # one that hangs would be forgotten
        for _ in range(PORTS_TRIED):
            chosen = free_port(port)
            if app := _started(settings, chosen):
                return app
            if free_port(chosen) == chosen:
                break  # nobody took the port meanwhile, so that was not the reason
    raise ConfigError(f"the app did not start; its log is {home / 'app.log'}")


def _started(settings: Settings, port: int) -> App | None:
    """The app on that port once it answers; None, with nothing left of it, when it ends or does not answer in time."""
    home = settings.home
    rotate(home / "app.log")
    with open_private(home / "app.log") as out:
        process = subprocess.Popen(
            command(port),
            cwd=home,
            env=_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            **detached(),
        )
    app = App(process.pid, port)
    write_private(home / "app.json", json.dumps(asdict(app)))
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        if _healthy(app):
            _CHILDREN.append(process)
            return app
        time.sleep(0.1)
    process.kill()
    process.wait()
    (home / "app.json").unlink(missing_ok=True)
    return None


_CHILDREN: list["subprocess.Popen[bytes]"] = []  # the app outlives its starter on purpose, who keeps hold to reap it


def _environment(settings: Settings) -> dict[str, str]:
    """The environment of the app: it runs in another folder, so paths are given in full."""
    paths = {"MOBILIS_HOME": settings.home, "MOBILIS_SECRET_FILE": settings.secret_file}
    if name := os.environ.get("MOBILIS_NEO4J_PASSWORD_FILE"):
        paths["MOBILIS_NEO4J_PASSWORD_FILE"] = Path(name).absolute()
    return {**os.environ, **{name: str(path) for name, path in paths.items() if path}}


def command(port: int, address: str = "127.0.0.1") -> list[str]:
    """The command line of the app, with every option it needs; no secret is on it."""
    options = {"server.port": port, "server.address": address, **OPTIONS}
    return [sys.executable, "-m", "streamlit", "run", str(app_file()), *(f"--{k}={v}" for k, v in options.items())]


OPTIONS = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "browser.serverAddress": "127.0.0.1",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    "global.developmentMode": "false",
}


def app_file() -> Path:
    """The script Streamlit runs: `app.py` beside the package in a clone, inside it in a wheel."""
    here = Path(__file__).resolve().parent
    for found in (here / "_app.py", here.parent / "app.py"):
        if found.exists():
            return found
    raise ConfigError(f"the app's script is missing beside {here}; install the package again")


def stop(home: Path) -> bool:
    """Stop the app of this home; return whether one was running."""
    if not home.is_dir():
        return False
    with locked(home / "app.lock"):
        return _end(home)


def _end(home: Path) -> bool:
    app = _noted(home)
    if app is None:
        return False
    with suppress(OSError):
        os.kill(app.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while _ours(app) and time.monotonic() < deadline:
        time.sleep(0.1)
    if _ours(app):
        with suppress(OSError):
            os.kill(app.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    (home / "app.json").unlink(missing_ok=True)
    return True


def free_port(wanted: int) -> int:
    """The wanted port, or the next one that nothing listens on."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket() as one:
            if sys.platform != "win32":
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
            except PermissionError as exc:
                raise ConfigError(
                    f"port {port} needs more rights than you have; choose one above 1024 (--port)"
                ) from exc
            except OSError:
                continue
            return port
    raise ConfigError(f"ports {wanted} to {wanted + PORTS_TRIED - 1} are all taken; choose another (--port)")


def _healthy(app: App) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{app.address}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
