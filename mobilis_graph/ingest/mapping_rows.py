"""Rows of a mapped table into tips, entities and assertions, through the checks of our own tables."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mobilis_graph import keys
from mobilis_graph.ingest import native
from mobilis_graph.ingest.expressions import GIVEN, Expr, Row, nearest
from mobilis_graph.ingest.mapping_said import At, Props, Said
from mobilis_graph.ingest.mapping_spec import LinkSpec, NodeSpec, TableSpec, Terms, TipSpec
from mobilis_graph.ingest.native import Context, Reader, Refused
from mobilis_graph.ingest.tables import Table
from mobilis_graph.ingest.values import BadValue
from mobilis_graph.schema import NODE, REL, Prop

Told = dict[str, str]
Saying = tuple[Prop, Reader, Expr]
Stager = Callable[[tuple[str, str], dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Joined:
    """A joined table in memory: its used columns, by their key."""

    name: str
    on: Expr
    columns: tuple[str, ...]  # folded, with their prefix
    rows: dict[str, tuple[str, ...]]
    found: set[str]
    missed: set[str]

    def add_to(self, row: Told) -> None:
        """Put the joined columns into a row; blank where the key is not found."""
        key = self.on.source(row)
        cells = self.rows.get(key)
        if cells is None:
            if key:
                self.missed.add(key)
            row.update(dict.fromkeys(self.columns, ""))
            return
        self.found.add(key)
        row.update(zip(self.columns, cells, strict=True))


@dataclass(frozen=True, slots=True)
class Bound:
    """A table of the mapping with the file it applies to, once both are known to fit."""

    spec: TableSpec
    table: Table
    columns: dict[str, int]  # the used ones, folded, with their positions
    width: int
    joins: tuple[Joined, ...]

    def given(self) -> Told:
        """What every row of this table knows."""
        return {GIVEN + "file": self.table.path.stem, GIVEN + "sheet": self.table.sheet or ""}


def take_rows(bound: Bound, context: Context, said: Said) -> None:
    """Check and stage every row of a table."""
    taker = _Taker(bound, context, said)
    rows = iter(bound.table.rows())
    next(rows)
    for line, cells in rows:
        taker.take(line, cells)


class _Taker:
    """Takes the rows of one table, one at a time."""

    def __init__(self, bound: Bound, context: Context, said: Said) -> None:
        self._bound, self._spec, self._context, self._said = bound, bound.spec, context, said
        self._file = context.stage.file(bound.table.where)
        self._given = bound.given()
        self._tip = ""  # the reference, once it is known, where one tip says the whole file

    def take(self, line: int, cells: list[str]) -> None:
        """Check and stage one row; when it is refused, its tip is held back."""
        at = (self._file, line)
        row = self._row(line, cells)
        try:
            self._complete(row)
            if self._spec.when and not self._spec.when.holds(row):
                return
            tip = self._tip or self._take_tip(row, at)
            if len(cells) > self._bound.width:
                reason = f"{len(cells)} values under {self._bound.width} columns"
                raise Refused("", "", reason, "quote a value that contains the separator")
            made = {node.name: self._entities(node, tip, row, at) for node in self._spec.nodes}
            for link in self._spec.links:
                self._link(link, tip, row, made, at)
        except Refused as no:
            value = native.shown(no.value, self._spec.young)
            self._context.stage.refuse(
                at, no.column, value, no.reason, no.remedy, self._tip or reference_of(self._spec.tip, row)
            )

    def _row(self, line: int, cells: list[str]) -> Told:
        row = dict(self._given)
        row[GIVEN + "line"] = str(line)
        count, empty = len(cells), self._spec.empty
        for name, position in self._bound.columns.items():
            text = cells[position] if position < count else ""
            row[name] = "" if empty and keys.fold(text) in empty else text
        return row

    def _complete(self, row: Told) -> None:
        for join in self._bound.joins:
            join.add_to(row)
        for name, expr in self._spec.lets:
            row[GIVEN + name] = said_by(expr, row, name)

    def _take_tip(self, row: Told, at: At) -> str:
        reference = stage_tip(self._spec.tip, row, at, self._said)
        if self._spec.tip.per == "file":
            self._tip = reference
        return reference

    def _entities(self, node: NodeSpec, tip: str, row: Told, at: At) -> list[str]:
        """The refs of what a row says of one node: none where it may be and is absent, several with `each`."""
        if node.terms.when and not node.terms.when.holds(row):
            return []
        found = (stage_entity(node, tip, part, at, self._said) for part in parts(node.terms, row, node.name))
        return [ref for ref in found if ref]

    def _link(self, link: LinkSpec, tip: str, row: Told, made: dict[str, list[str]], at: At) -> None:
        if not made[link.start] or not made[link.end] or (link.terms.when and not link.terms.when.holds(row)):
            return
        for part in parts(link.terms, row, link.where.rpartition(" ")[2]):
            stage = assertion(link, part, at, tip, self._said, self._context)
            for start in made[link.start]:
                for end in made[link.end]:
                    stage((start, end), {})


def said_by(expr: Expr, row: Row, name: str, *, whole: bool = False) -> str:
    """The text of an expression; Refused, at its columns, when it cannot be made."""
    try:
        return expr.text(row, whole=whole)
    except BadValue as no:
        raise Refused(expr.label or name, expr.source(row), no.reason, no.remedy) from no


def reference_of(tip: TipSpec, row: Row) -> str:
    """The tip that a refused row holds back, as far as it can be known."""
    try:
        return tip.reference.text(row, whole=True) if all(key in row for key in tip.reference.keys) else ""
    except BadValue:
        return ""


def stage_tip(tip: TipSpec, row: Row, at: At, said: Said) -> str:
    """Stage the tip of a row and return its reference."""
    label = tip.reference.label or "reference"
    reference = said_by(tip.reference, row, "reference", whole=True)
    if not reference:
        raise Refused(label, "", "no reference can be made of an empty value", "fill it in")
    props = {"reference": reference, **{n: value[0] for n, value in _props(tip.props, row, at).items()}}
    _require(NODE["Tip"].props, props, tip.props)
    try:
        said.tip(props, label, at)
    except Refused as no:
        raise Refused(_label(tip.props, no.column), no.value, no.reason, no.remedy) from no
    return reference


def stage_entity(node: NodeSpec, tip: str, row: Row, at: At, said: Said) -> str:
    """Gather what a row says of an entity and return its ref, "" where it is absent and may be."""
    ref = said_by(node.ref, row, "ref", whole=True) if node.ref else ""
    if node.ref and not ref:
        if node.terms.optional:
            return ""
        remedy = "fill it in, or say optional = true in the mapping"
        raise Refused(node.ref.label or "ref", "", f"{node.name} has no ref", remedy)
    props = _props(node.terms.props, row, at)
    if node.ref is None and node.terms.optional and not any(p.name in props for p, _, e in node.terms.props if e.keys):
        return ""
    plain = {name: value[0] for name, value in props.items()}
    _require(node.type.props, plain, node.terms.props)
    ref = ref or _natural_ref(node, tip, plain)
    said.entity(node.type, tip, ref, props, _dated(node.terms, row, moment=False), at)
    return ref


def _natural_ref(node: NodeSpec, tip: str, plain: dict[str, Any]) -> str:
    """A ref for an entity that its natural key tells."""
    if node.type.name == "RawText":
        return f"raw:{tip}"
    if node.type.name == "YoungPerson":
        return str(plain["token"])
    natural = keys.natural(node.type, plain)
    if natural is None:
        known = [prop.name for prop, _, _ in node.terms.props]
        name = next((n.removesuffix("Key") for n in node.type.needs if n.removesuffix("Key") in known), "")
        reason = f"this is too little to tell which {node.name} it is"
        remedy = "complete it, or give the node a ref in the mapping"
        raise Refused(_label(node.terms.props, name), str(plain.get(name, "")), reason, remedy)
    return f"{node.type.name} {natural}".replace("\x1f", " ").strip()


def assertion(link: LinkSpec, row: Row, at: At, tip: str, said: Said, context: Context) -> Stager:
    """The function that stages what a row says of a link, between two refs."""
    name = said_by(link.type, row, "type", whole=True)
    if not name:
        raise Refused(link.type.label or "type", "", "the row says no relationship", "fill it in, or use when")
    if name not in REL:
        remedy = f"{nearest(name, REL)}; a map in the mapping translates"
        raise Refused(link.type.label or "type", link.type.source(row), "no relationship type of that name", remedy)
    rel = REL[name]
    props, dated = _props(link.terms.props, row, at), _dated(link.terms, row, moment=rel.moment)
    plain = {prop: value[0] for prop, value in props.items()}
    _require(rel.props, plain, link.terms.props)

    def stage(ends: tuple[str, str], more: dict[str, Any]) -> None:
        if link.repeated == "refuse":
            native.take_rel(rel, tip, ends, {**dated, **plain, **more}, at, context)
            return
        counted: Props = {"times": (1, "", *at)} if link.repeated == "add" else {}
        said.rel(rel, tip, ends, {**counted, **props}, dated, at)

    return stage


def parts(terms: Terms, row: Told, name: str) -> Iterator[Row]:
    """The row, once for each part of a list where the mapping says `each`."""
    if terms.each is None:
        yield row
        return
    try:
        found = terms.each.several(row)
    except BadValue as no:
        raise Refused(terms.each.label, terms.each.source(row), no.reason, no.remedy) from no
    if not found and not terms.optional:
        raise Refused(terms.each.label, "", f"{name} has no part", "fill it in, or say optional = true in the mapping")
    for part in found:
        yield {**row, GIVEN + "each": part}


def _props(props: Sequence[Saying], row: Row, at: At) -> Props:
    """The properties that a row fills in, each with where it came from."""
    out: Props = {}
    for prop, read, expr in props:
        try:
            text = "|".join(expr.several(row)) if prop.kind == "list" and expr.split else expr.text(row)
            if text:
                out[prop.name] = (read(text), expr.label, *at)
        except BadValue as no:
            raise Refused(expr.label or prop.name, expr.source(row), no.reason, no.remedy) from no
    return out


def _require(props: Iterable[Prop], plain: dict[str, Any], told: Sequence[Saying]) -> None:
    for prop in props:
        if prop.required and prop.name not in plain:
            raise Refused(_label(told, prop.name), "", f"{prop.name} is empty", f"fill it in: {prop.label.en}")


def _label(told: Sequence[Saying], name: str) -> str:
    """The column that a property comes from, else its own name."""
    return next((expr.label for prop, _, expr in told if prop.name == name), "") or name


def _dated(terms: Terms, row: Row, *, moment: bool) -> dict[str, Any]:
    if terms.since is None and terms.until is None:
        return {}
    said = {n: said_by(e, row, n) if e else "" for n, e in (("since", terms.since), ("until", terms.until))}
    try:
        return native.dated(said["since"], said["until"], moment=moment)
    except Refused as no:
        expr = terms.since if no.column == "since" else terms.until
        raise Refused((expr.label if expr else "") or no.column, no.value, no.reason, no.remedy) from no
