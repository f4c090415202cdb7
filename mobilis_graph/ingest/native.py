"""Tables in MOBILIS's own columns: one for tips, one per node type, one per relationship type.

Each row is checked on its own here; `stage` checks the rows against one another.
"""

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mobilis_graph import keys, schema
from mobilis_graph.errors import InputError
from mobilis_graph.ingest import values
from mobilis_graph.ingest.stage import MASKED, Stage, pack
from mobilis_graph.ingest.tables import Table
from mobilis_graph.ingest.values import BadValue
from mobilis_graph.schema import ADULT, NodeType, Prop, RelType

Reader = Callable[[str], Any]
_TITLE = 80  # characters of a column's title that a message shows
YOUNGEST_ALLEGED = 10  # below it an age is a slip of the pen, not a person (domain.md §7, test 23)

_COMMON = {p.name: p for p in schema.ASSERTION_PROPS}
_JUDGEMENTS = ("same", "different", "unsure")
_STATUSES = ("of_interest", "suspect", "charged", "convicted", "acquitted", "withdrawn")
_EXTRA_TABLES = {
    "contradicts": ("tip", "contradicts", "type", "from", "to"),
    "same_as": ("from", "to", "judgement", "author", "at", "reason", "organisation"),
    "statuses": ("ref", "status", "ground", "author", "at"),
}
TABLES = frozenset(schema.BY_TABLE) | frozenset(_EXTRA_TABLES)


@dataclass(frozen=True, slots=True)
class Context:
    """What a load knows beyond its tables: the day it is, and where rows go."""

    stage: Stage
    today: str


class Refused(Exception):
    """One row that cannot be taken: the column, its value, why, and what to do."""

    def __init__(self, column: str, value: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason, self.remedy = column, value, reason, remedy


def read(tables: Iterable[Table], context: Context) -> None:
    """Check and stage every table; a table or column that is not ours stops the load at once."""
    for table in tables:
        if table.name not in TABLES:
            close = difflib.get_close_matches(table.name, sorted(TABLES), 1)
            hint = (
                f"did you mean {close[0]}?"
                if close
                else "see docs/tables.md for the names, or describe it in a mapping (--mapping)"
            )
            raise InputError(f"{table.where}: {table.name!r} is not one of our tables; {hint}")
        _read_table(table, context)


def _read_table(table: Table, context: Context) -> None:
    rows = iter(table.rows())
    try:
        line, header = next(rows)
    except StopIteration:
        raise InputError(f"{table.where}: empty, not even a header; the first line must name the columns") from None
    columns, stray = _columns(table, line, header)
    file = context.stage.file(table.where)
    private = table.name in PRIVATE
    take = _taker(table.name, columns, context)
    for line, cells in rows:
        at = (file, line)
        tip = _cell(cells, columns.get("tip", columns.get("reference")))
        try:
            _refuse_stray(cells, header, stray)
            take(cells, at)
        except Refused as no:
            value = no.value
            if table.name in UNSEEN or not _HARMLESS.fullmatch(value):
                value = shown(value, private or _has_token(cells))
            context.stage.refuse(at, no.column, value, no.reason, no.remedy, tip)


_HARMLESS = re.compile(r"[\W\d_]{0,25}|\w")  # a date in digits, a grade: nothing that could name anyone
UNSEEN = frozenset({schema.NODE["YoungPerson"].table, schema.NODE["RawText"].table})  # no value is ever told
PRIVATE = frozenset(  # tables whose rows may hold words about a young person
    UNSEEN | {"same_as"} | {r.table for r in schema.RELS if any("YoungPerson" in pair for pair in r.ends)}
)


def shown(value: str, private: bool) -> str:
    """A refused value as it is told: masked where it may be words about a young person."""
    return MASKED if value and private else value


def _has_token(cells: list[str]) -> bool:
    return any(cell.casefold().startswith("j-") for cell in cells)


def _refuse_stray(cells: list[str], header: list[str], stray: dict[int, tuple[str, str]]) -> None:
    """Refuse a row that says something under no column of ours; `stray` gives the reason and the remedy."""
    for position, (reason, remedy) in stray.items():
        if text := _cell(cells, position):
            raise Refused(f"column {position + 1}", text, reason, remedy)  # its title may be a name
    if any(cells[len(header) :]):
        reason = f"{len(cells)} values under {len(header)} columns"
        raise Refused("", "", reason, "quote a value that contains the separator")


def _columns(table: Table, line: int, header: list[str]) -> tuple[dict[str, int], dict[int, tuple[str, str]]]:
    """Column name -> position, and the positions that must stay blank, with why.

    InputError for a column that is missing, doubled or not ours. What is not ours in a table of young
    people is refused where it is filled in, row by row: it might name her, and so might its title.
    """
    known = {keys.fold(n): n for n in _known_columns(table.name)}
    found: dict[str, int] = {}
    stray: dict[int, tuple[str, str]] = {}
    for position, title in enumerate(header):
        name = known.get(keys.fold(title)) if len(title) <= _TITLE else None
        if name is None and not title:
            stray[position] = ("a value under a column without a name", "name the column, or empty it")
        elif name is None and table.name == schema.NODE["YoungPerson"].table:
            stray[position] = (_NOTHING_ELSE, "remove the value")
        elif name is None:
            close = difflib.get_close_matches(title, sorted(known.values()), 1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known.values())}"
            told = f"column {position + 1}" + ("" if table.name in PRIVATE else f" {title[:_TITLE]!r}")
            raise InputError(f"{table.where}, line {line}: {told} is not one of {table.name}; {hint}")
        elif name in found:
            raise InputError(f"{table.where}, line {line}: column {name!r} stands twice; remove one")
        else:
            found[name] = position
    if missing := [n for n in _needed_columns(table.name) if n not in found]:
        raise InputError(f"{table.where}, line {line}: column {', '.join(missing)} is missing; add it")
    return found, stray


