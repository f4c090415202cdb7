"""Page: start from one entity and walk outwards. The canvas, the card beside it, the table below."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from mobilis_graph import store, workspace
from mobilis_graph.access import Role
from mobilis_graph.analysis.layout import seats
from mobilis_graph.errors import Denied, MobilisError
from mobilis_graph.graph import Entity, Hit, Subgraph, Tie
from mobilis_graph.pages import card, current
from mobilis_graph.pages.canvas import Op, show_canvas, show_panel
from mobilis_graph.pages.current import lang, tr
from mobilis_graph.pages.words import APP, CANVAS, CARD, ERRORS, EXPLORE, day, number
from mobilis_graph.render import canvas, icons
from mobilis_graph.schema import MENTIONS, NODE
from mobilis_graph.workspace import Workspace

AROUND = 11  # neighbours of the first entity: about twelve in all, not three hundred
AT_ONCE = 25  # new neighbours that are drawn without asking
MOST_READABLE, MOST = 1000, 2000
HITS = 8


def show() -> None:
    """Draw the page."""
    try:
        with st.spinner(tr(APP.reading)):
            counts = current.remembered("counts", (), lambda: store.counts(current.desk()))
            sub = _picture()
            panel = _card(sub, counts)
    except Denied:
        _log_only()
        return
    _search()
    _tell_fault()
    drawn = canvas.without(sub, here().view.muted)
    left, right = st.columns([7, 3], gap="small")
    with left:
        show_canvas(_canvas(sub, drawn, counts), key="canvas", act=act)
    with right:
        images = icons.images({(t, grey) for t in NODE for grey in (False, t == "Place")})
        title = panel[0].get("text", "")
        show_panel(panel, key="card", lang=lang(), act=act, images=images, title=title, scrolls=True)
    if sub.entities:
        table = {"is": "fold", "key": "lines", "text": tr(EXPLORE.lines), "side": str(len(drawn.ties)), "body": [card.line_table(drawn)]}
        show_panel([table], key="lines", lang=lang(), act=act)


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
        cut = now  # drawn for nobody: the page itself says why
    st.session_state["parked"] = (st.session_state.get("role_before", Role.ANALYST), now, cut)
    st.session_state["role_before"] = current.role()
    st.session_state["ask"] = st.session_state["menu"] = st.session_state["fault"] = None
    _keep(cut)


def _keep(new: Workspace) -> None:
    st.session_state["workspace"] = new


def _first(op: Op) -> str:
    ids = op.get("ids") or ("",)
    return str(ids[0])


def _times() -> dict[str, Any]:
    return {"as_of": here().as_of, "known_on": here().known_on}


def _focus(ids: tuple[str, ...], line: str | None = None) -> None:
    """Have the canvas select and show something; a number makes each request a new one."""
    before = st.session_state.get("focus") or {"seq": 0}
    st.session_state["focus"] = {"seq": before["seq"] + 1, "nodes": list(ids), "line": line}


def _start_again(op: Op) -> None:
    ids = tuple(str(i) for i in op.get("ids", ()))
    found: list[str] = list(ids)
    for one in ids:
        around = store.neighbours(current.desk(), one, limit=AROUND, **_times())
        found += [e.id for e in around.entities]
    _keep(workspace.handle(op, here(), found=found))
    _focus(ids)


def _go(entity: str) -> None:
    """Select an entity, drawn first where it was not; on an empty canvas, with those around it."""
    if not here().view.drawn:
        _start_again({"op": "start", "ids": [entity]})
        return
    sub = store.network(current.desk(), [entity], **_times())
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
        chosen = op.get("order") or op.get("types")
        if (len(new) > AT_ONCE and not op.get("order")) or (canvas.links_nobody(sub.entities[0]) and new and not chosen):
            st.session_state["ask"] = _question(sub, op)
            break
        if len(new) > room:
            st.session_state["fault"] = tr(EXPLORE.too_many).format(most=MOST)
            break
        found += new[:AT_ONCE]
    if found:
        _keep(workspace.handle(op, here(), found=found))
    elif not st.session_state["ask"] and not st.session_state["fault"]:
        st.session_state["fault"] = tr(EXPLORE.nothing_more)


def _around(entity: str, op: Op) -> Subgraph:
    """The entity and one neighbour more than is drawn without asking."""
    types = [str(t) for t in op.get("types") or ()] or None
    order = "sourced" if op.get("order") == "sourced" else "recent"
    drawn = here().view.drawn
    if types is None and any(e.type == "Tip" for e in _picture().entities if e.id == entity):
        types = [MENTIONS]
    return store.neighbours(
        current.desk(), entity, limit=AT_ONCE + 1, order=order, types=types, without=drawn, **_times()
    )


def _question(sub: Subgraph, op: Op) -> dict[str, Any]:
    """Which of the neighbours? The newest, the best sourced, or those of one relation."""
    centre = card.called(sub.entities[0])
    counted = store.neighbour_counts(current.desk(), centre.id, **_times())
    drawn = {i for t in _picture().ties if centre.id in (t.a, t.b) for i in (t.a, t.b)} - {centre.id}
    same = {"op": "expand", "ids": [centre.id]} | ({"types": op["types"]} if op.get("types") else {})
    n = min(AT_ONCE, sub.total - len(drawn))
    answers = [
        {"label": tr(EXPLORE.hub_recent).format(n=n), "n": "", "op": {**same, "order": "recent"}},
        {"label": tr(EXPLORE.hub_sourced).format(n=n), "n": "", "op": {**same, "order": "sourced"}},
    ]
    if not op.get("types"):
        answers += [{"label": r["label"], "n": r["n"], "op": {**same, "types": r["types"]}} for r in _by_relation(counted)]
    return {
        "title": tr(EXPLORE.hub_title).format(name=centre.caption, n=sub.total - len(drawn)),
        "text": tr(EXPLORE.nobody) if canvas.links_nobody(centre) else "",
        "answers": answers,
    }


def _count_for_menu(entity: str) -> None:
    counted = store.neighbour_counts(current.desk(), entity, **_times())
    st.session_state["menu"] = {"id": entity, "rows": _by_relation(counted)}


def _by_relation(counted: tuple[tuple[str, str, int], ...]) -> list[dict[str, Any]]:
    """One line a relation: its words, the types at its other end, how many."""
    found: dict[str, list[tuple[str, int]]] = {}
    for relation, node_type, n in counted:
        found.setdefault(relation, []).append((node_type, n))
    return [
        {
            "label": f"{card.relation_words(r)} – {', '.join(tr(NODE[t].plural).lower() for t, _ in rows)}",
            "n": str(sum(n for _, n in rows)),
            "types": [r],
        }
        for r, rows in found.items()
    ]


def _picture() -> Subgraph:
    """What is on the canvas, as this viewer may see it, read again when anything it hangs on changes."""
    drawn = here().view.drawn
    if not drawn:
        return Subgraph(entities=(), ties=(), total=0)
    key = (frozenset(drawn), here().as_of, here().known_on, lang())
    return current.remembered("picture", key, lambda: _named(store.network(current.desk(), drawn, **_times())))


def _named(sub: Subgraph) -> Subgraph:
    return replace(sub, entities=tuple(card.called(e) for e in sub.entities))


def _canvas(sub: Subgraph, drawn: Subgraph, counts: Mapping[str, int]) -> dict[str, Any]:
    """All that the component is sent."""
    here_ = here()
    net = canvas.network(drawn, _seats(drawn), _canvas_words(), pinned=here_.view.pinned)
    nodes, edges = canvas.nodes_and_edges(net)
    total = sum(n for t, n in counts.items() if t in NODE and t != "Tip")
    return {
        "store": "explore",
        "lang": lang(),
        "words": {name: tr(text) for name, text in vars(CANVAS).items() if not name.startswith("_")},
        "images": canvas.images(sub),
        "nodes": nodes,
        "edges": edges,
        "legend": canvas.legend(sub, here_.view.muted, tr),
        "count": tr(EXPLORE.count).format(n=len(nodes), total=max(total, len(nodes))) if nodes else "",
        "can": {"undo": bool(here_.past), "redo": bool(here_.future)},
        "hidden": len(here_.view.hidden),
        "focus": st.session_state.get("focus"),
        "menu": st.session_state.get("menu"),
        "ask": st.session_state.get("ask"),
        "start": None if nodes else _opening(counts),
    }


def _seats(sub: Subgraph) -> dict[str, tuple[float, float]]:
    """Seats for what the canvas has not placed itself: all of a new picture, nobody of one that grew.

    Sent once a picture and kept, so that a click changes no byte of them.
    """
    kept: dict[str, tuple[float, float]] = st.session_state.setdefault("seats", {})
    if not any(e.id in kept for e in sub.entities):
        kept = st.session_state["seats"] = seats(sub)
    return kept


def _canvas_words() -> canvas.Words:
    return canvas.Words(say=tr, relation=card.relation_words, nobody=tr(EXPLORE.nobody), node=_node_hint, line=_line_hint)


def _node_hint(entity: Entity, more: int) -> list[str]:
    n = entity.neighbours
    lines = [entity.caption, tr(NODE[entity.type].label), tr(CARD.one_neighbour if n == 1 else CARD.neighbours).format(n=n)]
    if more:
        lines.append(tr(CARD.one_not_shown if more == 1 else CARD.not_shown).format(n=more))
    return lines + ([tr(EXPLORE.nobody)] if canvas.links_nobody(entity) else [])


def _line_hint(tie: Tie, sentences: list[str]) -> list[str]:
    origins = tr(CARD.origins_one) if tie.origins == 1 else tr(CARD.origins).format(n=tie.origins)
    tips = tr(CARD.tips_one) if tie.tips == 1 else tr(CARD.tips_many).format(n=tie.tips)
    last = day(tie.last or tie.first, lang()) or tr(CARD.undated)
    return [*sentences, f"{origins}, {tips}", last]


def _opening(counts: Mapping[str, int]) -> dict[str, Any]:
    """The first sentence and its one button; on an empty database, what to do."""
    if not counts.get("tips"):
        return {"sentence": tr(EXPLORE.nothing), "note": tr(EXPLORE.nothing_note)}
    hit = current.remembered("start", (), lambda: store.start(current.desk()))
    if hit is None:
        return {"sentence": tr(EXPLORE.start_note), "note": ""}
    name = hit.matched.strip("«» \u00a0") or card.called(hit.entity).caption
    told = EXPLORE.start_one if hit.entity.tips == 1 else EXPLORE.start
    return {
        "id": hit.entity.id,
        "sentence": tr(told).format(number=number(hit.entity.tips, lang()), name=name),
        "button": tr(EXPLORE.start_button).format(name=name),
        "note": tr(EXPLORE.start_note),
    }


def _card(sub: Subgraph, counts: Mapping[str, int]) -> list[card.Block]:
    """The card of what is selected."""
    here_ = here()
    drawn = {e.id: e for e in sub.entities}
    ties = {t.id: t for t in sub.ties}
    if here_.line in ties:
        tie = ties[here_.line]
        key = (tie.id, here_.as_of, here_.known_on)
        rows, ends = current.remembered("line", key, lambda: store.tie(current.desk(), tie.a, tie.b, **_times()))
        return card.line_card(rows, ends, tie.a, tie.b)
    chosen = [i for i in here_.selected if i in drawn]
    if not chosen:
        return card.nothing_selected(counts)
    actions = _actions(tuple(chosen))
    if len(chosen) > 1:
        return card.several_selected([drawn[i] for i in chosen], actions)
    one = chosen[0]
    key = (one, here_.as_of, here_.known_on)
    return card.entity_card(current.remembered("card", key, lambda: store.profile(current.desk(), one, **_times())), actions)


def _actions(ids: tuple[str, ...]) -> card.Block:
    pinned = set(ids) <= here().view.pinned
    items = [
        {"text": tr(CANVAS.expand), "key": "E", "main": True, "op": {"op": "expand", "ids": ids}},
        {"text": tr(CANVAS.unpin if pinned else CANVAS.pin), "key": "P", "op": {"op": "pin", "ids": ids}},
        {"text": tr(CANVAS.hide), "key": "H", "op": {"op": "hide", "ids": ids}},
    ]
    return {"is": "buttons", "items": items}


def _search() -> None:
    """The search box, and under it the hits with the reason for each."""
    typed = st.text_input(
        tr(EXPLORE.search),
        key="search",
        type="search",
        placeholder=tr(EXPLORE.search_hint),
        label_visibility="collapsed",
        icon=":material/search:",
        live="400ms",
        max_chars=200,
    )
    if not (typed or "").strip():
        return
    try:
        hits, total = current.remembered("search", typed, lambda: store.search(current.desk(), str(typed), limit=HITS))
    except MobilisError as exc:
        st.error(tr(ERRORS[type(exc)]))
        return
    if not hits:
        st.info(tr(EXPLORE.no_hit))
        return
    images = icons.images({(h.entity.type, canvas.links_nobody(h.entity)) for h in hits})
    head = {"is": "text", "text": tr(EXPLORE.hits).format(n=len(hits), total=total), "tone": "aside"}
    show_panel([head, *map(_hit, hits)], key="hits", lang=lang(), act=_picked, images=images)


def _hit(hit: Hit) -> card.Block:
    entity = card.called(hit.entity)
    node = NODE[entity.type]
    field = tr(EXPLORE.why_text) if hit.field == "text" else card.prop_words(node, hit.field)
    tips = tr(CARD.tips_one) if entity.tips == 1 else tr(CARD.tips_many).format(n=entity.tips)
    return {
        "is": "row",
        "icon": icons.name(entity.type, grey=canvas.links_nobody(entity)),
        "text": entity.caption,
        "note": f"{tr(node.label)} – {tr(EXPLORE.why).format(field=field, matched=hit.matched)}",
        "side": tips if entity.type != "Tip" else "",
        "op": {"op": "go", "ids": [entity.id]},
    }


def _picked(op: Op) -> None:
    act(op)
    st.session_state["search"] = ""


def _tell_fault() -> None:
    if fault := st.session_state.get("fault"):
        st.warning(fault)
    if len(here().view.drawn) > MOST_READABLE:
        st.warning(tr(EXPLORE.many))


def _log_only() -> None:
    st.subheader(tr(APP.log_only_title))
    st.write(tr(APP.log_only))
