"""The card: an entity, a line or several entities, as blocks for a panel, with the tips behind every word."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mobilis_graph.graph import Assertion, Entity, Profile, Said, Subgraph, Tie, TipView
from mobilis_graph.pages.current import lang, tr
from mobilis_graph.pages.words import CARD, EXPLORE, MENTIONS, STATUSES, UNNAMED, day, period
from mobilis_graph.render import canvas, icons
from mobilis_graph.schema import (
    ADULT,
    BASES,
    GRADES_CONTENT,
    GRADES_SOURCE,
    NODE,
    REL,
    Choice,
    NodeType,
    Prop,
    RelType,
    Text,
)
from mobilis_graph.store.profile import MOST

Block = dict[str, Any]
PEOPLE = ("Person", "YoungPerson")


def called(entity: Entity) -> Entity:
    """The entity with a caption that is never empty, and an event's kind before its date."""
    node = NODE[entity.type]
    kinds = entity.facts.get("kind", ())
    if entity.type == "Event" and not entity.facts.get("title") and kinds:
        told = value_words(node, "kind", kinds[0])
        return replace(entity, caption=f"{told}, {day(entity.caption, lang())}" if entity.caption else told)
    return entity if entity.caption.strip() else replace(entity, caption=f"{tr(node.label)} ({tr(UNNAMED)})")


def nothing_selected(counts: Mapping[str, int]) -> list[Block]:
    """What to do, and what the network holds."""
    rows = [[tr(NODE[t].plural), str(n)] for t, n in counts.items() if t in NODE and t != "Tip"]
    rows.append([tr(NODE["Tip"].plural), str(counts.get("tips", 0))])
    return [
        {"is": "title", "text": tr(CARD.empty_title)},
        {"is": "text", "text": tr(CARD.empty)},
        {"is": "text", "text": tr(CARD.empty_more), "tone": "muted"},
        {"is": "section", "text": tr(CARD.network), "body": [{"is": "pairs", "rows": rows}]},
    ]


def several_selected(entities: Sequence[Entity], actions: Block) -> list[Block]:
    """The names of what is selected."""
    rows: list[Block] = [
        {"is": "row", "icon": icons.name(e.type), "text": e.caption, "note": tr(NODE[e.type].label), "op": _go(e.id)}
        for e in map(called, entities)
    ]
    title: Block = {"is": "title", "text": tr(CARD.several).format(n=len(entities))}
    return [title, actions, *rows]


def entity_card(profile: Profile, actions: Block) -> list[Block]:
    """Who or what it is, what is said of it, what it is tied to, what is denied."""
    entity, node = called(profile.entity), NODE[profile.entity.type]
    told = tr(CARD.one_tip) if entity.tips == 1 else tr(CARD.many_tips).format(n=entity.tips)
    blocks: list[Block] = [
        {
            "is": "title",
            "icon": icons.name(entity.type, grey=canvas.links_nobody(entity)),
            "text": entity.caption,
            "chips": [{"text": tr(node.label)}, *_status_chips(profile)],
        },
        {"is": "text", "text": told if entity.type != "Tip" else "", "tone": "muted"},
        actions,
        *_ground(profile),
    ]
    if canvas.links_nobody(entity):
        blocks.append({"is": "text", "text": tr(EXPLORE.nobody), "tone": "notice"})
    blocks += _tip_itself(entity) if entity.type == "Tip" else _facts(profile)
    blocks += _links(profile) + _denials(profile) + _neutral(profile) + _contradictions(profile)
    if profile.tips and entity.type != "Tip":
        body = [_tip(t, f"all-{t.id}") for t in profile.tips]
        title = {"is": "fold", "key": "all-tips", "text": tr(CARD.all_tips), "side": str(len(body)), "body": body}
        blocks.append({"is": "section", "text": tr(NODE["Tip"].plural), "body": [title]})
    return blocks


