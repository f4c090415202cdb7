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
        faults = [f"{k} is not a setting; known are {', '.join(sorted(VARIABLES))}" for k in sorted(set(given) - VARIABLES)]
        numbers = {}
        for name in ("port", "timeout_s", "connect_timeout_s", "retry_s", "pool_size", "heap_mb"):
            text = given.get(f"MOBILIS_{name.upper()}")
            if text is None:
                continue
            if not text.isdecimal() or not 1 <= int(text) <= 65535 * 4:
                faults.append(f"MOBILIS_{name.upper()} must be a whole number above 0, not {text!r}")
            else:
                numbers[name] = int(text)
        uri = given.get("MOBILIS_NEO4J_URI")
        password = _password(given, faults)
        if uri and "://" not in uri:
            faults.append("MOBILIS_NEO4J_URI must look like neo4j://host:7687, neo4j+s://host or bolt://host:7687")
        if uri and not password:
            faults.append("MOBILIS_NEO4J_URI is set, but neither MOBILIS_NEO4J_PASSWORD nor MOBILIS_NEO4J_PASSWORD_FILE is")
        if faults:
            raise ConfigError("; ".join(faults))
        secret = given.get("MOBILIS_SECRET_FILE")
        return cls(
            home=Path(given.get("MOBILIS_HOME") or default_home()).expanduser().absolute(),
            neo4j_uri=uri,
            neo4j_user=given.get("MOBILIS_NEO4J_USER", "neo4j"),
            neo4j_password=password,
            neo4j_database=given.get("MOBILIS_NEO4J_DATABASE", "neo4j"),
            secret_file=Path(secret).expanduser() if secret else None,
            **numbers,
        )


VARIABLES = frozenset(
    f"MOBILIS_{name.upper()}" for name in (*Settings.__dataclass_fields__, "neo4j_password_file")
)


def _password(given: Mapping[str, str], faults: list[str]) -> str:
    """The password, from its variable or from the file another names (as container secrets come)."""
    name = given.get("MOBILIS_NEO4J_PASSWORD_FILE")
    if not name:
        return given.get("MOBILIS_NEO4J_PASSWORD", "")
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except OSError as exc:
        faults.append(f"MOBILIS_NEO4J_PASSWORD_FILE: {name} cannot be read ({exc.strerror})")
        return ""


def default_home() -> Path:
    """The user's data folder on this platform."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "mobilis"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/mobilis"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "mobilis"
