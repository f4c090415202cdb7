"""
What tips tell of each kind of entity: one function a kind, all with the same two arguments.

A scene calls `story.tell` for each assertion; the story stops listening when it is full. To have the
generated networks tell something new, add a scene here and its weight to `pools.FILLERS`.
"""

from collections.abc import Callable

from mobilis_graph.generate import pools, words
from mobilis_graph.generate.story import Contradiction, Status, Story
from mobilis_graph.generate.world import Earlier, Happening, Known


def about_person(story: Story, person: Known) -> None:
    """Tell who a person is seen with, and one or two more things."""
    group = story.group(person)
    other = story.rng.choice(group.persons)
    if group.kind == "family" and story.chance(0.7):
        story.tell("RELATED_TO", person, other, {"kind": kinship(person, other)})
    elif group.gang and story.chance(0.4):
        story.tell("MEMBER_OF", person, group.gang)
    elif story.chance(0.75):
        story.tell("ASSOCIATES_WITH", person, other, _times(story, 0.1))
    if story.chance(0.6):
        story.tell("ASSOCIATES_WITH", person, story.person())
    for habit in story.rng.sample(_HABITS, k=story.rng.randint(1, 2)):
        habit(story, person)


def about_vehicle(story: Story, vehicle: Known) -> None:
    """Tell who drives a car, and where it was seen."""
    story.tell("OWNS" if story.chance(0.3) else "USES", story.user_of(vehicle), vehicle)
    place = story.hub() if story.chance(0.5) else story.place("semi_public", "lodging", "private", "building")
    if place and story.chance(0.8):
        story.tell("SEEN_AT", vehicle, place)
    if story.chance(0.25):
        story.tell("USES", story.person(), vehicle)


def about_place(story: Story, place: Known) -> None:
    """Tell who lives or is seen at a place, as befits its class."""
    kind = place.facts["placeClass"]
    home = kind in ("private", "building")
    if home:
        story.tell("LIVES_AT", story.user_of(place), place)
    for _ in range(story.rng.randint(0 if home else 1, 3)):
        if kind in ("vehicle", "online", "private") or story.chance(0.3):
            part = story.rng.choice(("driver", "passenger")) if kind == "vehicle" else "guest"
            story.tell("PRESENT_AT", story.person(), place, {"part": part})
        else:
            _see(story, place)
    if kind not in ("vehicle", "online") and story.chance(0.15):
        role = "landlord" if home else "teacher" if kind == "institution" and story.chance(0.4) else "staff"
        story.tell("NEUTRAL_TO", story.bystander(), place, {"role": role})


def about_hub(story: Story, _hub: Known) -> None:
    """Tell who was seen at a place that everybody knows."""
    hub = story.hub()
    for _ in range(story.rng.randint(1, 3)):
        _see(story, hub)


def about_identifier(story: Story, identifier: Known) -> None:
    """Tell who uses a number or handle, and whom it reached; an ad shows a number."""
    if identifier.facts["kind"] == "ad":
        numbers = [i for i in story.home.own["identifiers"] if i.facts["kind"] == "phone"]
        if numbers:
            story.tell("ADVERTISES", identifier, story.skewed(numbers))
        return
    if story.chance(0.75):
        story.tell("OWNS" if story.chance(0.12) else "USES", story.user_of(identifier), identifier)
    other = story.thing_of(story.person(), "identifiers")
    if story.chance(0.6):
        story.tell("CONTACTED", identifier, other, _times(story, 0.6))
    elif story.chance(0.3):
        story.tell("CONTACTED", story.person(), identifier, _times(story, 0.4))


def about_event(story: Story, event: Known) -> None:
    """Tell where an event took place, and who was there, booked or was arrested."""
    rng = story.rng
    happening = story.happening(event)
    kind, parts = event.facts["kind"], pools.EVENT_PARTS[event.facts["kind"]]
    if happening.place and story.chance(0.85):
        story.tell("TOOK_PLACE_AT", event, happening.place, day=happening.day)
    if kind == "arrest":
        _arrest(story, happening)
    if kind == "stay":
        story.tell("BOOKED", story.crew_member(), event)
    for n in range(rng.randint(1, 3)):
        part = parts[0] if n == 0 else rng.choice(parts)
        story.tell("PRESENT_AT", story.person(), event, {"part": part}, day=happening.day)
    if kind in ("pick_up", "trip", "stay", "sighting") and story.chance(0.6):
        story.tell("PRESENT_AT", story.thing_of(story.person(), "vehicles"), event, day=happening.day)


