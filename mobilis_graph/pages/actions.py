"""What the canvas and the panels ask for: each action gives a new workspace, asking the store where it must."""

from dataclasses import replace
from typing import Any

import streamlit as st

from mobilis_graph import store, workspace
from mobilis_graph.access import Role
from mobilis_graph.errors import MobilisError
from mobilis_graph.graph import Order, Subgraph
from mobilis_graph.pages import card, current
from mobilis_graph.pages.canvas import Op
from mobilis_graph.pages.current import lang, tr
from mobilis_graph.pages.words import ERRORS, EXPLORE
from mobilis_graph.render import canvas
from mobilis_graph.schema import MENTIONS, NODE
from mobilis_graph.workspace import Workspace

AROUND = 11  # neighbours of the first entity: about twelve in all, not three hundred
AT_ONCE = 25  # new neighbours that are drawn without asking
MOST = 2000  # entities on the canvas


def here() -> Workspace:
    """The workspace of this session."""
    found: Workspace = st.session_state.setdefault("workspace", Workspace())
    return found


def act(op: Op) -> None:
    """Do one action of the canvas or of a panel; what cannot be done is said, and changes nothing."""
    st.session_state["ask"] = None
    st.session_state["fault"] = None
    try:
        match op.get("op"):
            case "menu":
                _count_for_menu(_first(op))
            case "start" | "only":
                _start_again(op)
            case "expand":
                _expand(op)
            case "go":
                _go(_first(op))
            case "line":
                _keep(workspace.handle({"op": "select", "line": op.get("line")}, here()))
                _focus((), str(op.get("line")))
            case _:
                _keep(workspace.handle(op, here()))
    except MobilisError as exc:
        st.session_state["fault"] = tr(ERRORS[type(exc)])


def change_role() -> None:
    """Look through other eyes: what they do not see was never on their canvas, in no step of it.

    Who comes back without having changed anything finds what he had left.
    """
    now, parked = here(), st.session_state.get("parked")
    known = parked[1] if parked and parked[0] == current.role() and parked[2] == now else now
    st.session_state["answers"] = {}
    try:
        seen = {e.id for e in store.network(current.desk(), known.ids).entities} if known.ids else set()
        cut = workspace.only_seen(known, seen)
    except MobilisError:
        cut = Workspace()  # nobody can say what he may see of it
    st.session_state["parked"] = (st.session_state.get("role_before", Role.ANALYST), now, cut)
    st.session_state["role_before"] = current.role()
    for name in ("ask", "menu", "fault", "focus", "seats"):  # nothing that names what others saw
        st.session_state.pop(name, None)
    _keep(cut)


def _keep(new: Workspace) -> None:
    st.session_state["workspace"] = new


def _first(op: Op) -> str:
    ids = op.get("ids") or ("",)
    return str(ids[0])


def times() -> dict[str, Any]:
    return {"as_of": here().as_of, "known_on": here().known_on}


def _focus(ids: tuple[str, ...], line: str | None = None) -> None:
    """Have the canvas select and show something; a number makes each request a new one."""
    st.session_state["focuses"] = seq = st.session_state.get("focuses", 0) + 1
    st.session_state["focus"] = {"seq": seq, "nodes": list(ids), "line": line}


def _start_again(op: Op) -> None:
    ids = tuple(str(i) for i in op.get("ids", ()))
    found: list[str] = list(ids)
    for one in ids:
        around = store.neighbours(current.desk(), one, limit=AROUND, order="sourced", **times())
        found += [e.id for e in around.entities]
    _keep(workspace.handle(op, here(), found=found))
    _focus(ids)


def _go(entity: str) -> None:
    """Select an entity, drawn first where it was not; on an empty canvas, with those around it."""
    if not here().view.drawn:
        _start_again({"op": "start", "ids": [entity]})
        return
    sub = store.network(current.desk(), [entity], **times())
    shown = workspace.handle({"op": "show", "ids": [entity]}, here(), found=[e.id for e in sub.entities])
    muted = shown.view.muted - {e.type for e in sub.entities}
    shown = replace(shown, view=replace(shown.view, muted=muted))
    _keep(workspace.handle({"op": "select", "ids": [e.id for e in sub.entities]}, shown))
    _focus(tuple(e.id for e in sub.entities))


