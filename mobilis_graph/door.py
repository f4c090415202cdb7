"""Put the parts together for those who open the shop: the pages and the command line."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mobilis_graph import audit, ddl, engine
from mobilis_graph.access import Role, Viewer
from mobilis_graph.audit import Log
from mobilis_graph.db import Db
from mobilis_graph.desk import Desk
from mobilis_graph.errors import ConfigError, MobilisError
from mobilis_graph.keys import Keyring, keyring
from mobilis_graph.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """A reachable database with its schema, the log, and the secret of the installation."""

    db: Db
    log: Log
    keyring: Keyring
    settings: Settings

    def alive(self) -> bool:
        """Whether the log is in place and the embedded engine runs; a server answers for itself."""
        return self.log.in_place() and (
            self.settings.neo4j_uri is not None or engine.running(self.settings.home) is not None
        )

    def desk(self, viewer: Viewer) -> Desk:
        """A desk for one viewer."""
        return Desk(self.db, self.log, viewer, self.keyring)

    def close(self) -> None:
        """Close connections and log."""
        self.db.close()
        self.log.close()


def open_db(settings: Settings) -> Db:
    """The Neo4j server the settings name, else the embedded engine, started when it is not running."""
    if settings.neo4j_uri is None:
        return engine.connect(settings)
    db = Db(
        settings.neo4j_uri,
        (settings.neo4j_user, settings.neo4j_password),
        database=settings.neo4j_database,
        timeout_s=settings.timeout_s,
        connect_timeout_s=settings.connect_timeout_s,
        retry_s=settings.retry_s,
        pool_size=settings.pool_size,
    )
    try:
        db.ping()
    except Exception:
        db.close()
        raise
    return db


def open_parts(settings: Settings, *, new_log: bool = False) -> Parts:
    """Open everything; what is missing of a new installation is made: schema, secret, log.

    A database whose ids were made with another secret is refused: every id would be wrong. So is an
    installation that has lost its log, unless a `new_log` is asked for.
    """
    engine.prepared(settings.home)
    sweep(settings.home)
    path = settings.home / "access.db"
    db = open_db(settings)
    try:
        ring = _matching_keyring(settings, db, path)
        anew = new_log and audit.make(path)
        log = Log(path, ring)
        if anew:
            log.append(Viewer("mobilis", Role.OPERATOR), "log made anew: there was none", "")
    except MobilisError:
        db.close()
        raise
    return Parts(db, log, ring, settings)


def sweep(home: Path) -> None:
    """Remove the stages of loads that were killed: they hold what the tables said."""
    for old in (home / "staging").glob("*.db"):
        if old.stem.isdecimal() and not engine.command_line(int(old.stem)):
            with suppress(OSError):
                old.unlink()


def secret_path(settings: Settings) -> Path:
    """Where the secret of this installation is kept; it belongs in backups."""
    return settings.secret_file or settings.home / "secret.key"


def _matching_keyring(settings: Settings, db: Db, log: Path) -> Keyring:
    """The secret of this installation; of a new one it is made, and the log before it: who finds one finds the other."""
    path = secret_path(settings)
    rows = db.read("load/state")
    told = rows[0]["state"].get("secret") if rows else None
    if told is None and not path.exists():
        audit.make(log)
    ring = keyring(path, create=told is None)
    mark = ring.sign("fingerprint")
    if told is None:
        define(db)
        db.write("load/set_state", props={"secret": mark})
    elif told != mark:
        raise ConfigError(f"the secret {path} is not the one this database was made with; restore it from a backup")
    return ring


def define(db: Db) -> None:
    """Make constraints and indexes; running it again changes nothing."""
    db.define(ddl.shared())
    if not db.embedded():
        db.define(ddl.neo4j_only())
