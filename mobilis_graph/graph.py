"""Values that travel from the store to the screens: no behaviour beyond reading themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Order = Literal["recent", "sourced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One thing in the network, as this viewer may see it.

    `facts` maps a property to the values that visible tips say of it, newest tip first and
    without repeats; a `Tip` has its own properties there, one value each. `neighbours` never counts
    what the viewer may not see.
    """

    id: str
    type: str
    guard: str
    caption: str
    facts: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    tips: int = 0
    neighbours: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """All visible, live, asserting assertions between two entities, computed on reading.

    `a` and `b` are ids with a < b. `relations` are (type, start id, number of assertions), one
    for each type and direction. `best_source` and `best_content` are the best known letters (F and 6 only when
    nothing else is known). `first` and `last` are ISO dates or None when no date is known, `precisions` how
    precisely each of them is known.
    `deduced` is true when every assertion is deduced.
    """

    a: str
    b: str
    relations: tuple[tuple[str, str, int], ...]
    tips: int
    origins: int
    best_source: str
    best_content: str
    first: str | None
    last: str | None
    deduced: bool
    undated: bool
    precisions: tuple[str | None, str | None] = (None, None)

    @property
    def id(self) -> str:
        """The pair, as one identifier."""
        return f"{self.a}~{self.b}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgraph:
    """Some entities and the ties between them; `total` is how many there were to show."""

    entities: tuple[Entity, ...]
    ties: tuple[Tie, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An entity that a search found, and why: each field that matched, with what visible tips say there."""

    entity: Entity
    why: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TipView:
    """One tip, as this viewer may see it. `origin` numbers independent origins within one answer."""

    id: str
    reference: str
    received_on: str
    organisation: str
    source_grade: str
    content_grade: str
    origin: int
    state: str
    handling: str
    text: str
    disclosure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """One assertion by one tip, as this viewer may see it."""

    id: str
    type: str
    start: str
    end: str
    since: str | None
    until: str | None
    precision: str | None
    basis: str | None
    polarity: str
    source_grade: str
    content_grade: str
    times: int
    note: str | None
    extra: Mapping[str, Any]
    tip: TipView


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One fact: a property, its value, and the tip that says so."""

    prop: str
    value: Any
    since: str | None
    basis: str | None
    tip: TipView


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status a human wrote down, with its ground."""

    status: str
    ground: str
    author: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One entity on one page: facts with their tips, assertions with theirs, denials apart."""

    entity: Entity
    status: Status | None
    said: tuple[Said, ...]
    assertions: tuple[Assertion, ...]
    denials: tuple[Assertion, ...]
    neutral: tuple[Assertion, ...]
    others: Mapping[str, Entity]
    tips: tuple[TipView, ...]
    contradictions: tuple[tuple[TipView, str], ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)  # of `said` and `assertions`, before any were left out