def _expand(op: Op) -> None:
    """Add neighbours; a hub, or a place that links nobody, asks which ones first."""
    found: list[str] = []
    for one in (str(i) for i in op.get("ids", ())):
        room = MOST - len(here().view.shown) - len(found)
        sub = _around(one, op)
        new = [e.id for e in sub.entities if e.id not in here().view.drawn and e.id != one]
        if new and _must_ask(sub, len(new), op):
            st.session_state["ask"] = _question(sub, op)
            break
        if len(new) > room:
            st.session_state["fault"] = tr(EXPLORE.too_many).format(most=MOST)
            break
        found += new[:AT_ONCE]
    if found:
        _keep(workspace.handle(op, here(), found=found))
    elif not st.session_state.get("ask") and not st.session_state.get("fault"):
        st.session_state["fault"] = tr(EXPLORE.nothing_more)


def _must_ask(sub: Subgraph, new: int, op: Op) -> bool:
    if op.get("order"):
        return False
    return new > AT_ONCE or (canvas.links_nobody(sub.entities[0]) and not op.get("types"))


def _around(entity: str, op: Op) -> Subgraph:
    """The entity and one neighbour more than is drawn without asking."""
    types = [str(t) for t in op.get("types") or ()] or None
    order: Order = "sourced" if op.get("order") == "sourced" else "recent"
    drawn = here().view.drawn
    if types is None and any(e.type == "Tip" for e in picture().entities if e.id == entity):
        types = [MENTIONS]
    return store.neighbours(
        current.desk(), entity, limit=AT_ONCE + 1, order=order, types=types, without=drawn, **times()
    )


def _question(sub: Subgraph, op: Op) -> dict[str, Any]:
    """Which of the neighbours? The newest, the best sourced, or those of one relation."""
    centre = card.called(sub.entities[0])
    counted = store.neighbour_counts(current.desk(), centre.id, **times())
    drawn = {i for t in picture().ties if centre.id in (t.a, t.b) for i in (t.a, t.b)} - {centre.id}
    same = {"op": "expand", "ids": [centre.id]} | ({"types": op["types"]} if op.get("types") else {})
    n = min(AT_ONCE, sub.total - len(drawn))
    answers = [
        {"label": tr(EXPLORE.hub_recent).format(n=n), "n": "", "op": {**same, "order": "recent"}},
        {"label": tr(EXPLORE.hub_sourced).format(n=n), "n": "", "op": {**same, "order": "sourced"}},
    ]
    if not op.get("types"):
        answers += [
            {"label": r["label"], "n": r["n"], "op": {**same, "types": r["types"]}} for r in _by_relation(counted)
        ]
    return {
        "title": tr(EXPLORE.hub_title).format(name=centre.caption, n=sub.total - len(drawn)),
        "text": tr(EXPLORE.nobody) if canvas.links_nobody(centre) else "",
        "answers": answers,
    }


def _count_for_menu(entity: str) -> None:
    counted = store.neighbour_counts(current.desk(), entity, **times())
    st.session_state["menu"] = {"id": entity, "rows": _by_relation(counted)}


def _by_relation(counted: tuple[tuple[str, str, int], ...]) -> list[dict[str, Any]]:
    """One line a relation: its words, the types at its other end, how many."""
    found: dict[str, list[tuple[str, int]]] = {}
    for relation, node_type, n in counted:
        found.setdefault(relation, []).append((node_type, n))
    return [
        {
            "label": _relation_to(r, [tr(NODE[t].plural).lower() for t, _ in rows]),
            "n": str(sum(n for _, n in rows)),
            "types": [r],
        }
        for r, rows in sorted(found.items(), key=lambda item: -sum(n for _, n in item[1]))
    ]


def _relation_to(relation: str, plurals: list[str]) -> str:
    ends = ", ".join(plurals)
    return ends.capitalize() if relation == MENTIONS else f"{card.relation_words(relation)} – {ends}"


def picture() -> Subgraph:
    """What is on the canvas, as this viewer may see it, read again when anything it hangs on changes."""
    drawn = here().view.drawn
    if not drawn:
        return Subgraph(entities=(), ties=(), total=0)
    key = (frozenset(drawn), here().as_of, here().known_on, lang())
    return current.remembered("picture", key, lambda: _named(store.network(current.desk(), drawn, **times())))


def _named(sub: Subgraph) -> Subgraph:
    return replace(sub, entities=tuple(card.called(e) for e in sub.entities))
