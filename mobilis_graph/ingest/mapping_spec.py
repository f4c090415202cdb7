"""What a mapping file may say, and the reading of it.

Everything that can be wrong without a table is refused here: unknown keys, broken dates and grades among
the constants, ends that the model forbids, values defined by one another in a circle.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mobilis_graph import keys, schema
from mobilis_graph.ingest import expressions, values
from mobilis_graph.ingest.expressions import GIVEN, Expr, Row, fault, nearest
from mobilis_graph.ingest.native import Reader, reader
from mobilis_graph.ingest.values import BadValue
from mobilis_graph.schema import NODE, REL, NodeType, Prop, RelType

OF_EVERY_TABLE = ("file", "sheet", "line")
RESERVED = frozenset({*OF_EVERY_TABLE, "each", "name", "period"})
MAX_BLOCKS = 200  # of a kind: a mapping is written by hand
_PERS = ("file", "period", "row")
_TABLE = (
    "file", "sheet", "delimiter", "encoding", "shape", "empty", "when", "weight", "diagonal", "let", "tip", "join", "node", "link",
)  # fmt: skip
_COMMON = {p.name: p for p in schema.ASSERTION_PROPS if p.name not in ("since", "until")}
_TERMS = ("each", "when", "optional", "since", "until")
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", ",": ",", ";": ";", "\t": "\t", "|": "|"}


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A condition on one column."""

    expr: Expr
    texts: frozenset[str]
    wanted: bool

    def holds(self, row: Row) -> bool:
        """Whether the row meets it; capitals and accents do not count."""
        return (keys.fold(self.expr.source(row)) in self.texts) == self.wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What nodes and links have in common: when they are made, how often, and what is said of them."""

    props: tuple[tuple[Prop, Reader, Expr], ...]
    since: Expr | None
    until: Expr | None
    each: Expr | None
    when: When | None
    optional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSpec:
    """One entity of each row; without `ref` its natural key tells which."""

    where: str
    name: str
    type: NodeType
    ref: Expr | None
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSpec:
    """One assertion of each row, between two of its nodes."""

    where: str
    type: Expr
    start: str
    end: str
    adds: bool  # said again by the same tip, its `times` add up
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinSpec:
    """A second table whose columns are looked up by a key."""

    where: str
    file: str
    sheet: str
    on: Expr
    key: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TipSpec:
    """The tip that says what the rows say: one a file, a period or a row."""

    per: str
    reference: Expr
    props: tuple[tuple[Prop, Reader, Expr], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """How the tables of some files are read."""

    where: str
    file: str
    sheet: str
    delimiter: str | None
    encoding: str | None
    matrix: bool
    empty: frozenset[str]
    when: When | None
    lets: tuple[tuple[str, Expr], ...]  # those that are used, each after those it uses
    tip: TipSpec
    joins: tuple[JoinSpec, ...]
    nodes: tuple[NodeSpec, ...]
    links: tuple[LinkSpec, ...]
    weight: bool
    diagonal: str

    @property
    def young(self) -> bool:
        """Whether its rows tell of young people: then no value of a refused row is shown."""
        return any(node.type.name == "YoungPerson" for node in self.nodes)

    def expressions(self) -> Iterator[Expr]:
        """Everything that takes values from the rows."""
        yield from (expr for _, expr in self.lets)
        yield from _tip_expressions(self.tip)
        yield from (self.when.expr,) if self.when else ()
        yield from (join.on for join in self.joins)
        for node in self.nodes:
            yield from (node.ref,) if node.ref else ()
            yield from _term_expressions(node.terms)
        for link in self.links:
            yield link.type
            yield from _term_expressions(link.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping_:
    """Placeholder."""


def _tip_expressions(tip: TipSpec) -> Iterator[Expr]:
    yield tip.reference
    yield from (expr for _, _, expr in tip.props)


def _term_expressions(terms: Terms) -> Iterator[Expr]:
    yield from (expr for _, _, expr in terms.props)
    yield from (e for e in (terms.since, terms.until, terms.each) if e)
    yield from (terms.when.expr,) if terms.when else ()


class Block:
    """One table of the mapping file, read strictly: a key that is not known is refused."""

    def __init__(self, content: Any, where: str, known: Collection[str]) -> None:
        if not isinstance(content, dict):
            raise fault(where, "this is not a table", f"write its keys under [{where.rpartition(' ')[2]}]")
        self.content: dict[str, Any] = content
        self.where = where
        for key in content:
            if key not in known:
                raise fault(self.at(key), "no such key", nearest(key, known))

    def __contains__(self, key: str) -> bool:
        return key in self.content

    def at(self, key: str) -> str:
        """The place of a key, for messages."""
        return f"{self.where}{'' if self.where.endswith(': ') else '.'}{key}"

    def text(self, key: str, default: str | None = None) -> str:
        """A text; raise InputError where it is missing and has no default."""
        said = self.content.get(key, default)
        if said is None:
            raise fault(self.at(key), "missing", "add it")
        if not isinstance(said, str) or (not said.strip() and said != default and key != "delimiter"):
            raise fault(self.at(key), "this is not a text, or it is empty", "write a text in quotes")
        return said

    def choice(self, key: str, known: Collection[str], default: str | None = None) -> str:
        """One of some known words."""
        said = self.text(key, default)
        if said not in known:
            raise fault(self.at(key), f"{said!r} is not known here", nearest(said, known))
        return said

    def flag(self, key: str) -> bool:
        """True or false; false where it is not said."""
        said = self.content.get(key, False)
        if not isinstance(said, bool):
            raise fault(self.at(key), "this is neither true nor false", f"write {key} = true")
        return said

    def texts(self, key: str) -> list[str]:
        """One text or a list of them."""
        said = self.content.get(key, [])
        found = [said] if isinstance(said, str) else said
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            raise fault(self.at(key), "this is not a text or a list of texts", f'write {key} = ["a", "b"]')
        return found

    def blocks(self, key: str) -> list[tuple[Any, str]]:
        """The tables under [[key]], with their places."""
        found = self.content.get(key, [])
        if not isinstance(found, list) or not all(isinstance(b, dict) for b in found):
            raise fault(self.at(key), "this is not a list of tables", f"write it under [[{self.at(key).rpartition(': ')[2]}]], in double brackets")
        if len(found) > MAX_BLOCKS:
            raise fault(self.at(key), f"more than {MAX_BLOCKS} of them", "use several mappings")
        return [(block, self.at(f"{key}[{number}]")) for number, block in enumerate(found, 1)]


class TableReader:
    """Reads one [[table]], with what the top of the file says for all of them."""

    def __init__(self, content: Any, where: str, top: Block) -> None:
        self._block = Block(content, where, _TABLE)
        self._top = top
        self._tips = self._said_of_tips()
        self._lets = self._read_lets()

    def read(self) -> TableSpec:
        """The table as it will be applied."""
        block = self._block
        matrix = block.choice("shape", ("rows", "matrix"), "rows") == "matrix"
        here = {*OF_EVERY_TABLE, *self._lets}
        nodes = self._nodes({*here, "name"} if matrix else here)
        links = self._links(here, {n.name: n for n in nodes}, matrix=matrix)
        tip = self._tip(here)
        spec = TableSpec(
            where=block.where,
            file=block.text("file"),
            sheet=block.text("sheet", ""),
            delimiter=self._delimiter(),
            encoding=block.text("encoding", "") or None,
            matrix=matrix,
            empty=frozenset(keys.fold(text) for text in block.texts("empty")),
            when=_when(block.content["when"], block.at("when")) if "when" in block else None,
            lets=(),
            tip=tip,
            joins=tuple(self._join(content, where, matrix=matrix) for content, where in block.blocks("join")),
            nodes=nodes,
            links=links,
            weight=self._weight(matrix=matrix),
            diagonal=block.choice("diagonal", ("refuse", "ignore"), "refuse"),
        )
        _check_tip(spec, self._lets)
        if matrix:
            _check_matrix(spec, self._lets, block)
        return _with_lets(spec, self._lets)

    def _said_of_tips(self) -> dict[str, tuple[Any, str]]:
        """Key -> value and place: what the table says of its tips, else what the top says."""
        known = ("per", "period", *(p.name for p in NODE["Tip"].props))
        said: dict[str, tuple[Any, str]] = {}
        for owner in (self._top, self._block):
            block = Block(owner.content.get("tip", {}), owner.at("tip"), known)
            said |= {key: (value, block.at(key)) for key, value in block.content.items()}
        if missing := [k for k in ("per", *(p.name for p in NODE["Tip"].props if p.required)) if k not in said]:
            raise fault(self._top.at("tip"), f"{', '.join(missing)} missing", "say it here, or in the table's own [table.tip]")
        return said

    def _read_lets(self) -> dict[str, Expr]:
        """The given names, with where each comes from; raise InputError when they go round in a circle."""
        said: dict[str, tuple[Any, str]] = {}
        for owner in (self._top, self._block):
            content = owner.content.get("let", {})
            block = Block(content, owner.at("let"), content if isinstance(content, dict) else ())
            said |= {name: (value, block.at(name)) for name, value in block.content.items()}
        for name, (_, where) in said.items():
            if name in RESERVED or "{" in name or "}" in name or len(said) > MAX_BLOCKS:
                raise fault(where, f"this name cannot be given, or there are more than {MAX_BLOCKS}", "choose another")
        if "period" in self._tips:
            said["period"] = self._tips["period"]
        given = {*OF_EVERY_TABLE, *said}
        lets = {name: expressions.read(value, where, given) for name, (value, where) in said.items()}
        _ordered(lets, lets)
        return lets

    def _tip(self, here: Collection[str]) -> TipSpec:
        said = dict(self._tips)
        per, where = said.pop("per")
        if per not in _PERS:
            raise fault(where, f"{per!r} is not known here", f"a tip is made per {', '.join(_PERS)}")
        if ("period" in said) != (per == "period"):
            raise fault(self._top.at("tip.period"), "a period goes with per = \"period\", and only with it", "say both, or neither")
        said.pop("period", None)
        props = {p.name: p for p in NODE["Tip"].props}
        found = {}
        for name, (value, at) in said.items():
            found[name] = (props[name], *_prop(props[name], value, at, here))
        reference = found.pop("reference")[2]
        return TipSpec(per=per, reference=reference, props=tuple(found.values()))

    def _nodes(self, here: Collection[str]) -> tuple[NodeSpec, ...]:
        found: dict[str, NodeSpec] = {}
        for content, where in self._block.blocks("node"):
            kinds = [n.name for n in schema.NODES if n.name != "Tip"]
            kind = NODE[Block(content, where, content).choice("type", kinds)]
            known = {p.name: p for p in kind.props} | {n: p for n, p in _COMMON.items() if n not in {q.name for q in kind.props}}
            # `name` is what links call the node; the name of a person, a place or a gang is said as `named`
            block = Block(content, where, ("id", "type", "ref", *_TERMS, *known))
            name = block.text("id", kind.name)
            if name in found:
                raise fault(block.at("id"), f"two nodes are called {name!r}", "give each an id of its own: id = \"caller\"")
            found[name] = NodeSpec(where=where, name=name, type=kind, ref=_ref(kind, block, here), terms=_terms(known, block, here))
            _check_required(kind.props, block)
        if not found:
            raise fault(self._block.at("node"), "missing", "describe at least one under [[table.node]]")
        return tuple(found.values())

    def _links(self, here: Collection[str], nodes: Mapping[str, NodeSpec], *, matrix: bool) -> tuple[LinkSpec, ...]:
        found = []
        for content, where in self._block.blocks("link"):
            given = {*here, "each"} if "each" in content else here
            type_ = expressions.read(content.get("type", ""), f"{where}.type", given)
            rels = [_rel(name, type_) for name in type_.constants()]
            if not rels and not type_.columns and not type_.given:
                raise fault(f"{where}.type", "missing", f"use one of {', '.join(REL)}")
            known = dict(_COMMON)
            for prop in rels[0].props if rels and not type_.columns else ():
                known[prop.name] = prop
            for rel in rels if type_.columns or type_.given else ():
                known |= {p.name: p for p in rel.props if all(p in other.props for other in rels)}
            block = Block(content, where, ("type", "from", "to", "repeated", *_TERMS, *known))
            start, end = _ends(block, nodes, matrix=matrix)
            for rel in rels:
                _check_ends(rel, start.type.name, end.type.name, block)
                _check_required(rel.props, block)
            found.append(
                LinkSpec(
                    where=where,
                    type=type_,
                    start=block.text("from", "row" if matrix else None),
                    end=block.text("to", "column" if matrix else None),
                    adds=block.choice("repeated", ("refuse", "add"), "refuse") == "add",
                    terms=_terms(known, block, here),
                )
            )
        return tuple(found)
