"""One tip in the making: whom it can speak of, and what it asserts so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from random import Random
from typing import NamedTuple

from mobilis_graph.generate import pools, words
from mobilis_graph.generate.world import Community, Earlier, Group, Happening, Known, Telling, World
from mobilis_graph.schema import REL

_REMEMBERED = 4  # earlier tips and events of a community that a later tip can come back to


class Contradiction(NamedTuple):
    """What a tip says against an earlier one."""

    reference: str
    telling: Telling


class Status(NamedTuple):
    """A step of a person's case, with its ground."""

    person: Known
    status: str
    day: int


@dataclass(slots=True, eq=False)
class Story:
    """A tip: its own columns, the entities it mentions, its assertions, what follows from it."""

    world: World
    home: Community
    rng: Random
    reference: str
    received: int
    heard: int
    channel: str
    size: int
    origin: str
    state: str
    echo: bool = False
    cast: Sequence[Known] = ()
    tellings: dict[tuple[str, str, str], Telling] = field(default_factory=dict)
    mentioned: dict[str, Known] = field(default_factory=dict)
    contradictions: list[Contradiction] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    young_pairs: list[tuple[Known, Known]] = field(default_factory=list)

    @property
    def triaged(self) -> bool:
        """Whether all may see it."""
        return self.state != "received"

    @property
    def full(self) -> bool:
        """Whether it says as much as it should."""
        return len(self.tellings) >= self.size

    @property
    def young(self) -> list[Known]:
        """The young people it mentions."""
        return [known for known in self.mentioned.values() if known.table == "young_persons"]

    def chance(self, share: float) -> bool:
        """Return true in such a share of the calls."""
        return self.rng.random() < share

    def mention(self, known: Known) -> None:
        """Have the tip mention an entity."""
        if known.ref not in self.mentioned:
            self.mentioned[known.ref] = known
            known.told = known.told or self.received
            known.shown = known.shown or self.triaged

    def tell(
        self,
        type_: str,
        start: Known,
        end: Known,
        props: dict[str, str] | None = None,
        *,
        day: int | None = None,
        said: dict[str, str] | None = None,
    ) -> Telling | None:
        """Assert something, unless the tip is full, says it already, or ties a thing to itself.

        `said` is all that was said of it, dates and polarity too; else `day` is its date, else one is drawn.
        """
        key = (type_, start.ref, end.ref)
        if not REL[type_].directed and start.ref > end.ref:
            key = (type_, end.ref, start.ref)
        if self.full or start is end or key in self.tellings:
            return None
        self.mention(start)
        self.mention(end)
        if said is None:
            said = {**(self.dates(REL[type_].moment) if day is None else {"since": iso(day)}), **(props or {})}
            if not REL[type_].neutral and self.chance(pools.DENIED):
                said["polarity"] = "denies"
        self.tellings[key] = Telling(type_, start, end, said)
        return self.tellings[key]

    def remember(self) -> None:
        """Let later tips of the community come back to this one, without its young people."""
        tellings = [t for t in self.tellings.values() if "young_persons" not in (t.start.table, t.end.table)]
        if self.triaged and tellings:
            self.home.earlier = [
                *self.home.earlier[1 - _REMEMBERED :],
                Earlier(self.reference, self.origin, self.heard, tellings),
            ]

    def dates(self, moment: bool) -> dict[str, str]:
        """Return when something was so: a day, a month, a year, or nothing."""
        width = 25 if moment else 700
        since = self.heard - int(width * self.rng.random() * self.rng.random())
        drawn = self.rng.random()
        for precision, share, length in _PRECISIONS:
            if drawn < share:
                return {"since": iso(since)[:length], "precision": precision} if length else {}
            drawn -= share
        if not moment and self.chance(0.15):
            return {"since": iso(since), "until": iso(self.rng.randint(since, self.heard))}
        return {"since": iso(since)}

    # Whom and what it can speak of.

    def skewed(self, things: Sequence[Known]) -> Known:
        """Return one of some things, the first ones far more often."""
        draw = self.rng.random()
        return things[int(len(things) * draw * draw)]

    def hub(self) -> Known:
        """Return a place that everybody knows; the first ones are in thousands of tips."""
        draw = self.rng.random()
        return self.world.hubs[int(len(self.world.hubs) * draw * draw * draw)]

    def group(self, person: Known) -> Group:
        """Return the family, workplace or crew of a person."""
        return self.world.communities[person.home].groups[person.group]

    def person(self) -> Known:
        """Return somebody: of those this tip is about, of the community, seldom from elsewhere."""
        draw = self.rng.random()
        if draw < pools.POPULAR:
            return self.skewed(self.world.popular)
        if draw < pools.POPULAR + pools.FROM_ELSEWHERE:
            communities = self.world.communities
            near = (self.cast[0].home + self.rng.randint(1, 3)) % len(communities)
            return self.skewed(communities[near].own["persons"])
        return self.rng.choice(self.cast) if draw < 0.7 else self.skewed(self.home.own["persons"])

    def crew_member(self) -> Known:
        """Return somebody of a crew of the community, or anybody where there is none."""
        crews = [g for g in self.home.groups if g.kind == "crew"]
        return self.rng.choice(self.rng.choice(crews).persons) if crews else self.person()

    def bystander(self) -> Known:
        """Return somebody of the community who is in no crew, if there is one."""
        persons = [p for g in self.home.groups if g.kind != "crew" for p in g.persons]
        return self.rng.choice(persons or self.home.own["persons"])

    def thing_of(self, person: Known, table: str) -> Known:
        """Return a person's car or phone, not an ad if there is anything else: mostly the same one."""
        things = self.world.communities[person.home].own[table]
        own = [t for t in things if t.facts.get("kind") != "ad"] or things
        return own[person.number % len(own)] if self.chance(0.85) else self.skewed(own)

    def user_of(self, thing: Known) -> Known:
        """Return who has a thing: mostly the same person of its community."""
        persons = self.world.communities[thing.home].own["persons"]
        return persons[thing.number % len(persons)] if self.chance(0.7) else self.person()

    def place(self, *classes: str, of: Known | None = None) -> Known | None:
        """Return a place of some classes in the community, mostly the same one for one person, or a hub."""
        own = [p for p in self.home.own["places"] if p.facts["placeClass"] in classes]
        if own and of and self.chance(0.85):
            return own[of.number % len(own)]
        if own and not (set(classes) & _HUB_CLASSES and self.chance(0.4)):
            return self.skewed(own)
        hubs = [p for p in self.world.hubs if p.facts["placeClass"] in classes]
        return self.skewed(hubs) if hubs else None

    def new_event(self) -> Known | None:
        """Return an event of the community that no tip told yet, if one is left and the tip is not full."""
        return None if self.full else next((e for e in self.home.own["events"] if not e.told), None)

    def happening(self, event: Known, kind: str | None = None) -> Happening:
        """Return an event with its place and day; a new one is made up now and remembered."""
        for known in self.home.happenings:
            if known.event is event:
                return known
        day = self.heard - int(14 * self.rng.random() * self.rng.random())
        kind = kind or self.world.event_kinds.deal()
        place = self.place(*pools.EVENT_PLACES[kind]) if kind in pools.EVENT_PLACES else None
        event.facts = self._event_facts(kind, day, place)
        self.home.happenings = [*self.home.happenings[1 - _REMEMBERED :], Happening(event, place, day)]
        return self.home.happenings[-1]

    def _event_facts(self, kind: str, day: int, place: Known | None) -> dict[str, str]:
        facts = {
            "kind": kind,
            "startedAt": f"{iso(day)}T{self.rng.randint(9, 23):02}:{self.rng.choice(('00', '15', '30', '45'))}",
        }
        end = day + self.rng.randint(1, 3)
        if kind in ("stay", "custody", "runaway", "trip") and end <= self.heard:
            facts["endedAt"] = f"{iso(end)}T08:00"
        if self.chance(0.8):
            where = place.facts.get("name") if place else None
            facts["title"] = words.EVENT_TITLES[kind][0] + (f", {where}" if where else "")
        return facts


_HUB_CLASSES = frozenset(pools.HUB_CLASSES)
_PRECISIONS = (
    ("", pools.UNDATED, 0),
    ("month", pools.MONTH_ONLY, 7),
    ("year", pools.YEAR_ONLY, 4),
    ("about", pools.ABOUT, 10),
)


@lru_cache(maxsize=8192)
def iso(day: int) -> str:
    """Return an ordinal day as an ISO date."""
    return date.fromordinal(day).isoformat()
