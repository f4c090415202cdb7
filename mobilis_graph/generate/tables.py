"""Writes tips as they are made: one open file a table, one row at a time, the columns of the schema."""

import csv
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mobilis_graph.schema import ASSERTION_PROPS, BY_TABLE, NODES, RELS, RelType

_SAID_OF_ENTITY = ("basis", "sourceGrade", "contentGrade")
EXTRA = {
    "contradicts": ("tip", "contradicts", "type", "from", "to"),
    "same_as": ("from", "to", "judgement", "author", "at", "reason", "organisation"),
    "statuses": ("ref", "status", "ground", "author", "at"),
}


def columns(table: str) -> tuple[str, ...]:
    """Return the columns of a native table, in the order in which they are written."""
    if table in EXTRA:
        return EXTRA[table]
    declared = BY_TABLE[table]
    props = tuple(p.name for p in declared.props)
    if isinstance(declared, RelType):
        return ("tip", "from", "to", *(p.name for p in ASSERTION_PROPS), *props)
    if table == "tips":
        return props
    if table == "raw_texts":
        return ("tip", *props)
    if table == "young_persons":
        return ("tip", *props, *_SAID_OF_ENTITY)
    return ("tip", "ref", *props, *_SAID_OF_ENTITY, "note")


class Tables:
    """All tables of a folder, open for writing; counts what is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = ExitStack()
        self._writers: dict[str, tuple[Any, tuple[str, ...]]] = {}
        self.counts: Counter[str] = Counter()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            for table in (*(t.table for t in (*NODES, *RELS)), *EXTRA):
                path = self._folder / f"{table}.csv"
                file = opening.enter_context(path.open("w", encoding="utf-8", newline=""))
                names = columns(table)
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(names)
                self._writers[table] = (writer, names)
            self._files = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def row(self, table: str, row: dict[str, str]) -> None:
        """Write one row; columns it does not have are left empty."""
        writer, names = self._writers[table]
        writer.writerow([row.get(name, "") for name in names])
        self.counts[table] += 1
