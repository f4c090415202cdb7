"""
Who and what exists in a generated network, before any tip speaks of it.

Persons live in communities of 20 to 60 who can know each other, split into families, workplaces and
crews; everything else belongs to one community too, save the hubs. This registry is what the
generator holds in memory: under one kilobyte an entity.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import NamedTuple

from mobilis_graph.generate import pools, words
from mobilis_graph.generate.names import Facts, Names, is_partial

_LETTER = {"gangs": "G", "vehicles": "V", "places": "L", "identifiers": "I"}


@dataclass(slots=True, eq=False)
class Known:
    """One entity: what is true of it, of which each tip says a part."""

    table: str
    ref: str
    facts: Facts
    group: int = -1  # in its community, for persons
    home: int = -1  # its community
    told: int = 0  # ordinal day of the first tip that mentions it
    shown: bool = False  # a triaged tip mentions it
    judged: bool = False  # has a status

    @property
    def number(self) -> int:
        """Its rank in its table: what is chosen by it stays the same from tip to tip."""
        return int(self.ref[1:])


class Telling(NamedTuple):
    """One assertion of one tip; `said` has its dates, polarity and the properties of its type."""

    type: str
    start: Known
    end: Known
    said: dict[str, str]


class Earlier(NamedTuple):
    """A triaged tip that a later one can repeat or contradict: what it told, young people left out."""

    reference: str
    origin: str
    heard: int
    tellings: list[Telling]


@dataclass(slots=True, eq=False)
class Happening:
    """An event that was told, where and when, so that later tips can speak of it again."""

    event: Known
    place: Known | None
    day: int


@dataclass(slots=True, eq=False)
class Group:
    """People who belong together; a crew has a gang."""

    kind: str
    persons: list[Known] = field(default_factory=list)
    gang: Known | None = None


@dataclass(slots=True, eq=False)
class Community:
    """Groups, and what surrounds them. `fresh` is what no tip has introduced yet."""

    groups: list[Group] = field(default_factory=list)
    pull: list[int] = field(default_factory=list)  # summed weights of the groups
    own: dict[str, list[Known]] = field(default_factory=dict)  # by table
    fresh: list[Known] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)  # the latest ones
    earlier: list[Earlier] = field(default_factory=list)  # the latest ones
    young: Known | None = None  # the latest one
    tips_left: int = 0


@dataclass(slots=True, eq=False)
class World:
    """All communities, what everybody knows, and the pairs that may be one."""

    communities: list[Community]
    hubs: list[Known]
    popular: list[Known]
    pairs: list[tuple[Known, Known]]
    entities: int
    event_kinds: pools.Deck
    neutral_roles: pools.Deck

    def everything(self) -> Iterator[Known]:
        """Yield every entity once."""
        yield from self.hubs
        for community in self.communities:
            for things in community.own.values():
                yield from things


def build(entities: int, rng: Random, year: int) -> World:
    """Return a world of exactly so many entities."""
    counts = {table: entities * share // 1000 for table, share in pools.PER_THOUSAND.items()}
    names = Names(rng, year)
    pairs: list[tuple[Known, Known]] = []
    communities = _communities(entities - sum(counts.values()), rng)
    for community in communities:
        pairs += _name_everybody(community, names)
    hubs = _hubs(counts["places"], names)
    counts["places"] -= len(hubs)
    for table, count in counts.items():
        things = _things(table, count, names, after=len(hubs) if table == "places" else 0)
        pairs += _hand_out(table, things, communities, names)
    for rank, hub in enumerate(hubs):
        communities[rank % len(communities)].fresh.append(hub)
    for community in communities:
        rng.shuffle(community.fresh)
        community.pull = list(accumulate(pools.GROUP_PULL[g.kind] for g in community.groups))
    decks = pools.Deck(pools.EVENT_KINDS, rng), pools.Deck(pools.NEUTRAL_ROLES, rng)
    return World(communities, hubs, _popular(communities, rng), pairs, entities, *decks)


def _communities(persons: int, rng: Random) -> list[Community]:
    """Split so many persons, not named yet, into communities and groups."""
    communities: list[Community] = []
    least, most = pools.COMMUNITY
    number = 0
    while number < persons:
        left = persons - number
        size = left if left <= most else min(rng.randint(least, most), left - least)
        communities.append(_community(len(communities), number, size, rng))
        number += size
    return communities


def _community(home: int, before: int, size: int, rng: Random) -> Community:
    people = [Known("persons", f"P{before + n + 1}", {}, home=home) for n in range(size)]
    community, start = Community(own={"persons": people}), 0
    while start < size:
        end = start + rng.randint(*pools.GROUP)
        group = Group(pools.GROUP_KINDS.draw(rng), people[start:end])
        for person in group.persons:
            person.group = len(community.groups)
        community.groups.append(group)
        start = end
    return community


def _name_everybody(community: Community, names: Names) -> Iterator[tuple[Known, Known]]:
    """Name a community, families sharing a surname; yield a pair that may be one person."""
    for group in community.groups:
        shared = names.rng.choice(words.SURNAMES)
        for person in group.persons:
            kin = group.kind == "family" and names.chance(0.7)
            person.facts = names.person(shared if kin else names.rng.choice(words.SURNAMES))
    people = community.own["persons"]
    if names.chance(len(people) / pools.DUPLICATE_EVERY):
        original, double = people[0], people[-1]
        double.facts = names.misheard(original.facts)
        yield original, double
    community.fresh.extend(people)


def _hubs(places: int, names: Names) -> list[Known]:
    number = max(pools.FEWEST_HUBS, places * pools.HUBS_PER_THOUSAND // 1000)
    classes = pools.HUB_CLASSES
    return [Known("places", f"L{n + 1}", names.place(classes[n % len(classes)])) for n in range(number)]


def _hand_out(
    table: str, things: list[Known], communities: list[Community], names: Names
) -> Iterator[tuple[Known, Known]]:
    """Give each community its share of a table, in proportion to its persons; yield pairs that may be one."""
    sums = list(accumulate((len(c.own["persons"]) for c in communities), initial=0))
    for home, community in enumerate(communities):
        start, end = (len(things) * s // sums[-1] for s in sums[home : home + 2])
        own = community.own[table] = things[start:end]
        for thing in own:
            thing.home = home
        if table == "gangs":
            for group in community.groups:
                group.gang = things[start] if group.kind == "crew" else None
        if table == "vehicles" and names.chance(0.15):
            yield from _seen_twice(own, names)
        community.fresh.extend(own)


def _seen_twice(vehicles: list[Known], names: Names) -> Iterator[tuple[Known, Known]]:
    """Make the last of some vehicles a half-seen first one with a full plate."""
    full = [v for v in vehicles[:-1] if "plate" in v.facts and not is_partial(v.facts["plate"])]
    if full:
        vehicles[-1].facts = names.half_seen(full[0].facts)
        yield full[0], vehicles[-1]


def _things(table: str, count: int, names: Names, *, after: int) -> list[Known]:
    """Make the entities of a table; an event gets its facts when it is told, a young person her token as ref."""
    if table == "events":
        return [Known(table, f"E{n + 1}", {}) for n in range(count)]
    if table == "young_persons":
        return [Known(table, facts["token"], facts) for facts in (names.young() for _ in range(count))]
    make: dict[str, Callable[[], Facts]] = {
        "gangs": names.gang,
        "vehicles": names.vehicle,
        "places": names.place,
        "identifiers": names.identifier,
    }
    return [Known(table, f"{_LETTER[table]}{after + n + 1}", make[table]()) for n in range(count)]


def _popular(communities: list[Community], rng: Random) -> list[Known]:
    """Return the few of whom other communities speak too: of a crew, where there is one."""
    persons = sum(len(c.own["persons"]) for c in communities)
    chosen = rng.sample(communities, k=max(1, persons // pools.POPULAR_EVERY))
    return [rng.choice(next((g.persons for g in c.groups if g.kind == "crew"), c.own["persons"])) for c in chosen]