def about_gang(story: Story, gang: Known) -> None:
    """Tell who would be in a gang."""
    persons = [p for g in story.home.groups if g.gang is gang for p in g.persons] or story.cast
    for person in story.rng.sample(persons, k=min(len(persons), story.rng.randint(1, 3))):
        story.tell("MEMBER_OF", person, gang)


def about_young(story: Story, young: Known) -> None:
    """Tell two to five things of a young person and of who is around her."""
    lead, rng = story.crew_member(), story.rng
    for moment in rng.sample(_YOUNG_MOMENTS, k=rng.randint(2, 5)):
        moment(story, lead, young)
    if young.ref not in story.mentioned:  # no place or event for it
        _protected(story, lead, young)
    if story.home.young and story.home.young is not young and story.chance(0.25):
        story.young_pairs.append((story.home.young, young))
    story.home.young = young


def about_dealing(story: Story, _anybody: Known) -> None:
    """Tell what one adult would have done for or to another."""
    lead, other = story.crew_member(), story.person()
    drawn = story.rng.randint(0, 7)
    if drawn < 2:
        story.tell("OWES", other, lead, {"object": story.rng.choice(words.OBJECTS["OWES"])})
    elif drawn == 2:
        story.tell("CONTACTED", lead, other, _times(story, 0.6))
    elif drawn == 3:
        story.tell("IN_RELATIONSHIP_WITH", lead, other)
    else:
        _deal(story, story.rng.choice(pools.DEALINGS), lead, other)


def again(story: Story, kind: str) -> None:
    """Come back to something of the community, by the kind of thing: a table, `hub` or `dealing`."""
    if kind == "events":
        known = [h.event for h in story.home.happenings if h.day <= story.heard]
    elif kind == "gangs":
        known = [g.gang for g in story.home.groups if g.gang]
    elif kind in ("persons", "hub", "dealing"):
        known = [story.person()]
    else:
        known = [story.skewed(story.home.own[kind])]
    if known:
        SCENES[kind](story, story.rng.choice(known))


def contradict(story: Story) -> None:
    """Deny one thing that an earlier tip of the community asserted."""
    earlier = story.rng.choice(story.home.earlier)
    told = story.rng.choice(earlier.tellings)
    if told.said.get("polarity") == "denies":
        return
    story.heard = max(story.heard, earlier.heard)
    said = {name: value for name, value in told.said.items() if name != "times"}
    if story.tell(told.type, told.start, told.end, said={**said, "polarity": "denies"}):
        story.contradictions.append(Contradiction(earlier.reference, told))


def repeat(story: Story, earlier: Earlier) -> None:
    """Tell again what an earlier tip told: same origin, no new knowledge."""
    story.heard = max(story.heard, earlier.heard)
    for told in earlier.tellings:
        story.tell(told.type, told.start, told.end, said=told.said)


def kinship(person: Known, other: Known) -> str:
    """Return what two persons are to each other: the same in every tip, either way round."""
    return pools.KINSHIPS[(person.number + other.number) % len(pools.KINSHIPS)]


def _see(story: Story, place: Known) -> None:
    """Tell that somebody, or a car, was seen or present at a place."""
    who = story.person() if story.chance(0.8) else story.thing_of(story.person(), "vehicles")
    story.tell("SEEN_AT" if story.chance(0.85) else "PRESENT_AT", who, place)


def _times(story: Story, share: float) -> dict[str, str]:
    return {"times": str(story.rng.randint(2, 40))} if story.chance(share) else {}


def _arrest(story: Story, happening: Happening) -> None:
    """Tell who was arrested; a status with its ground follows, if the tip may be seen by all."""
    person = story.crew_member()
    told = story.tell("ARRESTED_IN", person, happening.event, day=happening.day)
    if told and "polarity" not in told.said and story.triaged and not person.judged:
        person.judged = True
        day = max(happening.day, story.received) + 1
        for status in story.rng.choice(pools.STATUS_PATHS):
            story.statuses.append(Status(person, status, day))
            day += story.rng.randint(10, 200)


def _deal(story: Story, type_: str, lead: Known, other: Known) -> None:
    props = {} if type_ == "RECRUITS" else {"object": story.rng.choice(words.OBJECTS[type_])}
    story.tell(type_, lead, other, props)


