"""Write requirements.lock: the exact versions of one clean environment, for all platforms (`make lock`).

Run by a Python 3.11, the oldest supported: what installs there installs on the newer ones too. A package that
only some platforms need gets a marker; those of the other platforms are installed as well, to learn their version.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ["hatchling", "editables"]  # so that the clone can be installed without fetching a builder apart
ELSEWHERE = ["colorama", "tzdata"]  # Windows only

HEAD = """\
# Exact versions for Linux (x86_64, aarch64), macOS (arm64) and Windows (amd64), CPython 3.11 to 3.14.
# Written by `make lock`; read by mobilis_graph/bootstrap.py, which leaves out [engine] where it has no build.
"""

CLOSURE = """
import importlib.metadata as md, json, sys
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64", "os_name": "posix"},
    "darwin": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64", "os_name": "posix"},
    "win32": {"sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64", "os_name": "nt"},
}
def closure(roots, env):
    seen, todo = set(), [Requirement(r) for r in roots]
    while todo:
        r = todo.pop()
        name = canonicalize_name(r.name)
        key = (name, tuple(sorted(r.extras)))
        if key in seen or (r.marker and not r.marker.evaluate({**env, "extra": ""})):
            continue
        seen.add(key)
        for text in md.requires(name) or []:
            child = Requirement(text)
            if not child.marker or any(child.marker.evaluate({**env, "extra": e}) for e in ("", *r.extras)):
                child.marker = None
                todo.append(child)
    return {name for name, _ in seen}
groups = json.load(sys.stdin)
found = {g: {p: sorted(closure(roots, env)) for p, env in PLATFORMS.items()} for g, roots in groups.items()}
versions = {canonicalize_name(d.name): (d.name, d.version) for d in md.distributions()}
json.dump({"found": found, "versions": versions}, sys.stdout)
"""


def main() -> None:
    """Resolve in a clean environment, then write the four parts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    every = project["dependencies"]
    groups = {
        "app": [r for r in every if not r.startswith("arcadedb")],
        "engine": every,
        "build": BUILD,
        "dev": project["optional-dependencies"]["dev"],
    }
    told = _resolved(groups)
    taken: set[str] = set()
    text = [HEAD]
    for group in groups:
        text.append(f"\n# [{group}]\n")
        names = set().union(*told["found"][group].values()) - taken
        taken |= names
        for name in sorted(names):
            shown, version = told["versions"][name]
            text.append(f"{shown}=={version}{_marker(told['found'], name)}\n")
    (ROOT / "requirements.lock").write_text("".join(text), encoding="utf-8")


def _resolved(groups: dict[str, list[str]]) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        venv.EnvBuilder(with_pip=True).create(folder)
        python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        wanted = [r for roots in groups.values() for r in roots] + ELSEWHERE
        subprocess.run([python, "-m", "pip", "install", "-q", "-U", "packaging", *wanted], check=True)
        asked = subprocess.run(
            [python, "-c", CLOSURE], input=json.dumps(groups), capture_output=True, text=True, check=True
        )
        return json.loads(asked.stdout)


def _marker(found: dict[str, dict[str, list[str]]], name: str) -> str:
    """The marker for a package that some platforms do without, whichever part needs it."""
    where = {p for platforms in found.values() for p, names in platforms.items() if name in names}
    without = {"linux", "darwin", "win32"} - where
    if not without:
        return ""
    if len(without) == 1:
        return f'; sys_platform != "{without.pop()}"'
    return f'; sys_platform == "{where.pop()}"'


if __name__ == "__main__":
    main()