def line_card(assertions: Sequence[Assertion], ends: Mapping[str, Entity], a: str, b: str) -> list[Block]:
    """The tips behind one line: what each asserts or denies, when, on what basis, how graded, in which words."""
    both = {i: called(e) for i, e in ends.items()}
    names = {i: e.caption for i, e in both.items()}
    title = " – ".join(names.get(i, "") for i in (a, b))
    asserted = [x for x in assertions if x.polarity == "asserts"]
    denied = [x for x in assertions if x.polarity != "asserts"]
    blocks: list[Block] = [
        {"is": "title", "text": title, "chips": [{"text": text} for text in _sums(asserted)]},
        {"is": "text", "text": tr(CARD.reported), "tone": "notice"},
    ]
    if any(canvas.links_nobody(e) for e in both.values()):
        blocks.append({"is": "text", "text": tr(EXPLORE.nobody), "tone": "notice"})
    rows = [_assertion(x, names, open_=n == 0) for n, x in enumerate(asserted)]
    blocks.append({"is": "section", "text": tr(CARD.tip_head), "n": len(rows), "body": rows})
    if denied:
        rows = [_assertion(x, names, open_=True) for x in denied]
        blocks.append({"is": "section", "text": tr(CARD.denials), "n": len(rows), "body": rows})
    return blocks


def line_table(sub: Subgraph, most: int = 500) -> Block:
    """The drawing's twin: every line shown, as a row."""
    entities = {e.id: called(e) for e in sub.entities}
    ties = sorted(sub.ties, key=lambda t: (-t.origins, entities[t.a].caption, entities[t.b].caption))
    captions = {i: e.caption for i, e in entities.items()}
    if not ties:
        return {"is": "text", "text": tr(EXPLORE.lines_none), "tone": "muted"}
    head = ("from", "relation", "to", "origins", "tips", "source", "content", "first", "last")
    shown = ties[:most]
    return {
        "is": "table",
        "text": tr(EXPLORE.lines_cut).format(n=len(shown), total=len(ties)),
        "head": [tr(getattr(EXPLORE, f"head_{name}")) for name in head],
        "rows": [_row(t, captions) for t in shown],
        "ops": [{"op": "line", "line": t.id} for t in shown],
    }


def _row(tie: Tie, captions: Mapping[str, str]) -> list[str]:
    start = tie.relations[0][1]
    end = tie.b if start == tie.a else tie.a
    relations = dict.fromkeys(relation_words(r) for r, _, _ in tie.relations)
    dates = [
        day(d, lang(), how) if d else tr(CARD.undated)
        for d, how in zip((tie.first, tie.last), tie.precisions, strict=True)
    ]
    letters = [choice_words(GRADES_SOURCE, tie.best_source), choice_words(GRADES_CONTENT, tie.best_content)]
    return [captions[start], ", ".join(relations), captions[end], str(tie.origins), str(tie.tips), *letters, *dates]


def relation_words(relation: str) -> str:
    """How a relation is told; an alleged one carries *aurait* in its own words."""
    return tr(REL[relation].label if relation in REL else MENTIONS)


def choice_words(choices: Iterable[Choice], value: Any) -> str:
    """The words of a choice; a value that is none comes back as text."""
    return next((tr(c.label) for c in choices if c.value == value), "" if value is None else str(value))


def value_words(owner: NodeType | RelType, prop: str, value: Any) -> str:
    """A value of a property in words: choices, dates and lists."""
    declared = next((p for p in owner.props if p.name == prop), None)
    if prop == "alleges" and value in REL:
        return relation_words(value)
    if isinstance(value, list | tuple):
        return ", ".join(value_words(owner, prop, v) for v in value)
    if declared is not None and declared.choices:
        return choice_words(declared.choices, value)
    if declared is not None and declared.kind in ("date", "datetime"):
        time = str(value)[11:16]
        return day(str(value), lang()) + (f", {time}" if time else "")
    return str(value)


