"""The first minute on a new machine: what is refused, with which words, and what is installed."""

import ast
import importlib.metadata as metadata
import json
import re
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mobilis_graph import bootstrap
from mobilis_graph.bootstrap import BrokenVenv, Machine, Plan, Stop

LINUX = Machine("Linux", "x86_64", "glibc", (2, 36), (3, 11), True, False, 64)
LOCK = (
    "# [app]\nneo4j==6.4.1\n\n# [engine]\narcadedb-embedded==1.0\n\n# [build]\nhatchling==1.0\n\n# [dev]\npytest==9.0\n"
)


# Verdicts


@pytest.mark.parametrize(
    "machine",
    [
        LINUX,
        LINUX._replace(processor="aarch64", libc_version=(2, 34)),
        LINUX._replace(libc_version=(2, 41), python=(3, 14)),
        Machine("Darwin", "arm64", "", (), (3, 12), True, False, 64),
        Machine("Windows", "amd64", "", (), (3, 13), True, False, 64),
    ],
)
def test_a_machine_with_a_build_is_accepted(machine: Machine) -> None:
    assert bootstrap.engine_fault(machine) == ""
    assert bootstrap.python_fault(machine) == ""


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (LINUX._replace(libc_version=(2, 31)), "glibc 2.31, older than 2.34"),
        (LINUX._replace(libc_version=(2, 4)), "glibc 2.4, older than 2.34"),
        (LINUX._replace(libc="musl", libc_version=()), "musl (Alpine"),
        (LINUX._replace(libc="", libc_version=()), "not glibc"),
        (LINUX._replace(processor="riscv64"), "riscv64, not x86_64 or aarch64"),
        (LINUX._replace(processor="armv7l"), "armv7l"),
        (Machine("Darwin", "x86_64", "", (), (3, 12), True, False, 64), "Intel build of Python on Apple silicon"),
        (Machine("Windows", "arm64", "", (), (3, 12), True, False, 64), "arm64, not amd64"),
        (Machine("FreeBSD", "amd64", "", (), (3, 12), True, False, 64), "FreeBSD is not Linux, macOS or Windows"),
        (Machine("", "", "", (), (3, 12), True, False, 64), "this system is not"),
    ],
)
def test_a_machine_without_a_build_is_named(machine: Machine, words: str) -> None:
    assert words in bootstrap.engine_fault(machine)


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (LINUX._replace(python=(3, 10)), "this is 3.10"),
        (LINUX._replace(python=(3, 15)), "this is 3.15"),
        (LINUX._replace(cpython=False), "another implementation than CPython"),
        (LINUX._replace(free_threaded=True), "free-threaded"),
        (LINUX._replace(bits=32), "32-bit"),
    ],
)
def test_a_python_that_does_not_fit_is_named(machine: Machine, words: str) -> None:
    fault = bootstrap.python_fault(machine)

    assert words in fault
    assert "needs Python 3.11 to 3.14" in fault


def test_this_machine_is_read() -> None:
    machine = bootstrap.this_machine()

    assert machine.python == sys.version_info[:2]
    assert machine.bits == 64
    assert bootstrap.python_fault(machine) == ""


def test_an_old_python_can_at_least_read_the_file() -> None:
    source = Path(bootstrap.__file__).read_text(encoding="utf-8")

    tree = ast.parse(source, feature_version=(3, 7))

    check = next(i for i, node in enumerate(tree.body) if isinstance(node, ast.If))
    annotated = [n for n in tree.body[:check] if isinstance(n, ast.FunctionDef) and n.name != "other_python"]
    assert annotated == []  # an annotation such as `str | None` would fail before the check


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: None, ""),
        (lambda p: p.mkdir(), ""),
        (lambda p: (p.mkdir(), (p / "pyvenv.cfg").touch()), ""),
        (lambda p: p.touch(), "not a folder of its own"),
        (lambda p: p.symlink_to(p.parent), "not a folder of its own"),
        (lambda p: (p.mkdir(), (p / "thesis.odt").touch()), "not a Python environment"),
    ],
)
def test_only_an_environment_is_ever_replaced(tmp_path: Path, make: Callable[[Path], object], words: str) -> None:
    make(tmp_path / ".venv")

    fault = bootstrap.target_fault(tmp_path / ".venv")

    assert (words in fault) if words else fault == ""


def test_a_full_disk_is_named_before_the_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=300_000_000))

    assert f"{tmp_path} has 300 MB free, and about 950 MB are needed" in bootstrap.disk_fault(tmp_path, dev=False)