def _known_columns(name: str) -> list[str]:
    if name in _EXTRA_TABLES:
        return list(_EXTRA_TABLES[name])
    kind = schema.BY_TABLE[name]
    own = [p.name for p in kind.props]
    if name == "tips":
        return own
    if isinstance(kind, RelType):
        return ["tip", "from", "to", *own, *_COMMON]
    head = ["tip"] if kind.name in ("YoungPerson", "RawText") else ["tip", "ref"]
    free = {"note"} if kind.name == "YoungPerson" else set()  # words about her could name her
    return [*head, *own, *(n for n in _COMMON if n not in own and n not in free)]


def _needed_columns(name: str) -> list[str]:
    if name in _EXTRA_TABLES:
        return [c for c in _EXTRA_TABLES[name] if c != "organisation"]
    kind = schema.BY_TABLE[name]
    required = [p.name for p in kind.props if p.required]
    if name == "tips":
        return required
    if isinstance(kind, RelType):
        return ["tip", "from", "to", *required]
    return (["tip"] if kind.name in ("YoungPerson", "RawText") else ["tip", "ref"]) + required


def _taker(name: str, columns: dict[str, int], context: Context) -> Callable[[list[str], tuple[int, int]], None]:
    """The function that checks and stages one row of this table."""
    if name == "contradicts":
        return lambda cells, at: _take_contradiction(cells, at, columns, context)
    if name == "same_as":
        return lambda cells, at: _take_judgement(cells, at, columns, context)
    if name == "statuses":
        return lambda cells, at: _take_status(cells, at, columns, context)
    kind = schema.BY_TABLE[name]
    readers = [(columns[p.name], p.name, reader(p)) for p in kind.props if p.name in columns]
    if name == "tips":
        return lambda cells, at: take_tip(_props(cells, readers, kind), at, context)
    common = [
        (columns[n], n, reader(p))
        for n, p in _COMMON.items()
        if n in columns and n not in ("since", "until") and n not in {q.name for q in kind.props}
    ]
    if isinstance(kind, RelType):
        return _rel_taker(kind, columns, readers, common, context)
    return _entity_taker(kind, columns, readers, common, context)


def reader(prop: Prop) -> Reader:
    """A parser of one column that remembers the few values a choice has."""
    if prop.kind != "choice":
        return lambda text: values.parse(prop, text)
    seen: dict[str, str] = {}

    def read_choice(text: str) -> str:
        if text not in seen:
            if len(seen) > 1000:
                seen.clear()
            seen[text] = values.choice(prop, text)
        return seen[text]

    return read_choice


