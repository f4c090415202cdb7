"""Mapping files: any table into tips, described in TOML (docs/mapping.md).

Files and tables are matched, and every column that the mapping names is looked for, before a row is read.
"""

import fnmatch
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mobilis_graph import keys
from mobilis_graph.errors import InputError
from mobilis_graph.ingest.expressions import Expr, fault, nearest
from mobilis_graph.ingest.mapping_matrix import take_matrix
from mobilis_graph.ingest.mapping_read import Block, TableReader, names_used
from mobilis_graph.ingest.mapping_rows import Bound, Joined, take_rows
from mobilis_graph.ingest.mapping_said import Said
from mobilis_graph.ingest.mapping_spec import JoinSpec, TableSpec
from mobilis_graph.ingest.native import Context
from mobilis_graph.ingest.tables import Table

MAX_JOINED = 200_000  # rows of a joined table: it is kept in memory
MAX_TOML = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file, read and checked: whose refs these are, and how each table is read."""

    source: str
    tables: tuple[TableSpec, ...]
    name: str


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file; raise InputError at the first thing in it that cannot be."""
    top = Block(read_toml(path), f"{path.name}: ", ("source", "let", "tip", "table"))
    source = keys.fold(top.text("source"))
    described = top.blocks("table")
    if not described:
        raise fault(top.at("table"), "missing", "describe at least one under [[table]]")
    return Mapping(source, tuple(TableReader(content, where, top).read() for content, where in described), path.name)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; a fault is told with its line."""
    try:
        if path.stat().st_size > MAX_TOML:
            raise InputError(f"{path}: larger than {MAX_TOML // 1_000_000} MB; this is no settings file")
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        repr(found)  # a ValueError for a number of more digits than Python writes, here and not in a message
        return found
    except UnicodeDecodeError as exc:
        raise InputError(f"{path}: not UTF-8 text; save it as UTF-8") from exc
    except (ValueError, RecursionError) as exc:
        raise InputError(f"{path}: not TOML: {exc}") from exc
    except OSError as exc:
        raise InputError(f"{path}: cannot be read ({exc.strerror})") from exc


def apply(mapping: Mapping, tables: Sequence[Table], context: Context) -> list[str]:
    """Stage what the tables say; return, as sentences, what of them the mapping leaves out."""
    bound, ledger = _bind(mapping, tables)
    said = Said(context)
    try:
        for each in bound:
            (take_matrix if each.spec.matrix else take_rows)(each, context, said)
        said.finish()
    finally:
        said.close()
    return [*ledger.sentences(tables), *_unjoined(bound)]


class _Ledger:
    """Which columns of which tables the mapping uses."""

    def __init__(self) -> None:
        self._used: dict[Table, set[int]] = {}
        self._headers: dict[Table, list[str]] = {}
        self._private: set[Table] = set()  # where the title of a column may be a name

    def header(self, table: Table, spec: TableSpec | None = None) -> list[str]:
        """The columns of a table, looked at once."""
        if spec and spec.young:
            self._private.add(table)
        if table not in self._headers:
            rows = iter((_as_read(table, spec) if spec else table).rows())
            try:
                self._headers[table] = next(rows)[1]
            except StopIteration:
                raise InputError(f"{table.where}: empty; the first line must name the columns") from None
        return self._headers[table]

    def use(self, table: Table, positions: Iterable[int]) -> None:
        """Remember that these columns are used."""
        self._used.setdefault(table, set()).update(positions)

    def sentences(self, tables: Sequence[Table]) -> list[str]:
        """What is left out."""
        told = []
        for table in tables:
            if table not in self._used:
                told.append(f"{table.where} is left out: no table of the mapping takes it")
                continue
            left = [
                f"column {place + 1}" if table in self._private else title
                for place, title in enumerate(self._headers[table])
                if title and place not in self._used[table]
            ]
            if left:
                told.append(f"{table.where}: the mapping does not use {', '.join(left)}")
        return told


def _bind(mapping: Mapping, tables: Sequence[Table]) -> tuple[list[Bound], _Ledger]:
    """Each table of the mapping with each file it takes, the columns found; InputError where they are not."""
    taken: dict[Table, TableSpec] = {}
    for spec in mapping.tables:
        matched = [t for t in tables if _matches(t, spec.file, spec.sheet)]
        if not matched:
            given = ", ".join(t.where for t in tables)
            raise fault(f"{spec.where}.file", f"no table {spec.file!r} among those given ({given})", "correct the name")
        if twice := next((t for t in matched if t in taken), None):
            reason = f"{twice.where} is taken by {taken[twice].where.rpartition(' ')[2]} already"
            raise fault(f"{spec.where}.file", reason, "describe all it holds in one table, or make the names narrower")
        if len(matched) > 1 and spec.tip.per == "file" and not names_used(spec) & {"file", "sheet"}:
            reason = f"the same for {matched[0].where} and {matched[1].where}"
            raise fault(spec.tip.reference.where, reason, "use {file} or {sheet} in it")
        taken |= dict.fromkeys(matched, spec)
    ledger = _Ledger()
    return [_bound(spec, table, tables, ledger) for table, spec in taken.items()], ledger


def _matches(table: Table, file: str, sheet: str) -> bool:
    return fnmatch.fnmatchcase(table.path.name.casefold(), file.casefold()) and fnmatch.fnmatchcase(
        (table.sheet or "").casefold(), sheet.casefold()
    )


def _bound(spec: TableSpec, table: Table, tables: Sequence[Table], ledger: _Ledger) -> Bound:
    """Find every column the mapping names, in the table or in those joined to it."""
    header = ledger.header(table, spec)
    for expr in spec.expressions():
        if expr.pattern and not expr.pattern.search(table.path.stem):
            reason = f"the name {table.path.stem!r} does not fit {expr.pattern.pattern!r}"
            raise fault(expr.where, reason, "correct the expression, or the name of the file")
    offered = {} if spec.matrix else {keys.fold(title): table for title in header}
    wanted = {key for expr in spec.expressions() for key in expr.column_keys}
    joins = []
    for join in spec.joins:
        _look_for(join.on, offered, header)
        joins.append(_Joining(join, table, tables, spec.empty).read(wanted, offered, ledger))
    for expr in spec.expressions():
        _look_for(expr, offered, header)
    folded = [keys.fold(title) for title in header]
    own = [name for name in wanted if offered[name] == table]
    if twice := next((name for name in own if folded.count(name) > 1), None):
        raise InputError(f"{table.where}, line 1: column {header[folded.index(twice)]!r} stands twice; rename one")
    columns = {name: folded.index(name) for name in own}
    ledger.use(table, range(len(header)) if spec.matrix else columns.values())
    return Bound(spec, _as_read(table, spec), columns, len(header), tuple(joins))


def _as_read(table: Table, spec: TableSpec) -> Table:
    return replace(table, delimiter=spec.delimiter, encoding=spec.encoding)


def _look_for(expr: Expr, offered: dict[str, Table], header: Sequence[str]) -> None:
    """Every column of an expression must stand in the table, or in one joined before."""
    for key, title in zip(expr.column_keys, expr.columns, strict=True):
        if key not in offered:
            spelt = {keys.fold(t): t for t in header}
            names = [spelt.get(known, known) for known in offered]
            reason = f"no column {title!r} in {', '.join(sorted({t.where for t in offered.values()})) or 'a matrix'}"
            raise fault(expr.where, reason, nearest(title, names) if names else "join the table that has it")


@dataclass(frozen=True, slots=True)
class _Joining:
    """One join, while its table is found and read."""

    spec: JoinSpec
    table: Table
    tables: Sequence[Table]
    empty: frozenset[str]

    def read(self, wanted: set[str], offered: dict[str, Table], ledger: _Ledger) -> Joined:
        """Read the wanted columns of the joined table, and add its columns to those offered."""
        source = self._source()
        header = ledger.header(source)
        folded = [keys.fold(title) for title in header]
        key = keys.fold(self.spec.key)
        if key not in folded:
            reason = f"no column {self.spec.key!r} in {source.where}"
            raise fault(self.spec.where, reason, nearest(self.spec.key, header))
        named = {keys.fold(self.spec.prefix + title): place for place, title in enumerate(header) if title}
        for name in sorted(named.keys() & wanted & offered.keys() - {key}):
            reason = f"column {name!r} stands in {offered[name].where} and in {source.where}"
            raise fault(self.spec.where, reason, f'give the join a prefix = "{source.path.stem}_"')
        used = {name: place for name, place in named.items() if name in wanted and name not in offered}
        for name in named.keys() - offered.keys():
            offered[name] = source
        ledger.use(source, [folded.index(key), *used.values()])
        rows = self._rows(source, folded.index(key), list(used.values()))
        return Joined(source.where, self.spec.on, tuple(used), rows, set(), set())

    def _source(self) -> Table:
        found = [t for t in self.tables if _matches(t, self.spec.file, self.spec.sheet)]
        if len(found) != 1:
            reason = f"{len(found)} tables {self.spec.file!r} among those given"
            raise fault(f"{self.spec.where}.file", reason, "give the one table to join, or the folder that holds it")
        if found[0] == self.table:
            reason = f"{self.table.where} would be joined to itself"
            raise fault(f"{self.spec.where}.file", reason, "its columns are in the rows already: remove the join")
        return found[0]

    def _rows(self, source: Table, key: int, used: list[int]) -> dict[str, tuple[str, ...]]:
        rows: dict[str, tuple[str, ...]] = {}
        lines = iter(source.rows())
        next(lines)
        for line, cells in lines:
            told = [*cells, *[""] * (max(key, *used, 0) + 1 - len(cells))]
            name = told[key] or f"\0{line}"  # a row without a key is never found, and counted as such
            if name in rows:
                raise InputError(
                    f"{source.where}, line {line}: this {self.spec.key} stands twice; a joined table has one row a key"
                )
            rows[name] = tuple("" if keys.fold(told[place]) in self.empty else told[place] for place in used)
            if len(rows) > MAX_JOINED:
                raise InputError(
                    f"{source.where}: more than {MAX_JOINED} rows to join; put its columns into the table itself"
                )
        return rows


def _unjoined(bound: Sequence[Bound]) -> list[str]:
    """What joined tables and the rows that look into them did not find of each other."""
    told, taken = [], {b.table.where for b in bound}
    found: dict[str, set[str]] = {}
    sizes: dict[str, int] = {}
    for each in bound:
        for join in each.joins:
            if join.missed:
                told.append(f"{each.table.where}: {len(join.missed)} keys are not in {join.name}")
            found.setdefault(join.name, set()).update(join.found)
            sizes[join.name] = len(join.rows)
    for name, size in sizes.items():
        if name not in taken and size > len(found[name]):
            told.append(f"{name}: nothing looks for {size - len(found[name])} of its {size} rows")
    return told