# What is installed


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with a lock of four packages and nothing else."""
    root = tmp_path / "clone"
    root.mkdir()
    (root / "requirements.lock").write_text(LOCK, encoding="utf-8")
    (root / "pyproject.toml").write_text('[project]\nname = "mobilis-graph"\n', encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("dev", "with_engine", "names"),
    [
        (False, True, ["neo4j==6.4.1", "arcadedb-embedded==1.0", "hatchling==1.0"]),
        (False, False, ["neo4j==6.4.1", "hatchling==1.0"]),
        (True, True, ["neo4j==6.4.1", "arcadedb-embedded==1.0", "hatchling==1.0", "pytest==9.0"]),
    ],
)
def test_the_plan_takes_the_parts_that_are_wanted(clone: Path, dev: bool, with_engine: bool, names: list[str]) -> None:
    assert list(bootstrap.planned(clone, dev, with_engine).requirements) == names


@pytest.mark.parametrize("file", ["requirements.lock", "pyproject.toml"])
def test_the_mark_changes_with_what_is_installed(clone: Path, file: str) -> None:
    before = bootstrap.planned(clone, False, True).mark

    (clone / file).write_text((clone / file).read_text(encoding="utf-8") + "# x\n", encoding="utf-8")

    assert bootstrap.planned(clone, False, True).mark != before
    assert bootstrap.planned(clone, False, True).mark == bootstrap.planned(clone, True, True).mark


@pytest.fixture
def made(clone: Path) -> Plan:
    """A real environment in that clone, stamped for the app, with empty modules for packages."""
    venv.EnvBuilder(with_pip=False, symlinks=True).create(clone / ".venv")
    plan = bootstrap.planned(clone, False, True)
    site = next((clone / ".venv").glob("lib/python*/site-packages"))
    for name in ("mobilis_graph", "neo4j", "streamlit"):
        (site / f"{name}.py").touch()
    bootstrap.script(clone, "mobilis").touch()
    (clone / ".venv/mobilis.json").write_text(json.dumps({"mark": plan.mark, "dev": False}), encoding="utf-8")
    return plan


def test_a_finished_environment_is_left_alone(clone: Path, made: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "install", lambda *_: pytest.fail("installed again"))
    monkeypatch.setattr(bootstrap, "this_machine", lambda: LINUX)

    bootstrap.prepare(clone, dev=False)

    assert not bootstrap.is_ready(clone, made._replace(dev=True))


@pytest.mark.parametrize(
    "gone", ["lib/python*/site-packages/streamlit.py", "bin/python", "bin/mobilis", "mobilis.json"]
)
def test_a_damaged_environment_is_not_ready(clone: Path, made: Plan, gone: str) -> None:
    assert bootstrap.is_ready(clone, made)

    next((clone / ".venv").glob(gone)).unlink()

    assert not bootstrap.is_ready(clone, made)


def test_an_environment_that_was_moved_is_not_usable(clone: Path) -> None:
    venv.EnvBuilder(with_pip=False, symlinks=True).create(clone / ".venv")
    site = next((clone / ".venv").glob("lib/python*/site-packages"))
    (site / "pip/_internal").mkdir(parents=True)
    assert bootstrap.usable(clone)

    moved = clone.rename(clone.parent / "elsewhere")

    assert not bootstrap.usable(moved)


# The run as a whole


def test_an_unsupported_machine_is_named_before_anything_is_made(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", clone)
    monkeypatch.setattr(bootstrap, "this_machine", lambda: LINUX._replace(libc="musl", libc_version=()))
    monkeypatch.delenv("MOBILIS_NEO4J_URI", raising=False)

    assert bootstrap.main([]) == 1

    told = capsys.readouterr()
    assert "musl" in told.err
    assert "MOBILIS_NEO4J_URI" in told.err
    assert told.out == ""
    assert not (clone / ".venv").exists()


def test_an_unsupported_machine_goes_without_the_engine_when_a_server_is_named(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Plan] = []
    monkeypatch.setattr(bootstrap, "this_machine", lambda: LINUX._replace(libc="musl", libc_version=()))
    monkeypatch.setattr(bootstrap, "create", lambda root, plan, machine: seen.append(plan))
    monkeypatch.setattr(bootstrap, "install", lambda root, plan: seen.append(plan))
    monkeypatch.setenv("MOBILIS_NEO4J_URI", "bolt://127.0.0.1:7687")

    bootstrap.prepare(clone, dev=False)

    assert len(seen) == 2
    assert all("arcadedb" not in line for plan in seen for line in plan.requirements)


def test_a_broken_environment_is_made_anew_once(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    def install(root: Path, plan: Plan) -> None:
        steps.append("install")
        if len(steps) == 1:
            raise BrokenVenv("pip stopped: it said nothing")

    monkeypatch.setattr(bootstrap, "this_machine", lambda: LINUX)
    monkeypatch.setattr(bootstrap, "usable", lambda _: True)
    monkeypatch.setattr(bootstrap, "create", lambda *_: steps.append("create"))
    monkeypatch.setattr(bootstrap, "install", install)

    bootstrap.prepare(clone, dev=False)

    assert steps == ["install", "create", "install"]


def test_a_folder_that_is_no_clone_is_named(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="is not a clone of MOBILIS graph"):
        bootstrap.prepare(tmp_path, dev=False)


def test_no_network_is_one_sentence_and_the_next_run_goes_on(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nothing listens on the discard port
    monkeypatch.setattr(bootstrap, "this_machine", lambda: LINUX)

    with pytest.raises(Stop, match="could not be reached"):
        bootstrap.prepare(clone, dev=False)

    assert (clone / ".venv/bootstrap.log").exists()
    assert bootstrap.usable(clone)


# What pip says


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("WARNING: NewConnectionError('[Errno 111]')\nERROR: No matching distribution found for a", "not be reached"),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk is full"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "PIP_CERT"),
        ("ERROR: No matching distribution found for watchdog==7.1.0", "has no watchdog==7.1.0 for this machine"),
    ],
)  # fmt: skip
def test_what_pip_says_becomes_a_sentence(output: str, words: str) -> None:
    stop = bootstrap.explained(output, Path("x.log"))

    assert words in str(stop)
    assert not isinstance(stop, BrokenVenv)


@pytest.mark.parametrize("output", ["", "No module named pip", "ERROR: Exception:\nTraceback"])
def test_an_unknown_failure_may_be_the_environments_own(output: str) -> None:
    assert isinstance(bootstrap.explained(output, Path("x.log")), BrokenVenv)


def test_pip_keeps_the_users_index_and_installs_nowhere_else() -> None:
    env = bootstrap.pip_env({"PIP_INDEX_URL": "mine", "PIP_USER": "1", "PIP_TARGET": "/x", "PYTHONPATH": "/y"})

    assert env["PIP_INDEX_URL"] == "mine"
    assert env["PIP_USER"] == "0"
    assert not {"PIP_TARGET", "PYTHONPATH"} & set(env)


# The lock that is committed


def lock_parts() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part, line in bootstrap.parts((bootstrap.ROOT / "requirements.lock").read_text(encoding="utf-8")):
        found.setdefault(part, []).append(line)
    return found


def test_the_lock_pins_everything_exactly_and_names_no_host() -> None:
    assert set(lock_parts()) == {"app", "engine", "build", "dev"}
    for line in [line for lines in lock_parts().values() for line in lines]:
        assert re.fullmatch(r'[A-Za-z0-9_.-]+==[0-9a-z.]+(; sys_platform (!=|==) "\w+")?', line)


def test_the_lock_has_every_dependency_of_the_project_at_an_allowed_version() -> None:
    pinned = {canonicalize_name(r.name): r for lines in lock_parts().values() for r in map(Requirement, lines)}
    project = tomllib.loads((bootstrap.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    for wanted in map(Requirement, project["dependencies"] + project["optional-dependencies"]["dev"]):
        version = next(iter(pinned[canonicalize_name(wanted.name)].specifier)).version
        assert wanted.specifier.contains(version), wanted


def test_the_lock_has_all_that_its_packages_need_here() -> None:
    pinned = {canonicalize_name(r.name) for lines in lock_parts().values() for r in map(Requirement, lines)}
    needs: set[str] = set()
    for name in pinned:
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # for another platform
            continue
        needs |= {
            canonicalize_name(r.name)
            for r in map(Requirement, requires)
            if r.marker is None or r.marker.evaluate({"extra": ""})
        }

    assert needs - pinned == set()


def test_the_engine_can_be_left_out() -> None:
    engine = {line.split("==")[0] for line in lock_parts()["engine"]}

    assert engine == {"arcadedb-embedded", "jpype1"}


def test_it_runs_without_any_package() -> None:
    code = (
        "import sys, mobilis_graph.bootstrap; "
        "print([n for n, m in sys.modules.items() if 'site-packages' in str(getattr(m, '__file__', ''))])"
    )

    ran = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=bootstrap.ROOT, check=True
    )

    assert ran.stdout.strip() == "[]"