def _cell(cells: list[str], position: int | None) -> str:
    return cells[position] if position is not None and position < len(cells) else ""


def _props(
    cells: list[str], readers: list[tuple[int, str, Reader]], kind: NodeType | RelType | None = None
) -> dict[str, Any]:
    """Read the filled cells of a row; raise Refused at the first that cannot be taken."""
    out: dict[str, Any] = {}
    count = len(cells)
    for position, name, read_cell in readers:
        text = cells[position] if position < count else ""
        if not text:
            continue
        try:
            out[name] = read_cell(text)
        except BadValue as no:
            raise Refused(name, text, no.reason, no.remedy) from no
    if kind is not None:
        for prop in kind.props:
            if prop.required and prop.name not in out:
                raise Refused(prop.name, "", f"{prop.name} is empty", f"fill it in: {prop.label.en}")
    return out


def take_tip(props: dict[str, Any], at: tuple[int, int], context: Context) -> None:
    """Check and stage one tip."""
    if props["receivedOn"] > context.today:
        raise Refused("receivedOn", props["receivedOn"], f"received after today ({context.today})", "correct the date")
    if props.get("heardOn", "") > props["receivedOn"]:
        raise Refused("heardOn", props["heardOn"], "heard after it was received", "correct one of the two dates")
    props.setdefault("handling", "TLP:RED")
    context.stage.add("tip", props["reference"], pack(props), *at)


def _need(cells: list[str], columns: dict[str, int], name: str) -> str:
    text = _cell(cells, columns.get(name))
    if not text:
        raise Refused(name, "", f"{name} is empty", "fill it in")
    try:
        return values.plain(text, values.MAX_TEXT if name in ("reason", "ground") else values.MAX_NAME)
    except BadValue as no:
        raise Refused(name, text, no.reason, no.remedy) from no


def _entity_taker(
    node: NodeType,
    columns: dict[str, int],
    readers: list[tuple[int, str, Reader]],
    common: list[tuple[int, str, Reader]],
    context: Context,
) -> Callable[[list[str], tuple[int, int]], None]:
    def take(cells: list[str], at: tuple[int, int]) -> None:
        tip = _need(cells, columns, "tip")
        props = _props(cells, readers, node)
        if node.name == "YoungPerson":
            ref = props["token"]
        elif node.name == "RawText":
            ref = f"raw:{tip}"
        else:
            ref = _need(cells, columns, "ref")
        take_entity(node, tip, ref, props, (_dated(cells, columns, moment=False), _props(cells, common)), at, context)

    return take


def take_entity(
    node: NodeType,
    tip: str,
    ref: str,
    props: dict[str, Any],
    about: tuple[dict[str, Any], dict[str, Any]],
    at: tuple[int, int],
    context: Context,
) -> None:
    """Check and stage what one tip says of one entity; `about` is when it was so, and how it is known."""
    if node.name == "YoungPerson":
        _check_young(props)
        if "note" in {**props, **about[1]}:
            raise Refused("note", MASKED, _NOTHING_ELSE, "remove the value")
    elif keys.TOKEN.fullmatch(ref):
        raise Refused("ref", MASKED, "this ref looks like a young person's token", "use another ref")
    if node.name == "Person":
        try:
            _check_person(props, context.today)
        except _Minor:
            context.stage.add("minor", ref, *at)  # whatever else is said of her is refused too
            raise
        if props.get("ageMin", ADULT) < ADULT:
            context.stage.add("doubtful", ref)
    if node.name == "Place":
        _check_range(props, "lat", -90, 90, "write degrees, latitude and longitude not exchanged")
        _check_range(props, "lon", -180, 180, "write degrees, latitude and longitude not exchanged")
    if node.name == "Vehicle":
        _check_range(props, "year", 1900, 2100, "correct the year")
    if node.name == "Event":
        _check_order(props)
    natural = keys.natural(node, props) or (f"raw\x1f{keys.fold(tip)}" if node.name == "RawText" else None)
    context.stage.add(
        "entity",
        tip,
        ref,
        node.name,
        pack({**props, **about[0], **about[1]}),
        natural,
        props.get("placeClass") or props.get("kind"),
        props.get("consent"),
        *at,
    )


