"""Questions to the store, on small tables whose right answers were worked out by hand."""

from pathlib import Path

import pytest

from mobilis_graph import keys, store
from mobilis_graph.access import Role
from mobilis_graph.errors import InputError, NotFound
from mobilis_graph.graph import Entity, Tie
from tests.conftest import Graph
from tests.graph.test_load import TIPS, tables

INTELLIGENCE = Role.INTELLIGENCE
STREET = {
    "tips": TIPS
    + "MT-1,2026-01-10,CJM,B,2,rumeur,triaged,On voit Zed au Salon Bleu avec une voiture noire\n"
    + "MT-2,2026-02-10,SPAL,A,3,filature,triaged,\n"
    + "MT-3,2026-03-10,CJM,F,6,filature,triaged,Le salon est fermé\n"
    + "MT-4,2026-04-10,SPAL,C,6,anonyme,used,Rien au salon\n"
    + "MT-5,2026-05-10,CJM,A,1,secret,received,Le salon bleu a une cave\n",
    "persons": "tip,ref,name,aliases,birthYear\n"
    "MT-1,zed,Émile Ouimet,Zed|Le Z,\nMT-1,rose,Rose Iquart,,\n"
    "MT-2,zed,,Zédou,1990\nMT-3,guy,Guy Ouaz,,\nMT-4,noe,Noé Quo,,\nMT-5,max,Max Aqu,,\nMT-5,zed,Émile Secret,,\n",
    "vehicles": "tip,ref,plate,jurisdiction,make,colour\nMT-4,car,QIO 123,QC,Honda,noire\n",
    "places": 'tip,ref,name,address,municipality,placeClass\nMT-1,bar,Salon Bleu,"12, rue Ève",Rivesaule,semi_public\n',
    "identifiers": "tip,ref,kind,value\nMT-2,phone,phone,(450) 555-0123\n",
    "young_persons": "tip,token,ageBand,consent\nMT-2,J-2345,14-15,accepts\n",
    "associates_with": "tip,from,to,since,until,basis\n"
    "MT-1,zed,rose,2026-01,,seen\nMT-2,zed,rose,2025-12-05,2026-02-01,seen\nMT-3,rose,zed,,,heard\n"
    "MT-3,zed,guy,,,deduced\nMT-5,zed,max,2026-05-01,,seen\nMT-5,zed,rose,2026-05-02,,seen\n",
    "transported": "tip,from,to,since\nMT-2,zed,rose,2026-02-01\nMT-2,zed,J-2345,2026-02-03\n",
    "gave": "tip,from,to,since,object\nMT-3,rose,zed,2026-03-01,un téléphone\n",
    "uses": "tip,from,to,since,polarity\nMT-4,zed,car,2026-04-01,\nMT-3,zed,car,,\nMT-4,noe,car,,denies\nMT-2,zed,phone,,\n",
    "neutral_to": "tip,from,to,role\nMT-1,zed,bar,staff\n",
    "contradicts": "tip,contradicts,type,from,to\nMT-4,MT-3,ASSOCIATES_WITH,zed,guy\n",
    "statuses": "ref,status,ground,author,at\nzed,of_interest,dossier 12,sgt Roy,2026-02-01\nzed,charged,dossier 12,sgt Roy,2026-06-01\n",
}
LABELS = {
    **dict.fromkeys(("zed", "rose", "guy", "noe", "max", "p1", "p2", "p3", "p4"), "Person"),
    "car": "Vehicle", "bar": "Place", "phone": "Identifier",
}  # fmt: skip


