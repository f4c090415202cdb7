"""What travels in the wheel, and what the operator's files say of the settings."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mobilis_graph import settings

ROOT = Path(settings.__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this clone."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as found:
        yield found


@pytest.mark.parametrize(
    ("folder", "inside"),
    [
        ("cypher", "mobilis_graph/_cypher"),
        ("sample_data", "mobilis_graph/_sample_data"),
        ("mobilis_graph", "mobilis_graph"),
    ],
)
def test_every_file_travels_in_the_wheel(wheel: zipfile.ZipFile, folder: str, inside: str) -> None:
    found = [f.relative_to(ROOT / folder) for f in (ROOT / folder).rglob("*") if f.is_file()]
    files = [f for f in found if not any(part.startswith((".", "__pycache__")) for part in f.parts)]

    assert files
    assert {f"{inside}/{f.as_posix()}" for f in files} <= set(wheel.namelist())


def test_the_app_its_look_and_the_licence_travel_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()

    assert {"mobilis_graph/_app.py", "mobilis_graph/.streamlit/config.toml"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert [n for n in names if "__pycache__" in n or n.startswith("tests/")] == []


def test_the_example_lists_every_setting_and_no_other() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()

    named = {line.split("=")[0] for line in lines if line and not line.startswith("#")}

    assert named == settings.VARIABLES


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    assert settings.Settings.from_env(given) == settings.Settings.from_env({})


@pytest.mark.parametrize("file", ["compose.yaml", "Dockerfile"])
def test_containers_name_only_settings_that_exist(file: str) -> None:
    words = (ROOT / file).read_text(encoding="utf-8").replace("=", " ").replace(":", " ").split()

    assert {w for w in words if w.startswith("MOBILIS_") and w.isupper()} <= settings.VARIABLES


def test_containers_are_reached_from_this_machine_only() -> None:
    ports = [line for line in (ROOT / "compose.yaml").read_text(encoding="utf-8").splitlines() if "ports:" in line]

    assert len(ports) == 2
    assert all('["127.0.0.1:' in line for line in ports)