class _Minor(Refused):
    """A person whom the row itself says to be under 18."""


def _check_range(props: dict[str, Any], name: str, low: float, high: float, remedy: str) -> None:
    if name in props and not low <= props[name] <= high:
        raise Refused(name, str(props[name]), f"outside {low} to {high}", remedy)


def _check_order(props: dict[str, Any]) -> None:
    start, end = props.get("startedAt", ""), props.get("endedAt", "")
    known = min(len(start), len(end))  # two days, or two minutes
    if end[:known] < start[:known]:
        raise Refused("endedAt", end, "it ends before it begins", "exchange startedAt and endedAt")


def _check_young(props: dict[str, Any]) -> None:
    """A young person is an opaque token; what more is said is refused, with its value masked."""
    if not keys.TOKEN.fullmatch(props["token"]):
        raise Refused(
            "token",
            MASKED,
            "a token is J- and 4 to 8 of the digits 2–9 and consonants, with at least one digit; anything else might name her",
            "let the youth centre make an opaque token, for this tip alone",
        )
    if props["consent"] != "accepts":
        for name in ("ageBand", "consentScope"):
            if name in props:
                raise Refused(
                    name, MASKED, "she refused or was not asked: the tip says nothing more of her", "leave it empty"
                )


def _check_person(props: dict[str, Any], today: str) -> None:
    for name in ("ageMin", "ageMax"):
        if name in props and not YOUNGEST_ALLEGED <= props[name] <= 120:
            raise Refused(name, str(props[name]), f"an age outside {YOUNGEST_ALLEGED} to 120", "correct it")
    if props.get("ageMin", 0) > props.get("ageMax", 120):
        raise Refused("ageMin", str(props["ageMin"]), "the minimum age is above the maximum", "exchange them")
    if "birthYear" in props:
        age = int(today[:4]) - props["birthYear"]
        if not 0 <= age <= 120:
            raise Refused(
                "birthYear", str(props["birthYear"]), "a birth year that gives no living person's age", "correct it"
            )
        if age < ADULT:
            raise _Minor("birthYear", MASKED, _MINOR, _MINOR_REMEDY)
    if props.get("ageMax", ADULT) < ADULT:
        raise _Minor("ageMax", MASKED, _MINOR, _MINOR_REMEDY)
    for relation in props.get("alleges", ()):
        if relation not in schema.REL or not schema.REL[relation].alleged:
            known = ", ".join(r.name for r in schema.RELS if r.alleged)
            raise Refused("alleges", relation, "not an alleged relationship", f"use some of: {known}")


_NOTHING_ELSE = "of a young person nothing but a token and an age band may be said"
_MINOR = "a person known to be under 18 is a young person to protect, never named"
_MINOR_REMEDY = "use a token in young_persons"


def _dated(cells: list[str], columns: dict[str, int], *, moment: bool) -> dict[str, Any]:
    return dated(_cell(cells, columns.get("since")), _cell(cells, columns.get("until")), moment=moment)


def dated(since: str, until: str, *, moment: bool) -> dict[str, Any]:
    """First and last day, and how precisely they are known; nothing where no date is said.

    A fact of a moment ends when it begins, or on the last day of the month or year that is known.
    """
    out: dict[str, Any] = {}
    try:
        if since:
            first, last, precision = values.span(since)
            out.update(since=first, precision=precision)
            if moment:
                out["until"] = last
    except BadValue as no:
        raise Refused("since", since, no.reason, no.remedy) from no
    try:
        if until:
            out["until"] = values.span(until)[1]
    except BadValue as no:
        raise Refused("until", until, no.reason, no.remedy) from no
    if "since" in out and "until" in out and out["until"] < out["since"]:
        raise Refused("until", until, "it ends before it begins", "exchange since and until")
    return out