@pytest.fixture
def street(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The graph, holding the street; read it only."""
    graph.hold("street", lambda: graph.load(tables(tmp_path_factory.mktemp("tables") / "street", **STREET)))
    return graph


def of(graph: Graph, ref: str) -> str:
    """The id of an entity of these tables: most have natural keys, persons have their ref."""
    natural = {
        "car": "qio123\x1fqc",
        "bar": "12 rue eve\x1f\x1frivesaule",
        "phone": "phone\x1f+14505550123",
        "J-2345": "j-2345",
        **{f"MT-{n}": f"mt-{n}" for n in range(1, 6)},
    }
    label = LABELS.get(ref) or ("YoungPerson" if ref.startswith("J-") else "Tip")
    return graph.ring.id(label, keys.key(label, natural.get(ref, f"test\x1f{ref}")))


def refs(graph: Graph, ids: object) -> list[str]:
    known = {of(graph, ref): ref for ref in (*LABELS, "J-2345", *(f"MT-{n}" for n in range(1, 6)))}
    return [known[i] for i in ids]  # type: ignore[attr-defined]


def around(graph: Graph, ref: str, role: Role = Role.ANALYST, **how: object) -> tuple[list[str], int]:
    """Who is one step away, in the order of the answer, and how many there are."""
    found = store.neighbours(graph.desk(role), of(graph, ref), **how)  # type: ignore[arg-type]
    assert refs(graph, [found.entities[0].id]) == [ref]
    return refs(graph, [e.id for e in found.entities[1:]]), found.total


def between(graph: Graph, a: str, b: str, role: Role = Role.ANALYST, **when: object) -> Tie | None:
    found = store.network(graph.desk(role), [of(graph, a), of(graph, b)], **when)  # type: ignore[arg-type]
    return found.ties[0] if found.ties else None


# Neighbours


def test_the_most_recent_neighbours_come_first(street: Graph) -> None:
    names, total = around(street, "zed")

    assert names[:3] == ["car", "rose", "J-2345"]  # April, March, February; then the undated ones by id
    assert (set(names[3:]), total) == ({"guy", "bar", "phone"}, 6)


def test_the_best_sourced_neighbours_come_first(street: Graph) -> None:
    names, total = around(street, "zed", order="sourced")

    assert names == ["rose", "car", "J-2345", "phone", "bar", "guy"]  # origins first, then the letter, then the date
    assert total == 6


def test_a_limit_cuts_the_neighbours_and_the_total_says_so(street: Graph) -> None:
    assert around(street, "zed", limit=2) == (["car", "rose"], 6)


def test_those_already_drawn_are_left_out_and_counted(street: Graph) -> None:
    drawn = [of(street, "car"), of(street, "J-2345")]

    assert around(street, "zed", limit=1, without=drawn) == (["rose"], 6)


def test_neighbours_of_some_relationships_only(street: Graph) -> None:
    assert around(street, "zed", types=["USES"]) == (["car", "phone"], 2)
    assert around(street, "zed", types=[]) == ([], 0)


def test_neighbours_as_it_was_on_a_day(street: Graph) -> None:
    names, total = around(street, "zed", as_of="2026-01-15")

    assert (set(names), total) == ({"rose", "guy", "bar", "car", "phone"}, 5)  # the undated ones pass
    assert names[0] == "rose"


def test_neighbours_as_known_on_a_day(street: Graph) -> None:
    assert around(street, "zed", known_on="2026-01-31") == (["rose", "bar"], 2)
    assert around(street, "zed", known_on="2026-01-31", as_of="2025-12-31") == (["bar"], 1)


def test_nobody_is_known_before_the_first_tip(street: Graph) -> None:
    with pytest.raises(NotFound, match=r"^no such entity$"):
        around(street, "zed", known_on="2026-01-09")


def test_a_denial_makes_no_neighbour(street: Graph) -> None:
    assert around(street, "noe") == ([], 0)
    assert around(street, "car") == (["zed"], 1)


def test_a_hidden_tip_makes_a_neighbour_for_those_who_see_it(street: Graph) -> None:
    names, total = around(street, "zed", INTELLIGENCE)

    assert (names[:2], total) == (["rose", "max"], 7)
    assert "max" not in around(street, "zed")[0]


def test_an_answer_holds_the_ties_among_all_its_entities(street: Graph) -> None:
    found = store.neighbours(street.desk(), of(street, "rose"))
    again = store.neighbours(street.desk(), of(street, "car"))

    assert {frozenset(refs(street, (t.a, t.b))) for t in found.ties} == {frozenset({"zed", "rose"})}
    assert {frozenset(refs(street, (t.a, t.b))) for t in again.ties} == {frozenset({"zed", "car"})}


def test_the_menu_counts_neighbours_by_relationship_and_type(street: Graph) -> None:
    told = store.neighbour_counts(street.desk(), of(street, "zed"))

    assert told == (
        ("ASSOCIATES_WITH", "Person", 2),
        ("GAVE", "Person", 1),
        ("MENTIONS", "Tip", 4),
        ("NEUTRAL_TO", "Place", 1),
        ("TRANSPORTED", "Person", 1),
        ("TRANSPORTED", "YoungPerson", 1),
        ("USES", "Identifier", 1),
        ("USES", "Vehicle", 1),
    )


# Ties


def test_a_tie_tells_types_directions_tips_origins_grades_and_dates(street: Graph) -> None:
    zed, rose = of(street, "zed"), of(street, "rose")
    smaller = min(
        (zed, rose), key=lambda i: street.ask("MATCH (p:Person {id: $id}) RETURN p.key AS key", id=i)[0]["key"]
    )

    tie = between(street, "zed", "rose")

    assert tie is not None
    assert (tie.a, tie.b) == tuple(sorted((zed, rose)))
    assert set(tie.relations) == {("ASSOCIATES_WITH", smaller, 3), ("TRANSPORTED", zed, 1), ("GAVE", rose, 1)}
    assert (tie.tips, tie.origins) == (3, 2)  # MT-2 and MT-3 tell the story of one stakeout
    assert (tie.best_source, tie.best_content) == ("A", "2")  # of different tips: the letters are never combined
    assert (tie.first, tie.last) == ("2025-12-05", "2026-03-01")
    assert (tie.deduced, tie.undated) == (False, True)


def test_unknown_grades_are_best_only_where_nothing_better_is_known(street: Graph) -> None:
    guy, car = between(street, "zed", "guy"), between(street, "zed", "car")

    assert guy is not None
    assert (guy.best_source, guy.best_content, guy.origins) == ("F", "6", 1)
    assert car is not None
    assert (car.best_source, car.best_content, car.origins) == ("C", "6", 2)


def test_a_tie_that_nobody_saw_or_heard_is_deduced(street: Graph) -> None:
    tie = between(street, "zed", "guy")

    assert tie is not None
    assert (tie.deduced, tie.undated, tie.first, tie.last) == (True, True, None, None)


def test_a_tie_as_it_was_and_as_it_was_known(street: Graph) -> None:
    was, known = (
        between(street, "zed", "rose", as_of="2025-12-20"),
        between(street, "zed", "rose", known_on="2026-01-31"),
    )

    assert was is not None
    assert (sum(n for *_, n in was.relations), was.first, was.last) == (2, "2025-12-05", "2026-02-01")
    assert known is not None
    assert (known.tips, known.best_source, known.first, known.last, known.undated) == (
        1,
        "B",
        "2026-01-01",
        "2026-01-01",
        False,
    )


def test_what_is_only_denied_is_no_tie(street: Graph) -> None:
    assert between(street, "noe", "car") is None


def test_a_tie_grows_with_what_the_viewer_sees(street: Graph) -> None:
    seen, hidden = between(street, "zed", "rose", INTELLIGENCE), between(street, "zed", "rose")

    assert seen is not None
    assert hidden is not None
    assert (seen.tips, seen.origins, seen.best_content, seen.last) == (4, 3, "1", "2026-05-02")
    assert (hidden.tips, hidden.origins, hidden.best_content, hidden.last) == (3, 2, "2", "2026-03-01")


def test_the_tips_behind_a_tie_come_newest_first_with_denials(street: Graph) -> None:
    rows, ends = store.tie(street.desk(), of(street, "zed"), of(street, "rose"))
    denied, _ = store.tie(street.desk(), of(street, "car"), of(street, "noe"))

    assert [r.tip.reference for r in rows] == ["MT-3", "MT-3", "MT-2", "MT-2", "MT-1"]
    assert set(refs(street, ends)) == {"zed", "rose"}
    assert [(r.polarity, r.tip.reference) for r in denied] == [("denies", "MT-4")]
    gave = next(r for r in rows if r.type == "GAVE")
    assert (gave.extra, gave.since, gave.until, gave.times) == (
        {"object": "un téléphone"},
        "2026-03-01",
        "2026-03-01",
        1,
    )


# The network and its counts


def test_a_network_holds_its_entities_their_degrees_and_their_ties(street: Graph) -> None:
    asked = [of(street, r) for r in ("zed", "rose", "car", "noe", "max")]

    found = store.network(street.desk(), asked)

    degrees = {refs(street, [e.id])[0]: e.neighbours for e in found.entities}
    assert degrees == {"zed": 6, "rose": 1, "car": 1, "noe": 0}
    assert {frozenset(refs(street, (t.a, t.b))) for t in found.ties} == {
        frozenset({"zed", "rose"}),
        frozenset({"zed", "car"}),
    }
    assert found.total == 4


def test_a_network_with_a_tip_draws_what_it_mentions(street: Graph) -> None:
    found = store.network(street.desk(), [of(street, "MT-1"), of(street, "zed"), of(street, "guy")])

    tip = next(e for e in found.entities if e.type == "Tip")
    assert (tip.caption, tip.neighbours) == ("MT-1", 3)
    mentions = [t for t in found.ties if "MENTIONS" in {name for name, *_ in t.relations}]
    assert [set(refs(street, (t.a, t.b))) for t in mentions] == [{"MT-1", "zed"}]


def test_an_empty_network_is_empty(street: Graph) -> None:
    found = store.network(street.desk(), [])

    assert (found.entities, found.ties, found.total) == ((), (), 0)


def test_the_counts_are_of_what_the_viewer_sees(street: Graph) -> None:
    assert store.counts(street.desk()) == {
        "Identifier": 1, "Person": 4, "Place": 1, "Vehicle": 1, "YoungPerson": 1, "assertions": 12, "tips": 4,
    }  # fmt: skip
    assert store.counts(street.desk(INTELLIGENCE)) == {
        "Identifier": 1, "Person": 5, "Place": 1, "Vehicle": 1, "YoungPerson": 1, "assertions": 14, "tips": 5,
    }  # fmt: skip


def test_a_newcomer_starts_with_whom_most_tips_mention(street: Graph) -> None:
    hit = store.start(street.desk())

    assert hit is not None
    assert (refs(street, [hit.id]), hit.tips) == (["zed"], 4)


def test_an_empty_graph_has_no_start_and_no_counts(empty: Graph) -> None:
    assert store.start(empty.desk()) is None
    assert store.counts(empty.desk()) == {"assertions": 0, "tips": 0}


# The profile


def test_a_profile_tells_facts_with_the_tips_that_say_them(street: Graph) -> None:
    found = store.profile(street.desk(), of(street, "zed"))

    said = [(s.prop, s.value, s.tip.reference) for s in found.said]
    assert said == [
        ("aliases", ["Zédou"], "MT-2"),
        ("birthYear", 1990, "MT-2"),
        ("name", "Émile Ouimet", "MT-1"),
        ("aliases", ["Zed", "Le Z"], "MT-1"),
    ]
    assert found.entity.facts == {"aliases": ("Zédou", "Zed", "Le Z"), "birthYear": (1990,), "name": ("Émile Ouimet",)}
    assert found.entity.tips == 4


def test_a_profile_sets_apart_what_is_asserted_denied_and_neutral(street: Graph) -> None:
    zed = store.profile(street.desk(), of(street, "zed"))
    noe = store.profile(street.desk(), of(street, "noe"))

    assert sorted(r.type for r in zed.assertions) == [
        *["ASSOCIATES_WITH"] * 4,
        "GAVE",
        *["TRANSPORTED"] * 2,
        *["USES"] * 3,
    ]
    assert [(r.type, r.extra) for r in zed.neutral] == [("NEUTRAL_TO", {"role": "staff"})]
    assert zed.denials == ()
    assert ([r.type for r in noe.denials], noe.assertions) == (["USES"], ())
    assert {e.caption for e in noe.others.values()} == {"Honda noire · QIO 123"}


def test_a_profile_lists_its_tips_newest_first_and_numbers_independent_origins(street: Graph) -> None:
    found = store.profile(street.desk(), of(street, "zed"))

    assert [(t.reference, t.origin) for t in found.tips] == [("MT-4", 3), ("MT-3", 2), ("MT-2", 2), ("MT-1", 1)]
    assert store.profile(street.desk(INTELLIGENCE), of(street, "zed")).tips[0].reference == "MT-5"


def test_a_profile_says_what_speaks_against_it(street: Graph) -> None:
    found = store.profile(street.desk(), of(street, "guy"))

    ((tip, assertion),) = found.contradictions
    assert tip.reference == "MT-4"
    assert [r.id for r in found.assertions] == [assertion]


def test_a_status_is_the_newest_that_a_human_wrote_down(street: Graph) -> None:
    told = store.profile(street.desk(), of(street, "zed")).status
    nobody = store.profile(street.desk(), of(street, "rose")).status

    assert told is not None
    assert (told.status, told.ground, told.author, told.at) == ("charged", "dossier 12", "sgt Roy", "2026-06-01")
    assert nobody is None


def test_a_profile_as_known_on_a_day(street: Graph) -> None:
    found = store.profile(street.desk(), of(street, "zed"), known_on="2026-01-31")

    assert (found.entity.caption, found.entity.tips, [t.reference for t in found.tips]) == ("« Zed »", 1, ["MT-1"])
    assert found.status is None
    assert found.contradictions == ()


def test_the_profile_of_a_tip_is_what_it_mentions(street: Graph) -> None:
    found = store.profile(street.desk(), of(street, "MT-1"))

    assert (found.entity.type, found.entity.caption) == ("Tip", "MT-1")
    assert {r.type for r in found.assertions} == {"MENTIONS"}
    assert {e.caption for e in found.others.values()} >= {"Rose Iquart", "Salon Bleu"}


def test_a_caption_says_only_what_the_viewer_may_see(street: Graph) -> None:
    assert "Émile Secret" in store.profile(street.desk(INTELLIGENCE), of(street, "zed")).entity.facts["name"]
    assert store.profile(street.desk(), of(street, "zed")).entity.facts["name"] == ("Émile Ouimet",)


# Search


def found(graph: Graph, words: str, role: Role = Role.ANALYST) -> list[str]:
    hits, total = store.search(graph.desk(role), words)
    assert total == len(hits)
    return refs(graph, [h.entity.id for h in hits])


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("zed", ["zed", "MT-1"]),
        ("ouimet emile", ["zed"]),
        ("ÉMILE", ["zed"]),
        ("emi oui", ["zed"]),
        ("zedou", ["zed"]),
        ("zed ouimet", ["zed"]),
        ("zed iquart", []),
        ("qio123", ["car"]),
        ("QIO 123", ["car"]),
        ("qio-12", ["car"]),
        ("honda noire", ["car"]),
        ("450 555-0123", ["phone"]),
        ("+1 (450) 555 0123", ["phone"]),
        ("450555", ["phone"]),
        ("rue eve", ["bar"]),
        ("12 rue ève rivesaule", ["bar"]),
        ("MT-3", ["MT-3"]),
        ("mt 4", ["MT-4"]),
        ("voiture noire", ["MT-1"]),
        ("ferme", ["MT-3"]),
        ("salon bleu", ["bar", "MT-1"]),
        ("J-2345", []),
        ("2345", []),
        ("secret", []),
        ("max", []),
        ("cave", []),
        ("MT-5", []),
        ("", []),
        ("e", []),
        ("' OR 1=1 //", []),
        ("salon AND NOT bleu", []),
        ("sal* bl?u", ["bar"]),
        ("sal*n", ["bar"]),
        ("x" * 5000, []),
    ],
)
def test_a_search_finds_what_all_its_words_begin(street: Graph, words: str, hits: list[str]) -> None:
    assert found(street, words) == hits


@pytest.mark.parametrize(
    ("words", "hits"), [("max", ["max"]), ("secret", ["zed"]), ("cave", ["MT-5"]), ("MT-5", ["MT-5"]), ("aqu", ["max"])]
)
def test_what_a_hidden_tip_says_is_found_by_those_who_see_it(street: Graph, words: str, hits: list[str]) -> None:
    assert found(street, words, INTELLIGENCE) == hits
    assert found(street, words) == []


def test_a_hidden_tip_is_never_counted(street: Graph) -> None:
    hits, total = store.search(street.desk(), "salon")
    seen, all_ = store.search(street.desk(INTELLIGENCE), "salon")

    assert (refs(street, [h.entity.id for h in hits]), total) == (["bar", "MT-4", "MT-3", "MT-1"], 4)
    assert (refs(street, [h.entity.id for h in seen]), all_) == (["bar", "MT-5", "MT-4", "MT-3", "MT-1"], 5)


def test_a_limit_cuts_the_hits_and_the_total_says_so(street: Graph) -> None:
    hits, total = store.search(street.desk(), "salon", limit=2)

    assert (refs(street, [h.entity.id for h in hits]), total) == (["bar", "MT-4"], 4)


def test_an_exact_word_comes_before_a_beginning(street: Graph) -> None:
    hits, _ = store.search(street.desk(), "quo")
    other, _ = store.search(street.desk(), "o")

    assert refs(street, [h.entity.id for h in hits]) == ["noe"]
    assert other == ()


def test_a_hit_says_why_it_was_found(street: Graph) -> None:
    (person, tip), _ = store.search(street.desk(), "zed")
    (car,), _ = store.search(street.desk(), "qio")

    assert person.why == (("aliases", "Zed"),)
    assert [(field, "Zed" in said) for field, said in tip.why] == [("text", True)]
    assert car.why == (("plate", "QIO 123"),)


# One person under two names


def judged(graph: Graph, folder: Path, judgements: str, *, third: str = "triaged", tail: str = "") -> None:
    """Three persons in a chain p1 – p2 – p3, the middle one told by a tip of its own."""
    graph.load(
        tables(
            folder,
            tips=TIPS
            + "A1,2026-01-10,CJM,B,2,o-1,triaged,\n"
            + f"A2,2026-01-11,CJM,B,2,o-2,{third},\n"
            + "A3,2026-01-12,CJM,B,2,o-3,triaged,\n"
            + tail,
            persons="tip,ref,name,aliases\nA1,p1,Émile Ouimet,\nA2,p2,Zed,Le Zed\nA3,p3,E. Ouimet,\nA1,p4,Rose Iquart,\n"
            + ("A4,p2,Zed,\n" if tail else ""),
            vehicles="tip,ref,plate,jurisdiction\nA3,car,QIO 123,QC\n",
            associates_with="tip,from,to\nA1,p1,p4\n",
            uses="tip,from,to\nA3,p3,car\n",
            same_as="from,to,judgement,author,at,reason\n" + judgements,
        )
    )


CHAIN = "p1,p2,same,anne,2026-02-01,même surnom\np2,p3,same,anne,2026-02-01,même téléphone\n"


def seen_as(graph: Graph, *names: str, role: Role = Role.ANALYST) -> list[Entity]:
    return list(store.network(graph.desk(role), [of(graph, n) for n in names]).entities)


def test_two_judged_the_same_are_one_in_every_answer(empty: Graph, tmp_path: Path) -> None:
    judged(empty, tmp_path / "a", CHAIN)
    desk, ids = empty.desk(), [of(empty, p) for p in ("p1", "p2", "p3")]
    leader = min(ids)

    profiles = [store.profile(desk, i) for i in ids]
    expanded = [store.neighbours(desk, i) for i in ids]

    assert [e.id for e in seen_as(empty, "p1", "p2", "p3")] == [leader]
    assert profiles[0] == profiles[1] == profiles[2]
    assert set(profiles[0].entity.facts["name"]) == {"Émile Ouimet", "Zed", "E. Ouimet"}
    assert (profiles[0].entity.tips, {r.type for r in profiles[0].assertions}) == (3, {"ASSOCIATES_WITH", "USES"})
    assert expanded[0] == expanded[1] == expanded[2]
    assert {e.id for e in expanded[0].entities} == {leader, of(empty, "p4"), of(empty, "car")}
    assert {t.id for t in expanded[0].ties} == {"~".join(sorted((leader, of(empty, o)))) for o in ("p4", "car")}
    assert [h.entity.id for h in store.search(desk, "zed ouimet")[0]] == [leader]
    assert store.counts(desk)["Person"] == 2
    assert dict(((t, label), n) for t, label, n in store.neighbour_counts(desk, ids[1]))["USES", "Vehicle"] == 1
    assert len(store.tie(desk, ids[1], of(empty, "car"))[0]) == 1


def test_two_are_one_whichever_of_them_is_named_in_without(empty: Graph, tmp_path: Path) -> None:
    judged(empty, tmp_path / "a", CHAIN)

    found = store.neighbours(empty.desk(), of(empty, "car"), without=[min(of(empty, p) for p in ("p1", "p2", "p3"))])

    assert ([e.id for e in found.entities], found.total) == ([of(empty, "car")], 1)


def test_a_hidden_third_joins_nobody(empty: Graph, tmp_path: Path) -> None:
    judged(empty, tmp_path / "a", CHAIN, third="received")

    for role, count in ((Role.ANALYST, 2), (INTELLIGENCE, 3)):
        assert {e.id for e in seen_as(empty, "p1", "p2", "p3", role=role)} <= {of(empty, p) for p in ("p1", "p2", "p3")}
        assert len(seen_as(empty, "p1", "p2", "p3", role=role)) == count
    assert around(empty, "p1") == (["p4"], 1)
    assert around(empty, "p3") == (["car"], 1)


def test_triage_of_the_hidden_third_joins_them(empty: Graph, tmp_path: Path) -> None:
    judged(empty, tmp_path / "a", CHAIN, third="received")

    judged(empty, tmp_path / "b", CHAIN)

    assert len(seen_as(empty, "p1", "p2", "p3")) == 1


def test_a_retraction_takes_two_apart_again(empty: Graph, tmp_path: Path) -> None:
    judged(empty, tmp_path / "a", CHAIN)

    store.retract(empty.desk(), "A2", "une méprise")

    assert {e.id for e in seen_as(empty, "p1", "p3")} == {of(empty, "p1"), of(empty, "p3")}
    assert around(empty, "p1") == (["p4"], 1)
    assert store.profile(empty.desk(), of(empty, "p3")).entity.facts == {"name": ("E. Ouimet",)}
    assert store.search(empty.desk(), "zed") == ((), 0)


def test_a_retraction_leaves_together_whom_another_tip_still_mentions(empty: Graph, tmp_path: Path) -> None:
    judged(empty, tmp_path / "a", CHAIN, tail="A4,2026-01-13,CJM,B,2,o-4,triaged,\n")

    store.retract(empty.desk(), "A2", "une méprise")

    assert len(seen_as(empty, "p1", "p2", "p3")) == 1


@pytest.mark.parametrize("judgement", ["different", "unsure"])
def test_only_the_same_are_joined(empty: Graph, tmp_path: Path, judgement: str) -> None:
    judged(empty, tmp_path / "a", CHAIN.replace("same", judgement))

    assert len(seen_as(empty, "p1", "p2", "p3")) == 3


def test_a_status_of_one_is_the_status_of_both(empty: Graph, tmp_path: Path) -> None:
    judged(empty, tmp_path / "a", CHAIN)
    (tmp_path / "a" / "statuses.csv").write_text(
        "ref,status,ground,author,at\np3,charged,d,sgt,2026-06-01\n", encoding="utf-8"
    )
    empty.load(tmp_path / "a")

    told = store.profile(empty.desk(), of(empty, "p1")).status

    assert told is not None
    assert told.status == "charged"


# Taking back


@pytest.mark.parametrize("reason", ["", "    ", "ok", " non \n"])
def test_a_retraction_needs_a_reason(street: Graph, reason: str) -> None:
    with pytest.raises(InputError, match="a reason of at least 5 characters"):
        store.retract(street.desk(), "MT-1", reason)


def test_a_retraction_says_nothing_of_what_is_hidden(empty: Graph, tmp_path: Path) -> None:
    empty.load(
        tables(
            tmp_path / "a",
            tips=TIPS + "T1,2026-05-03,CJM,B,2,o,triaged,\n",
            persons="tip,ref,name\nT1,p1,Guy Quo\n",
            raw_texts="tip,text\nT1,les mots reçus\n",
        )
    )

    assert store.retract(empty.desk(), "T1", "un doublon") == 1


def test_a_tip_is_taken_back_once(empty: Graph, tmp_path: Path) -> None:
    empty.load(
        tables(
            tmp_path / "a", tips=TIPS + "T1,2026-05-03,CJM,B,2,o,triaged,\n", persons="tip,ref,name\nT1,p1,Guy Quo\n"
        )
    )
    store.retract(empty.desk(), "T1", "un doublon")

    with pytest.raises(NotFound, match=r"^no tip 'T1'$"):
        store.retract(empty.desk(), "T1", "un doublon")


def test_the_version_grows_with_every_change(empty: Graph, tmp_path: Path) -> None:
    folder = tables(
        tmp_path / "a", tips=TIPS + "T1,2026-05-03,CJM,B,2,o,triaged,\n", persons="tip,ref,name\nT1,p1,Guy Quo\n"
    )
    versions = [store.meta(empty.desk()).version]

    empty.load(folder)
    versions.append(store.meta(empty.desk()).version)
    store.retract(empty.desk(), "T1", "un doublon")
    versions.append(store.meta(empty.desk()).version)

    assert versions == sorted(set(versions))
