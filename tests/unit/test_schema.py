"""The model says what `model.md` says, refuses itself with all its faults, and refuses what would name a girl."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from mobilis_graph import ddl, schema
from mobilis_graph.access import ROLE_WORDS
from mobilis_graph.schema import NODE, NODES, REL, RELS, NodeType, Prop, RelType, Text

EVERYONE = ("Person", "YoungPerson")
ENDS = {
    "ASSOCIATES_WITH": {("Person", "Person")},
    "RELATED_TO": {("Person", "Person")},
    "MEMBER_OF": {("Person", "Gang")},
    "USES": {("Person", "Vehicle"), ("Person", "Identifier")},
    "OWNS": {("Person", "Vehicle"), ("Person", "Identifier")},
    "LIVES_AT": {("Person", "Place")},
    "IN_RELATIONSHIP_WITH": {("Person", "Person"), ("Person", "YoungPerson")},
    "PRESENT_AT": {(a, b) for a in ("Person", "Vehicle", "YoungPerson") for b in ("Event", "Place")},
    "TOOK_PLACE_AT": {("Event", "Place")},
    "SEEN_AT": {("Person", "Place"), ("Vehicle", "Place")},
    **{
        name: {("Person", one) for one in EVERYONE}
        for name in ("RECRUITS", "GAVE", "SUPPLIED", "HOUSED", "TRANSPORTED")
    },
    "OWES": {(one, "Person") for one in EVERYONE},
    "CONTACTED": {(a, b) for a in (*EVERYONE, "Identifier") for b in (*EVERYONE, "Identifier")},
    "BOOKED": {("Person", "Event")},
    "FOUND_AT": {("YoungPerson", "Place")},
    "ARRESTED_IN": {("Person", "Event")},
    "ADVERTISES": {("Identifier", "Identifier")},
    "NEUTRAL_TO": {("Person", "YoungPerson"), ("Person", "Place")},
}
NEVER = re.compile(
    r"suspect|recruteu[sr]|prostitu|escort|john\b|risk score|score de risque|confirm|signalement|mineur·", re.IGNORECASE
)
SOURCE = Path(schema.__file__).read_text(encoding="utf-8")


def texts(value: object) -> Iterator[Text]:
    """Every pair of screen words in a declaration."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, NodeType | RelType | Prop):
        for name in value.__dataclass_fields__:
            yield from texts(getattr(value, name))


ALL_TEXTS = [*texts(NODES), *texts(RELS), *texts(schema.ASSERTION_PROPS), *ROLE_WORDS.values()]


def declare(source: str) -> None:
    """Import a model written in another way."""
    module = sys.modules["declared_otherwise"] = ModuleType("declared_otherwise")
    try:
        exec(compile(source, "declared_otherwise", "exec"), module.__dict__)
    finally:
        del sys.modules["declared_otherwise"]


def test_every_relationship_has_the_ends_of_the_model() -> None:
    assert {r.name: set(r.ends) for r in RELS} == ENDS


def test_every_entity_is_there_with_its_guard() -> None:
    guards = {n.name: n.guard for n in NODES}

    assert {name for name, guard in guards.items() if guard == "open"} == {
        "Person", "Gang", "Vehicle", "Place", "Identifier", "Event", "Tip",
    }  # fmt: skip
    assert (guards["YoungPerson"], guards["RawText"], len(guards)) == ("youth", "raw", 9)
    assert {r.name for r in RELS if r.guard != "open"} == {"ADVERTISES"}


def test_of_a_young_person_nothing_but_a_token_and_an_age_band_is_said() -> None:
    said = {p.name for p in NODE["YoungPerson"].props}

    assert said == {"token", "ageBand", "consent", "consentScope", "consentOn"}
    assert not any(p.search for p in NODE["YoungPerson"].props)
    assert {c.value for p in NODE["YoungPerson"].props if p.name == "ageBand" for c in p.choices} == {
        "12-13",
        "14-15",
        "16-17",
    }


def test_a_young_person_is_no_end_of_what_would_name_her() -> None:
    ends = {other for r in RELS for pair in r.ends if "YoungPerson" in pair for other in pair} - {"YoungPerson"}
    names_her = ("USES", "OWNS", "LIVES_AT", "MEMBER_OF", "RELATED_TO", "ARRESTED_IN", "BOOKED", "RECRUITS")

    assert ends == {"Person", "Event", "Place", "Identifier"}
    assert all(pair[0] != "YoungPerson" for name in names_her for pair in REL[name].ends)


def test_what_is_alleged_is_told_as_alleged() -> None:
    alleged = {r.name for r in RELS if r.alleged}

    assert alleged == {"RECRUITS", "GAVE", "SUPPLIED", "HOUSED", "TRANSPORTED", "OWES", "BOOKED"}
    assert all(re.match(r"(aurait|devrait)\b", REL[n].label.fr) and "alleged" in REL[n].label.en for n in alleged)


