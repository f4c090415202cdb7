"""What a load must hold against the graph, besides what `checks` holds against the load itself."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from mobilis_graph.db import Db, Row
from mobilis_graph.ingest.prepare import Preparer
from mobilis_graph.ingest.stage import MASKED, Stage
from mobilis_graph.schema import ADULT, PLACES_NO_YOUNG

AT_ONCE = 4_000  # ids asked for in one query


class KnownMinors:
    """The opaque ids of persons whom a load said to be under 18, so that no later one names them.

    Nothing of them may be in the graph; the ids are kept beside the secret they are made with.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "minors.txt"

    def ids(self) -> set[str]:
        """All of them."""
        return set(self._path.read_text(encoding="ascii").split()) if self._path.exists() else set()

    def add(self, ids: Iterable[str]) -> None:
        """Keep some more."""
        if fresh := sorted(set(ids) - self.ids()):
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
                file.write("".join(f"{one}\n" for one in fresh))


class Against:
    """Refuses staged rows that the graph contradicts; their tips are held back."""

    def __init__(self, db: Db, stage: Stage, preparer: Preparer, known: KnownMinors) -> None:
        self._db, self._stage, self._preparer, self._known = db, stage, preparer, known

    def refuse(self) -> None:
        """Refuse every such row."""
        self._foreign_tokens()
        self._contradictions()
        self._young_at_institutions()
        self._institutions_of_young()
        self._minors()
        self._named_minors()
        self._young_with_status()

    def remember(self) -> None:
        """Keep whom this load says to be under 18; a dry run keeps nothing."""
        self._known.add(row["id"] for row in self._persons({"ref": ref} for ref, _, _ in self._stage.minors()))

    def _asked(self, query: str, rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
        """Yield (row, answer) for rows of the stage whose `id` the graph has something to say of."""
        waiting = iter(rows)
        while part := list(islice(waiting, AT_ONCE)):
            found = {answer["id"]: answer for answer in self._db.read(query, ids=sorted({r["id"] for r in part}))}
            yield from ((row, found[row["id"]]) for row in part if row["id"] in found)

    def _refuse(self, row: Row, column: str, reason: str, remedy: str) -> None:
        self._stage.refuse((row["file"], row["line"]), column, MASKED, reason, remedy, row.get("tip", ""))
        if row.get("tip"):
            self._stage.hold(row["tip"])

    def _placed(self, rows: Iterable[Row]) -> Iterator[Row]:
        return ({**row, "id": self._preparer.identity(row["ref"], "Place", row["natural"])[0]} for row in rows)

    def _persons(self, rows: Iterable[Row]) -> Iterator[Row]:
        return ({**row, "id": self._preparer.identity(row["ref"], "Person", None)[0]} for row in rows)

    def _foreign_tokens(self) -> None:
        """A token that another tip of the graph holds already is refused: tokens are made per tip."""
        rows = ({**row, "id": self._preparer.token_identity(row["ref"])} for row in self._stage.tokens())
        for row, answer in self._asked("load/tokens", rows):
            if set(answer["tip"]) - {self._preparer.tip_identity(row["tip"])[1]}:
                remedy = "make a token per tip; whether two are one girl is for the youth centre to say"
                self._refuse(row, "token", "this token already belongs to another tip of the graph", remedy)

    def _contradictions(self) -> None:
        """A contradicted tip that is not in the load must be in the graph, and received no later."""
        for tip, other, received in self._stage.contradicted():
            found = self._db.read("load/tips", keys=[self._preparer.tip_identity(other)[1]])
            if not found:
                self._stage.refuse_contradiction(
                    tip,
                    other,
                    "no tip of that reference is in the load or in the graph",
                    "check the reference, or load that tip first",
                )
            elif found[0]["receivedOn"] > received:
                self._stage.refuse_contradiction(
                    tip,
                    other,
                    "a tip cannot contradict one that was received later",
                    "check the two references and their dates",
                )

    def _young_at_institutions(self) -> None:
        reason = "the graph knows this place as an institution or a protected place: no young person is placed there"
        for row, answer in self._asked("load/place_classes", self._placed(self._stage.young_places())):
            if PLACES_NO_YOUNG & set(answer["classes"]):
                self._refuse(row, "to", reason, "leave the row out")

    def _institutions_of_young(self) -> None:
        reason = "a tip of the graph places a young person here, which nobody may be told of a place of this class"
        for row, _ in self._asked("load/young_present", self._placed(self._stage.banned_places())):
            self._refuse(row, "placeClass", reason, "correct that tip first (it is in the graph), or the class")

    def _minors(self) -> None:
        """Whoever this load says to be under 18 and the graph names already: say which tips name her."""
        rows = self._persons({"ref": ref, "file": file, "line": line} for ref, file, line in self._stage.minors())
        for row, answer in self._asked("load/naming", rows):
            tips = ", ".join(sorted(answer["tips"])[:10])
            remedy = f"take back the tips that name her or load them again without her: {tips}"
            self._refuse(row, "ref", "the graph names this person already", remedy)

    def _named_minors(self) -> None:
        """Whoever an earlier load said to be under 18 is not named by this one."""
        known = self._known.ids()
        reason = "an earlier load says that this person is under 18: a young person to protect, never named"
        for row in self._persons(self._stage.persons()) if known else ():
            if row["id"] in known:
                self._refuse(row, "ref", reason, "use a token in young_persons")

    def _young_with_status(self) -> None:
        reason = "a tip of the graph says that this person may be under 18: nobody that young is given a status"
        for row, answer in self._asked("load/naming", self._persons(self._stage.status_rows())):
            if answer["youngest"] is not None and answer["youngest"] < ADULT:
                self._refuse(row, "ref", reason, "remove the row, or correct the age")
