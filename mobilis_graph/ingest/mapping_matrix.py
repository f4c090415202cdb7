"""A matrix, who by whom or person by event: each cell above 0 is one assertion of the file's tip.

The names stand in the first row and in the first column; every one is mentioned, with or without ties.
"""

from array import array

from mobilis_graph import keys, schema
from mobilis_graph.errors import InputError
from mobilis_graph.ingest import values
from mobilis_graph.ingest.expressions import GIVEN
from mobilis_graph.ingest.mapping_rows import Bound, assertion, reference_of, said_by, stage_entity, stage_tip
from mobilis_graph.ingest.mapping_said import Said
from mobilis_graph.ingest.mapping_spec import NodeSpec
from mobilis_graph.ingest.native import Context, Refused
from mobilis_graph.ingest.values import BadValue
from mobilis_graph.schema import REL

_TIMES = next(prop for prop in schema.ASSERTION_PROPS if prop.name == "times")
_SMALL = {"": 0} | {str(number): number for number in range(1000)}


def take_matrix(bound: Bound, context: Context, said: Said) -> None:
    """Check and stage a matrix; one whose names do not fit is refused whole."""
    _Matrix(bound, context, said).take()


class _Matrix:
    """One matrix, read row by row; only its names, and the ties of one without direction, are remembered."""

    def __init__(self, bound: Bound, context: Context, said: Said) -> None:
        self._bound, self._spec, self._context, self._said = bound, bound.spec, context, said
        self._where, self._file = bound.table.where, context.stage.file(bound.table.where)
        nodes = {node.name: node for node in self._spec.nodes}
        self._square = len(nodes) == 1
        self._down, self._across = (
            (next(iter(nodes.values())),) * 2 if self._square else (nodes["row"], nodes["column"])
        )
        self._link = self._spec.links[0]
        self._told = bound.given()
        self._tip = ""

    def take(self) -> None:
        """Stage the tip, the entities and the ties."""
        rows = iter(self._bound.table.rows())
        line, header = next(rows)
        self._names = self._header(header, line)
        self._places = {name: place for place, name in enumerate(self._names)}
        try:
            for name, expr in self._spec.lets:
                self._told[GIVEN + name] = said_by(expr, self._told, name)
            self._tip = stage_tip(self._spec.tip, self._told, (self._file, line), self._said)
            self._refs = [self._entity(self._across, name, line) for name in self._names]
            type_ = said_by(self._link.type, self._told, "type")
        except Refused as no:
            self._refuse(no, line)
            return
        # Without direction, a tie stands in two cells: what the first of them said is kept for the second.
        mirrored = self._square and type_ in REL and not REL[type_].directed
        count = len(self._names)
        self._mirror = array("i", bytes(2 * count * (count + 1))) if mirrored else None
        seen: dict[str, int] = {}
        for line, cells in rows:
            self._check_name(cells[0], line, seen)
            if self._square and cells[0] not in self._places:
                continue  # told below, with all the names that do not fit
            try:
                self._row(line, cells)
            except Refused as no:
                self._refuse(no, line)
        if self._square:
            self._check_same(set(seen))

    def _refuse(self, no: Refused, line: int) -> None:
        tip = self._tip or reference_of(self._spec.tip, self._told)
        self._context.stage.refuse((self._file, line), no.column, no.value, no.reason, no.remedy, tip)

    def _header(self, header: list[str], line: int) -> list[str]:
        names = header[1:]
        while names and not names[-1]:
            names.pop()
        if not names:
            raise InputError(
                f"{self._where}, line {line}: no names across; the first row of a matrix names its columns"
            )
        if "" in names:
            raise InputError(f"{self._where}, line {line}: column {names.index('') + 2} has no name; name it")
        if twice := next((name for place, name in enumerate(names) if name in names[:place]), None):
            raise InputError(f"{self._where}, line {line}: column {twice!r} stands twice; remove one")
        return names

    def _check_name(self, name: str, line: int, seen: dict[str, int]) -> None:
        if not name:
            raise InputError(f"{self._where}, line {line}: this row has no name; name it in the first column")
        if name in seen:
            raise InputError(f"{self._where}, line {line}: row {name!r} stands in line {seen[name]} too; remove one")
        seen[name] = line

    def _check_same(self, rows: set[str]) -> None:
        columns = set(self._names)
        if rows != columns:
            only = [
                f"only {side}: {', '.join(sorted(names)[:5])}{' …' if len(names) > 5 else ''}"
                for side, names in (("down", rows - columns), ("across", columns - rows))
                if names
            ]
            raise InputError(
                f"{self._where}: rows and columns must bear the same names ({'; '.join(only)}); correct them, "
                'or describe two nodes in the mapping, as = "row" and as = "column"'
            )

    def _entity(self, node: NodeSpec, name: str, line: int) -> str:
        row = {**self._told, GIVEN + "name": name}
        for join in self._bound.joins:
            join.add_to(row)
        return stage_entity(node, self._tip, row, (self._file, line), self._said)

    def _row(self, line: int, cells: list[str]) -> None:
        """Stage the ties of one row; the first bad cell refuses the row."""
        name, width = cells[0], len(self._names) + 1
        if any(cells[width:]) or (len(cells) < width and self._bound.table.sheet is None):
            reason = f"{len(cells) - 1} cells beside {len(self._names)} names"
            raise Refused("", "", reason, "give each row one cell a name")
        start = self._refs[self._places[name]] if self._square else self._entity(self._down, name, line)
        stage = assertion(self._link, self._told, (self._file, line), self._tip, self._said, self._context)
        outward = self._link.start == "row"
        for place, cell in enumerate(cells[1:width]):
            number = self._number(cell, name, place)
            if self._mirror is not None:
                number = self._unmirrored(number, self._places[name], place)
            if number == 0 or (self._square and self._names[place] == name and self._itself(cell, name)):
                continue
            ends = (start, self._refs[place]) if outward else (self._refs[place], start)
            stage(ends, {"times": number} if self._spec.weight else {})

    def _itself(self, cell: str, name: str) -> bool:
        """A tie of a name with itself: to be passed over, or Refused."""
        if self._spec.diagonal != "ignore":
            remedy = 'correct it, or say diagonal = "ignore" in the mapping'
            raise Refused(f"{name} × {name}", cell, "nobody has a tie with himself", remedy)
        return True

    def _number(self, cell: str, name: str, place: int) -> int:
        """How often a cell says the tie; blank is 0."""
        if self._spec.empty and keys.fold(cell) in self._spec.empty:
            return 0
        number = _SMALL.get(cell)
        where = f"{name} × {self._names[place]}"
        if number is None:
            try:
                number = int(values.parse(_TIMES, cell))
            except BadValue as no:
                raise Refused(where, cell, no.reason, "write a whole number, 0 or nothing for no tie") from no
        if number < 0:
            raise Refused(where, cell, "a tie cannot be said fewer than 0 times", "write a whole number, 0 for no tie")
        if number > 1 and not self._spec.weight:
            raise Refused(
                where, cell, "neither 0 nor 1", 'say weight = "times" in the mapping if cells count something'
            )
        return number

    def _unmirrored(self, number: int, down: int, across: int) -> int:
        """The number, or 0 where the same tie was said already in the other triangle; Refused if otherwise."""
        assert self._mirror is not None
        high, low = max(down, across), min(down, across)
        place = high * (high + 1) // 2 + low
        before, self._mirror[place] = self._mirror[place], number or self._mirror[place]
        if not before or not number or high == low:
            return number
        if before != number:
            where = f"{self._names[down]} × {self._names[across]}"
            reason = f"{before} in the mirrored cell, though {self._link.type.literals[0]} has no direction"
            raise Refused(where, str(number), reason, "make both cells say the same, or leave one triangle empty")
        return 0
