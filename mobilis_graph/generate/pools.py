"""Sizes, proportions and chances of the generated networks: the one place to tune them."""

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from random import Random

SMALLEST, LARGEST = 1_000, 100_000
ASSERTIONS_PER_ENTITY = 4
TIPS_PER_ENTITY = (8, 15)  # 7.5 assertions a tip
DAYS = 3 * 365  # from the first tip to today
TIP_SIZES = (1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 10, 11, 12, 14, 16, 19, 24)  # mean 7.5

# Entities of each type in a thousand; persons are what is left (518).
PER_THOUSAND = {"gangs": 3, "young_persons": 60, "vehicles": 110, "places": 90, "identifiers": 90, "events": 129}
COMMUNITY = (20, 60)  # persons who can know each other
GROUP = (3, 8)  # a family, a workplace, a crew
ACTIVITY = (1, 1, 2, 2, 4)  # how often tips speak of a community
HUBS_PER_THOUSAND, FEWEST_HUBS = 15, 12  # of places: known to everybody
POPULAR_EVERY, DUPLICATE_EVERY = 400, 90  # one person in so many

# Chances.
DENIED = 0.027  # an assertion, besides the denials of an earlier tip
UNDATED = 0.03
MONTH_ONLY, YEAR_ONLY, ABOUT = 0.09, 0.04, 0.05
ONLY_MENTIONED = 0.12  # a new person of whom nothing more is told
BYSTANDERS = (0, 0, 1, 1, 2)  # persons named in passing, a tip
RAW_KEPT = 0.10
ENGLISH = 0.28
FROM_ELSEWHERE, POPULAR = 0.05, 0.03  # a person of a neighbouring community; a popular one
ALLEGING = 0.03
MISSPELT = 0.04


@dataclass(frozen=True, slots=True)
class Odds:
    """Values with whole weights; drawing uses no transcendental function, so it is the same everywhere."""

    values: tuple[str, ...]
    weights: tuple[int, ...]
    sums: tuple[int, ...]

    def draw(self, rng: Random) -> str:
        """Return one value, as often as it weighs."""
        return self.values[bisect(self.sums, int(rng.random() * self.sums[-1]))]


class Deck:
    """Values in exact proportion, dealt in any order: small networks have the rare ones too."""

    def __init__(self, odds: Odds, rng: Random) -> None:
        self._cards = [v for v, n in zip(odds.values, odds.weights, strict=True) for _ in range(n)]
        self._left: list[str] = []
        self._rng = rng

    def deal(self) -> str:
        """Return the next value, shuffling all of them again when none is left."""
        if not self._left:
            self._left = list(self._cards)
            self._rng.shuffle(self._left)
        return self._left.pop()


def _odds(text: str) -> Odds:
    """Read `value:weight` pairs, `-` being the empty value."""
    pairs = [word.rpartition(":") for word in text.split()]
    weights = tuple(int(n) for _, _, n in pairs)
    return Odds(tuple("" if v == "-" else v for v, _, _ in pairs), weights, tuple(accumulate(weights)))


GROUP_KINDS = _odds("family:5 work:3 crew:3")
GROUP_PULL = {"family": 2, "work": 1, "crew": 6}  # how often tips speak of such a group
PLACE_CLASSES = _odds("semi_public:22 lodging:9 private:42 building:12 vehicle:6 online:9")
HUB_CLASSES = ("major_public", "institution", "protected", "major_public", "institution", "semi_public")
CLOSED_TO_YOUTH = frozenset({"institution", "protected"})  # no young person is put there
IDENTIFIER_KINDS = _odds("phone:55 handle:28 account:9 ad:8")
EVENT_KINDS = _odds(
    "party:20 runaway:5 introduction:6 pick_up:11 trip:8 stay:11 sighting:8 meeting:7 "
    "incident:6 arrest:8 custody:3 court_step:7"
)
EVENT_PLACES = {
    "party": ("private", "semi_public"),
    "introduction": ("semi_public", "private", "online"),
    "pick_up": ("major_public", "semi_public", "building"),
    "trip": ("lodging", "vehicle"),
    "stay": ("lodging",),
    "sighting": ("major_public", "semi_public", "institution"),
    "meeting": ("semi_public", "private", "major_public"),
    "incident": ("semi_public", "institution", "building"),
    "arrest": ("building", "lodging", "private"),
}
EVENT_PARTS = {
    "party": ("host", "guest", "guest", "guest"),
    "introduction": ("introducer", "introduced", "met"),
    "pick_up": ("driver", "passenger", "met"),
    "trip": ("driver", "passenger", "passenger"),
    "stay": ("guest", "guest", "staff"),
    "sighting": ("", "witness"),
    "meeting": ("met", "met", "met"),
    "incident": ("victim", "witness", "suspect_in_file"),
    "arrest": ("suspect_in_file", "witness"),
    "custody": ("suspect_in_file", "staff"),
    "court_step": ("suspect_in_file", "witness", "staff"),
    "runaway": ("witness",),
}
YOUNG_PARTS = {
    "party": "guest",
    "introduction": "introduced",
    "pick_up": "passenger",
    "trip": "passenger",
    "stay": "guest",
}

