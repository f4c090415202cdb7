"""The door: the only module that imports `neo4j`, for the server and for the embedded engine alike."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import neo4j
from neo4j import exceptions as driver_errors

from mobilis_graph.errors import ConfigError, Conflict, DatabaseError, DatabaseUnavailable, QueryTimeout
from mobilis_graph.queries import Query, query

Row = dict[str, Any]
Work = Sequence[tuple[str, dict[str, Any]]]  # statements with their parameters, one transaction
T = TypeVar("T")
TRIES = 5  # of a write that met another one making the same node

# The driver and the server report unknown labels of an empty graph as notifications: not for a log.
logging.getLogger("neo4j.notifications").setLevel(logging.ERROR)
logging.getLogger("neo4j").addHandler(
    logging.NullHandler()
)  # its retries are not for a terminal; a configured log gets them


class Db:
    """One pool of connections to one database, whichever engine serves it."""

    def __init__(
        self,
        uri: str,
        auth: tuple[str, str],
        *,
        database: str,
        timeout_s: int = 60,
        connect_timeout_s: int = 10,
        retry_s: int = 30,
        pool_size: int = 20,
    ) -> None:
        try:
            self._driver = neo4j.GraphDatabase.driver(
                uri,
                auth=auth,
                connection_timeout=connect_timeout_s,
                connection_acquisition_timeout=connect_timeout_s + 5,
                max_transaction_retry_time=retry_s,
                max_connection_pool_size=pool_size,
                user_agent="mobilis-graph/0.1",
            )
        except (ValueError, driver_errors.ConfigurationError) as exc:
            raise ConfigError(f"the database address is not usable: {exc}") from exc
        self._database = database
        self._timeout = timeout_s
        self._agent: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._driver.close()

    def agent(self) -> str:
        """How the server introduces itself, asked once."""
        if self._agent is None:
            with _translated("agent"), self._session() as session:
                self._agent = str(session.run("RETURN 1").consume().server.agent)
        return self._agent

    def embedded(self) -> bool:
        """Whether the embedded engine answers."""
        return "ArcadeDB" in self.agent()

    def ping(self) -> None:
        """Raise DatabaseUnavailable at once when nothing answers (no retries, as execute_* would)."""
        with _translated("ping"), self._session() as session:
            session.run("RETURN 1").consume()

    def read(self, name: str, **params: Any) -> list[Row]:
        """Run one read query file; the server rejects it if it writes."""
        asked = _checked(name, params, mode="read")
        return self._managed(name, "execute_read", lambda tx: _rows(tx, asked.text, params))

    def write(self, name: str, *, also: Work = (), **params: Any) -> list[Row]:
        """Run one write query file; it merges, so when another writer was faster it is run again.

        `also` is done in the same transaction when the query returns a row.
        """
        asked = _checked(name, params, mode="write")

        def run(tx: neo4j.ManagedTransaction) -> list[Row]:
            rows = _rows(tx, asked.text, params)
            if rows:
                _run_all(tx, also)
            return rows

        for _ in range(TRIES - 1):
            with suppress(Conflict):
                return self._managed(name, "execute_write", run)
        return self._managed(name, "execute_write", run)

    def write_all(self, work: Work) -> None:
        """Run statements in one transaction: all of them, or none.

        Conflict when another writer created the same thing meanwhile, or when a statement that tells
        how many it should have `done` did less; the caller asks again.
        """
        self._managed("load", "execute_write", lambda tx: _run_all(tx, work))

    def define(self, statements: Iterable[str]) -> None:
        """Run schema statements, each on its own."""
        for text in statements:
            with _translated("schema"), self._session() as session:
                session.run(text).consume()

    def explain(self, text: str, **params: Any) -> list[str]:
        """Plan a query without running it; return what the server warns of."""
        with _translated("explain"), self._session() as session:
            summary = session.run("EXPLAIN " + text, params).consume()
            return [status.status_description for status in summary.gql_status_objects if status.is_notification]

    def _session(self) -> neo4j.Session:
        return self._driver.session(database=self._database)

    def _managed(self, name: str, how: str, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        """Run work as a managed transaction: transient errors are tried again for `retry_s` seconds."""
        limited = neo4j.unit_of_work(timeout=self._timeout, metadata={"query": name})(work)
        with _translated(name), self._session() as session:
            return cast(T, getattr(session, how)(limited))


def _rows(tx: neo4j.ManagedTransaction, text: str, params: Row) -> list[Row]:
    return tx.run(text, params).data()


def _run_all(tx: neo4j.ManagedTransaction, work: Work) -> None:
    for text, params in work:
        for row in tx.run(text, params).data():
            if row.get("done") != row.get("wanted"):
                raise Conflict("load: changed meanwhile")


def _checked(name: str, params: Row, *, mode: str) -> Query:
    asked = query(name)
    if asked.mode != mode:
        raise ConfigError(f"{name} is a {asked.mode} query")
    if params.keys() != asked.params:
        raise ConfigError(f"{name}: wants {sorted(asked.params)}, got {sorted(params)}")
    return asked


_UNREACHABLE = (
    driver_errors.ServiceUnavailable,
    driver_errors.SessionExpired,
    driver_errors.DatabaseUnavailable,
    driver_errors.ConnectionAcquisitionTimeoutError,
)


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """Driver errors become ours; the query's name goes along, its parameters never do."""
    try:
        yield
    except driver_errors.ConstraintError as exc:
        raise Conflict(f"{name}: already there") from exc
    except driver_errors.AuthError as exc:
        raise ConfigError(
            "the database refuses this user or password: check MOBILIS_NEO4J_USER and the password"
        ) from exc
    except (*_UNREACHABLE, OSError) as exc:
        raise DatabaseUnavailable("the database cannot be reached; `mobilis doctor` says why") from exc
    except driver_errors.ConfigurationError as exc:
        raise ConfigError(
            "the database address is not usable: check MOBILIS_NEO4J_URI, its scheme and the certificates"
        ) from exc
    except driver_errors.Neo4jError as exc:
        if exc.code and "TransactionTimedOut" in exc.code:
            raise QueryTimeout(f"{name}: took too long; ask for less") from exc
        if exc.code and "DatabaseNotFound" in exc.code:
            raise ConfigError("no such database: check MOBILIS_NEO4J_DATABASE") from exc
        raise DatabaseError(f"{name}: {exc.code}") from exc
    except driver_errors.DriverError as exc:
        raise DatabaseError(f"{name}: {type(exc).__name__}") from exc
