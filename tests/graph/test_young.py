"""A young person is a token: consent and its history, masks, guards, and what never reaches the graph."""

import logging
from pathlib import Path

import pytest

from mobilis_graph import store
from mobilis_graph.access import Role
from mobilis_graph.schema import GUARDS, NODE, RELS
from tests.conftest import Graph
from tests.graph.bad_inputs import GOOD, REFS, ROWS, Row, table, tip
from tests.graph.test_bad_inputs import written

TOKEN = "J-4K7M2"
MENTION = (
    "MATCH (t:Tip)-[m:MENTIONS]->(y:YoungPerson) RETURN properties(m) AS m ORDER BY m.recordedAt, m.retractedAt IS NULL"
)


def girl(folder: Path, consent: str, *, reference: str = "T1", text: str = "", **cells: str) -> Path:
    """One tip that tells of one young person and of the man who would have recruited her."""
    young = {"tip": reference, "token": TOKEN, "consent": consent} | cells
    files = {
        "mobilis.toml": 'source = "test"\n',
        "tips.csv": table(tip(reference)),
        "young_persons.csv": table(young),
        "persons.csv": table({"tip": reference, "ref": "p1", "name": "Guy Ouaz"}),
        "recruits.csv": table({"tip": reference, "from": "p1", "to": TOKEN, "since": "2026-05-01"}),
    }
    if text:
        files["raw_texts.csv"] = table({"tip": reference, "text": text})
    return written(folder, files)


def mentions(graph: Graph) -> list[dict[str, object]]:
    return [row["m"] for row in graph.ask(MENTION)]  # type: ignore[misc]


def test_a_young_person_is_a_token_and_an_age_band_and_nothing_else(empty: Graph, tmp_path: Path) -> None:
    empty.load(girl(tmp_path / "a", "accepts", ageBand="14–15", consentScope="police", consentOn="2026-05-02"))

    node = empty.ask("MATCH (y:YoungPerson) RETURN properties(y) AS y")[0]["y"]
    (said,) = mentions(empty)

    assert sorted(node) == ["canon", "guard", "id", "key"]
    about = {p.name: said.get(p.name) for p in NODE["YoungPerson"].props}
    assert about == {
        "token": TOKEN,
        "ageBand": "14-15",
        "consent": "accepts",
        "consentScope": "police",
        "consentOn": "2026-05-02",
    }


@pytest.mark.parametrize("consent", ["refuses", "not_asked", "refuse", "pas encore demandé"])
def test_of_a_girl_who_refused_or_was_not_asked_the_tip_says_a_token_only(
    empty: Graph, tmp_path: Path, consent: str
) -> None:
    empty.load(girl(tmp_path / "a", consent))

    (said,) = mentions(empty)

    assert said["consent"] in ("refuses", "not_asked")
    assert {p.name for p in NODE["YoungPerson"].props if p.name in said} == {"token", "consent"}


def test_a_consent_taken_back_closes_the_old_mention_and_takes_its_age_band_away(empty: Graph, tmp_path: Path) -> None:
    empty.load(girl(tmp_path / "a", "accepts", ageBand="14-15", consentScope="police"))

    plan = empty.load(girl(tmp_path / "b", "refuses"))

    closed, live = mentions(empty)
    assert (plan.tips_changed, plan.mentions_new, plan.mentions_closed, plan.assertions_new) == (1, 1, 1, 0)
    assert (closed["consent"], closed["retractedAt"]) == ("accepts", "2026-11-02")
    assert (live["consent"], live.get("retractedAt")) == ("refuses", None)
    assert [(m.get("ageBand"), m.get("consentScope")) for m in (closed, live)] == [(None, None)] * 2
    assert empty.ask("MATCH ()-[r:RECRUITS]->() RETURN r.retractedAt AS at") == [{"at": None}]


def test_nothing_of_a_consent_taken_back_is_told_even_of_the_time_before(empty: Graph, tmp_path: Path) -> None:
    empty.load(girl(tmp_path / "a", "accepts", ageBand="14-15", consentScope="police seulement"))
    empty.load(girl(tmp_path / "b", "refuses"))
    young = str(empty.ask("MATCH (y:YoungPerson) RETURN y.id AS id")[0]["id"])

    now = store.profile(empty.desk(), young)
    before = store.profile(empty.desk(), young, known_on="2026-10-01")

    assert "14-15" not in repr((now, before))
    assert "police seulement" not in repr((now, before))
    assert "14-15" not in repr(empty.picture())