def prop_words(owner: NodeType | RelType, prop: str) -> str:
    """The name of a property."""
    return next((tr(p.label) for p in owner.props if p.name == prop), prop)


def _status_chips(profile: Profile) -> list[Block]:
    if profile.entity.type == "YoungPerson":
        return [{"text": tr(CARD.protect)}]
    if profile.entity.type != "Person":
        return []
    status = profile.status.status if profile.status else "mentioned"
    return [{"text": tr(STATUSES.get(status, CARD.mentioned))}]


def _ground(profile: Profile) -> list[Block]:
    told = profile.status
    if told is None or not told.ground:
        return []
    text = tr(CARD.ground).format(ground=told.ground, author=told.author, day=day(told.at, lang()))
    return [{"is": "text", "text": text, "tone": "muted"}]


def _facts(profile: Profile) -> list[Block]:
    node = NODE[profile.entity.type]
    if node.name == "RawText":  # folded until asked for, whatever it tells
        quotes: list[Block] = [{"is": "quote", "text": str(said.value)} for said in profile.said if said.prop == "text"]
        return [{"is": "fold", "key": f"raw-{profile.entity.id}", "text": tr(CARD.raw_words), "body": quotes}]
    found: dict[tuple[str, str], list[Said]] = {}
    for said in profile.said:
        values = said.value if isinstance(said.value, list | tuple) else [said.value]
        for value in values:
            found.setdefault((said.prop, value_words(node, said.prop, value)), []).append(said)
    folds = [
        {
            "is": "fold",
            "key": f"fact-{prop}-{value}",
            "text": value,
            "note": prop_words(node, prop),
            "side": _origins(s.tip for s in rows),
            "body": [_tip(s.tip, f"fact-{prop}-{value}-{s.tip.id}", basis=s.basis) for s in _once(rows)],
        }
        for (prop, value), rows in found.items()
    ]
    cut = _cut(profile, "said", len({s.tip.id for s in profile.said}))
    return [{"is": "section", "text": tr(CARD.facts), "n": len(folds), "body": [*cut, *folds]}] if folds else []


def _cut(profile: Profile, what: str, shown: int) -> list[Block]:
    """That there are more than are shown, where there are."""
    total = profile.totals.get(what, 0)
    told = tr(CARD.cut).format(n=shown, total=total)
    return [{"is": "text", "text": told, "tone": "notice"}] if total > MOST else []


def _once(rows: Iterable[Said]) -> Iterable[Said]:
    return {s.tip.id: s for s in rows}.values()


def _tip_itself(entity: Entity) -> list[Block]:
    node = NODE["Tip"]
    facts = {p.name: entity.facts[p.name][0] for p in node.props if entity.facts.get(p.name)}
    rows = [[tr(p.label), value_words(node, p.name, facts[p.name])] for p in node.props if _is_row(p, facts)]
    return [{"is": "pairs", "rows": rows}, *_words_of(str(facts.get("text", "")), facts.get("disclosure"), entity.id)]


def _is_row(prop: Prop, facts: Mapping[str, Any]) -> bool:
    return prop.name in facts and prop.name not in ("text", "reference", "origin", "disclosure")


def _links(profile: Profile) -> list[Block]:
    groups = _by_other(profile, profile.assertions)
    people = [g for g in groups if g[0].type in PEOPLE and profile.entity.type in PEOPLE]
    young = sorted((g for g in people if _may_be_young(g[0])), key=lambda g: g[0].caption)  # never ranked
    adults = [g for g in people if g not in young]
    rest = [g for g in groups if g not in people]
    asserted = len(profile.assertions) + len(profile.denials) + len(profile.neutral)
    blocks = _cut(profile, "assertions", asserted)
    for heading, part in ((CARD.contacts, adults), (CARD.young, young), (CARD.links, rest)):
        if part:
            body = [_group(profile, other, rows) for other, rows in part]
            blocks.append({"is": "section", "text": tr(heading), "n": len(part), "body": body})
    return blocks or [{"is": "text", "text": tr(CARD.no_links), "tone": "muted"}]


