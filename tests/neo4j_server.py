"""A real Neo4j Community server for the time of one command, from Maven Central.

    python tests/neo4j_server.py --version 5.26 -- python -m pytest
    python tests/neo4j_server.py --version current -- python -m pytest

The command finds the server in MOBILIS_TEST_NEO4J_URI, _USER and _PASSWORD. When that URI is set
already, the command simply runs against the server it names. Jars are kept in ~/.cache/mobilis; the
server itself gets a fresh home, a free loopback port and a random password each time.
"""

import argparse
import contextlib
import ctypes
import importlib.util
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NamedTuple

URI, USER, PASSWORD = (f"MOBILIS_TEST_NEO4J_{name}" for name in ("URI", "USER", "PASSWORD"))
START_S = 180  # 8 to 10 s on an idle machine
STOP_S = 60


class Release(NamedTuple):
    """One Neo4j Community release, the Java it runs on, and its entry point."""

    version: str
    oldest_java: int
    newest_java: int
    main_class: str


RELEASES = {
    "5.26": Release("5.26.30", 17, 21, "org.neo4j.server.CommunityEntryPoint"),
    "current": Release("2026.08.1", 21, 25, "org.neo4j.server.Neo4jCommunity"),
}


class Unavailable(Exception):
    """No server can be had here; the text says what to do."""


class Address(NamedTuple):
    """Where a started server answers, and as whom."""

    uri: str
    user: str
    password: str

    def environ(self) -> dict[str, str]:
        """The variables by which tests find it."""
        return {URI: self.uri, USER: self.user, PASSWORD: self.password}


def main(argv: list[str] | None = None) -> int:
    """Run one command with a server; return the command's exit code."""
    parser = argparse.ArgumentParser(description="Run a command against a fresh Neo4j Community server.")
    parser.add_argument("--version", choices=RELEASES, default="5.26")
    parser.add_argument("command", nargs="+", help="what to run, after --")
    args = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, _end)
    if os.environ.get(URI):
        print(f"Using the Neo4j server of {URI}", file=sys.stderr, flush=True)
        return _run(args.command, dict(os.environ))
    try:
        with server(RELEASES[args.version]) as address:
            return _run(args.command, {**os.environ, **address.environ()})
    except Unavailable as exc:
        print(exc, file=sys.stderr)
        return 2


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _run(command: list[str], env: dict[str, str]) -> int:
    """Run the command; when this process is told to end, end the command first."""
    with subprocess.Popen(command, env=env) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the terminal has told the command as well
            return process.wait(STOP_S)
        except SystemExit:
            process.terminate()
            raise


@contextlib.contextmanager
def server(release: Release) -> Iterator[Address]:
    """Start a server in a fresh home, yield its address, stop it and remove the home."""
    java, jars = find_java(release), fetch(release)
    with tempfile.TemporaryDirectory(prefix="mobilis-neo4j-", ignore_cleanup_errors=True) as folder:
        home, began = Path(folder), time.monotonic()
        process, port = _started(release, java, jars, home)
        try:
            password = _new_password(port)
            took = time.monotonic() - began
            print(
                f"Neo4j {release.version} answers on 127.0.0.1:{port} after {took:.1f} s", file=sys.stderr, flush=True
            )
            yield Address(f"bolt://127.0.0.1:{port}", "neo4j", password)
        finally:
            _stop(process)


# Getting it


def find_java(release: Release) -> str:
    """Return the oldest Java of this machine that the release runs on; the embedded engine's own is one."""
    found = sorted({(_major(path), path) for path in _java_paths()})
    fitting = [path for major, path in found if release.oldest_java <= major <= release.newest_java]
    if fitting:
        return fitting[0]
    here = ", ".join(f"{major} ({path})" for major, path in found if major) or "none"
    raise Unavailable(
        f"Neo4j {release.version} needs Java {release.oldest_java} to {release.newest_java}; found here: {here}. "
        f"Install one (Debian 12 for 5.26: apt-get install openjdk-17-jre-headless), or name its `java` in "
        f"MOBILIS_TEST_JAVA, or name a running server in {URI}."
    )


def _java_paths() -> set[str]:
    named = os.environ.get("MOBILIS_TEST_JAVA")
    if named:
        return {named}
    roots = (
        ("/usr/lib/jvm", "*/bin/java"),
        ("/opt", "*/bin/java"),
        ("/opt/homebrew/opt", "openjdk*/bin/java"),
        ("/Library/Java/JavaVirtualMachines", "*/Contents/Home/bin/java"),
    )
    paths = {str(path) for root, pattern in roots for path in Path(root).glob(pattern)}
    home, on_path = os.environ.get("JAVA_HOME"), shutil.which("java")
    engine = importlib.util.find_spec("arcadedb_embedded")  # Java 25, with all that Neo4j asks of it (tried)
    bundled = [f"{place}/jre/bin/java" for place in (engine.submodule_search_locations or [] if engine else [])]
    return paths | {p for p in (f"{home}/bin/java" if home else None, on_path, *bundled) if p}