def test_facts_of_a_moment_and_ties_without_direction_are_those_of_the_model() -> None:
    assert {r.name for r in RELS if r.moment} == {
        "PRESENT_AT",
        "SEEN_AT",
        "CONTACTED",
        "GAVE",
        "TRANSPORTED",
        "FOUND_AT",
    }
    assert {r.name for r in RELS if not r.directed} == {"ASSOCIATES_WITH", "RELATED_TO", "IN_RELATIONSHIP_WITH"}
    assert {r.name for r in RELS if r.neutral} == {"NEUTRAL_TO"}


def test_the_scales_are_complete() -> None:
    assert [c.value for c in schema.GRADES_SOURCE] == list("ABCDEF")
    assert [c.value for c in schema.GRADES_CONTENT] == list("123456")
    assert [c.value for c in schema.BASES] == ["lived", "seen", "heard", "deduced"]
    assert len(schema.PLACE_CLASSES) == 9
    assert set(schema.LINKS_NOBODY) < {c.value for c in schema.PLACE_CLASSES}


def test_every_assertion_carries_its_dates_grades_basis_and_polarity() -> None:
    assert [p.name for p in schema.ASSERTION_PROPS] == [
        "since", "until", "precision", "basis", "polarity", "sourceGrade", "contentGrade", "times", "note",
    ]  # fmt: skip


def test_the_strictest_guard_wins() -> None:
    assert schema.strictest("open", "youth") == "youth"
    assert schema.strictest("restricted", "youth", "open") == "restricted"
    assert schema.strictest("raw", "restricted") == "raw"
    assert schema.strictest("open") == "open"


def test_every_word_is_said_in_both_languages() -> None:
    assert [t for t in ALL_TEXTS if not t.fr.strip() or not t.en.strip()] == []
    assert len(ALL_TEXTS) > 200


def test_no_word_of_the_model_is_one_that_no_screen_may_say() -> None:
    assert [t for t in ALL_TEXTS if NEVER.search(t.fr) or NEVER.search(t.en)] == []


def test_french_is_set_as_in_quebec() -> None:
    assert [t.fr for t in ALL_TEXTS if re.search(r"[ \u00a0\u202f][;?!]|[^\u00a0]:(?![A-Z])|·|'’", t.fr)] == []


def test_two_kinds_of_entity_look_different() -> None:
    assert len({n.colour for n in NODES}) == len({n.icon for n in NODES}) == len(NODES)
    assert len({(n.shape, n.table) for n in NODES}) == len(NODES)


def test_a_sound_declaration_is_taken() -> None:
    declare(SOURCE)


def test_a_declaration_is_refused_with_all_its_faults_at_once() -> None:
    wrong = SOURCE
    faults = {
        ('ends=_pairs("Event", "Place")', 'ends=_pairs("Event", "Town")'): "TOOK_PLACE_AT has an end Town, which is not declared",
        ('Prop(name="marks"', 'Prop(name="Marks"'): "Vehicle.Marks is not camelCase",
        ('Prop(name="fsa"', 'Prop(name="unit"'): "Place.unit is declared twice",
        ('table="gangs"', 'table="persons"'): "table persons is declared twice",
        ('kind="choice", choices=CONSENTS', 'kind="choice"'): "YoungPerson.consent is a choice of nothing",
        ('caption=("value",)', 'caption=("number",)'): "Identifier uses number, which it does not declare",
        ('Prop(name="endedAt", label=Text("fin", "ended"), kind="datetime")', 'Prop(name="year", label=Text("fin", "ended"))'):
            "year is integer in one place and text in another",
    }  # fmt: skip
    for old, new in faults:
        assert wrong.count(old) >= 1, old
        wrong = wrong.replace(old, new)

    with pytest.raises(ValueError, match=r"^the model is wrong: ") as refused:
        declare(wrong)

    assert set(str(refused.value).removeprefix("the model is wrong: ").split("; ")) == set(faults.values())


def test_the_embedded_engine_is_given_every_type_before_any_data() -> None:
    told = "\n".join(ddl.embedded_sql())

    for node in NODES:
        assert f"CREATE VERTEX TYPE {node.name} IF NOT EXISTS EXTENDS Entity" in told
    for name in (*REL, schema.MENTIONS, schema.CONTRADICTS, schema.SAME_AS, schema.HAS_KEY, "HAS_STATUS"):
        assert f"CREATE EDGE TYPE {name} IF NOT EXISTS" in told
    assert told.index("TYPE Entity") < told.index("EXTENDS Entity")


def test_an_import_writes_identity_alone_on_the_node() -> None:
    text = ddl.merge_nodes("YoungPerson")

    assert set(re.findall(r"\bn\.(\w+)", text)) == {"id", "canon", "guard"}
    assert "{key: row.key}" in text
    assert "n.guard = 'youth'" in text
