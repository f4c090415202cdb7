"""Who may see what: roles, and the guards each of them sees."""

from dataclasses import dataclass
from enum import StrEnum

from mobilis_graph.errors import Denied, InputError
from mobilis_graph.schema import Guard, Text


class Role(StrEnum):
    """The roles of the police side; sign-in will hand them out."""

    ANALYST = "analyst"
    INTELLIGENCE = "intelligence"
    DETECTIVE = "detective"
    SUPERVISOR = "supervisor"
    PRIVACY = "privacy"
    OPERATOR = "operator"  # loads and maintains; reads no network


ROLE_WORDS = {
    Role.ANALYST: Text("Analyste", "Analyst"),
    Role.INTELLIGENCE: Text("Agent de renseignement", "Intelligence officer"),
    Role.DETECTIVE: Text("Détective", "Detective"),
    Role.SUPERVISOR: Text("Superviseur", "Supervisor"),
    Role.PRIVACY: Text("Protection des renseignements", "Privacy officer"),
}

SEES: dict[Role, tuple[Guard, ...]] = {
    Role.ANALYST: ("open", "youth"),
    Role.INTELLIGENCE: ("open", "youth", "restricted", "raw"),
    Role.DETECTIVE: ("open", "youth"),
    Role.SUPERVISOR: ("open", "youth"),
    Role.PRIVACY: (),
    Role.OPERATOR: (),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, in which role; every question is logged under both."""

    user: str
    role: Role
    purpose: str = ""
    case: str = ""


def sees(viewer: Viewer) -> tuple[Guard, ...]:
    """Return the guards this viewer sees; raise Denied for a role that reads no network."""
    guards = SEES[viewer.role]
    if not guards:
        raise Denied(f"the role {viewer.role} reads no network")
    return guards


def role(name: str) -> Role:
    """Return the role of that name; raise InputError naming the known ones."""
    try:
        return Role(name.strip().lower())
    except ValueError as exc:
        raise InputError(f"no role {name!r}; known are {', '.join(Role)}") from exc