def _major(java: str) -> int:
    """The major version of that Java, 0 when it does not run."""
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30).stderr
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = re.search(r'version "(\d+)', told)
    return int(number[1]) if number else 0


_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>mobilis</groupId><artifactId>neo4j-for-tests</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>${neo4j.version}</version></dependency>
  </dependencies>
</project>
"""


def fetch(release: Release) -> Path:
    """Return the folder with the release's jars; fetch them once, whole or not at all."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mobilis"
    jars = cache / f"neo4j-{release.version}"
    if jars.is_dir():
        return jars
    mvn = shutil.which("mvn")
    if mvn is None:
        raise Unavailable(
            f"Maven (mvn) is needed once, to fetch Neo4j {release.version} (about 150 MB). Install it (Debian: apt-get "
            f"install maven), or name a running server in {URI}."
        )
    print(f"Fetching Neo4j {release.version} with Maven, about 150 MB, into {jars}", file=sys.stderr, flush=True)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="fetching-") as folder:
        _copy_jars(mvn, release, Path(folder))
        with contextlib.suppress(OSError):  # another run was faster: its jars are as good
            (Path(folder) / "jars").rename(jars)
    return jars


def _copy_jars(mvn: str, release: Release, folder: Path) -> None:
    (folder / "pom.xml").write_text(_POM, encoding="utf-8")
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder / 'jars'}"]
    command = [mvn, "-B", "-ntp", "-f", str(folder / "pom.xml"), f"-Dneo4j.version={release.version}", *goal]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode or not (folder / f"jars/neo4j-{release.version}.jar").is_file():
        errors = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")] or done.stdout.splitlines()[
            -5:
        ]
        raise Unavailable(f"Maven could not fetch Neo4j {release.version}:\n" + "\n".join(errors[:5]))


# Running it

_OPENS = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")


def _started(release: Release, java: str, jars: Path, home: Path) -> tuple["subprocess.Popen[bytes]", int]:
    """Start a server and wait until it listens; with another port when ours was taken meanwhile."""
    for attempt in range(3):
        port, place = _free_port(), home / str(attempt)
        process = _spawn(release, java, jars, place, port)
        try:
            if _listens(process, port):
                return process, port
        except BaseException:
            _stop(process)
            raise
        _stop(process)
        said = (place / "server.out").read_text(encoding="utf-8", errors="replace")
        if "in use" not in said:
            break
    raise Unavailable(f"Neo4j {release.version} did not start on {java}:\n" + "\n".join(said.splitlines()[-15:]))


def _spawn(release: Release, java: str, jars: Path, home: Path, port: int) -> "subprocess.Popen[bytes]":
    (home / "conf").mkdir(parents=True)
    (home / "conf/neo4j.conf").write_text(
        "server.default_listen_address=127.0.0.1\n"
        f"server.bolt.listen_address=127.0.0.1:{port}\n"
        "server.http.enabled=false\n"
        "server.https.enabled=false\n"
        "dbms.usage_report.enabled=false\n"
        "server.memory.pagecache.size=512m\n",
        encoding="utf-8",
    )
    opens = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENS]
    jvm = ["-Xms512m", "-Xmx2g", *opens, "--enable-native-access=ALL-UNNAMED", "-cp", f"{jars}/*"]
    command = [java, *jvm, release.main_class, f"--home-dir={home}", f"--config-dir={home / 'conf'}"]
    with (home / "server.out").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the tests; the server ends after them
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )


def _die_with_parent() -> None:
    """Ask Linux to end this process when its parent is killed, so that no server is left behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _listens(process: "subprocess.Popen[bytes]", port: int) -> bool:
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.2)
    return False


def _new_password(port: int) -> str:
    """Replace the first password, over Bolt and on the database `system`, by a random one; return that."""
    from neo4j import GraphDatabase
    from neo4j.exceptions import DriverError, Neo4jError

    new, deadline = secrets.token_urlsafe(24), time.monotonic() + START_S
    while True:  # the port listens a little before the databases are up
        try:
            with (
                GraphDatabase.driver(f"bolt://127.0.0.1:{port}", auth=("neo4j", "neo4j")) as driver,
                driver.session(database="system") as session,
            ):
                session.run("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=new).consume()
            break
        except (DriverError, Neo4jError) as exc:
            if time.monotonic() > deadline:
                raise Unavailable(f"Neo4j listens but does not take its first password: {exc}") from exc
            time.sleep(0.5)
    with GraphDatabase.driver(f"bolt://127.0.0.1:{port}", auth=("neo4j", new)) as driver:
        driver.execute_query("RETURN 1", database_="neo4j")  # waits for the user database, by the driver's retries
    return new


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
