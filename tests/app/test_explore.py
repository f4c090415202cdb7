"""The Explore page on the sample data: empty, full, failed, in each role, in both languages."""

import sqlite3
from typing import Any

import pytest

from mobilis_graph import store
from mobilis_graph.access import Role
from mobilis_graph.errors import DatabaseUnavailable
from mobilis_graph.pages import actions
from tests.app.conftest import App
from tests.conftest import Graph


def started(app: App) -> App:
    return app.do({"op": "start", "ids": [app.canvas["start"]["id"]]})


def looks(sample: Graph) -> int:
    return sum(1 for _ in sample.log.entries())


def test_a_newcomer_reads_one_sentence_and_has_one_button(app: App) -> None:
    start = app.canvas["start"]

    assert start["sentence"] == "Six informations parlent d'un certain “Kaz”. Qui est autour de lui?"
    assert start["button"] == "Voir autour de “Kaz”"
    assert app.canvas["nodes"] == []


def test_the_banner_says_that_all_is_fictional_and_which_day_it_is(app: App) -> None:
    assert "Données fictives · Rivesaule · nous sommes le 2 novembre 2026" in app.everything()


def test_the_first_picture_holds_about_twelve_entities_and_says_of_how_many(app: App) -> None:
    started(app)

    assert len(app.canvas["nodes"]) == 12
    assert app.canvas["count"].startswith("12 affichés sur ")
    assert app.canvas["count"].endswith("; autour de « Kaz », 11 sur 41")
    assert app.node("Kaz")["more"] > 0
    assert app.canvas["start"] is None


def test_a_clicked_entity_has_a_card_with_the_tips_behind_each_word(app: App) -> None:
    started(app)

    assert "personne mentionnée" in app.card
    assert "Contacts rapportés" in app.card
    assert "B – habituellement fiable" in app.card
    assert "INF-26-033" in app.card
    assert "À décharge" in app.card


def test_a_clicked_line_shows_the_tips_behind_it(app: App) -> None:
    started(app)
    kaz = app.node("Kaz")["id"]
    line = next(e["id"] for e in app.canvas["edges"] if kaz in (e["from"], e["to"]))

    app.do({"op": "select", "ids": [], "line": line})

    assert "Ce lien a été rapporté, il n'est pas établi." in app.card
    assert "INF-" in app.card


def test_expanding_adds_and_undo_takes_back(app: App) -> None:
    before = {n["id"] for n in started(app).canvas["nodes"]}

    app.do({"op": "expand", "ids": [app.node("Mado")["id"]]})
    after = {n["id"] for n in app.canvas["nodes"]}
    undone = {n["id"] for n in app.do({"op": "undo"}).canvas["nodes"]}

    assert before < after
    assert undone == before
    assert app.canvas["can"] == {"undo": True, "redo": True}


def test_a_hub_asks_which_neighbours_to_show(app: App) -> None:
    started(app)

    app.do({"op": "expand", "ids": [app.node("Kaz")["id"]]})
    ask = app.canvas["ask"]

    assert "Lesquels montrer?" in ask["title"]
    assert [a["label"] for a in ask["answers"][:2]] == ["Les 25 plus récents", "Les 25 mieux sourcés"]
    assert len(app.canvas["nodes"]) == 12
    assert len(app.do(ask["answers"][1]["op"]).canvas["nodes"]) == 12 + 25
    assert app.canvas["ask"] is None


def test_a_place_that_links_nobody_is_grey_says_so_and_asks_before_it_is_expanded(app: App, sample: Graph) -> None:
    mall = store.search(sample.desk(), "galeries rivesaule")[0][0].entity.id
    app.do({"op": "go", "ids": [mall]}).do({"op": "only", "ids": [mall]}).do({"op": "expand", "ids": [mall]})
    note = "Être au même endroit ne fait pas un lien."

    assert app.node("Galeries")["icon"] == "Place-grey"
    assert app.node("Galeries")["note"] == note
    assert note in app.card
    assert app.canvas["ask"]["text"] == note


def test_the_menu_counts_before_anything_is_expanded(app: App) -> None:
    kaz = started(app).node("Kaz")["id"]

    app.do({"op": "menu", "ids": [kaz]})

    assert app.canvas["menu"]["id"] == kaz
    assert all(int(r["n"]) > 0 and r["types"] for r in app.canvas["menu"]["rows"])
    assert len(app.canvas["nodes"]) == 12


def test_hidden_entities_leave_the_drawing_and_the_table(app: App) -> None:
    mado = started(app).node("Mado")["id"]

    app.do({"op": "hide", "ids": [mado]})

    assert app.canvas["hidden"] == 1
    assert mado not in {n["id"] for n in app.canvas["nodes"]}
    assert mado not in str(app.sent(".panel", "Tableau des liens"))


def test_the_legend_filters_drawing_and_table_alike(app: App) -> None:
    started(app)
    lines = len(app.canvas["edges"])

    app.do({"op": "mute", "type": "Place"})
    table = app.sent(".panel", "Tableau des liens")["blocks"][0]

    assert not any(n["icon"].startswith("Place") for n in app.canvas["nodes"])
    assert len(app.canvas["edges"]) < lines
    assert len(table["body"][0]["rows"]) == len(app.canvas["edges"])
    assert next(row for row in app.canvas["legend"] if row["type"] == "Place")["on"] is False


def test_a_search_says_why_each_hit_matched_and_is_logged_once(app: App, sample: Graph) -> None:
    before = looks(sample)
    app.test.text_input(key="search").set_value("mado")
    app.run()
    after = looks(sample)
    app.run()

    hits = app.sent(".panel", '"look": "drops"')["blocks"]
    assert "surnoms" in str(hits)
    assert any("Mado" in h.get("text", "") for h in hits)
    assert after == before + 1
    assert looks(sample) == after