def _may_be_young(entity: Entity) -> bool:
    return entity.type == "YoungPerson" or any(age < ADULT for age in entity.facts.get("ageMin", ()))


def _by_other(profile: Profile, rows: Iterable[Assertion]) -> list[tuple[Entity, list[Assertion]]]:
    """Assertions by the entity at their other end; most origins first, then the most recent."""
    found: dict[str, list[Assertion]] = {}
    for row in rows:
        other = row.end if row.start == profile.entity.id else row.start
        if other in profile.others:
            found.setdefault(other, []).append(row)
    groups = [(called(profile.others[i]), rows_) for i, rows_ in found.items()]
    groups.sort(key=lambda g: g[0].caption)
    groups.sort(key=lambda g: max(r.until or r.since or "" for r in g[1]), reverse=True)
    groups.sort(key=lambda g: -len({r.tip.origin for r in g[1]}))
    return groups


def _group(profile: Profile, other: Entity, rows: list[Assertion]) -> Block:
    names = {profile.entity.id: called(profile.entity).caption, other.id: other.caption}
    origins = len({r.tip.origin for r in rows})
    deduced = all(r.basis == "deduced" for r in rows)
    return {
        "is": "fold",
        "key": f"link-{other.id}-{rows[0].id}",
        "icon": icons.name(other.type, grey=canvas.links_nobody(other)),
        "text": other.caption,
        "note": ", ".join(dict.fromkeys(_seen_from(profile.entity.id, r) for r in rows)),
        "line": "dotted" if deduced else "solid" if origins > 1 else "dashed",
        "side": _origins(r.tip for r in rows),
        "go": {"title": tr(CARD.draw), "op": _go(other.id)},
        "body": [_assertion(r, names, open_=n == 0) for n, r in enumerate(rows)],
    }


def _seen_from(entity: str, assertion: Assertion) -> str:
    """The relation as told from one end: an arrow says that it comes from the other."""
    inward = assertion.end == entity and (assertion.type not in REL or REL[assertion.type].directed)
    return ("← " if inward else "") + relation_words(assertion.type)


def _denials(profile: Profile) -> list[Block]:
    rows = [_alone(profile, r) for r in profile.denials]
    return [{"is": "section", "text": tr(CARD.denials), "n": len(rows), "body": rows}] if rows else []


def _neutral(profile: Profile) -> list[Block]:
    rows = [_alone(profile, r) for r in profile.neutral]
    note = {"is": "text", "text": tr(CARD.neutral_note), "tone": "aside"}
    return [{"is": "section", "text": tr(CARD.neutral), "n": len(rows), "body": [note, *rows]}] if rows else []


def _alone(profile: Profile, assertion: Assertion) -> Block:
    names = {i: called(e).caption for i, e in (*profile.others.items(), (profile.entity.id, profile.entity))}
    return _assertion(assertion, names, open_=False)


def _contradictions(profile: Profile) -> list[Block]:
    told: dict[str, tuple[TipView, list[str]]] = {}
    said = {a.id: a for a in (*profile.assertions, *profile.denials, *profile.neutral)}
    names = {i: called(e).caption for i, e in (*profile.others.items(), (profile.entity.id, profile.entity))}
    for tip, about in profile.contradictions:
        against = said.get(about)
        sentence = f"{against.tip.reference}: {_sentence(against, names)}" if against else ""
        told.setdefault(tip.id, (tip, []))[1].append(sentence)
    rows = [{**_tip(tip, f"against-{tip.id}"), "note": "; ".join(filter(None, about))} for tip, about in told.values()]
    return [{"is": "section", "text": tr(CARD.contradicted), "n": len(rows), "body": rows}] if rows else []


