"""What a mapping file says, once it has been read: frozen, checked, and nothing of any table yet."""

from collections.abc import Iterator
from dataclasses import dataclass

from mobilis_graph import keys
from mobilis_graph.ingest.expressions import Expr, Row
from mobilis_graph.ingest.native import PRIVATE, Reader
from mobilis_graph.schema import NodeType, Prop


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

    def expressions(self) -> Iterator[Expr]:
        """Everything in it that takes values from the rows."""
        yield from (expr for _, _, expr in self.props)
        yield from (e for e in (self.since, self.until, self.each) if e)
        yield from (self.when.expr,) if self.when else ()


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
    repeated: str  # said again by the same tip: refuse, once, or add its `times`
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

    def expressions(self) -> Iterator[Expr]:
        """Everything in it that takes values from the rows."""
        yield self.reference
        yield from (expr for _, _, expr in self.props)


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
        """Whether its rows tell of young people or hold raw words: then no value of a refused row is shown."""
        return any(node.type.table in PRIVATE for node in self.nodes)

    def expressions(self) -> Iterator[Expr]:
        """Everything that takes values from the rows."""
        yield from (expr for _, expr in self.lets)
        yield from self.tip.expressions()
        yield from (self.when.expr,) if self.when else ()
        yield from (join.on for join in self.joins)
        for node in self.nodes:
            yield from (node.ref,) if node.ref else ()
            yield from node.terms.expressions()
        for link in self.links:
            yield link.type
            yield from link.terms.expressions()
