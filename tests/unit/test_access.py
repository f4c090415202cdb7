"""Who sees what: the policy, role by role, and what is said to those who see nothing."""

import re
from dataclasses import FrozenInstanceError

import pytest

from mobilis_graph import access
from mobilis_graph.access import Role, Viewer
from mobilis_graph.errors import Denied, InputError
from mobilis_graph.schema import GUARDS

READERS = [r for r in Role if access.SEES[r]]


@pytest.mark.parametrize("role", [Role.ANALYST, Role.DETECTIVE, Role.SUPERVISOR])
def test_most_roles_see_open_and_youth(role: Role) -> None:
    assert access.sees(Viewer("u", role)) == ("open", "youth")


def test_intelligence_sees_everything() -> None:
    assert set(access.sees(Viewer("u", Role.INTELLIGENCE))) == set(GUARDS)


@pytest.mark.parametrize("role", [Role.PRIVACY, Role.OPERATOR])
def test_some_roles_read_no_network(role: Role) -> None:
    with pytest.raises(Denied, match=f"^the role {role} reads no network$"):
        access.sees(Viewer("u", role))


def test_every_role_has_a_policy_and_every_human_role_its_words() -> None:
    assert set(access.SEES) == set(Role)
    assert set(access.ROLE_WORDS) == set(Role) - {Role.OPERATOR}


def test_a_role_is_named_in_any_case() -> None:
    assert access.role(" Detective ") is Role.DETECTIVE


@pytest.mark.parametrize("name", ["", "root", "analyste", "ANALYST;"])
def test_an_unknown_role_is_refused_and_the_known_ones_named(name: str) -> None:
    known = re.escape(", ".join(r.value for r in Role))

    with pytest.raises(InputError, match=rf"^no role {re.escape(repr(name))}; known are {known}$"):
        access.role(name)


def test_a_viewer_cannot_change_role() -> None:
    viewer = Viewer("u", Role.DETECTIVE)

    with pytest.raises(FrozenInstanceError):
        viewer.role = Role.INTELLIGENCE  # type: ignore[misc]
