"""Invented facts: names, plates, numbers, addresses. What is a key is never given twice."""

import unicodedata
from collections.abc import Callable
from random import Random

from mobilis_graph.generate import pools, words

Facts = dict[str, str]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UNISSUED = "IOQU"
_TOKEN_LETTERS, _TOKEN_DIGITS = "BCDFGHJKMNPQRSTVWXZ", "23456789"
_AREA_CODES = ("450", "514", "438", "579", "263", "354")
_YOUNGEST, _OLDEST = 22, 60  # at `today`: an adult three years before


class Names:
    """Makes the facts of entities from the pools, and remembers the keys it gave."""

    def __init__(self, rng: Random, year: int) -> None:
        self.rng = rng
        self.year = year
        self.given: set[str] = set()
        self.phones = [f"{area}-555-01{n:02}" for area in _AREA_CODES for n in range(100)]
        rng.shuffle(self.phones)
        self.gangs = list(words.GANGS)
        rng.shuffle(self.gangs)
        self.classes = pools.Deck(pools.PLACE_CLASSES, rng)
        self.kinds = pools.Deck(pools.IDENTIFIER_KINDS, rng)
        self.services = pools.Deck(pools.SERVICES, rng)
        self.consents = pools.Deck(pools.CONSENTS, rng)
        self.age_bands = pools.Deck(pools.AGE_BANDS, rng)
        self.block = "Rivesaule/1 rue du Hublot"

    def chance(self, share: float) -> bool:
        """Return true in such a share of the calls."""
        return self.rng.random() < share

    def unused(self, make: Callable[[], str]) -> str:
        """Return something not given yet, be it written with other signs or capitals."""
        while True:
            text = make()
            folded = "".join(c for c in text if c.isalnum()).casefold()
            if folded not in self.given:
                self.given.add(folded)
                return text

    def person(self, surname: str) -> Facts:
        """Return an adult: a name or an alias at least; sometimes only an idea of the age."""
        rng, facts = self.rng, {}
        if self.chance(0.78):
            facts["name"] = f"{rng.choice(words.FIRST_NAMES)} {surname}"
        if not facts or self.chance(0.4):
            aliases = {
                rng.choice(words.ALIAS_SHAPES).format(rng.choice(words.STEMS)): None
                for _ in (1, 2)[: rng.randint(1, 2)]
            }
            facts["aliases"] = "|".join(aliases)
        age = _YOUNGEST + int((_OLDEST - _YOUNGEST) * rng.random() * rng.random())
        known = rng.random()
        if known < 0.22:
            facts["birthYear"] = str(self.year - age)
        elif known < 0.6:
            facts["ageMin"], facts["ageMax"] = str(max(19, age - rng.randint(1, 4))), str(age + rng.randint(0, 4))
        elif known < 0.615:  # perhaps a minor: the tables refuse nobody for that
            facts["ageMin"], facts["ageMax"] = "16", "20"
        if self.chance(0.12):
            facts["description"] = rng.choice(words.DESCRIPTIONS)
        return facts

    def misheard(self, facts: Facts) -> Facts:
        """Return the facts of what may be the same person, told by somebody else."""
        return {
            name: plain(value) if name == "name" else value for name, value in facts.items() if name != "description"
        }

    def gang(self) -> Facts:
        """Return a gang whose name is used once."""
        facts = {"name": self.gangs.pop()}
        if self.chance(0.4):
            facts["aliases"] = self.rng.choice(words.STEMS).upper()
        return facts

    def young(self) -> Facts:
        """Return a token and a consent; an age band only where she accepts."""
        facts = {"token": self.unused(self._token), "consent": self.consents.deal()}
        if facts["consent"] == "accepts":
            facts["consentScope"] = self.rng.choice(words.CONSENT_SCOPES)
            if self.chance(0.9):
                facts["ageBand"] = self.age_bands.deal()
        return facts

    def vehicle(self) -> Facts:
        """Return a car: most with a full plate, some with a partial one, some with none."""
        rng = self.rng
        make, model = rng.choice(words.CARS).split("/")
        facts = {"make": make, "model": model, "colour": rng.choice(words.COLOURS)}
        if self.chance(0.9):
            facts["jurisdiction"] = pools.JURISDICTIONS.draw(rng)
            facts["plate"] = self.unused(self._plate)
            if self.chance(0.17):
                facts["plate"] = masked(facts["plate"])
        if self.chance(0.3):
            facts["year"] = str(self.year - rng.randint(0, 16))
        if self.chance(0.25):
            facts["marks"] = rng.choice(words.MARKS)
        if service := self.services.deal():
            facts["service"] = service
        return facts

    def half_seen(self, facts: Facts) -> Facts:
        """Return the facts of what may be the same car, its plate seen in part."""
        return {**{k: facts[k] for k in ("make", "colour", "jurisdiction")}, "plate": masked(facts["plate"])}

    def place(self, hub_class: str | None = None) -> Facts:
        """Return a place; a hub has its name and address, others not always."""
        rng, known = self.rng, hub_class is not None
        place_class = hub_class or self.classes.deal()
        facts = {"placeClass": place_class}
        if known or place_class in ("vehicle", "online") or self.chance(0.6):
            who = rng.choice(words.FIRST_NAMES if place_class in ("private", "vehicle") else words.SURNAMES)
            facts["name"] = rng.choice(words.PLACE_NAMES[place_class]).format(who)
        if place_class in ("vehicle", "online") or not (known or self.chance(0.88)):
            facts["municipality"] = "" if place_class in ("vehicle", "online") else rng.choice(words.MUNICIPALITIES)
            return facts
        facts["municipality"], facts["address"], facts["unit"] = self.unused(
            lambda: self._address(place_class == "private")
        ).split("/")
        facts["fsa"] = rng.choice(words.POSTAL_AREAS)
        if self.chance(0.4):
            south, west, side = words.COORDINATES
            facts["lat"], facts["lon"] = f"{south + side * rng.random():.5f}", f"{west + side * rng.random():.5f}"
        return facts

    def identifier(self) -> Facts:
        """Return a phone (555-01xx while they last), handle, account or ad reference."""
        rng = self.rng
        kind = self.kinds.deal()
        if kind == "phone" and self.chance(0.1):
            return {"kind": kind, "value": f"{rng.choice(_AREA_CODES)}-***-01{rng.randint(0, 99):02}"}
        if kind == "phone" and self.phones:
            facts = {"kind": kind, "value": self.phones.pop()}
            if self.chance(0.25):
                facts["institutional"] = rng.choice(("yes", "no"))
            return facts
        if kind == "ad":
            return {"kind": kind, "value": self.unused(lambda: f"AN-{rng.randint(0, 9_999_999):07}")}
        stem = rng.choice(words.STEMS).lower()
        if kind == "account":
            return {"kind": kind, "value": self.unused(lambda: f"{stem}.{rng.randint(1, 999_999)}@courriel.example")}
        return {"kind": "handle", "value": self.unused(lambda: f"@{stem}_{rng.randint(1, 99_999)}")}

    def _token(self) -> str:
        signs = [self.rng.choice(_TOKEN_LETTERS + _TOKEN_DIGITS) for _ in range(self.rng.randint(5, 7))]
        signs.insert(self.rng.randint(0, len(signs)), self.rng.choice(_TOKEN_DIGITS))
        return "J-" + "".join(signs)

    def _plate(self) -> str:
        """A Québec plate of any series since the older one, with a letter that is not issued."""
        shape = self.rng.choice(("AAA 000", "A00 AAA", "00A AAA", "AAA 00A"))
        signs = [self.rng.choice(_LETTERS if s == "A" else "0123456789") if s != " " else s for s in shape]
        places = [n for n, s in enumerate(shape) if s == "A"]
        signs[self.rng.choice(places)] = self.rng.choice(_UNISSUED)
        return "".join(signs)

    def _address(self, dwelling: bool) -> str:
        """Return municipality/address/unit; some dwellings are in the block of the one before."""
        rng = self.rng
        if dwelling and self.chance(0.35):
            return f"{self.block}/{rng.randint(1, 40)}"
        address = f"{rng.choice(words.MUNICIPALITIES)}/{rng.randint(1, 2999)} {rng.choice(words.STREETS)}"
        if not dwelling or self.chance(0.4):
            return f"{address}/"
        self.block = address
        return f"{address}/{rng.randint(1, 40)}"


def masked(plate: str) -> str:
    """Return a plate of which one half was seen: the one with a letter that is not issued."""
    first, last = plate.split()
    if any(c in _UNISSUED for c in first):
        return f"{first} {'?' * len(last)}"
    return f"*{last}"


def is_partial(plate: str) -> bool:
    """Tell a plate seen in part, which is no key."""
    return "?" in plate or "*" in plate


def plain(text: str) -> str:
    """Return a text without its accents, as a hurried hand writes it."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
