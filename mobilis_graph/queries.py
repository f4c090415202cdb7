"""Load `cypher/**/*.cypher` and hold each file to its header.

A header declares `mode` (read or write), `params`, `returns` and one sentence. A read query must
not write, and must filter by $sees or say why not in `// unfiltered:`.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mobilis_graph.errors import ConfigError

_WRITES = re.compile(r"\b(CREATE|INSERT|MERGE|SET|DELETE|REMOVE|DROP|LOAD|FOREACH)\b", re.IGNORECASE)
_QUOTED_OR_COMMENT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|//[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Query:
    """One checked query file."""

    name: str
    mode: str
    params: frozenset[str]
    returns: tuple[str, ...]
    text: str


def folder() -> Path:
    """Where the query files are: beside the package in a clone, inside it in a wheel."""
    here = Path(__file__).resolve().parent
    for found in (here / "_cypher", here.parent / "cypher"):
        if found.is_dir():
            return found
    raise ConfigError(f"the query files are missing: no cypher/ beside {here}")


@cache
def load() -> dict[str, Query]:
    """Return every query by name; raise ConfigError at the first file that breaks its contract."""
    root = folder()
    files = sorted(root.rglob("*.cypher"))
    return {
        q.name: q
        for q in (parse(f.relative_to(root).with_suffix("").as_posix(), f.read_text(encoding="utf-8")) for f in files)
    }


def parse(name: str, text: str) -> Query:
    """Check one file against its header."""
    header = dict(re.findall(r"^// (mode|params|returns|unfiltered): *(.*)$", text, re.MULTILINE))
    for needed in ("mode", "params", "returns"):
        if needed not in header:
            raise ConfigError(f"{name}: the header lacks '// {needed}:'")
    if not re.search(r"^// (?!mode:|params:|returns:|unfiltered:)\S", text, re.MULTILINE):
        raise ConfigError(f"{name}: the header lacks its sentence")
    body = _QUOTED_OR_COMMENT.sub(" ", text)
    declared = frozenset(_names(header["params"]))
    used = frozenset(re.findall(r"\$(\w+)", body))
    if declared != used:
        raise ConfigError(f"{name}: declares {sorted(declared)}, uses {sorted(used)}")
    if header["mode"] not in ("read", "write"):
        raise ConfigError(f"{name}: mode is read or write, not {header['mode']!r}")
    if header["mode"] == "read" and (write := _WRITES.search(body)):
        raise ConfigError(f"{name}: a read query must not {write[1].upper()}")
    if header["mode"] == "read" and "sees" not in used and not header.get("unfiltered"):
        raise ConfigError(f"{name}: filter by $sees, or say why not in '// unfiltered:'")
    return Query(name, header["mode"], declared, tuple(_names(header["returns"])), text)


def query(name: str) -> Query:
    """Return one query; raise ConfigError when no file has that name."""
    try:
        return load()[name]
    except KeyError as exc:
        raise ConfigError(f"no query file {name}.cypher") from exc


def _names(text: str) -> list[str]:
    return [n.strip() for n in text.split(",") if n.strip() and n.strip() != "-"]
