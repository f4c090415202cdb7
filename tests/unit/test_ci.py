"""What CI calls green, and the Neo4j server that it runs the tests on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import neo4j_server

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of programs that do nothing, in place of those CI would install."""
    for name in ("chromium", "mvn", "java"):
        write_program(tmp_path / name, "exit 0")
    return tmp_path


def write_program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def run_ci(tools: Path, closing: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run .ci/run with a `make` that prints that closing line."""
    write_program(tools / "make", f'echo "make $1"; echo "{closing}"; exit {code}')
    env = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(["bash", str(ROOT / ".ci/run")], capture_output=True, text=True, env=env, check=False)


@pytest.mark.parametrize(
    "closing", ["===== 3 passed in 1.20s =====", "= 10 passed, 2 skipped, 4 deselected in 188.22s (0:03:08) ="]
)
def test_ci_passes_when_every_part_ran_tests(tools: Path, closing: str) -> None:
    ran = run_ci(tools, closing)

    assert ran.returncode == 0, ran.stdout
    assert [line for line in ran.stdout.splitlines() if line.startswith("make ")] == [
        "make lint",
        "make test",
        "make test-neo4j",
        "make test-browser",
    ]


@pytest.mark.parametrize(
    "closing",
    [
        "===== 150 deselected in 2.75s =====",
        "= 3 skipped in 0.10s =",
        "= no tests ran in 0.01s =",
        "",
        "0 passed in 1.0s",
    ],
)
def test_ci_fails_when_a_part_ran_no_test(tools: Path, closing: str) -> None:
    ran = run_ci(tools, closing)

    assert ran.returncode != 0
    assert "make test ran no test" in ran.stdout


def test_ci_fails_with_its_tests(tools: Path) -> None:
    assert run_ci(tools, "= 1 failed, 3 passed in 1.00s =", code=2).returncode != 0


def fake_java(path: Path, version: str) -> str:
    path.mkdir(parents=True)
    write_program(path / "java", f"echo 'openjdk version \"{version}\"' >&2")
    return str(path / "java")


def test_the_oldest_java_that_fits_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {v: fake_java(tmp_path / v, v) for v in ("1.8.0_392", "11.0.2", "17.0.15", "21", "25.0.4", "26-ea")}
    monkeypatch.setattr(neo4j_server, "_java_paths", lambda: {*found.values(), str(tmp_path / "none")})

    assert neo4j_server.find_java(neo4j_server.RELEASES["5.26"]) == found["17.0.15"]
    assert neo4j_server.find_java(neo4j_server.RELEASES["current"]) == found["21"]


def test_a_missing_java_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOBILIS_TEST_JAVA", fake_java(tmp_path / "old", "11.0.2"))

    with pytest.raises(neo4j_server.Unavailable, match=r"5\.26\.30 needs Java 17 to 21; found here: 11"):
        neo4j_server.find_java(neo4j_server.RELEASES["5.26"])


def test_a_missing_maven_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(neo4j_server.Unavailable, match=r"Maven \(mvn\) is needed once"):
        neo4j_server.fetch(neo4j_server.RELEASES["5.26"])


def test_a_failed_download_leaves_nothing_half_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_program(tmp_path / "mvn", "echo '[ERROR] Could not transfer artifact'; exit 1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    with pytest.raises(neo4j_server.Unavailable, match="Could not transfer artifact"):
        neo4j_server.fetch(neo4j_server.RELEASES["current"])

    assert list((tmp_path / "cache/mobilis").iterdir()) == []


def test_a_server_that_is_named_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOBILIS_TEST_NEO4J_URI", "bolt://127.0.0.1:1")
    monkeypatch.setattr(neo4j_server, "server", lambda *_: pytest.fail("started one"))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    code = "import os, sys; sys.exit(os.environ['MOBILIS_TEST_NEO4J_URI'] == 'bolt://127.0.0.1:1' and 7)"

    assert neo4j_server.main(["--version", "5.26", "--", sys.executable, "-c", code]) == 7