def _assertion(assertion: Assertion, names: Mapping[str, str], *, open_: bool) -> Block:
    """One sentence; inside, when, on what basis, how graded, and the tip's words."""
    sentence = _sentence(assertion, names)
    when = period(assertion.since, assertion.until, lang(), assertion.precision) or tr(CARD.undated)
    relation = REL.get(assertion.type)
    details = (
        [[prop_words(relation, k), value_words(relation, k, v)] for k, v in assertion.extra.items()] if relation else []
    )
    if assertion.times > 1:
        details.append([tr(CARD.when), tr(CARD.times).format(n=assertion.times)])
    if assertion.note:
        details.append([tr(CARD.note), assertion.note])
    graded = (assertion.source_grade, assertion.content_grade)
    tip = _tip_body(assertion.tip, f"a-{assertion.id}", basis=assertion.basis, graded=graded, details=details)
    denied = assertion.polarity != "asserts"
    return {
        "is": "fold",
        "key": f"assertion-{assertion.id}",
        "text": sentence,
        "note": when,
        "side": tr(CARD.denied) if denied else tr(CARD.origin).format(n=assertion.tip.origin),
        "open": open_,
        "body": tip,
    }


def _sentence(assertion: Assertion, names: Mapping[str, str]) -> str:
    return f"{names.get(assertion.start, '')} {relation_words(assertion.type)} {names.get(assertion.end, '')}"


def _tip(tip: TipView, key: str, *, basis: str | None = None) -> Block:
    received = tr(CARD.received).format(day=day(tip.received_on, lang()))
    origin = tr(CARD.origin).format(n=tip.origin)
    body = _tip_body(tip, key, basis=basis)
    return {"is": "fold", "key": f"tip-{key}", "text": tip.reference, "note": received, "side": origin, "body": body}


def _tip_body(
    tip: TipView,
    key: str,
    *,
    basis: str | None = None,
    graded: tuple[str, str] | None = None,
    details: Iterable[list[str]] = (),
) -> list[Block]:
    """Grades in words, basis, reference, and the sanitised words; her own words stay folded."""
    source, content = graded or (tip.source_grade, tip.content_grade)
    rows = [
        [tr(CARD.source), choice_words(GRADES_SOURCE, source)],
        [tr(CARD.content), choice_words(GRADES_CONTENT, content)],
    ]
    if basis:
        rows.append([tr(CARD.basis), choice_words(BASES, basis)])
    chips = [tip.reference, tr(CARD.received).format(day=day(tip.received_on, lang())), tip.organisation, tip.handling]
    shown = {"is": "chips", "items": [{"text": c} for c in (*chips, tr(CARD.origin).format(n=tip.origin)) if c]}
    return [{"is": "pairs", "rows": [*rows, *details]}, *_words_of(tip.text, tip.disclosure, key), shown]


def _words_of(text: str, disclosure: Any, key: str) -> list[Block]:
    if not text:
        return [{"is": "text", "text": tr(CARD.no_text), "tone": "aside"}]
    quote = {"is": "quote", "text": text}
    if not disclosure:
        return [quote]
    heading = CARD.danger if disclosure == "present_danger" else CARD.own_words
    return [{"is": "fold", "key": f"words-{key}", "text": tr(heading), "body": [quote]}]


def _origins(tips: Iterable[TipView]) -> str:
    n = len({t.origin for t in tips})
    return tr(CARD.origins_one) if n == 1 else tr(CARD.origins).format(n=n)


def _sums(rows: Sequence[Assertion]) -> list[str]:
    tips = len({r.tip.id for r in rows})
    told: Text = CARD.tips_one if tips == 1 else CARD.tips_many
    return [_origins(r.tip for r in rows), tr(told).format(n=tips)] if rows else []


def _go(entity: str) -> dict[str, Any]:
    return {"op": "go", "ids": [entity]}
