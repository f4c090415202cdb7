"""A newcomer's first minutes in a real browser, on the sample data, through `mobilis serve`.

Every page opened here fails its test when it asks anything outside loopback or writes to the
console (see `open_page`).
"""

import os
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import HOSTILE
from tests.browser.test_canvas import places, runs_under

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


class Explorer:
    """The Explore page as a user has it: eyes on the canvas, a mouse and a keyboard."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.canvas = page.locator(".mobilis-canvas")
        self.card = page.locator(".mobilis-panel.scrolls")
        self.start = self.canvas.locator(".opening .primary")
        self.start.wait_for()

    def begin(self) -> "Explorer":
        """Press the one button."""
        self.start.click()
        return self.settled(lambda d: len(d["nodes"]) == 12)

    def probe(self) -> dict[str, Any]:
        """What is drawn."""
        found: dict[str, Any] = self.canvas.evaluate("canvas => canvas.probe()")
        return found

    def settled(self, there: Callable[[dict[str, Any]], bool] = lambda _: True) -> "Explorer":
        """Wait until that is drawn and the camera stands still."""
        last: Any = None
        for _ in range(100):
            self.page.wait_for_timeout(120)
            now = self.probe()
            if there(now) and now == last and not self.canvas.evaluate("c => c.classList.contains('busy')"):
                return self
            last = now
        raise AssertionError(f"not drawn: {[n['label'] for n in self.probe()['nodes']]}")

    def node(self, label: str) -> dict[str, Any]:
        """The drawn entity with that caption."""
        return next(n for n in self.probe()["nodes"] if label in n["label"])

    def at(self, label: str) -> tuple[float, float]:
        """Where an entity is on the screen."""
        box, screen = self.canvas.bounding_box(), self.node(label)["screen"]
        return box["x"] + screen["x"], box["y"] + screen["y"]

    def click(self, label: str, **how: Any) -> "Explorer":
        """Click an entity, and wait for its card."""
        self.page.mouse.click(*self.at(label), **how)
        self.card.locator("h2", has_text=label).wait_for()
        return self

    def press(self, key: str) -> "Explorer":
        """Press a key on the canvas."""
        self.canvas.press(key)
        return self

    def count(self) -> int:
        """How many entities are drawn."""
        return len(self.probe()["nodes"])


@pytest.fixture
def explorer(open_page: Open, app_url: str) -> Explorer:
    """The page, in French, in the light theme."""
    return Explorer(open_page(app_url, color_scheme="light"))


def shot(page: Any, name: str) -> None:
    """Keep a picture where MOBILIS_TEST_SHOTS says, to be looked at."""
    if folder := os.environ.get("MOBILIS_TEST_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_the_first_minute(explorer: Explorer) -> None:
    page = explorer.page

    assert page.get_by_text("Données fictives · Rivesaule · nous sommes le 2 novembre 2026").is_visible()
    assert explorer.canvas.locator(".sentence").inner_text() == (
        "Six informations parlent d'un certain “Kaz”. Qui est autour de lui?"
    )
    shot(page, "1-debut-clair")
    explorer.begin()
    shot(page, "2-kaz-clair")

    assert explorer.canvas.locator(".count").inner_text().startswith("12 affichés sur ")
    assert {"« Kaz »", "« Doc »", "« Mado »"} <= {n["label"] for n in explorer.probe()["nodes"]}
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.get_by_text("Aide à l'analyse — pas une preuve.").is_visible()
    assert runs_under(explorer.probe()) == []


def test_search_select_expand_undo_redo(explorer: Explorer) -> None:
    page = explorer.page
    page.get_by_label("Rechercher").fill("kaz")
    hits = page.locator(".mobilis-panel.drops")
    hits.locator(".row").first.wait_for()
    assert "surnoms : Kaz" in hits.inner_text().replace("\u00a0", " ")
    hits.locator(".row", has_text="« Kaz »").click()
    explorer.settled(lambda d: len(d["nodes"]) == 12)
    stood = places(explorer.probe())

    page.mouse.dblclick(*explorer.at("Mado"))
    explorer.settled(lambda d: len(d["nodes"]) > 12)
    drawn = explorer.probe()

    assert {i: places(drawn)[i] for i in stood} == stood
    for node in (n for n in drawn["nodes"] if n["id"] not in stood):
        assert 0 < node["screen"]["x"] < drawn["size"]["width"]
        assert 0 < node["screen"]["y"] < drawn["size"]["height"]
    assert runs_under(drawn) == []
    shot(page, "3-mado-deployee")
    explorer.press("Control+z").settled(lambda d: len(d["nodes"]) == 12)
    assert places(explorer.probe()) == stood
    explorer.press("Control+y").settled(lambda d: len(d["nodes"]) == len(drawn["nodes"]))
    assert places(explorer.probe()) == places(drawn)


def test_a_line_shows_the_tips_behind_it(explorer: Explorer) -> None:
    explorer.begin().press("Escape").settled()
    drawn, box = explorer.probe(), explorer.canvas.bounding_box()
    kaz = explorer.node("Kaz")
    line = next(e for e in drawn["lines"] if {e["from"], e["to"]} == {kaz["id"], explorer.node("Mado")["id"]})
    middle = line["points"][30]

    explorer.page.mouse.click(
        box["x"] + kaz["screen"]["x"] + (middle["x"] - kaz["x"]) * drawn["scale"],
        box["y"] + kaz["screen"]["y"] + (middle["y"] - kaz["y"]) * drawn["scale"],
    )
    explorer.card.get_by_text("Ce lien a été rapporté, il n'est pas établi.").wait_for()

    words = explorer.card.inner_text()
    assert "INF-26-" in words
    assert "Source" in words
    assert "origine" in words
    assert "suspect" not in words.lower()
    assert explorer.probe()["line"] == line["id"]
    shot(explorer.page, "4-ligne")


def test_the_keyboard_reaches_everything(explorer: Explorer) -> None:
    explorer.begin().click("Mado")
    explorer.press("p").settled(lambda d: any(n["pinned"] for n in d["nodes"]))
    explorer.press("h").settled(lambda d: len(d["nodes"]) == 11)
    explorer.press("Control+z").settled(lambda d: len(d["nodes"]) == 12)
    assert explorer.node("Mado")["pinned"]

    explorer.press("ArrowRight").settled(lambda d: d["selected"] != [])
    walked = explorer.probe()["selected"]
    explorer.press("ArrowLeft").settled(lambda d: d["selected"] != walked)
    explorer.press("m")
    explorer.canvas.locator(".menu button").first.wait_for()
    explorer.press("Escape")
    assert not explorer.canvas.locator(".menu").is_visible()
    explorer.press("Escape").settled(lambda d: d["selected"] == [])
    before = explorer.probe()["scale"]
    explorer.press("+").press("+").settled(lambda d: d["scale"] > before)
    explorer.press("f").settled(lambda d: abs(d["scale"] - before) < 0.2)


def test_quick_keys_are_none_of_them_lost(explorer: Explorer) -> None:
    explorer.begin()
    for label in ("Mado", "Doc", "Trey"):
        explorer.click(label).press("h").settled()
    assert explorer.count() == 9

    for _ in range(3):
        explorer.press("Control+z")

    explorer.settled(lambda d: len(d["nodes"]) == 12)


def test_several_are_selected_by_shift_and_drag(explorer: Explorer) -> None:
    explorer.begin().press("Escape").settled()
    box, page = explorer.canvas.bounding_box(), explorer.page

    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + 5, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 90, steps=6)
    page.mouse.up()
    page.keyboard.up("Shift")
    explorer.settled(lambda d: len(d["selected"]) == 12)

    explorer.card.get_by_text("12 entités sélectionnées").wait_for()


def test_the_menu_and_the_question_before_a_hub(explorer: Explorer) -> None:
    explorer.begin().click("Kaz", button="right")
    menu = explorer.canvas.locator(".menu")
    menu.get_by_text("fréquente – personnes").wait_for()
    shot(explorer.page, "5-menu")

    menu.get_by_text("Déployer").click()
    question = explorer.canvas.locator(".question")
    question.get_by_text("Les 25 mieux sourcés").wait_for()
    shot(explorer.page, "6-question")
    explorer.press("Escape")
    question.wait_for(state="hidden")

    assert explorer.count() == 12


def test_the_legend_filters_and_the_table_agrees(explorer: Explorer) -> None:
    explorer.begin()
    explorer.canvas.locator(".type", has_text="Lieux").click()
    explorer.settled(lambda d: len(d["nodes"]) < 12)

    summary = explorer.page.locator("summary", has_text="Tableau des liens affichés")
    summary.click()
    explorer.page.locator("table").wait_for()

    assert explorer.page.locator("tbody tr").count() == len(explorer.probe()["lines"])


def test_english_dark_and_back(open_page: Open, app_url: str) -> None:
    explorer = Explorer(open_page(f"{app_url}/?lang=EN", color_scheme="dark"))
    page = explorer.page
    assert "Six tips speak of a certain “Kaz”" in explorer.canvas.locator(".sentence").inner_text()
    explorer.begin()
    shot(page, "7-kaz-sombre-en")

    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == "rgb(16, 21, 31)"
    assert "mentioned person" in explorer.card.inner_text()
    stood = places(explorer.probe())
    page.get_by_text("FR", exact=True).click()
    explorer.card.get_by_text("personne mentionnée").first.wait_for()
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert places(explorer.settled().probe()) == stood


def seen(drawing: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Where everything stands on the screen."""
    return {n["id"]: (n["screen"]["x"], n["screen"]["y"]) for n in drawing["nodes"]}