def test_raw_words_are_gone_when_consent_is_taken_back(empty: Graph, tmp_path: Path) -> None:
    empty.load(girl(tmp_path / "a", "accepts", text="Aurélie raconte sa fin de semaine"))
    assert "Aurélie" in repr(empty.picture())

    empty.load(girl(tmp_path / "b", "refuses"))

    assert "Aurélie" not in repr(empty.picture())


def test_a_refusal_beside_raw_words_is_refused_and_leaves_what_stood(empty: Graph, tmp_path: Path) -> None:
    empty.load(girl(tmp_path / "a", "accepts", text="mots reçus"))
    picture = empty.picture()

    plan = empty.load(girl(tmp_path / "b", "refuses", text="mots reçus"))

    assert (plan.tips_held, plan.rows_refused) == (1, 1)
    assert empty.picture() == picture


def test_consent_given_refused_and_given_again_keeps_one_live_mention(empty: Graph, tmp_path: Path) -> None:
    for number, consent in enumerate(("accepts", "refuses", "accepts", "not_asked", "refuses", "accepts"), 1):
        empty.load(girl(tmp_path / str(number), consent, consentOn=f"2026-06-0{number}"))

        live = [m for m in mentions(empty) if m.get("retractedAt") is None]

        assert [m["consent"] for m in live] == [consent]


def test_the_same_consent_loaded_twice_changes_nothing(empty: Graph, tmp_path: Path) -> None:
    empty.load(girl(tmp_path / "a", "accepts", ageBand="14-15"))
    picture = empty.picture()

    plan = empty.load(girl(tmp_path / "a", "accepts", ageBand="14-15"))

    assert (plan.tips_same, plan.tips_changed) == (1, 0)
    assert empty.picture() == picture


def test_a_token_belongs_to_one_tip_in_later_loads_too(empty: Graph, tmp_path: Path) -> None:
    empty.load(girl(tmp_path / "a", "accepts"))
    picture = empty.picture()

    with empty.job(girl(tmp_path / "b", "accepts", reference="T2")) as job:
        plan = job.plan()
        (said,) = job.refused(10)
        job.write()

    assert plan.tips_held == 1
    assert said.startswith(
        "young_persons.csv, line 2, token = '•••': this token already belongs to another tip of the graph."
    )
    assert TOKEN not in said
    assert empty.picture() == picture


def test_one_girl_in_two_tips_is_two_tokens_until_the_centre_judges(empty: Graph, tmp_path: Path) -> None:
    folder = girl(tmp_path / "a", "accepts")
    written(folder, {"tips.csv": table(tip("T1"), tip("T2"))})
    young = [{"tip": t, "token": k, "consent": "accepts"} for t, k in (("T1", TOKEN), ("T2", "J-9Q2XW"))]
    judged = {
        "from": TOKEN,
        "to": "J-9Q2XW",
        "judgement": "same",
        "author": "Q. Oui",
        "at": "2026-06-01",
        "reason": "même dossier",
        "organisation": "cjm",
    }
    written(folder, {"young_persons.csv": table(*young), "same_as.csv": table(judged)})

    plan = empty.load(folder)

    assert (plan.judgements, plan.rows_refused) == (1, 0)
    nodes = empty.ask("MATCH (y:YoungPerson) RETURN y.id = y.canon AS alone")
    assert [n["alone"] for n in nodes] == [True, True]  # no cluster: it would join what a hidden tip says


def every_assertion_on_a_token(folder: Path, *, state: str) -> Path:
    """Each relationship that may touch a young person, each in a tip of its own."""
    rows: dict[str, list[Row]] = {"tips": [], "young_persons": []}
    for number, rel in enumerate(r for r in RELS if any("YoungPerson" in pair for pair in r.ends)):
        for place, (start, end) in enumerate(p for p in rel.ends if "YoungPerson" in p):
            reference = f"X{number}-{place}"
            rows["tips"].append(tip(reference, state=state))
            row = ROWS[rel.table] | {"tip": reference, "from": REFS[start][0], "to": REFS[end][1]}
            for side, label in (("from", start), ("to", end)):
                if label == "YoungPerson":  # a token of this tip alone
                    row[side] = f"J-{'BC'[side == 'to']}{'23456789'[place]}{'BCDFGHJKMNPQRSTVWXZ'[number]}Z"
                    rows["young_persons"].append({"tip": reference, "token": row[side], "consent": "refuses"})
            row.pop("object", None)
            rows.setdefault(rel.table, []).append(row)
    return written(folder, {f"{name}.csv": table(*cells) for name, cells in rows.items()})


