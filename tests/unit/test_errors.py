"""One tree of errors, sorted by who must act; every error of the driver has its place in it."""

import inspect
import re
from collections.abc import Iterator

import pytest
from neo4j import exceptions as driver_errors

from mobilis_graph import db, errors
from mobilis_graph.errors import (
    ConfigError,
    Conflict,
    DatabaseError,
    DatabaseUnavailable,
    MobilisError,
    QueryTimeout,
)
from mobilis_graph.pages.words import ERRORS

DRIVER = sorted(
    (c for _, c in inspect.getmembers(driver_errors, inspect.isclass) if issubclass(c, driver_errors.GqlError)),
    key=lambda c: c.__name__,
)


def tree(root: type[MobilisError] = MobilisError) -> Iterator[type[MobilisError]]:
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


def translated(raised: BaseException) -> MobilisError:
    with pytest.raises(MobilisError) as told, db._translated("entity/facts"):
        raise raised
    return told.value


def server_said(code: str) -> driver_errors.Neo4jError:
    """An error as the driver makes it of a server's answer."""
    return driver_errors.Neo4jError._hydrate_neo4j(code=code, message="Ouimet lives at 12")


@pytest.mark.parametrize("error", [c for c in DRIVER if c is not driver_errors.GqlError], ids=lambda c: c.__name__)
def test_every_error_of_the_driver_becomes_ours(error: type[BaseException]) -> None:
    told = translated(error("Ouimet lives at 12"))

    assert isinstance(told, DatabaseError | ConfigError | Conflict)
    assert isinstance(told.__cause__, error)
    assert "Ouimet" not in str(told)


def test_the_walk_meets_the_whole_tree_of_the_driver() -> None:
    assert len(DRIVER) > 25
    assert {driver_errors.Neo4jError, driver_errors.DriverError, driver_errors.TransientError} < set(DRIVER)


@pytest.mark.parametrize(
    ("code", "ours", "said"),
    [
        ("Neo.ClientError.Schema.ConstraintValidationFailed", Conflict, "entity/facts: already there"),
        ("Neo.ClientError.Transaction.TransactionTimedOut", QueryTimeout, "entity/facts: took too long; ask for less"),
        (
            "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
            QueryTimeout,
            "entity/facts: took too long",
        ),
        ("Neo.ClientError.Security.Unauthorized", ConfigError, "the database refuses this user or password"),
        ("Neo.ClientError.Database.DatabaseNotFound", ConfigError, "no such database: check MOBILIS_NEO4J_DATABASE"),
        ("Neo.TransientError.Transaction.DeadlockDetected", DatabaseError, "entity/facts: Neo.TransientError"),
        ("Neo.ClientError.Statement.SyntaxError", DatabaseError, "entity/facts: Neo.ClientError.Statement.SyntaxError"),
        ("Neo.ClientError.Security.Forbidden", DatabaseError, "entity/facts: Neo.ClientError.Security.Forbidden"),
    ],
)
def test_what_a_server_says_is_told_by_who_must_act(code: str, ours: type[MobilisError], said: str) -> None:
    told = translated(server_said(code))

    assert type(told) is ours
    assert str(told).startswith(said)
    assert "Ouimet" not in str(told)


@pytest.mark.parametrize(
    "error",
    [
        driver_errors.ServiceUnavailable("x"),
        driver_errors.SessionExpired("x"),
        driver_errors.RoutingServiceUnavailable("x"),
        driver_errors.ConnectionAcquisitionTimeoutError("x"),
        driver_errors.DatabaseUnavailable("x"),
        ConnectionRefusedError(),
        TimeoutError(),
    ],
    ids=lambda e: type(e).__name__,
)
def test_what_does_not_answer_is_unavailable(error: Exception) -> None:
    assert type(translated(error)) is DatabaseUnavailable


@pytest.mark.parametrize(
    "error", [c for c in DRIVER if issubclass(c, driver_errors.ConfigurationError)], ids=lambda c: c.__name__
)
def test_a_wrong_setting_of_the_driver_is_for_the_operator(error: type[Exception]) -> None:
    assert type(translated(error("x"))) is ConfigError


def test_our_own_errors_pass_unchanged() -> None:
    ours = Conflict("as it is")

    assert translated(ours) is ours


def test_the_docstring_draws_the_tree_as_it_is() -> None:
    drawn = re.findall(r"^([│├└─ ]*)(\w+)", errors.__doc__.split("\n\n")[1], re.MULTILINE)
    parents: dict[int, str] = {}
    pairs = set()
    for indent, name in drawn:
        depth = len(indent) // 4
        parents[depth] = name
        pairs.add((parents.get(depth - 1), name))

    assert pairs == {(e.__bases__[0].__name__ if e is not MobilisError else None, e.__name__) for e in tree()}


def test_every_error_is_explained_here_and_on_the_screen() -> None:
    assert all(e.__doc__ for e in tree())
    assert set(ERRORS) == set(tree())


def test_no_sentence_of_the_screen_tells_hidden_from_missing() -> None:
    assert not re.search(r"hidden|caché|droit|right|allowed", " ".join(ERRORS[errors.NotFound]))