def test_looking_through_other_eyes(explorer: Explorer) -> None:
    page = explorer.begin().page

    def look_as(name: str) -> None:
        page.get_by_test_id("stSelectbox").click()
        page.get_by_role("option", name=name).click()

    before = seen(explorer.settled(lambda d: len(d["nodes"]) == 12).probe())
    for _ in range(2):
        look_as("Protection des renseignements")
        page.get_by_text("Ce rôle ne voit pas le réseau.").wait_for()
        assert page.locator(".mobilis-canvas").count() == 0
        shot(page, "8-protection")
        look_as("Analyste")
        explorer.canvas.wait_for()
        explorer.settled(lambda d: len(d["nodes"]) == 12)

    after = seen(explorer.probe())
    assert {i: pytest.approx(place, abs=2) for i, place in before.items()} == after


def test_hostile_strings_stay_inert(explorer: Explorer) -> None:
    page = explorer.page
    dialogs: list[str] = []
    page.on("dialog", lambda d: (dialogs.append(d.message), d.dismiss()))
    page.get_by_label("Rechercher").fill("zorglub")
    page.locator(".mobilis-panel.drops .row").first.click()
    explorer.settled(lambda d: len(d["nodes"]) == 2)

    explorer.card.locator("summary", has_text="fréquente").first.click()
    page.mouse.move(*explorer.at("Zorglub"))
    page.wait_for_timeout(600)
    shot(page, "9-hostile")

    assert HOSTILE in explorer.card.locator("h2").inner_text()
    assert page.locator("img[src*=evil], a[href*=javascript], b:has-text('gras')").count() == 0
    assert dialogs == []


def test_leaving_and_coming_back_to_the_tab_keeps_the_picture(explorer: Explorer) -> None:
    stood = places(explorer.begin().probe())

    explorer.page.set_viewport_size({"width": 1100, "height": 760})
    explorer.settled()

    assert places(explorer.probe()) == stood
    shot(explorer.page, "10-petit-ecran")


def test_the_server_closes_what_is_not_for_users_and_says_what_may_run(app_url: str) -> None:
    with urllib.request.urlopen(app_url) as page:
        policy = page.headers["content-security-policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    for closed in ("/_stcore/metrics", "/_stcore/agent/openapi.json"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(app_url + closed)
