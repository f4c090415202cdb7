"""Write staged tips, whole: first a plan that says what would happen, then some 500 tips a transaction.

A tip the graph holds already with the same digest is left alone: a load that was interrupted is
finished by running it again, and a load that was finished changes nothing.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from mobilis_graph import ddl
from mobilis_graph.db import Db
from mobilis_graph.errors import Conflict
from mobilis_graph.ingest.judgements import write_judgements
from mobilis_graph.ingest.prepare import Duplicate, Preparer, Ready, Unit, Unsaid
from mobilis_graph.ingest.stage import MASKED, Stage, StagedTip
from mobilis_graph.queries import query
from mobilis_graph.store.upkeep import refresh_keys

TIPS_A_TRANSACTION = 500
ROWS_A_TRANSACTION = 12_000  # a few tips that say very much make a transaction of their own
KEYS_REMEMBERED = 500_000
ROWS_A_STATEMENT = 4_000  # the embedded engine takes messages of 16 MB at most

Progress = Callable[[str, int, int], None]  # what is being done, how many done, of how many
Prepared = tuple[str, Unit, list[str]]  # digest, what is written, where each row stands


@dataclass(slots=True)
class Plan:
    """What a load would do, or has done."""

    tips_new: int = 0
    tips_changed: int = 0
    tips_same: int = 0
    tips_retracted: int = 0
    tips_held: int = 0
    rows_refused: int = 0
    entities_new: int = 0
    entities_known: int = 0
    assertions_new: int = 0
    assertions_closed: int = 0
    mentions_new: int = 0
    judgements: int = 0


class Loader:
    """One load: its stage, the graph it goes into, and the day it is."""

    def __init__(self, db: Db, stage: Stage, preparer: Preparer, today: str, progress: Progress) -> None:
        self._db, self._stage, self._preparer, self._today, self._progress = db, stage, preparer, today, progress
        self._keyed: set[int] = set()

    def plan(self) -> Plan:
        """Check the staged rows against one another and against the graph; return what would happen."""
        self._stage.settle()
        self._refuse_foreign_tokens()
        self._refuse_contradictions_of_nothing()
        self._outline()
        while self._stage.held_since():
            self._outline()
        plan = Plan()
        for batch in self._stage.outlines(TIPS_A_TRANSACTION):
            self._count(plan, batch)
        plan.entities_new, plan.entities_known = self._count_entities()
        plan.judgements = sum(1 for _ in self._stage.judgements()) + sum(1 for _ in self._stage.statuses())
        counted = self._stage.counts()
        plan.rows_refused, plan.tips_held = counted["refused"], counted["held"]
        return plan

    def write(self) -> None:
        """Write the tips; each transaction holds whole tips only, the next is prepared while one is written."""
        total, done = self._stage.order_length(), 0
        loaded_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with ThreadPoolExecutor(1) as writer:
            running: Future[None] | None = None
            for seen, rows in self.transactions():
                if running:
                    running.result()
                running = writer.submit(self._write_batch, rows, loaded_at)
                done += seen
                self._progress("load", done, total)
            if running:
                running.result()
        write_judgements(self._db, self._stage, self._preparer, self._today)

    def transactions(self) -> Iterator[tuple[int, list[Prepared]]]:
        """Yield what goes into each transaction, and how many tips were looked at for it.

        Tips that the graph holds with the same digest, or that were taken back, are not prepared.
        """
        rows: list[Prepared] = []
        size = seen = 0
        for batch in self._stage.batches(TIPS_A_TRANSACTION):
            known = self._known([self._preparer.tip_identity(t.ref)[1] for t in batch])
            for staged in batch:
                seen += 1
                if _state(known.get(self._preparer.tip_identity(staged.ref)[1]), staged.digest) in (
                    "same",
                    "retracted",
                ):
                    continue
                ready = self._ready(staged)
                rows.append((staged.digest, ready.unit, self._stage.told(ready.places)))
                size += len(ready.unit["rows"])
                if len(rows) >= TIPS_A_TRANSACTION or size >= ROWS_A_TRANSACTION:
                    yield seen, rows
                    rows, size, seen = [], 0, 0
        if seen:
            yield seen, rows

    def _ready(self, staged: StagedTip) -> Ready:
        try:
            return self._preparer.ready(staged)
        except Unsaid as gone:
            raise Conflict(f"the graph changed while tip {staged.ref!r} was being loaded; load again") from gone

    def _outline(self) -> None:
        """Outline every good tip; a tip that says one thing twice, or contradicts nothing, is held."""
        self._stage.hold_leaning()
        total, done = self._stage.order(), 0
        for batch in self._stage.batches(TIPS_A_TRANSACTION):
            for staged in batch:
                try:
                    told = self._preparer.outline(staged)
                except Duplicate as twice:
                    self._stage.refuse_duplicate(staged.ref, twice.at, twice.first)
                except Unsaid as nothing:
                    self._stage.refuse_unsaid(staged.ref, nothing.at)
                else:
                    self._stage.keep(staged.no, told.digest, told.assertions, told.mentions, told.entities)
            done += len(batch)
            self._progress("check", done, total)

    def _count(self, plan: Plan, batch: list[tuple[int, str, str, int, int]]) -> None:
        keys = {ref: self._preparer.tip_identity(ref)[1] for _, ref, *_ in batch}
        known = self._known(list(keys.values()))
        for no, ref, digest, assertions, mentions in batch:
            state = _state(known.get(keys[ref]), digest)
            setattr(plan, f"tips_{state}", getattr(plan, f"tips_{state}") + 1)
            if state == "new":
                plan.mentions_new += mentions
                plan.assertions_new += assertions
            elif state == "changed":
                unit = self._ready(self._stage.tip(no)).unit
                ids, standing = {row[3]["id"] for row in unit["rows"]}, self._standing(unit)
                plan.assertions_new += len(ids - standing)
                plan.assertions_closed += len(standing - ids)

    def _count_entities(self) -> tuple[int, int]:
        known = total = 0
        for ids in self._stage.entity_ids(ROWS_A_STATEMENT):
            total += len(ids)
            known += len(self._db.read("load/entities", ids=ids))
        return total - known, known

    def _known(self, tip_keys: list[str]) -> dict[str, dict[str, Any]]:
        return {row["key"]: row for row in self._db.read("load/tips", keys=tip_keys)}

    def _standing(self, unit: Unit) -> set[str]:
        return {row["id"] for row in self._db.read("load/standing", tip=unit["tip"]["id"])}

    def _refuse_foreign_tokens(self) -> None:
        """A token that another tip of the graph holds already is refused: tokens are made per tip."""
        waiting: list[tuple[str, str, int, int]] = []
        for row in self._stage.tokens():
            waiting.append(row)
            if len(waiting) == ROWS_A_STATEMENT:
                self._refuse_foreign(waiting)
                waiting = []
        self._refuse_foreign(waiting)

    def _refuse_foreign(self, rows: list[tuple[str, str, int, int]]) -> None:
        ids = {self._preparer.token_identity(token): (token, tip, file, line) for token, tip, file, line in rows}
        for found in self._db.read("load/tokens", ids=list(ids)):
            _, tip, file, line = ids[found["id"]]
            if set(found["tip"]) - {self._preparer.tip_identity(tip)[1]}:
                self._stage.refuse(
                    (file, line),
                    "token",
                    MASKED,
                    "this token already belongs to another tip of the graph",
                    "make a token per tip; whether two are one girl is for the youth centre to say",
                    tip,
                )
                self._stage.hold(tip)

    def _refuse_contradictions_of_nothing(self) -> None:
        """A contradicted tip that is not in the load must be in the graph."""
        for tip, other in self._stage.contradicted():
            if not self._known([self._preparer.tip_identity(other)[1]]):
                self._stage.refuse_contradiction(tip, other)

    def _write_batch(self, rows: list[Prepared], loaded_at: str) -> None:
        """Write one transaction of tips; look again when another writer was faster."""
        for last in (False, False, True):
            known = self._known([unit["tip"]["key"] for _, unit, _ in rows])
            fresh = [row for row in rows if _state(known.get(row[1]["tip"]["key"]), row[0]) == "new"]
            try:
                if fresh:
                    self._db.write_all(statements(fresh, loaded_at, self._keyed))
                break
            except Conflict:
                if last:
                    raise
        for digest, unit, places in rows:
            told = known.get(unit["tip"]["key"])
            if _state(told, digest) == "changed":
                self._rewrite(digest, unit, places, loaded_at)

    def _rewrite(self, digest: str, unit: Unit, places: list[str], loaded_at: str) -> None:
        """Write a tip that says something else than it did: new assertions, changed ones, closed ones."""
        standing, tip = self._standing(unit), unit["tip"]
        before = self._db.read("load/tips", keys=[tip["key"]])[0]["digest"]
        fresh = [i for i, row in enumerate(unit["rows"]) if row[3]["id"] not in standing]
        kept = [i for i, row in enumerate(unit["rows"]) if row[3]["id"] in standing]
        gone = sorted(standing - {row[3]["id"] for row in unit["rows"]})
        work = list(_node_statements([unit]))
        for rel in (*ddl.ASSERTIONS,) if gone else ():
            work.append((ddl.close_assertions(rel), {"tip": tip["id"], "gone": gone, "day": self._today}))
        work += _row_statements(unit, places, fresh, ddl.create_assertions, loaded_at)
        work += _row_statements(unit, places, kept, ddl.update_assertions, loaded_at)
        change = f"{self._today}: loaded again with other words (before: {before})"
        params = {"id": tip["id"], "props": tip["props"], "guard": tip["guard"], "digest": digest, "change": change}
        work.append((query("load/update_tip").text, {**params, "loadedAt": loaded_at}))
        work.append((query("load/merge_keys").text, {"rows": _key_rows([unit])}))
        self._db.write_all(work)
        refresh_keys(self._db, [i["id"] for i in self._db.read("load/mentioned", tip=tip["id"])])


def _state(known: dict[str, Any] | None, digest: str) -> str:
    if known is None:
        return "new"
    if known["retractedAt"] is not None:
        return "retracted"
    return "same" if known["digest"] == digest else "changed"


def statements(batch: list[Prepared], loaded_at: str, keyed: set[int]) -> list[tuple[str, dict[str, Any]]]:
    """The statements, with their rows, that write new tips with all they assert, in one transaction.

    `keyed` remembers search keys that this load wrote before, so that a name is not merged at each mention.
    """
    units = [unit for _, unit, _ in batch]
    work = list(_node_statements(units))
    tips = [
        {
            "key": u["tip"]["key"],
            "id": u["tip"]["id"],
            "guard": u["tip"]["guard"],
            "props": u["tip"]["props"],
            "digest": digest,
            "at": places[0],
        }
        for digest, u, places in batch
    ]
    work.append((query("load/create_tips").text, {"rows": tips, "loadedAt": loaded_at}))
    by_type: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for _, unit, places in batch:
        for (type_, a, b, props), at in zip(unit["rows"], places[1:], strict=True):
            by_type[type_].append({"a": a, "b": b, "props": props, "at": at})
    for type_, rows in by_type.items():
        work += [(ddl.create_assertions(type_), {"rows": part, "loadedAt": loaded_at}) for part in _parts(rows)]
    work += [(query("load/merge_keys").text, {"rows": part}) for part in _parts(_key_rows(units, keyed))]
    return work


def _node_statements(units: list[Unit]) -> Iterator[tuple[str, dict[str, Any]]]:
    by_label: dict[str, dict[str, str]] = defaultdict(dict)
    for unit in units:
        for label, found, key in unit["nodes"]:
            by_label[label][found] = key
    for label, nodes in by_label.items():
        for part in _parts([{"id": found, "key": key} for found, key in nodes.items()]):
            yield ddl.merge_nodes(label), {"rows": part}


def _row_statements(
    unit: Unit, places: list[str], chosen: list[int], write: Callable[[str], str], loaded_at: str
) -> list[tuple[str, dict[str, Any]]]:
    by_type: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for i in chosen:
        type_, a, b, props = unit["rows"][i]
        by_type[type_].append({"a": a, "b": b, "props": props, "at": places[i + 1]})
    return [
        (write(type_), {"rows": part, "loadedAt": loaded_at})
        for type_, rows in by_type.items()
        for part in _parts(rows)
    ]


def _key_rows(units: list[Unit], keyed: set[int] | None = None) -> list[dict[str, str]]:
    distinct = {tuple(entry) for unit in units for entry in unit["keys"]}
    if keyed is not None:
        distinct = {entry for entry in distinct if hash(entry) not in keyed}
        if len(keyed) > KEYS_REMEMBERED:
            keyed.clear()
        keyed.update(hash(entry) for entry in distinct)
    return [{"id": i, "key": key, "field": field, "guard": guard} for i, key, field, guard in sorted(distinct)]


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for first in range(0, len(rows), ROWS_A_STATEMENT):
        yield rows[first : first + ROWS_A_STATEMENT]
