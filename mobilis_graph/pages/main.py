"""Every page's surroundings: banner, language, role, navigation, footer. Streamlit runs this file."""

import logging
from pathlib import Path
from typing import Any

import streamlit as st

from mobilis_graph.access import ROLE_WORDS, Role
from mobilis_graph.errors import MobilisError
from mobilis_graph.pages import actions, current, explore
from mobilis_graph.pages.canvas import show_panel
from mobilis_graph.pages.current import LANGS, lang, tr
from mobilis_graph.pages.words import APP, ERRORS, day
from mobilis_graph.store import Meta

_logger = logging.getLogger(__name__)
SCRIPT = Path(__file__).resolve()
ICON = SCRIPT.parent / "icon.png"
ROLES = tuple(r for r in Role if r is not Role.OPERATOR)

STYLE = """
<style>
.stMainBlockContainer { padding: 1rem 1.6rem 3rem; max-width: none; }
.st-key-header { padding-right: 2.2rem; }
.st-key-found { height: 0; position: relative; z-index: 60; overflow: visible; }
.st-key-found:empty, .st-key-said:empty { display: none; }
.stAppHeader { background: transparent; height: 2.6rem; min-height: 0; }
.stAppHeader, .stAppHeader * { pointer-events: none; } /* it lies over our own header */
.stAppHeader :is(a, button, button *) { pointer-events: auto; }
.stMainBlockContainer [data-testid="stVerticalBlock"] { gap: 0.6rem; }
</style>
"""


def run() -> None:
    """Draw the page that was asked for; our own errors are sentences."""
    st.set_page_config(page_title="MOBILIS graph", page_icon=str(ICON), layout="wide")
    st.html(STYLE)
    try:
        meta = current.meta()
        if _header(meta):
            page = st.Page(explore.show, title=tr(APP.explore), url_path="explore", default=True)
            st.navigation([page], position="top").run()
        else:
            st.info(tr(APP.choose_first))
    except MobilisError as exc:
        st.error(tr(ERRORS[type(exc)]))
        st.button(tr(APP.retry), on_click=current.forget)
    footer = [{"is": "text", "text": tr(APP.footer)}]
    show_panel(footer, key="footer", lang=lang(), act=lambda _: None, look="footer")


def unexpected(exc: Exception) -> bool:
    """Say an error we did not foresee in plain words; its own words go to the log, not to the screen."""
    _logger.error("unexpected: %s", type(exc).__name__, exc_info=exc)
    st.error(tr(ERRORS[MobilisError]))
    return True


def _header(meta: Meta) -> bool:
    """Banner, language and role; false while nobody has said in which role he looks."""
    left, middle, right = st.container(key="header").columns([6.6, 1.5, 3], vertical_alignment="center", gap="small")
    with middle:
        options: dict[str, Any] = {"required": True, "bind": "query-params", "label_visibility": "collapsed"}
        st.segmented_control("Langue / Language", LANGS, key="lang", default="fr", format_func=str.upper, **options)
    with left:
        show_panel([{"is": "brand", "text": _banner(meta)}], key="brand", lang=lang(), act=lambda _: None)
    with right:
        _role(meta)
    return current.has_role()


def _banner(meta: Meta) -> str:
    """*Données fictives · Rivesaule · nous sommes le 2 novembre 2026*; on real data, its title alone."""
    title = meta.title_en if lang() == "en" else meta.title_fr
    if not meta.fictional:
        return title
    return f"{title or tr(APP.fictional)} · {tr(APP.today).format(day=day(meta.today, lang()))}"


def _role(meta: Meta) -> None:
    """On fictional data, look through anybody's eyes; on real data, say in which role one looks."""
    label = tr(APP.see_as if meta.fictional else APP.your_role)
    names = {r: f"{label} {tr(ROLE_WORDS[r])}" for r in ROLES}
    st.selectbox(
        label,
        ROLES,
        index=0 if meta.fictional else None,
        key="role",
        format_func=names.__getitem__,
        on_change=actions.change_role,
        placeholder=tr(APP.choose),
        label_visibility="collapsed",
    )


if __name__ == "__main__":
    run()