@pytest.mark.parametrize(("state", "least"), [("triaged", "youth"), ("received", "restricted")])
def test_all_that_touches_a_token_is_guarded_as_youth_or_stricter(
    empty: Graph, tmp_path: Path, state: str, least: str
) -> None:
    good = written(tmp_path / "good", GOOD)
    plan = empty.load(good, every_assertion_on_a_token(tmp_path / "more", state=state))
    assert (plan.rows_refused, plan.tips_held) == (0, 0)

    touching = empty.ask(
        "MATCH (y:YoungPerson)-[r]-(:Entity) MATCH (t:Tip) WHERE t.id = r.tip RETURN t.reference AS tip, type(r) AS type, r.guard AS guard"
    )

    wrong = [row for row in touching if GUARDS.index(row["guard"]) < GUARDS.index("youth")]  # type: ignore[arg-type]
    mine = {row["guard"] for row in touching if str(row["tip"]).startswith("X")}
    assert wrong == []
    assert mine == {least}
    assert {str(r["type"]) for r in touching} == {r.name for r in RELS if any("YoungPerson" in p for p in r.ends)} | {
        "MENTIONS"
    }


def test_no_search_finds_a_young_person(empty: Graph, tmp_path: Path) -> None:
    empty.load(girl(tmp_path / "a", "accepts", ageBand="14-15"))

    hits, total = store.search(empty.desk(Role.ANALYST), TOKEN)

    assert (hits, total) == ((), 0)
    assert empty.ask("MATCH (y:YoungPerson)-[:HAS_KEY]->(k) RETURN k.key AS key") == []


def test_a_person_known_to_be_a_minor_is_named_by_no_tip_of_the_load(empty: Graph, tmp_path: Path) -> None:
    persons = [
        {"tip": "T1", "ref": "p1", "name": "Kim Quo", "ageMax": "16"},
        {"tip": "T2", "ref": "p1", "name": "Kim Quo", "ageMax": ""},
        {"tip": "T3", "ref": "p2", "name": "Guy Ouaz", "ageMax": ""},
    ]
    folder = written(
        tmp_path / "a", {"tips.csv": table(tip("T1"), tip("T2"), tip("T3")), "persons.csv": table(*persons)}
    )

    with empty.job(folder) as job:
        plan = job.plan()
        said = job.refused(10)
        job.write()

    assert (plan.tips_new, plan.tips_held) == (1, 2)
    assert ["under 18" in one and "Kim" not in one for one in said] == [True, True]
    assert "Kim" not in repr(empty.picture())


def test_a_person_who_may_be_a_minor_keeps_the_age_that_keeps_him_out_of_rankings(empty: Graph, tmp_path: Path) -> None:
    person = {"tip": "T1", "ref": "p1", "name": "Kim Quo", "ageMin": "16", "ageMax": "19"}
    folder = written(tmp_path / "a", {"tips.csv": table(tip("T1")), "persons.csv": table(person)})

    plan = empty.load(folder)

    assert plan.rows_refused == 0
    assert empty.ask("MATCH ()-[m:MENTIONS]->(:Person) RETURN m.ageMin AS low, m.ageMax AS high") == [
        {"low": 16, "high": 19}
    ]