def _rel_taker(
    rel: RelType,
    columns: dict[str, int],
    readers: list[tuple[int, str, Reader]],
    common: list[tuple[int, str, Reader]],
    context: Context,
) -> Callable[[list[str], tuple[int, int]], None]:
    def take(cells: list[str], at: tuple[int, int]) -> None:
        tip = _need(cells, columns, "tip")
        start, end = _need(cells, columns, "from"), _need(cells, columns, "to")
        props = {
            **_props(cells, readers, rel),
            **_dated(cells, columns, moment=rel.moment),
            **_props(cells, common),
        }
        take_rel(rel, tip, (start, end), props, at, context)

    return take


def take_rel(
    rel: RelType, tip: str, ends: tuple[str, str], props: dict[str, Any], at: tuple[int, int], context: Context
) -> None:
    """Check and stage one assertion."""
    if props.get("times", 1) < 1:
        raise Refused(
            "times", str(props["times"]), "an assertion is made once or more", "leave it empty, or write 1 or more"
        )
    if any(keys.TOKEN.fullmatch(end) for end in ends):
        _check_words_about_young(props)
    context.stage.add("rel", tip, rel.name, *ends, pack(props), *at)


def _check_words_about_young(props: dict[str, Any]) -> None:
    """Beside a token there is no room for words that could name her: no note, and of an object a few plain ones."""
    if "note" in props:
        raise Refused("note", MASKED, _NOTHING_ELSE, "remove the value")
    thing = props.get("object", "")
    if len(thing) > _THING or any(word.istitle() for word in thing.split()):
        reason = f"an object given to or owed by a young person is told in {_THING} characters, without a proper name"
        raise Refused("object", MASKED, reason, "write what it is, in small letters")


_THING = 60


def _take_contradiction(cells: list[str], at: tuple[int, int], columns: dict[str, int], context: Context) -> None:
    tip, other, kind, start, end = (_need(cells, columns, name) for name in _EXTRA_TABLES["contradicts"])
    if kind not in schema.REL:
        raise Refused("type", kind, "no relationship type of that name", f"use one of: {', '.join(schema.REL)}")
    context.stage.add("contra", tip, other, kind, start, end, *at)


def _take_judgement(cells: list[str], at: tuple[int, int], columns: dict[str, int], context: Context) -> None:
    start, end, judgement, author, when, reason = (_need(cells, columns, n) for n in _EXTRA_TABLES["same_as"][:6])
    if judgement not in _JUDGEMENTS:
        raise Refused("judgement", judgement, "not a judgement", f"use one of: {', '.join(_JUDGEMENTS)}")
    young = [keys.TOKEN.fullmatch(ref) is not None for ref in (start, end)]
    organisation = _cell(cells, columns.get("organisation"))
    if any(young) and not (all(young) and keys.fold(organisation) == "cjm"):
        raise Refused(
            "organisation",
            MASKED,
            "whether two tokens are one girl is for the youth centre alone",
            "write CJM where it judged",
        )
    if start == end:
        raise Refused("to", MASKED if any(young) else end, "both ends are the same entity", "correct one of them")
    props = {"judgement": judgement, "author": author, "at": _when(when, context.today), "reason": reason}
    context.stage.add("same", start, end, pack(props), organisation, *at)


def _take_status(cells: list[str], at: tuple[int, int], columns: dict[str, int], context: Context) -> None:
    ref, status, ground, author, when = (_need(cells, columns, n) for n in _EXTRA_TABLES["statuses"])
    if status not in _STATUSES:
        raise Refused(
            "status",
            status,
            "not a status",
            f"use one of: {', '.join(_STATUSES)}; mentioned is what everyone is by default",
        )
    if keys.TOKEN.fullmatch(ref):
        raise Refused("ref", MASKED, "a young person has no status", "remove the row")
    props = {"status": status, "ground": ground, "author": author, "at": _when(when, context.today)}
    context.stage.add("status", ref, pack(props), *at)


def _when(text: str, today: str) -> str:
    try:
        day = values.moment(text)
    except BadValue as no:
        raise Refused("at", text, no.reason, no.remedy) from no
    if day[:10] > today:
        raise Refused("at", text, f"after today ({today})", "correct the date")
    return day


def valid_day(text: str, where: str) -> str:
    """The day a load says it is, as ISO text; raise InputError when it is none."""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as exc:
        raise InputError(f"{where}: today = {text[:40]!r} is not a day; write it as today = 2026-11-02") from exc
