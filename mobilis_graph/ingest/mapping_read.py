"""Reading a mapping file.

Everything that can be wrong without a table is refused here: unknown keys, broken dates and grades among
the constants, ends that the model forbids, values defined by one another in a circle.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from mobilis_graph import keys, schema
from mobilis_graph.ingest import expressions, values
from mobilis_graph.ingest.expressions import Expr, fault, nearest
from mobilis_graph.ingest.mapping_spec import JoinSpec, LinkSpec, NodeSpec, TableSpec, Terms, TipSpec, When
from mobilis_graph.ingest.native import Reader, reader
from mobilis_graph.ingest.values import BadValue
from mobilis_graph.schema import NODE, REL, NodeType, Prop, RelType

OF_EVERY_TABLE = ("file", "sheet", "line")
RESERVED = frozenset({*OF_EVERY_TABLE, "each", "name", "period"})
MAX_BLOCKS = 200  # of a kind: a mapping is written by hand
_PERS = ("file", "period", "row")
_SHAPE = ("file", "sheet", "delimiter", "encoding", "shape", "empty", "when", "weight", "diagonal")
_TABLE = (*_SHAPE, "let", "tip", "join", "node", "link")
_TERMS = ("each", "when", "optional", "since", "until")
_COMMON = {p.name: p for p in schema.ASSERTION_PROPS if p.name not in ("since", "until")}
_SAID_AS = {"plateKey": "plate", "valueKey": "value"}  # what a natural key is made from
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", ",": ",", ";": ";", "\t": "\t", "|": "|"}


class Block:
    """One table of the mapping file, read strictly: a key that is not known is refused."""

    def __init__(self, content: Any, where: str, known: Collection[str]) -> None:
        if not isinstance(content, dict):
            raise fault(where, "this is not a table", "write its keys under its name in brackets")
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
            raise fault(self.at(key), "this is not a list of tables", f"write [[{key}]], in double brackets")
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
        here = {*OF_EVERY_TABLE, *self._lets} - ({"line"} if matrix else set())
        nodes = self._nodes({*here, "name"} if matrix else here, matrix=matrix)
        spec = TableSpec(
            where=block.where,
            file=block.text("file"),
            sheet=block.text("sheet", "*"),
            delimiter=self._delimiter(),
            encoding=block.text("encoding", "") or None,
            matrix=matrix,
            empty=frozenset(keys.fold(text) for text in block.texts("empty")),
            when=_when(block.content["when"], block.at("when")) if "when" in block else None,
            lets=(),
            tip=self._tip(here),
            joins=tuple(self._join(c, where, {*here, "name"}, matrix=matrix) for c, where in block.blocks("join")),
            nodes=nodes,
            links=self._links(here, {n.name: n for n in nodes}, matrix=matrix),
            weight=block.choice("weight", ("times", ""), "") == "times",
            diagonal=block.choice("diagonal", ("refuse", "ignore"), "refuse"),
        )
        _check_tip(spec, self._lets)
        # What the reference needs comes first: a row with another fault still finds the tip it holds back.
        used = [name for expr in spec.expressions() for name in expr.given if name in self._lets]
        spec = replace(spec, lets=tuple((name, self._lets[name]) for name in _ordered(self._lets, used)))
        if matrix:
            _check_matrix(spec, block)
        elif "weight" in block or "diagonal" in block:
            raise fault(block.where, "weight and diagonal are for a matrix", 'say shape = "matrix", or remove them')
        return spec

    def _said_of_tips(self) -> dict[str, tuple[Any, str]]:
        """Key -> value and place: what the table says of its tips, else what the top says."""
        known = ("per", "period", *(p.name for p in NODE["Tip"].props))
        said: dict[str, tuple[Any, str]] = {}
        for owner in (self._top, self._block):
            block = Block(owner.content.get("tip", {}), owner.at("tip"), known)
            said |= {key: (value, block.at(key)) for key, value in block.content.items()}
        if missing := [k for k in ("per", *(p.name for p in NODE["Tip"].props if p.required)) if k not in said]:
            raise fault(self._top.at("tip"), f"{', '.join(missing)} missing", "say it here or in [table.tip]")
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
            raise fault(where, 'period and per = "period" go together', "say both, or neither")
        said.pop("period", None)
        props = {p.name: p for p in NODE["Tip"].props}
        found = {}
        for name, (value, at) in said.items():
            found[name] = (props[name], *_prop(props[name], value, at, here))
        reference = found.pop("reference")[2]
        return TipSpec(per=per, reference=reference, props=tuple(found.values()))

    def _nodes(self, here: Collection[str], *, matrix: bool) -> tuple[NodeSpec, ...]:
        found: dict[str, NodeSpec] = {}
        for content, where in self._block.blocks("node"):
            kind = NODE[Block(content, where, content).choice("type", [n for n in NODE if n != "Tip"])]
            own = {p.name: p for p in kind.props}
            known = own | {name: p for name, p in _COMMON.items() if name not in own}
            block = Block(content, where, ("as", "type", "ref", *_TERMS, *known))
            name = block.text("as", kind.name)
            if name in found:
                raise fault(block.at("as"), f"two nodes are called {name!r}", 'tell them apart: as = "caller"')
            given = {*here, "each"} if "each" in block else here
            _check_required(kind.props, block)
            found[name] = NodeSpec(
                where=where, name=name, type=kind, ref=_ref(kind, block, given), terms=_terms(known, block, here, given)
            )
        if not found:
            raise fault(self._block.at("node"), "missing", "describe at least one entity under [[table.node]]")
        if matrix and len(found) != 1 and set(found) != {"row", "column"}:
            remedy = 'describe one (who × who), or two: as = "row" and as = "column"'
            raise fault(self._block.at("node"), "a matrix has one node, or two", remedy)
        return tuple(found.values())

    def _links(self, here: Collection[str], nodes: Mapping[str, NodeSpec], *, matrix: bool) -> tuple[LinkSpec, ...]:
        found = []
        for content, where in self._block.blocks("link"):
            given = {*here, "each"} if "each" in content else here
            type_, rels = _types(content, where, given)
            shared = [p for p in rels[0].props if all(p in rel.props for rel in rels)] if rels else []
            known = {p.name: p for p in shared} | _COMMON
            block = Block(content, where, ("type", "from", "to", "repeated", *_TERMS, *known))
            start, end = _ends(block, nodes, matrix=matrix)
            for rel in rels:
                _check_ends(rel, nodes, start, end, block)
                _check_required(rel.props, block)
            found.append(
                LinkSpec(
                    where=where,
                    type=type_,
                    start=start,
                    end=end,
                    repeated=block.choice("repeated", ("refuse", "once", "add"), "refuse"),
                    terms=_terms(known, block, here, given),
                )
            )
        return tuple(found)

    def _join(self, content: Any, where: str, here: Collection[str], *, matrix: bool) -> JoinSpec:
        block = Block(content, where, ("file", "sheet", "on", "key", "prefix"))
        on = block.text("on")
        if matrix and "key" in block:
            remedy = "say only on: the column of the joined table that holds them"
            raise fault(block.at("key"), "a matrix is joined on the names of its rows and columns", remedy)
        column = {"text": "{name}"} if matrix else {"column": on}
        return JoinSpec(
            where=where,
            file=block.text("file"),
            sheet=block.text("sheet", "*"),
            on=expressions.read(column, block.at("on"), here),
            key=block.text("key", on),
            prefix=block.text("prefix", ""),
        )

    def _delimiter(self) -> str | None:
        return _DELIMITERS[self._block.choice("delimiter", _DELIMITERS)] if "delimiter" in self._block else None


def _types(content: dict[str, Any], where: str, given: Collection[str]) -> tuple[Expr, list[RelType]]:
    """The type of a link, and the types it is known to take."""
    if "type" not in content:
        raise fault(f"{where}.type", "missing", f"use one of {', '.join(REL)}")
    type_ = expressions.read(content["type"], f"{where}.type", given)
    for name in type_.constants():
        if name not in REL:
            raise fault(type_.where, f"no relationship type {name!r}", nearest(name, REL))
    return type_, [REL[name] for name in type_.constants()]


def _ends(block: Block, nodes: Mapping[str, NodeSpec], *, matrix: bool) -> tuple[str, str]:
    known = ("row", "column") if matrix else tuple(nodes)
    start = block.choice("from", known, "row" if matrix else None)
    end = block.choice("to", known, "column" if matrix else None)
    if start == end:
        raise fault(block.at("to"), "both ends are the same node", "describe two nodes, or a matrix from row to column")
    return start, end


def _check_ends(rel: RelType, nodes: Mapping[str, NodeSpec], start: str, end: str, block: Block) -> None:
    square = next(iter(nodes.values())) if len(nodes) == 1 else None
    a, b = ((square or nodes[name]).type.name for name in (start, end))
    if (a, b) not in rel.ends and (rel.directed or (b, a) not in rel.ends):
        allowed = ", ".join(f"{x} → {y}" for x, y in rel.ends)
        raise fault(block.at("type"), f"{rel.name} cannot stand from {a} to {b}", f"allowed are {allowed}")


def _check_required(props: Iterable[Prop], block: Block) -> None:
    if missing := [p.name for p in props if p.required and p.name not in block]:
        raise fault(block.where, f"{', '.join(missing)} missing", "say where it comes from; the model requires it")


def _ref(kind: NodeType, block: Block, given: Collection[str]) -> Expr | None:
    own = {"YoungPerson": "its token", "RawText": "its tip"}.get(kind.name)
    if own:
        if "ref" in block:
            raise fault(block.at("ref"), f"a {kind.name} is known by {own} alone", "remove the ref")
        return None
    if "ref" in block:
        return expressions.read(block.content["ref"], block.at("ref"), given)
    if not kind.natural:
        raise fault(block.at("ref"), f"missing: what tells one {kind.name} from another?", 'add ref = "{column}"')
    if missing := [n for n in kind.needs if _SAID_AS.get(n, n) not in block]:
        raise fault(block.at("ref"), f"missing, and so is its natural key {', '.join(missing)}", "add one of them")
    return None


def _terms(known: Mapping[str, Prop], block: Block, here: Collection[str], given: Collection[str]) -> Terms:
    props = [(p, *_prop(p, block.content[p.name], block.at(p.name), given)) for p in known.values() if p.name in block]
    dates = {}
    for name in ("since", "until"):
        if name in block:
            dates[name] = expressions.read(block.content[name], block.at(name), given, timed=False)
            _check_constants(dates[name], lambda text: values.span(text))
    each = expressions.read(block.content["each"], block.at("each"), here, many=True) if "each" in block else None
    return Terms(
        props=tuple(props),
        since=dates.get("since"),
        until=dates.get("until"),
        each=each,
        when=_when(block.content["when"], block.at("when")) if "when" in block else None,
        optional=block.flag("optional"),
    )


def _prop(prop: Prop, value: Any, where: str, given: Collection[str]) -> tuple[Reader, Expr]:
    expr = expressions.read(value, where, given, many=prop.kind == "list", timed=prop.kind != "date")
    read = reader(prop)
    _check_constants(expr, read)
    return read, expr


def _check_constants(expr: Expr, read: Reader) -> None:
    """A value that stands in the mapping itself must be one that the model takes."""
    if expr.formats or expr.cut:
        return
    for text in expr.constants():
        try:
            read(text)
        except BadValue as no:
            raise fault(f"{expr.where} = {text!r}", no.reason, no.remedy) from no


def _when(content: Any, where: str) -> When:
    block = Block(content, where, ("column", "equals", "not"))
    if ("equals" in block) == ("not" in block):
        raise fault(where, "say either equals or not", 'write { column = "role", equals = ["V", "T"] }')
    column = expressions.read({"column": block.text("column")}, block.at("column"), ())
    texts = block.texts("equals" if "equals" in block else "not")
    return When(expr=column, texts=frozenset(keys.fold(text) for text in texts), wanted="equals" in block)


def _ordered(lets: Mapping[str, Expr], wanted: Iterable[str]) -> list[str]:
    """The wanted names and those they use, each after what it uses; a circle is refused."""
    done: list[str] = []

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            circle = " → ".join((*trail[trail.index(name) :], name))
            raise fault(lets[name].where, f"defined by itself: {circle}", 'take one from a column: { column = "…" }')
        if name in done:
            return
        for used in lets[name].given:
            if used in lets:
                visit(used, (*trail, name))
        done.append(name)

    for name in wanted:
        visit(name, ())
    return done


def _uses(exprs: Iterable[Expr], lets: Mapping[str, Expr]) -> tuple[set[str], set[str]]:
    """The (columns, names every table has) that some expressions take their values from, in the end."""
    found = list(exprs)
    found += [lets[n] for n in _ordered(lets, [n for e in found for n in e.given if n in lets])]
    names = {n for e in found for n in e.given} | {"file" for e in found if e.pattern}
    return {c for e in found for c in e.columns}, names


def names_used(spec: TableSpec) -> set[str]:
    """The names every table has that the reference of its tips is made from."""
    return _uses([spec.tip.reference], dict(spec.lets))[1]


def _check_tip(spec: TableSpec, lets: Mapping[str, Expr]) -> None:
    tip = spec.tip
    columns, names = _uses([tip.reference], lets)
    if tip.per == "row" and not columns and "line" not in names:
        raise fault(tip.reference.where, "the same for every row", "a tip per row needs a column in it, or {line}")
    if tip.per == "period" and "period" not in names:
        raise fault(tip.reference.where, "the same for every period", "use {period} in it")
    if tip.per == "file":
        columns, names = _uses(tip.expressions(), lets)
        if columns or "line" in names:
            changing = ", ".join(sorted(columns) or ["line"])
            reason = f"a tip per file cannot use {changing}, which changes from row to row"
            raise fault(spec.where, reason, 'say per = "row" or per = "period"')


def _check_matrix(spec: TableSpec, block: Block) -> None:
    """A matrix is one tip and one link, and has no columns to take anything from."""
    if len(spec.links) != 1:
        raise fault(block.at("link"), f"{len(spec.links)} links", "a matrix has one link")
    if spec.when or spec.tip.per == "row":
        raise fault(spec.where, "a matrix is told by one tip, whole", 'say per = "file" or "period", and no when')
    link = spec.links[0]
    lets = dict(spec.lets)
    columns, names = _uses([*spec.tip.expressions(), *link.terms.expressions(), link.type, *lets.values()], lets)
    if columns or "line" in names:
        changing = ", ".join(sorted(columns) or ["line"])
        raise fault(spec.where, f"a matrix has no column {changing}", "use {file}, {sheet} and what comes from them")
    if spec.weight and any(prop.name == "times" for prop, _, _ in link.terms.props):
        raise fault(f"{link.where}.times", "said by the cells already, with weight", "remove one of the two")
    terms = [*(n.terms for n in spec.nodes), link.terms]
    if link.repeated != "refuse" or any(t.each or t.when or t.optional for t in terms):
        raise fault(spec.where, "each, when, optional and repeated are for rows", "remove them from the matrix")
    if spec.young:
        raise fault(block.at("node"), "the names of a matrix would be young people's", "use rows, with tokens")
