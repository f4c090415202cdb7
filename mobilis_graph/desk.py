"""The desk: the only holder of a database. Logged, filtered, checked.

A page or a function holds a desk, never a database: so no question goes unlogged, none goes
without `$sees`, and there is one place to review.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mobilis_graph import access
from mobilis_graph.audit import Log
from mobilis_graph.db import Db, Row
from mobilis_graph.errors import NotFound
from mobilis_graph.keys import Keyring
from mobilis_graph.schema import Guard

_IDS = re.compile(r"(?:[0-9a-f]{32}(?: [0-9a-f]{32})?)?")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """One logged look: the questions asked under it are all part of it."""

    db: Db
    sees: tuple[Guard, ...]

    def read(self, name: str, **params: Any) -> list[Row]:
        """Ask one query file, filtered by what the viewer sees."""
        rows = self.db.read(name, sees=list(self.sees), **params)
        if leaked := {g for row in rows for g in _guards(row)} - set(self.sees):
            # The second lock, for the day a query forgets its filter: to the viewer a miss like any other.
            _logger.critical("%s let %s through", name, ", ".join(sorted(leaked)))
            raise NotFound("no such entity")
        return rows


@dataclass(frozen=True, slots=True)
class Desk:
    """Database, log and viewer, together."""

    db: Db
    log: Log
    viewer: access.Viewer
    keyring: Keyring

    def look(self, action: str, subject: str) -> Look:
        """Log a look, then allow its questions. If the log fails, nothing is asked.

        A role that reads no network is Denied, and that is logged too.
        """
        self.log.append(self.viewer, action, self._opaque(subject))
        return Look(self.db, access.sees(self.viewer))

    def search(self, folded: str) -> Look:
        """Log a search by a keyed hash of its folded words, never by the words."""
        return self.look("search", self.keyring.sign("search", folded))

    def change(self, action: str, subject: str, name: str, **params: Any) -> list[Row]:
        """Log a change, make it, then log that it was made."""
        self.log.append(self.viewer, action, self._opaque(subject))
        rows = self.db.write(name, **params)
        self.log.append(self.viewer, f"{action} done", self._opaque(subject))
        return rows

    def _opaque(self, subject: str) -> str:
        """What is asked for, as it may be logged: ids as they are, anything else, such as a name, as its keyed hash."""
        return subject if _IDS.fullmatch(subject) else self.keyring.sign("subject", subject)


def _guards(value: Any) -> Iterator[str]:
    """Every `guard` in an answer."""
    if isinstance(value, dict):
        if isinstance(value.get("guard"), str):
            yield value["guard"]
        for inner in value.values():
            yield from _guards(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _guards(inner)
