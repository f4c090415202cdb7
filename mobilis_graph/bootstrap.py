"""Make `.venv` for this clone: `python3 -m mobilis_graph.bootstrap [--dev]`, before anything is installed.

Standard library only. Whatever can be known to fail is said before anything is fetched, and a
second run on an unchanged clone does nothing. The text parses on Python 3.6 and asks for nothing
newer before its version check, so that an old Python gets a sentence and not a SyntaxError.
"""

import argparse
import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

OLDEST, NEWEST = (3, 11), (3, 14)  # the engine's wheels end where NEWEST says


def other_python() -> str:
    """Name a fitting Python on the PATH, as the rest of a sentence; empty when there is none."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        # Tried, not only found: version managers leave names behind that start nothing.
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return f" This machine has python3.{minor}: add PYTHON=python3.{minor} to the make command."
    return ""


if sys.version_info < OLDEST:
    sys.exit(f"MOBILIS graph needs Python 3.11 to 3.14; this is {platform.python_version()}.{other_python()}")

ROOT = Path(__file__).resolve().parent.parent
ENGINE_MB = 70
FETCH_MB = {False: 200, True: 290}  # Linux x86_64, CPython 3.11, measured 2026-11; the other platforms need less
DISK_MB = {False: 750, True: 1000}
GLIBC = (2, 34)
NEO4J_INSTEAD = (
    "MOBILIS graph can use a Neo4j server instead: set MOBILIS_NEO4J_URI, MOBILIS_NEO4J_USER and "
    "MOBILIS_NEO4J_PASSWORD (see .env.example), then run the same command again. Nothing was fetched."
)


class Stop(Exception):
    """Nothing more can be done here; the text says why and what to do."""


class Machine(NamedTuple):
    """What decides whether the packages and the embedded engine have a build for this machine."""

    system: str
    processor: str
    libc: str  # "glibc", "musl" or ""
    libc_version: tuple[int, ...]
    python: tuple[int, int]
    cpython: bool
    free_threaded: bool
    bits: int


class Plan(NamedTuple):
    """What goes into `.venv`, and the mark that says it is there."""

    requirements: tuple[str, ...]
    dev: bool
    mark: str


def main(argv: list[str] | None = None) -> int:
    """Prepare the clone this file lies in; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m mobilis_graph.bootstrap", description="Make .venv for this clone."
    )
    parser.add_argument("--dev", action="store_true", help="with the tools for tests and checks")
    dev = parser.parse_args(argv).dev
    try:
        prepare(ROOT, dev)
    except Stop as exc:
        print(exc, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on from here.", file=sys.stderr)
        return 130
    return 0


def prepare(root: Path, dev: bool) -> None:
    """Bring `.venv` in line with the lock; return at once when it already is."""
    if not (root / "requirements.lock").is_file():
        raise Stop(f"{root} is not a clone of MOBILIS graph (no requirements.lock): nothing to prepare, run `mobilis`")
    machine = this_machine()
    fault = engine_fault(machine)
    plan = planned(root, dev, with_engine=not fault)
    if is_ready(root, plan):
        return
    if fault and not os.environ.get("MOBILIS_NEO4J_URI"):
        raise Stop(f"{fault}\n{NEO4J_INSTEAD}")
    with _held(root):
        if is_ready(root, plan):  # another run made it while this one waited
            return
        rebuilt = not usable(root)
        if rebuilt:
            create(root, plan, machine)
        else:
            print(f"Bringing {root / '.venv'} up to date: at most {FETCH_MB[dev]} MB to fetch with pip", flush=True)
        try:
            install(root, plan)
        except Stop as exc:
            if rebuilt or not isinstance(exc, BrokenVenv):
                raise
            create(root, plan, machine)
            install(root, plan)


# What this machine is, and what follows


def this_machine() -> Machine:
    """Read the machine and its Python."""
    libc, version = _libc()
    return Machine(
        system=platform.system(),
        processor=platform.machine().lower(),
        libc=libc,
        libc_version=version,
        python=sys.version_info[:2],
        cpython=sys.implementation.name == "cpython",
        free_threaded=bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        bits=64 if sys.maxsize > 2**32 else 32,
    )


def _libc() -> tuple[str, tuple[int, ...]]:
    try:
        name, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
        return name, tuple(int(part) for part in version.split(".")[:2])
    except (AttributeError, ValueError, OSError):  # no confstr (Windows), not this name (macOS, musl)
        return ("musl" if list(Path("/lib").glob("ld-musl-*")) else ""), ()


def python_fault(machine: Machine) -> str:
    """Say why this Python cannot run the program; empty when it can."""
    name = ".".join(str(part) for part in machine.python)
    if not OLDEST <= machine.python <= NEWEST:
        why = f"this is {name}"
    elif not machine.cpython:
        why = f"this {name} is another implementation than CPython"
    elif machine.free_threaded:
        why = f"this {name} is the free-threaded build, for which the packages have none"
    elif machine.bits != 64:
        why = f"this {name} is a 32-bit build and the packages need a 64-bit one"
    else:
        return ""
    return f"MOBILIS graph needs Python 3.11 to 3.14; {why}.{other_python()}"


def engine_fault(machine: Machine) -> str:
    """Say why the embedded engine has no build for this machine; empty when it has one."""
    check = {"Linux": _linux_fault, "Darwin": _mac_fault, "Windows": _windows_fault}.get(machine.system)
    why = check(machine) if check else f"{machine.system or 'this system'} is not Linux, macOS or Windows"
    return f"The embedded graph engine has no build for this machine: {why}." if why else ""


def _linux_fault(machine: Machine) -> str:
    if machine.processor not in ("x86_64", "amd64", "aarch64", "arm64"):
        return f"its processor is {machine.processor}, not x86_64 or aarch64"
    if machine.libc == "musl":
        return "its C library is musl (Alpine and the like), not glibc"
    if machine.libc != "glibc":
        return "its C library is not glibc"
    if machine.libc_version < GLIBC:
        found = ".".join(str(part) for part in machine.libc_version)
        return f"its C library is glibc {found}, older than 2.34 (Debian 12, Ubuntu 22.04 and RHEL 9 have a newer one)"
    return ""


def _mac_fault(machine: Machine) -> str:
    if machine.processor == "arm64":
        return ""
    return "this is a Mac with an Intel processor, or an Intel build of Python on Apple silicon (then use an arm64 one)"


def _windows_fault(machine: Machine) -> str:
    return "" if machine.processor in ("amd64", "x86_64") else f"its processor is {machine.processor}, not amd64"


def venv_fault() -> str:
    """Say what is missing to make a virtual environment; empty when nothing is."""
    try:
        import ensurepip  # noqa: F401 - Debian and Ubuntu ship venv without it
        import venv  # noqa: F401
    except ImportError:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return (
            f"This Python lacks its venv module. On Debian or Ubuntu: sudo apt install python{version}-venv "
            "(or python3-venv). Then run the same command again. Nothing was fetched."
        )
    return ""


def target_fault(target: Path) -> str:
    """Say why that folder is not ours to replace; empty when it is absent, empty or an earlier environment."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        what = "is not a folder of its own"
    elif target.exists() and any(target.iterdir()) and not (target / "pyvenv.cfg").exists():
        what = "is not a Python environment"
    else:
        return ""
    return f"{target} {what}. Move it away, and run the same command again. Nothing was fetched."


def disk_fault(root: Path, dev: bool) -> str:
    """Say which folder has too little room for the download or for what comes of it; empty when both have enough."""
    for folder, needed in ((root, DISK_MB[dev] + FETCH_MB[dev]), (Path(tempfile.gettempdir()), FETCH_MB[dev])):
        free = shutil.disk_usage(folder).free // 1_000_000
        if free < needed:
            return f"{folder} has {free} MB free, and about {needed} MB are needed. Nothing was fetched."
    return ""


# What is there, and what should be


def planned(root: Path, dev: bool, with_engine: bool) -> Plan:
    """Read the lock; the mark changes with anything that would change what is installed."""
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    wanted = {"app", "build"} | ({"engine"} if with_engine else set()) | ({"dev"} if dev else set())
    text = "\n".join([str(root), str(with_engine), lock, (root / "pyproject.toml").read_text(encoding="utf-8")])
    mark = hashlib.sha256(text.encode()).hexdigest()
    return Plan(tuple(line for part, line in parts(lock) if part in wanted), dev, mark)


def parts(lock: str) -> Iterator[tuple[str, str]]:
    """Read a lock as (part, requirement) pairs; a part begins at its line `# [name]`."""
    part = ""
    for line in lock.splitlines():
        if line.startswith("# ["):
            part = line[3 : line.index("]")]
        elif line.strip() and not line.startswith("#"):
            yield part, line.strip()


def is_ready(root: Path, plan: Plan) -> bool:
    """Whether `.venv` was made for this plan, or for it and more, and still works."""
    try:
        told = json.loads(_stamp(root).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if told.get("mark") != plan.mark or (plan.dev and not told.get("dev")):
        return False
    modules = ["mobilis_graph", "neo4j", "streamlit", *(["pytest"] if plan.dev else [])]
    return script(root, "mobilis").exists() and _runs(root, _finds(modules))


def usable(root: Path) -> bool:
    """Whether `.venv` is an environment whose Python and pip still run, made for this place."""
    try:
        settings = (root / ".venv/pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return False
    made = [line for line in settings.splitlines() if line.startswith("command = ")]
    moved = made and not made[0].endswith(str(root / ".venv"))  # its programs then name the old place
    return not moved and _runs(
        root, "import pip._internal, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))"
    )


def script(root: Path, name: str) -> Path:
    """Where `.venv` has that program."""
    return root / ".venv" / (f"Scripts/{name}.exe" if os.name == "nt" else f"bin/{name}")


def _stamp(root: Path) -> Path:
    return root / ".venv/mobilis.json"


def _finds(modules: list[str]) -> str:
    return f"import importlib.util as u, sys; sys.exit(not all(u.find_spec(m) for m in {modules!r}))"


def _runs(root: Path, code: str) -> bool:
    """Whether the environment's own Python runs that code, apart from this folder and the user's settings."""
    try:
        command = [str(script(root, "python")), "-I", "-c", code]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


# Making it


class BrokenVenv(Stop):
    """pip failed for a reason that a new environment may cure."""


def create(root: Path, plan: Plan, machine: Machine) -> None:
    """Make `.venv` anew, in place of a broken one; say before how much will be fetched."""
    target = root / ".venv"
    for fault in (python_fault(machine), venv_fault(), target_fault(target), disk_fault(root, plan.dev)):
        if fault:
            raise Stop(fault)
    _announce(root, plan, machine)
    try:
        if target.exists():
            shutil.rmtree(target)
        import venv

        venv.EnvBuilder(with_pip=True, symlinks=os.name != "nt").create(target)
    except PermissionError as exc:
        raise Stop(_no_permission(root)) from exc
    except (OSError, subprocess.CalledProcessError) as exc:
        raise Stop(f"{target} could not be made ({exc}). Remove it, and run the same command again.") from exc


def _announce(root: Path, plan: Plan, machine: Machine) -> None:
    again = (
        "Making .venv anew: the one that is there no longer works or is incomplete. "
        if (root / ".venv").exists()
        else ""
    )
    engine = any(line.startswith("arcadedb") for line in plan.requirements)
    inside = f" ({ENGINE_MB} MB of it the graph engine with its own Java)" if engine else " (without the graph engine)"
    print(
        f"{again}Python {platform.python_version()} on {machine.system} {machine.processor}.\n"
        f"Fetching {len(plan.requirements)} packages with pip, about {FETCH_MB[plan.dev]} MB{inside}, "
        f"less what pip has kept from before.\n"
        f"They take about {DISK_MB[plan.dev]} MB in {root / '.venv'}; nothing is installed outside it.",
        flush=True,
    )


def install(root: Path, plan: Plan) -> None:
    """Install exactly the plan and this clone itself, then leave the stamp."""
    wanted = root / ".venv/requirements.txt"
    try:
        _stamp(root).unlink(missing_ok=True)
        wanted.write_text("\n".join(plan.requirements) + "\n", encoding="utf-8")
        _pip(root, ["--no-deps", "-r", str(wanted)], total=len(plan.requirements))
        _pip(root, ["--no-deps", "--no-build-isolation", "-e", str(root)], total=0)
        _stamp(root).write_text(json.dumps({"mark": plan.mark, "dev": plan.dev}), encoding="utf-8")
    except PermissionError as exc:
        raise Stop(_no_permission(root)) from exc
    if not is_ready(root, plan):  # pip goes by its records, and takes a package whose files are gone for installed
        raise BrokenVenv(f"{root / '.venv'} does not work although pip is content. Remove it, and run this again.")


def _pip(root: Path, what: list[str], total: int) -> None:
    command = [str(script(root, "python")), "-m", "pip", "install", "--retries", "2", "--progress-bar", "off", *what]
    with subprocess.Popen(
        command,
        cwd=root,
        env=pip_env(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        output = _follow(process.stdout, total)
    if process.returncode == 0:
        return
    log = root / ".venv/bootstrap.log"
    log.write_text(output, encoding="utf-8")
    raise explained(output, log)


def pip_env(env: "os._Environ[str] | dict[str, str]") -> dict[str, str]:
    """The user's environment (his index, proxy and certificates stay) less what would install elsewhere."""
    astray = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_HASHES", "PYTHONHOME", "PYTHONPATH"}
    kept = {name: value for name, value in env.items() if name.upper() not in astray}
    return {**kept, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def _follow(lines: IO[str], total: int) -> str:
    """Read pip to its end, counting the packages on a terminal; return all it said."""
    said, count, live = [], 0, total > 0 and sys.stdout.isatty()
    for line in lines:
        said.append(line)
        if live and line.startswith(("Collecting ", "Requirement already")):
            count += 1
            print(f"\r  fetching {min(count, total)} of {total}", end="", flush=True)
        if total and line.startswith("Installing collected"):
            print(("\n" if live else "") + "  fetched; installing now", flush=True)
    return "".join(said)


_REASONS = (
    (("No space left on device", "Errno 28"), "the disk is full. Make room"),
    (
        ("CERTIFICATE_VERIFY_FAILED", "SSLError"),
        "the package index's certificate was not accepted. Behind a proxy of your organisation, name its "
        "certificate in PIP_CERT",
    ),
    (
        ("NewConnectionError", "NameResolutionError", "Max retries", "Timeout", "ProxyError", "connection broken"),
        "the package index could not be reached. Connect this machine to the network (behind a proxy: set "
        "HTTPS_PROXY; with an index of your own: PIP_INDEX_URL)",
    ),
)


def explained(output: str, log: Path) -> Stop:
    """Turn what pip said into one sentence; a reason we do not know may be the environment's own."""
    for signs, reason in _REASONS:
        if any(sign in output for sign in signs):
            return Stop(f"pip stopped: {reason}, and run the same command again. Details: {log}")
    missing = [line for line in output.splitlines() if "No matching distribution found for" in line]
    if missing:
        name = missing[-1].rsplit(" ", 1)[-1]
        return Stop(f"pip stopped: the package index has no {name} for this machine and Python. Details: {log}")
    errors = [line for line in output.splitlines() if line.startswith("ERROR")] or output.splitlines()[-1:]
    return BrokenVenv(f"pip stopped: {errors[-1] if errors else 'it said nothing'}. Details: {log}")


def _no_permission(root: Path) -> str:
    return f"You may not write in {root}. Clone MOBILIS graph into a folder of yours, and run the same command again."


@contextlib.contextmanager
def _held(root: Path) -> Iterator[None]:
    """Let one run at a time change `.venv`; the system lets go when a process dies, so it is never stale."""
    try:
        file = (root / ".venv.lock").open("a")
    except PermissionError as exc:
        raise Stop(_no_permission(root)) from exc
    with file:
        if os.name != "nt":
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another run is making .venv; waiting for it", flush=True)
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
