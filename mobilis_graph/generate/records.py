"""Turns a tip that was made up into the rows of the tables, and into words in its language."""

from random import Random

from mobilis_graph.generate import pools, words
from mobilis_graph.generate.names import plain
from mobilis_graph.generate.story import Story, iso
from mobilis_graph.generate.tables import Tables
from mobilis_graph.generate.world import Known, Telling

_ALWAYS_SAID = {  # keys, and what the tables require
    "persons": (),
    "gangs": ("name",),
    "vehicles": ("plate", "jurisdiction"),
    "places": ("address", "unit", "municipality", "placeClass"),
    "identifiers": ("kind", "value", "institutional"),
    "events": ("kind", "startedAt"),
    "young_persons": ("token", "consent", "consentScope", "ageBand"),
}
_TOGETHER = (("ageMin", "ageMax"), ("lat", "lon"))
_SENTENCES_TOLD = 3
_REVIEW_AFTER = 90


class Records:
    """Writes tips, what they say of entities and what they assert, then the judgements."""

    def __init__(self, tables: Tables, rng: Random, last: int) -> None:
        self._tables = tables
        self._rng = rng
        self._last = last
        self._disclosures = pools.Deck(pools.DISCLOSURES, rng)
        self._young_pairs: list[tuple[Known, Known]] = []

    def write(self, story: Story) -> None:
        """Write everything that one tip brings."""
        text = self._text(story)
        self._tip(story, text)
        for known in story.mentioned.values():
            self._tables.row(known.table, {"tip": story.reference, **self._said_of(story, known)})
        for telling in story.tellings.values():
            self._tables.row(telling.type.lower(), {"tip": story.reference, **self._asserted(story, telling)})
        for earlier, told in story.contradictions:
            ends = {"type": told.type, "from": told.start.ref, "to": told.end.ref}
            self._tables.row("contradicts", {"tip": story.reference, "contradicts": earlier, **ends})
        for person, status, day in story.statuses:
            self._status(person, status, day)
        self._young_pairs += story.young_pairs

    def write_judgements(self, pairs: list[tuple[Known, Known]]) -> None:
        """Write who was judged the same, different or unsure, both being mentioned by triaged tips."""
        for a, b in (*pairs, *self._young_pairs):
            if not (a.shown and b.shown and self._chance(0.8)):
                continue
            cjm = a.table == "young_persons"
            row = {
                "from": a.ref,
                "to": b.ref,
                "judgement": pools.JUDGEMENTS.draw(self._rng),
                "author": f"{'cjm' if cjm else 'ar'}-{self._rng.randint(1, 9):02}",
                "at": iso(self._rng.randint(max(a.told, b.told), self._last)),
                "reason": self._rng.choice(words.REASONS),
                "organisation": "CJM" if cjm else "Police de Rivesaule",
            }
            self._tables.row("same_as", row)

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _tip(self, story: Story, text: str) -> None:
        rng = self._rng
        row = {
            "reference": story.reference,
            "receivedOn": iso(story.received),
            "heardOn": iso(story.heard) if self._chance(0.85) else "",
            "organisation": pools.ORGANISATIONS[story.channel],
            "channel": story.channel,
            "sourceGrade": (pools.ECHO_SOURCE if story.echo else pools.SOURCE_GRADES[story.channel]).draw(rng),
            "contentGrade": (pools.ECHO_CONTENT if story.echo else pools.CONTENT_GRADES).draw(rng),
            "origin": story.origin,
            "handling": pools.HANDLING.draw(rng),
            "disclosure": self._disclosures.deal() if story.young else "",
            "text": text,
            "reviewOn": iso(story.received + _REVIEW_AFTER) if self._chance(0.5) else "",
            "state": story.state,
        }
        self._tables.row("tips", row)

    def _said_of(self, story: Story, known: Known) -> dict[str, str]:
        """Return a tip's row on an entity: its keys, and some of what is true of it."""
        always = _ALWAYS_SAID[known.table]
        said = {name: value for name, value in known.facts.items() if name in always or self._chance(0.5)}
        for one, other in _TOGETHER:
            if (one in said) != (other in said):
                said[one], said[other] = known.facts[one], known.facts[other]
        if known.table == "persons":
            said = self._said_of_person(story, known, said)
        elif known.table == "young_persons" and said["consent"] != "not_asked":
            said["consentOn"] = iso(story.heard)
        elif known.table == "vehicles" and not said.keys() & {"plate", "make"}:
            said["make"], said["colour"] = known.facts["make"], known.facts["colour"]
        if self._chance(0.06):
            said["basis"] = pools.BASES[story.channel].draw(self._rng)
        if self._chance(0.02) and known.table != "young_persons":  # words about her could name her
            said["note"] = self._rng.choice(words.NOTES)
        if self._chance(0.02):
            said["sourceGrade"], said["contentGrade"] = "F", "6"
        return {"ref": known.ref, **said}

    def _said_of_person(self, story: Story, person: Known, said: dict[str, str]) -> dict[str, str]:
        """Complete a person: a name or an alias in any case, what is alleged."""
        if "name" not in said and "aliases" not in said:
            said = {**said, **{name: person.facts[name] for name in ("name", "aliases") if name in person.facts}}
        if "name" in said and self._chance(pools.MISSPELT):
            said["name"] = plain(said["name"])
        if story.group(person).kind == "crew" and self._chance(pools.ALLEGING):
            said["alleges"] = "|".join(self._rng.sample(pools.DEALINGS, k=self._rng.randint(1, 2)))
        return said

    def _asserted(self, story: Story, telling: Telling) -> dict[str, str]:
        row = {"from": telling.start.ref, "to": telling.end.ref, **telling.said}
        row["basis"] = "heard" if story.echo else pools.BASES[story.channel].draw(self._rng)
        note = self._rng.choice(words.NOTES) if self._chance(0.03) else ""
        if note and "young_persons" not in (telling.start.table, telling.end.table):  # words about her could name her
            row["note"] = note
        if self._chance(0.03):
            row["sourceGrade"] = pools.SOURCE_GRADES[story.channel].draw(self._rng)
            row["contentGrade"] = pools.CONTENT_GRADES.draw(self._rng)
        return row

    def _status(self, person: Known, status: str, day: int) -> None:
        if day > self._last:
            return
        file = f"{iso(day)[2:4]}-{self._rng.randint(1, 9999):04}"
        ground = words.GROUNDS[status][0].format(file)
        author = f"sd-{self._rng.randint(1, 30):02}"
        self._tables.row(
            "statuses", {"ref": person.ref, "status": status, "ground": ground, "author": author, "at": iso(day)}
        )

    def _text(self, story: Story) -> str:
        """Return the sanitised text, and write the raw one where it may be kept."""
        language = 1 if self._chance(pools.ENGLISH) else 0
        tellings = list(story.tellings.values())[:_SENTENCES_TOLD]
        sentences = " ".join(self._sentence(telling, language) for telling in tellings)
        if self._chance(pools.RAW_KEPT) and all(y.facts["consent"] == "accepts" for y in story.young):
            opening = self._rng.choice(words.RAW_OPENINGS[language])
            self._tables.row("raw_texts", {"tip": story.reference, "text": opening + sentences})
        return self._rng.choice(words.OPENINGS[language]) + sentences

    def _sentence(self, telling: Telling, language: int) -> str:
        template = self._rng.choice(words.SENTENCES[language][telling.type])
        told = template.format(a=_caption(telling.start, language), b=_caption(telling.end, language))
        if telling.said.get("polarity") == "denies":
            return words.DENYING[language] + told
        return told[0].upper() + told[1:]


def _caption(known: Known, language: int) -> str:
    """Return how a text calls an entity; a young person is never called anything."""
    facts = known.facts
    match known.table:
        case "young_persons":
            return words.A_YOUNG[language]
        case "persons":
            return facts.get("aliases", "").split("|")[0] or facts["name"]
        case "vehicles":
            return " ".join(filter(None, (words.THE[language], facts["make"], facts.get("model"), facts["colour"])))
        case "places":
            return facts.get("name") or facts.get("address") or words.SOMEWHERE[language]
        case "identifiers":
            return facts["value"]
        case "events":
            return facts.get("title") or words.EVENT_TITLES[facts["kind"]][0]
        case _:
            return facts["name"]
