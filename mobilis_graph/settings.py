"""All settings, read once from MOBILIS_* variables; everybody else receives values."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mobilis_graph.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator decides. Without `neo4j_uri` the embedded engine is used."""

    home: Path
    neo4j_uri: str | None = None
    neo4j_user: str = "neo4j"
    neo4j_password: str = field(default="", repr=False)
    neo4j_database: str = "neo4j"
    secret_file: Path | None = None
    port: int = 8501
    timeout_s: int = 60
    connect_timeout_s: int = 10
    retry_s: int = 30
    pool_size: int = 20
    heap_mb: int = 1024

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the variables; every fault is named in one ConfigError."""
        given = {k: v for k, v in (os.environ if env is None else env).items() if k.startswith("MOBILIS_")}
        given = {k: v for k, v in given.items() if not k.startswith("MOBILIS_TEST_") and v != ""}
        faults = [
            f"{k} is not a setting; known are {', '.join(sorted(VARIABLES))}" for k in sorted(set(given) - VARIABLES)
        ]
        numbers = {}
        for name in ("port", "timeout_s", "connect_timeout_s", "retry_s", "pool_size", "heap_mb"):
            text = given.get(f"MOBILIS_{name.upper()}")
            if text is None:
                continue
            most = 65_535 if name == "port" else 1_000_000
            if not text.isdecimal() or len(text) > 7 or not 1 <= int(text) <= most:
                faults.append(f"MOBILIS_{name.upper()} must be a whole number from 1 to {most}, not {text!r}")
            else:
                numbers[name] = int(text)
        uri = given.get("MOBILIS_NEO4J_URI")
        password = _password(given, faults)
        if uri and "://" not in uri:
            faults.append("MOBILIS_NEO4J_URI must look like neo4j://host:7687, neo4j+s://host or bolt://host:7687")
        if uri and "@" in uri:
            faults.append(
                "MOBILIS_NEO4J_URI must not hold a user or password; MOBILIS_NEO4J_USER and MOBILIS_NEO4J_PASSWORD do"
            )
        if uri and not password:
            faults.append(
                "MOBILIS_NEO4J_URI is set, but neither MOBILIS_NEO4J_PASSWORD nor MOBILIS_NEO4J_PASSWORD_FILE is"
            )
        home = _path("MOBILIS_HOME", given, faults) or default_home().absolute()
        secret = _path("MOBILIS_SECRET_FILE", given, faults)
        if faults:
            raise ConfigError("; ".join(faults))
        return cls(
            home=home,
            neo4j_uri=uri,
            neo4j_user=given.get("MOBILIS_NEO4J_USER", "neo4j"),
            neo4j_password=password,
            neo4j_database=given.get("MOBILIS_NEO4J_DATABASE", "neo4j"),
            secret_file=secret,
            **numbers,
        )


VARIABLES = frozenset(f"MOBILIS_{name.upper()}" for name in (*Settings.__dataclass_fields__, "neo4j_password_file"))


def _path(name: str, given: Mapping[str, str], faults: list[str]) -> Path | None:
    """A path, absolute: the app is started in another folder than the command line."""
    if not (text := given.get(name)):
        return None
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        faults.append(f"{name}: {text} names a user who is not on this machine")
        return None


def _password(given: Mapping[str, str], faults: list[str]) -> str:
    """The password, from its variable or from the file another names (as container secrets come)."""
    name = given.get("MOBILIS_NEO4J_PASSWORD_FILE")
    if not name:
        return given.get("MOBILIS_NEO4J_PASSWORD", "")
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except OSError as exc:
        faults.append(f"MOBILIS_NEO4J_PASSWORD_FILE: {name} cannot be read ({exc.strerror})")
    except UnicodeDecodeError:
        faults.append(f"MOBILIS_NEO4J_PASSWORD_FILE: {name} is not text")
    return ""


def default_home() -> Path:
    """The user's data folder on this platform."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "mobilis"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/mobilis"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "mobilis"