CHANNELS = _odds("youth_worker:34 detective:18 intelligence:8 patrol:18 partner:9 anonymous:8 file:5")
ORGANISATIONS = {
    "youth_worker": "CJM",
    "detective": "Police de Rivesaule",
    "intelligence": "Police de Rivesaule",
    "patrol": "Police de Rivesaule",
    "partner": "Maison des jeunes La Passerelle",
    "anonymous": "Ligne anonyme de Rivesaule",
    "file": "Police de Rivesaule",
}
SOURCE_GRADES = {
    "youth_worker": _odds("A:2 B:30 C:45 D:8 E:2 F:13"),
    "detective": _odds("A:35 B:40 C:15 D:5 E:1 F:4"),
    "intelligence": _odds("A:15 B:40 C:25 D:8 E:3 F:9"),
    "patrol": _odds("A:45 B:40 C:10 D:2 E:1 F:2"),
    "partner": _odds("A:4 B:35 C:35 D:10 E:2 F:14"),
    "anonymous": _odds("C:5 D:10 E:10 F:75"),
    "file": _odds("A:70 B:25 C:5"),
}
CONTENT_GRADES = _odds("1:12 2:30 3:32 4:9 5:4 6:13")
ECHO_SOURCE, ECHO_CONTENT = _odds("C:30 D:25 E:5 F:40"), _odds("3:35 4:20 5:5 6:40")
BASES = {
    "youth_worker": _odds("lived:22 seen:18 heard:50 deduced:4 -:6"),
    "detective": _odds("lived:3 seen:45 heard:27 deduced:19 -:6"),
    "intelligence": _odds("seen:15 heard:40 deduced:40 -:5"),
    "patrol": _odds("lived:2 seen:80 heard:12 -:6"),
    "partner": _odds("lived:5 seen:35 heard:52 -:8"),
    "anonymous": _odds("seen:20 heard:60 -:20"),
    "file": _odds("seen:30 deduced:25 heard:35 -:10"),
}
HANDLING = _odds("TLP:RED:18 TLP:AMBER+STRICT:14 TLP:AMBER:34 TLP:GREEN:16 TLP:CLEAR:3 -:15")
STATES = _odds("received:7 triaged:43 used:31 not_retained:6 closed:13")
BEGINNINGS = _odds(
    "echo:9 denial:12 -:79"
)  # a tip repeats an earlier one, of one origin with it, or denies a part of it
DISCLOSURES = _odds("-:14 own_words:5 present_danger:1")
CONSENTS = _odds("accepts:8 refuses:7 not_asked:5")
AGE_BANDS = _odds("12-13:3 14-15:10 16-17:7")
JUDGEMENTS = _odds("same:40 different:35 unsure:25")
JURISDICTIONS = _odds("QC:90 ON:8 NB:2")
SERVICES = _odds("-:92 taxi:3 fleet:2 rental:3")
FILLERS = _odds("persons:38 vehicles:12 places:9 identifiers:12 events:11 gangs:3 hub:11 dealing:7")
NEUTRAL_ROLES = _odds(
    "family:4 youth_worker:3 teacher:1 coach:1 foster_family:2 health:1 driver_for_hire:1 landlord:1 staff:1"
)
KINSHIPS = ("sibling", "parent", "cousin", "spouse", "sibling", "uncle_aunt", "cousin", "grandparent", "other")
DEALINGS = ("RECRUITS", "GAVE", "SUPPLIED", "HOUSED", "TRANSPORTED")
STATUS_PATHS = (
    ("suspect",),
    ("suspect", "charged"),
    ("suspect", "charged", "convicted"),
    ("charged", "acquitted"),
    ("suspect", "withdrawn"),
    ("of_interest",),
)