def test_no_word_about_a_young_person_is_in_a_refusal_its_file_or_the_log(
    empty: Graph, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    folder = written(
        tmp_path / "a",
        {
            "tips.csv": table(tip("T1"), tip("T2")),
            "young_persons.csv": table(
                {"tip": "T1", "token": "Aurélie", "consent": "accepts", "école": ""},
                {"tip": "T2", "token": TOKEN, "consent": "Aurélie veut bien", "école": ""},
                {"tip": "T2", "token": TOKEN, "consent": "accepts", "école": "Aurélie va aux Iris"},
            ),
            "raw_texts.csv": table({"tip": "T2", "text": "Aurélie " * 5000}),
            "persons.csv": table({"tip": "T1", "ref": "p1", "name": "Aurélie", "birthYear": "2012"}),
            "recruits.csv": table({"tip": "T3", "from": "Aurélie", "to": TOKEN}),
            "gave.csv": table({"tip": "T2", "from": "p1", "to": TOKEN, "since": "la fête d'Aurélie"}),
        },
    )

    with empty.job(folder) as job:
        plan = job.plan()
        said = job.refused(100)
        job.write_refused(tmp_path / "refused.csv")
        job.write()

    assert plan.rows_refused == 7
    for told in ("\n".join(said), (tmp_path / "refused.csv").read_text(encoding="utf-8"), caplog.text):
        assert "Aurélie" not in told
        assert TOKEN not in told
    assert empty.picture() == []
    assert list((empty.home / "staging").glob("*.db")) == []


def test_an_older_table_does_not_undo_a_refusal(empty: Graph, tmp_path: Path) -> None:
    empty.load(girl(tmp_path / "a", "accepts", consentOn="2026-06-01", ageBand="14-15"))
    empty.load(girl(tmp_path / "b", "refuses", consentOn="2026-07-01"))
    picture = empty.picture()

    plan, told = empty.check(girl(tmp_path / "a", "accepts", consentOn="2026-06-01", ageBand="14-15"))
    empty.load(tmp_path / "a")

    assert (plan.tips_held, plan.rows_refused) == (1, 1)
    assert "she refused on 2026-07-01" in told[0]
    assert empty.picture() == picture


def test_a_token_that_two_tips_of_a_load_use_is_refused_for_both(empty: Graph, tmp_path: Path) -> None:
    folder = girl(tmp_path / "a", "refuses")
    young = table(*({"tip": t, "token": TOKEN, "consent": c} for t, c in (("T1", "refuses"), ("T2", "accepts"))))
    written(folder, {"tips.csv": table(tip("T1"), tip("T2")), "young_persons.csv": young})

    plan = empty.load(folder)

    assert (plan.tips_new, plan.tips_held) == (0, 2)


def test_a_tip_that_uses_the_token_of_another_is_held_with_its_raw_words(empty: Graph, tmp_path: Path) -> None:
    folder = girl(tmp_path / "a", "refuses")
    rows = [{"tip": t, "from": "p1", "to": TOKEN, "since": "2026-05-01"} for t in ("T1", "T2")]
    people = [{"tip": t, "ref": "p1", "name": "Guy Ouaz"} for t in ("T1", "T2")]
    files = {
        "tips.csv": table(tip("T1"), tip("T2")),
        "persons.csv": table(*people),
        "recruits.csv": table(*rows),
        "raw_texts.csv": table({"tip": "T2", "text": "Aurélie raconte"}),
    }

    plan = empty.load(written(folder, files))

    assert (plan.tips_new, plan.tips_held) == (1, 1)
    assert empty.ask("MATCH (r:RawText) RETURN r.id AS id") == []


def test_a_consent_withdrawn_after_the_tip_was_taken_back_takes_its_words_away(empty: Graph, tmp_path: Path) -> None:
    empty.load(girl(tmp_path / "a", "accepts", text="Aurélie raconte", ageBand="14-15", consentScope="sa mère sait"))
    store.retract(empty.desk(Role.INTELLIGENCE), "T1", "la source s'est trompée")

    empty.load(girl(tmp_path / "b", "refuses"))

    said = repr(empty.ask("MATCH (:Tip)-[m:MENTIONS]->(:Entity) RETURN properties(m) AS m"))
    assert not any(words in said for words in ("Aurélie", "14-15", "sa mère"))


def test_a_minor_is_named_by_no_later_load(empty: Graph, tmp_path: Path) -> None:
    minor = table({"tip": "T1", "ref": "p7", "name": "Aurélie", "ageMax": "15"})
    empty.load(
        written(tmp_path / "a", {"mobilis.toml": 'source = "s"', "tips.csv": table(tip("T1")), "persons.csv": minor})
    )

    named = table({"tip": "T2", "ref": "p7", "name": "Aurélie"})
    later = written(
        tmp_path / "b", {"mobilis.toml": 'source = "s"', "tips.csv": table(tip("T2")), "persons.csv": named}
    )
    plan, told = empty.check(later)

    assert (plan.tips_new, plan.tips_held) == (0, 1)
    assert "an earlier load says that this person is under 18" in told[0]
    assert "Aurélie" not in repr(empty.picture())


def test_a_person_named_before_she_is_said_to_be_a_minor_is_told_with_the_tips_that_name_her(
    empty: Graph, tmp_path: Path
) -> None:
    named = table({"tip": "T2", "ref": "p7", "name": "Aurélie"})
    empty.load(
        written(tmp_path / "b", {"mobilis.toml": 'source = "s"', "tips.csv": table(tip("T2")), "persons.csv": named})
    )

    minor = table({"tip": "T1", "ref": "p7", "name": "Aurélie", "ageMax": "15"})
    later = {"mobilis.toml": 'source = "s"', "tips.csv": table(tip("T1")), "persons.csv": minor}
    _, told = empty.check(written(tmp_path / "a", later))

    (sentence,) = (s for s in told if "names this person already" in s)
    assert "T2" in sentence


def a_place(folder: Path, reference: str, class_: str, *, present: bool) -> Path:
    place = {"tip": reference, "ref": "l7", "address": "12 rue Oka", "municipality": "Rivesaule", "placeClass": class_}
    files = {
        "mobilis.toml": f'source = "{reference}"',
        "tips.csv": table(tip(reference)),
        "places.csv": table(place),
    }
    if present:
        files["young_persons.csv"] = table({"tip": reference, "token": TOKEN, "consent": "refuses"})
        files["present_at.csv"] = table({"tip": reference, "from": TOKEN, "to": "l7", "since": "2026-05-01"})
    return written(folder, files)


def test_a_young_person_is_not_placed_where_an_earlier_load_knows_an_institution(empty: Graph, tmp_path: Path) -> None:
    empty.load(a_place(tmp_path / "a", "T1", "institution", present=False))

    plan, told = empty.check(a_place(tmp_path / "b", "T2", "semi_public", present=True))

    assert plan.tips_held == 1
    assert "the graph knows this place as an institution" in told[0]


def test_a_place_does_not_become_an_institution_under_a_young_person(empty: Graph, tmp_path: Path) -> None:
    empty.load(a_place(tmp_path / "a", "T1", "semi_public", present=True))

    plan, told = empty.check(a_place(tmp_path / "b", "T2", "protected", present=False))

    assert plan.tips_held == 1
    assert "places a young person here" in told[0]


@pytest.mark.parametrize("told_in", ["same load", "earlier load"])
def test_nobody_who_may_be_under_18_is_given_a_status(empty: Graph, tmp_path: Path, told_in: str) -> None:
    first = {"tip": "T1", "ref": "p7", "name": "Zed", "ageMin": "15", "ageMax": "20"}
    status = table({"ref": "p7", "status": "suspect", "ground": "dossier 26-1", "author": "sd", "at": "2026-06-02"})
    base = {"mobilis.toml": 'source = "s"', "tips.csv": table(tip("T1"))}
    if told_in == "same load":
        plan, told = empty.check(written(tmp_path / "a", base | {"persons.csv": table(first), "statuses.csv": status}))
    else:
        empty.load(written(tmp_path / "a", base | {"persons.csv": table(first)}))
        second = table({"tip": "T2", "ref": "p7", "name": "Zed"})
        more = {"tips.csv": table(tip("T2")), "persons.csv": second, "statuses.csv": status}
        plan, told = empty.check(written(tmp_path / "b", base | more))

    assert plan.rows_refused == 1
    assert "nobody that young is given a status" in told[0]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("gave", {"note": "Aurélie, 12 rue X"}),
        ("gave", {"object": "un cell pour Aurélie"}),
        ("gave", {"object": "x" * 61}),
        ("contacted", {"note": "Aurélie"}),
    ],
)
def test_beside_a_token_there_is_no_room_for_words_about_her(
    empty: Graph, tmp_path: Path, name: str, cells: Row
) -> None:
    folder = girl(tmp_path / "a", "refuses")
    written(folder, {f"{name}.csv": table({"tip": "T1", "from": "p1", "to": TOKEN, **cells})})

    plan, told = empty.check(folder)

    assert plan.tips_held == 1
    assert "•••" in told[0]
    assert not any(word in "".join(told) for word in ("Aurélie", "xxx"))