def test_a_search_that_finds_nothing_says_what_to_try(app: App) -> None:
    app.test.text_input(key="search").set_value("zzzzqqq")
    app.run()

    assert "Aucun résultat" in app.test.info[0].value


def test_clicking_about_asks_nothing_twice(app: App, sample: Graph) -> None:
    kaz = started(app).node("Kaz")["id"]
    mado = app.node("Mado")["id"]
    app.do({"op": "select", "ids": [mado]})
    before = looks(sample)

    app.do({"op": "select", "ids": [mado]})
    assert looks(sample) == before
    app.do({"op": "select", "ids": [kaz]})
    assert looks(sample) == before + 1


def test_english_is_complete(app: App) -> None:
    app.test.session_state["lang"] = "en"
    started(app.run())

    assert app.canvas["lang"] == "en"
    assert app.canvas["count"].startswith("12 shown of ")
    assert "mentioned person" in app.card
    for french in ("affichés", "Déployer", "personne mentionnée", "habituellement", "Contacts rapportés"):
        assert french not in app.everything()


def test_the_privacy_officer_reads_why_there_is_no_network_and_nothing_else(app: App) -> None:
    started(app).look_as(Role.PRIVACY)

    assert "journal d'accès" in app.test.markdown[0].value
    assert not any(c.proto.component_name.endswith(".canvas") for c in app.test.get("bidi_component"))
    assert "Kaz" not in app.everything()
    assert len(app.look_as(Role.ANALYST).canvas["nodes"]) == 12


def test_what_another_role_does_not_see_was_never_on_its_canvas(app: App, sample: Graph) -> None:
    desk = sample.desk(Role.INTELLIGENCE)
    secret = hidden_from_analysts(sample)
    name = store.profile(desk, secret).entity.caption
    app.look_as(Role.INTELLIGENCE)
    started(app).do({"op": "go", "ids": [secret]})
    assert secret in {n["id"] for n in app.canvas["nodes"]}

    app.look_as(Role.ANALYST)

    assert secret not in app.everything()
    assert name not in app.everything()
    assert secret in {n["id"] for n in app.look_as(Role.INTELLIGENCE).canvas["nodes"]}


def test_the_picture_of_a_role_is_that_of_a_newcomer_who_sees_the_same(app: App, sample: Graph) -> None:
    started(app.look_as(Role.INTELLIGENCE)).look_as(Role.ANALYST)
    switched = app.canvas
    drawn = [n["id"] for n in switched["nodes"]]

    fresh = store.network(sample.desk(Role.ANALYST), drawn)

    assert drawn == [e.id for e in fresh.entities]
    assert [e["id"] for e in switched["edges"]] == [t.id for t in fresh.ties]


def test_an_id_that_is_not_to_be_seen_and_one_that_does_not_exist_look_the_same(app: App, sample: Graph) -> None:
    secret = hidden_from_analysts(sample)
    answers = []
    started(app)
    for wanted in (secret, "0" * 32):
        app.do({"op": "expand", "ids": [wanted]})
        answers.append((app.test.warning[0].value, len(app.canvas["nodes"])))

    assert answers[0] == answers[1] == ("Introuvable.", 12)


@pytest.mark.parametrize(
    "op", [{"op": "select", "ids": ["0" * 32]}, {"op": "hide", "ids": [7, None]}, {"op": "boo"}, {}]
)
def test_what_a_browser_makes_up_harms_nothing(app: App, op: dict[str, Any]) -> None:
    assert len(started(app).do(op).canvas["nodes"]) == 12


def test_where_the_data_is_real_nothing_is_read_before_a_role_is_chosen(empty_app: App, empty: Graph) -> None:
    assert "dans quel rôle" in empty_app.test.info[0].value
    assert not any(e.role == Role.OPERATOR for e in empty.log.entries())


def test_an_empty_database_says_what_to_do(empty_app: App) -> None:
    empty_app.look_as(Role.ANALYST)

    assert empty_app.canvas["start"]["sentence"] == "Aucune information n'est encore chargée."
    assert "mobilis" in empty_app.canvas["start"]["note"]


def test_a_database_that_does_not_answer_is_said_in_plain_words(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("bolt://somewhere is down")

    monkeypatch.setattr(store, "neighbours", gone)
    started(app)

    assert "ne répond pas" in app.test.warning[0].value
    assert "somewhere" not in app.everything()


def test_no_log_no_answer(app: App, monkeypatch: pytest.MonkeyPatch, sample: Graph) -> None:
    class Broken:
        def execute(self, *_: object) -> None:
            raise sqlite3.OperationalError("disk full")

        in_transaction = False

    monkeypatch.setattr(sample.log, "_db", Broken())
    started(app)

    assert "journal d'accès" in str(app.test.warning[0].value)
    assert app.canvas["nodes"] == []


def test_the_canvas_refuses_more_than_it_can_hold(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST", 12)
    started(app).do({"op": "expand", "ids": [app.node("Mado")["id"]]})

    assert "au plus 12 entités" in app.test.warning[0].value
    assert len(app.canvas["nodes"]) == 12


def hidden_from_analysts(sample: Graph) -> str:
    """An entity that only a tip not yet triaged mentions."""
    rows = sample.ask(
        "MATCH (e:Entity)<-[m:MENTIONS]-(:Tip) WITH e, collect(m.guard) AS guards "
        "WHERE all(g IN guards WHERE g = 'restricted') AND NOT e:Tip RETURN e.id AS id ORDER BY id LIMIT 1"
    )
    return str(rows[0]["id"])