def _lives(story: Story, person: Known) -> None:
    if place := story.place("private", "building", of=person):
        story.tell("LIVES_AT", person, place)


def _drives(story: Story, person: Known) -> None:
    story.tell("USES", person, story.thing_of(person, "vehicles"))


def _answers(story: Story, person: Known) -> None:
    story.tell("USES", person, story.thing_of(person, "identifiers"))


def _is_seen(story: Story, person: Known) -> None:
    story.tell("SEEN_AT", person, story.hub())


def _goes_out(story: Story, person: Known) -> None:
    if place := story.place("semi_public", "online"):
        story.tell("PRESENT_AT", person, place, {"part": "guest"})


def _dates(story: Story, person: Known) -> None:
    if story.chance(0.4):
        story.tell("IN_RELATIONSHIP_WITH", person, story.person())


_HABITS = (_lives, _drives, _answers, _is_seen, _is_seen, _goes_out, _dates)


# A young person: what would have been done to her, where she was, and who is there for her.

YoungMoment = Callable[[Story, Known, Known], None]


def _alleged(type_: str) -> YoungMoment:
    def moment(story: Story, lead: Known, young: Known) -> None:
        _deal(story, type_, lead, young)

    return moment


def _owes(story: Story, lead: Known, young: Known) -> None:
    story.tell("OWES", young, lead, {"object": story.rng.choice(words.OBJECTS["OWES"])})


def _contact(story: Story, lead: Known, young: Known) -> None:
    by = story.thing_of(lead, "identifiers") if story.chance(0.3) else lead
    start, end = (by, young) if story.chance(0.8) else (young, by)
    story.tell("CONTACTED", start, end, _times(story, 0.5))


def _dating(story: Story, lead: Known, young: Known) -> None:
    story.tell("IN_RELATIONSHIP_WITH", lead, young)


def _attends(story: Story, lead: Known, young: Known) -> None:
    """Put her at an event, never one at an institution or a protected place."""
    for happening in reversed(story.home.happenings):
        part = pools.YOUNG_PARTS.get(happening.event.facts["kind"])
        place_class = happening.place.facts["placeClass"] if happening.place else ""
        if part and happening.day <= story.heard and place_class not in pools.CLOSED_TO_YOUTH:
            story.tell("PRESENT_AT", young, happening.event, {"part": part}, day=happening.day)
            story.tell("PRESENT_AT", lead, happening.event, day=happening.day)
            return


def _runs_away(story: Story, lead: Known, young: Known) -> None:
    """Tell of a runaway episode, of a contact just before it, of where she was found."""
    if event := story.new_event():
        day = story.happening(event, "runaway").day
        story.tell("PRESENT_AT", young, event, {"part": "missing"}, day=day)
        if story.chance(0.4):
            story.tell("CONTACTED", lead, young, day=day - story.rng.randint(0, 2))
        if story.chance(0.4):
            _found(story, lead, young)


def _meets(story: Story, lead: Known, young: Known) -> None:
    """Tell that she was introduced to somebody."""
    if event := story.new_event():
        day = story.happening(event, "introduction").day
        story.tell("PRESENT_AT", young, event, {"part": "introduced"}, day=day)
        story.tell("PRESENT_AT", lead, event, {"part": "met"}, day=day)


def _is_at(story: Story, _: Known, young: Known) -> None:
    if place := story.place("private", "semi_public", "lodging", "major_public"):
        story.tell("PRESENT_AT", young, place)


def _found(story: Story, _: Known, young: Known) -> None:
    if place := story.place("lodging", "private", "building", "major_public"):
        story.tell("FOUND_AT", young, place)


def _protected(story: Story, _: Known, young: Known) -> None:
    story.tell("NEUTRAL_TO", story.bystander(), young, {"role": story.world.neutral_roles.deal()})


_YOUNG_MOMENTS: tuple[YoungMoment, ...] = (
    *(_alleged(type_) for type_ in pools.DEALINGS),
    _owes,
    _contact,
    _dating,
    _attends,
    _attends,
    _runs_away,
    _runs_away,
    _meets,
    _is_at,
    _found,
    _protected,
    _protected,
    _protected,
)

SCENES: dict[str, Callable[[Story, Known], None]] = {
    "persons": about_person,
    "vehicles": about_vehicle,
    "places": about_place,
    "identifiers": about_identifier,
    "events": about_event,
    "gangs": about_gang,
    "young_persons": about_young,
    "hub": about_hub,
    "dealing": about_dealing,
}
