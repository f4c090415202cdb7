"""
The two components of the pages: the canvas, and panels of text around it.

Both are files of this package that Streamlit serves as they are (`front/`, declared in
`mobilis_graph/pyproject.toml`). Python sends plain values; JavaScript turns them into text nodes and
drawings, never into HTML. Actions come back numbered, and each number is taken once.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

Op = Mapping[str, Any]

_CANVAS = '<div class="mobilis-canvas" tabindex="0" role="group"></div>'
_PANEL = '<div class="mobilis-panel"></div>'


@st.cache_resource(show_spinner=False)
def _component(name: str, html: str) -> Any:
    return st.components.v2.component(f"mobilis-graph.{name}", html=html, css=f"{name}.css", js=f"{name}.js")


def show_canvas(data: Mapping[str, Any], *, key: str, act: Callable[[Op], None]) -> None:
    """Draw the canvas; `act` is called with each action before the page is drawn again."""
    _mount("canvas", _CANVAS, data, key, act)


def show_panel(blocks: list[dict[str, Any]], *, key: str, lang: str, act: Callable[[Op], None], **more: Any) -> None:
    """Draw a panel of blocks, as `panel.js` lists them."""
    _mount("panel", _PANEL, {"blocks": blocks, "lang": lang, **more}, key, act)


def _mount(name: str, html: str, data: Mapping[str, Any], key: str, act: Callable[[Op], None]) -> None:
    taken: dict[str, int] = st.session_state.setdefault("taken", {})
    _component(name, html)(
        key=key,
        data={**data, "taken": taken.get(key, 0)},
        on_ops_change=lambda: take(st.session_state[key], taken, key, act),
    )


def take(sent: Mapping[str, Any], taken: dict[str, int], key: str, act: Callable[[Op], None]) -> None:
    """Hand on the operations not taken yet, oldest first; what is no numbered operation is dropped."""
    ops = sent.get("ops")
    if not isinstance(ops, list):
        return
    for op in ops:
        seq = op.get("seq") if isinstance(op, Mapping) else None
        if isinstance(seq, int) and seq > taken.get(key, 0):
            taken[key] = seq
            act(op)
