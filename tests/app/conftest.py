"""The whole app, run without a browser on a real graph."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mobilis_graph import door
from mobilis_graph.pages import current
from mobilis_graph.settings import Settings
from tests.conftest import Graph


def _script() -> None:
    """Do what the test asked for, as a component would have it done, then draw the page."""
    import streamlit as st

    from mobilis_graph.pages import actions, main

    for op in st.session_state.pop("todo", []):
        actions.act(op)
    main.run()


class App:
    """The app as a user has it: what is sent to its components, and what they send back."""

    def __init__(self, script: Callable[[], None]) -> None:
        self.test = AppTest.from_function(script, default_timeout=60)
        self.run()

    def run(self) -> "App":
        """Draw the page again."""
        self.test.run()
        assert not self.test.exception, self.test.exception[0].message
        return self

    def do(self, *ops: dict[str, Any]) -> "App":
        """Do what clicks on the canvas or in a panel would do."""
        self.test.session_state["todo"] = list(ops)
        return self.run()

    def look_as(self, role: str) -> "App":
        """Choose a role under *Voir comme*."""
        self.test.selectbox(key="role").select(role)
        return self.run()

    def sent(self, name: str, holding: str = "") -> dict[str, Any]:
        """What a component was sent; among several panels, the one whose words hold a text."""
        for component in self.test.get("bidi_component"):
            data: dict[str, Any] = json.loads(component.proto.json)
            if component.proto.component_name.endswith(name) and holding in json.dumps(data, ensure_ascii=False):
                return data
        raise AssertionError(f"no {name} holds {holding!r}")

    @property
    def canvas(self) -> dict[str, Any]:
        """What the canvas was sent."""
        return self.sent(".canvas")

    @property
    def card(self) -> str:
        """The words of the card."""
        return json.dumps(self.sent(".panel", '"look": "scrolls"')["blocks"], ensure_ascii=False)

    def node(self, label: str) -> dict[str, Any]:
        """The node with that caption."""
        return next(n for n in self.canvas["nodes"] if label in n["label"])

    def everything(self) -> str:
        """Every word that left for the browser."""
        sent = [json.loads(c.proto.json) for c in self.test.get("bidi_component")]
        return json.dumps(sent, ensure_ascii=False) + str(self.test.main)


@pytest.fixture
def app(sample: Graph, monkeypatch: pytest.MonkeyPatch) -> App:
    """The app on the sample data, seen by an analyst, in French."""
    monkeypatch.setattr(
        current, "parts", lambda: door.Parts(sample.db, sample.log, sample.ring, Settings(home=sample.home))
    )
    return App(_script)


@pytest.fixture
def empty_app(empty: Graph, monkeypatch: pytest.MonkeyPatch) -> App:
    """The app on an empty database."""
    monkeypatch.setattr(
        current, "parts", lambda: door.Parts(empty.db, empty.log, empty.ring, Settings(home=empty.home))
    )
    return App(_script)
