"""
Who is looking, in which language, through which desk.

The only page module that knows how the parts are put together; the pages receive a desk.
"""

import getpass
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

import streamlit as st

from mobilis_graph import door, queries, store
from mobilis_graph.access import Role, Viewer
from mobilis_graph.desk import Desk
from mobilis_graph.pages.words import Lang
from mobilis_graph.schema import Text
from mobilis_graph.settings import Settings

LANGS: tuple[Lang, ...] = ("fr", "en")
_T = TypeVar("_T")


def parts() -> door.Parts:
    """Database, log and secret, opened once for all sessions; an embedded engine that died is started again."""
    found = _opened()
    if not found.alive():
        _opened.clear()
        found.close()
        found = _opened()
    return found


@st.cache_resource(show_spinner=False)
def _opened() -> door.Parts:
    queries.load()
    return door.open_parts(Settings.from_env())


def desk() -> Desk:
    """The desk of whoever looks at this session."""
    return parts().desk(viewer())


def viewer() -> Viewer:
    """Who looks: the system's user until sign-in exists, in the role chosen at the top."""
    return Viewer(user=_user(), role=role())


def has_role() -> bool:
    """Whether this session looks in a role yet."""
    return st.session_state.get("role") is not None


def role() -> Role:
    """The role of this session; until one is chosen, the one that reads nothing."""
    return cast(Role, st.session_state.get("role") or Role.OPERATOR)


def lang() -> Lang:
    """The language of this session; French first."""
    chosen = st.session_state.get("lang")
    return chosen if chosen in LANGS else "fr"


def tr(text: Text) -> str:
    """The words in the language of this session."""
    return text.en if lang() == "en" else text.fr


def meta() -> store.Meta:
    """The state of the installation: today, the banner, and a version that grows with every change."""
    return store.meta(desk())


def remembered(name: str, key: Hashable, ask: Callable[[], _T]) -> _T:
    """The last answer to a question of this session, asked and logged again when anything it hangs on changed.

    The key is completed with the role and the version of the data: an answer never outlives either.
    """
    whole = (key, role(), meta().version)
    answers: dict[str, Any] = st.session_state.setdefault("answers", {})
    if name not in answers or answers[name][0] != whole:
        answers[name] = (whole, ask())
    return cast(_T, answers[name][1])


def forget() -> None:
    """Ask everything anew, through a newly opened door."""
    st.session_state.pop("answers", None)
    _opened.clear()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
