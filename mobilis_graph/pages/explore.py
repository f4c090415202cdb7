"""Page: start from one entity and walk outwards. The canvas, the card beside it, the table below."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import streamlit as st

from mobilis_graph import store
from mobilis_graph.analysis.layout import seats
from mobilis_graph.errors import Denied, MobilisError
from mobilis_graph.graph import Entity, Hit, Subgraph, Tie
from mobilis_graph.pages import card, current
from mobilis_graph.pages.actions import act, here, picture, times
from mobilis_graph.pages.canvas import Op, show_canvas, show_panel
from mobilis_graph.pages.current import lang, tr
from mobilis_graph.pages.words import APP, CANVAS, CARD, ERRORS, EXPLORE, day, number
from mobilis_graph.render import canvas, icons
from mobilis_graph.schema import NODE

MOST_READABLE = 1000  # entities
HITS = 8
LONGEST = 200  # characters of a search


def show() -> None:
    """Draw the page."""
    try:
        with st.empty(), _reading():
            counts = current.remembered("counts", (), lambda: store.counts(current.desk()))
            sub = picture()
            panel = _card(sub, counts)
    except Denied:
        _log_only()
        return
    _search()
    with st.container(key="said"):
        _tell_fault()
    drawn = canvas.without(sub, here().view.muted)
    left, right = st.columns([7, 3], gap="small")
    with left:
        show_canvas(_canvas(sub, drawn, counts), key="canvas", act=act)
    with right:
        images = icons.images({(t, grey) for t in NODE for grey in (False, t == "Place")})
        title = panel[0].get("text", "")
        show_panel(panel, key="card", lang=lang(), act=act, images=images, title=title, look="scrolls")
    if sub.entities:
        table = {
            "is": "fold",
            "key": "lines",
            "text": tr(EXPLORE.lines),
            "side": str(len(drawn.ties)),
            "body": [card.line_table(drawn)],
        }
        show_panel([table], key="lines", lang=lang(), act=act)


def _reading() -> AbstractContextManager[Any]:
    """Say that the network is being read, the first time only: later the canvas itself shows that it waits."""
    return nullcontext() if "answers" in st.session_state else st.spinner(tr(APP.reading))


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
        "count": _count(drawn, nodes, max(total, len(nodes))) if nodes else "",
        "can": {"undo": bool(here_.past), "redo": bool(here_.future)},
        "hidden": len(here_.view.hidden),
        "focus": st.session_state.get("focus"),
        "menu": st.session_state.get("menu"),
        "ask": st.session_state.get("ask"),
        "start": None if nodes else _opening(counts),
    }


def _count(drawn: Subgraph, nodes: list[dict[str, Any]], total: int) -> str:
    """How many are shown of all there are; and of the neighbours of the one that is selected."""
    told = tr(EXPLORE.count_one if len(nodes) == 1 else EXPLORE.count).format(n=len(nodes), total=total)
    more = {n["id"]: n["more"] for n in nodes}
    chosen = [e for e in drawn.entities if (e.id,) == here().selected and e.neighbours]
    for one in chosen:
        shown = one.neighbours - more[one.id]
        told += tr(EXPLORE.count_around).format(name=one.caption, n=shown, total=one.neighbours)
    return told


def _seats(sub: Subgraph) -> dict[str, tuple[float, float]]:
    """Seats for what the canvas has not placed itself: all of a new picture, nobody of one that grew.

    Sent once a picture and kept, so that a click changes no byte of them.
    """
    kept: dict[str, tuple[float, float]] = st.session_state.setdefault("seats", {})
    if not any(e.id in kept for e in sub.entities):
        kept = st.session_state["seats"] = seats(sub)
    return kept


def _canvas_words() -> canvas.Words:
    return canvas.Words(
        say=tr, relation=card.relation_words, nobody=tr(EXPLORE.nobody), node=_node_hint, line=_line_hint
    )


def _node_hint(entity: Entity, more: int) -> list[str]:
    n = entity.neighbours
    lines = [
        entity.caption,
        tr(NODE[entity.type].label),
        tr(CARD.one_neighbour if n == 1 else CARD.neighbours).format(n=n),
    ]
    if more:
        lines.append(tr(CARD.one_not_shown if more == 1 else CARD.not_shown).format(n=more))
    return lines + ([tr(EXPLORE.nobody)] if canvas.links_nobody(entity) else [])


def _line_hint(tie: Tie, sentences: list[str]) -> list[str]:
    origins = tr(CARD.origins_one) if tie.origins == 1 else tr(CARD.origins).format(n=tie.origins)
    tips = tr(CARD.tips_one) if tie.tips == 1 else tr(CARD.tips_many).format(n=tie.tips)
    when = (tie.last, tie.precisions[1]) if tie.last else (tie.first, tie.precisions[0])
    last = day(when[0], lang(), when[1]) or tr(CARD.undated)
    return [*sentences, f"{origins}, {tips}", last]


def _opening(counts: Mapping[str, int]) -> dict[str, Any]:
    """The first sentence and its one button; on an empty database, what to do."""
    if not counts.get("tips"):
        return {"sentence": tr(EXPLORE.nothing), "note": tr(EXPLORE.nothing_note)}
    person = current.remembered("start", (), lambda: store.start(current.desk()))
    if person is None:
        return {"sentence": tr(EXPLORE.start_note), "note": ""}
    name = person.caption.strip("«» \u00a0") or card.called(person).caption
    told = EXPLORE.start_one if person.tips == 1 else EXPLORE.start
    return {
        "id": person.id,
        "sentence": tr(told).format(number=number(person.tips, lang()), name=name),
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
        rows, ends = current.remembered("line", key, lambda: store.tie(current.desk(), tie.a, tie.b, **times()))
        return card.line_card(rows, ends, tie.a, tie.b)
    chosen = [i for i in here_.selected if i in drawn]
    if not chosen:
        return card.nothing_selected(counts)
    actions = _actions(tuple(chosen))
    if len(chosen) > 1:
        return card.several_selected([drawn[i] for i in chosen], actions)
    one = chosen[0]
    key = (one, here_.as_of, here_.known_on)
    return card.entity_card(
        current.remembered("card", key, lambda: store.profile(current.desk(), one, **times())), actions
    )


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
    )
    with st.container(key="found"):
        _hits((typed or "")[:LONGEST].strip())


def _hits(typed: str) -> None:
    if not typed:
        return
    try:
        hits, total = current.remembered("search", typed, lambda: store.search(current.desk(), typed, limit=HITS))
    except MobilisError as exc:
        st.error(tr(ERRORS[type(exc)]))
        return
    if not hits:
        st.info(tr(EXPLORE.no_hit))
        return
    images = icons.images({(h.entity.type, canvas.links_nobody(h.entity)) for h in hits})
    head = {"is": "text", "text": tr(EXPLORE.hits).format(n=len(hits), total=total), "tone": "aside"}
    show_panel([head, *map(_hit, hits)], key="hits", lang=lang(), act=_picked, images=images, look="drops")


def _hit(hit: Hit) -> card.Block:
    entity = card.called(hit.entity)
    node = NODE[entity.type]
    why = "; ".join(
        tr(EXPLORE.why).format(
            field=tr(EXPLORE.why_text) if field == "text" else card.prop_words(node, field), matched=said
        )
        for field, said in hit.why
    )
    told = {"Place": ("address", "municipality"), "Person": ("name",)}.get(
        entity.type, ()
    )  # tells two of one alias apart
    apart = [str(entity.facts[n][0]) for n in told if entity.facts.get(n) and n not in dict(hit.why)]
    tips = tr(CARD.tips_one) if entity.tips == 1 else tr(CARD.tips_many).format(n=entity.tips)
    return {
        "is": "row",
        "icon": icons.name(entity.type, grey=canvas.links_nobody(entity)),
        "text": entity.caption,
        "note": " – ".join((tr(node.label), why, *([", ".join(apart)] if apart else []))),
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
