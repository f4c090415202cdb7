"""Write staged tips, whole: first a plan that says what would happen, then some 500 tips a transaction.

A tip the graph holds already with the same digest is left alone: a load that was interrupted is
finished by running it again, and a load that was finished changes nothing.
"""

import datetime as dt
import gc
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mobilis_graph import ddl
from mobilis_graph.db import Db
from mobilis_graph.errors import Conflict
from mobilis_graph.ingest.against import Against, KnownMinors
from mobilis_graph.ingest.judgements import write_judgements
from mobilis_graph.ingest.prepare import Duplicate, Preparer, Ready, Unit, Unsaid
from mobilis_graph.ingest.restate import difference, node_statements, restate, standing
from mobilis_graph.ingest.stage import MASKED, Stage, StagedTip
from mobilis_graph.queries import query
from mobilis_graph.schema import CONTRADICTS, MENTIONS

TIPS_A_TRANSACTION = 500
ROWS_A_TRANSACTION = 12_000  # a few tips that say very much make a transaction of their own
KEYS_REMEMBERED = 500_000
ROWS_A_STATEMENT = 4_000  # the embedded engine takes messages of 16 MB at most

Progress = Callable[[str, int, int], None]  # what is being done, how many done, of how many
Known = dict[str, dict[str, Any]]  # what the graph holds of tips, by key
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
    mentions_closed: int = 0
    contradictions_new: int = 0
    judgements: int = 0


class Loader:
    """One load: its stage, the graph it goes into, and the day it is."""

    def __init__(
        self, db: Db, stage: Stage, preparer: Preparer, minors: KnownMinors, today: str, progress: Progress
    ) -> None:
        self._db, self._stage, self._preparer, self._today, self._progress = db, stage, preparer, today, progress
        self._against = Against(db, stage, preparer, minors)
        self._keyed: set[int] = set()  # search keys this load has written
        self._withdrawn: list[str] = []  # tips taken back in which a young person accepts no more

    def plan(self) -> Plan:
        """Check the staged rows against one another and against the graph; return what would happen."""
        self._stage.settle()
        self._against.refuse()
        self._outline()
        while self._stage.held_since():
            self._outline()
        self._stage.refuse_unfounded()
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
        with quick_turns(), uncollected(), ThreadPoolExecutor(1) as writer:
            running: Future[None] | None = None
            for seen, rows, known in self.transactions():
                if running:
                    running.result()
                running = writer.submit(self._write_batch, rows, known, loaded_at)
                done += seen
                self._progress("load", done, total)
            if running:
                running.result()
        if self._withdrawn:
            self._db.write("load/forget", rows=[{"id": tip, "kept": []} for tip in self._withdrawn])
        self._against.remember()
        write_judgements(self._db, self._stage, self._preparer, self._today)

    def transactions(self) -> Iterator[tuple[int, list[Prepared], Known]]:
        """Yield how many tips were looked at for a transaction, what goes into it, and what the graph holds of that.

        Tips that the graph holds with the same digest, or that were taken back, are not prepared.
        """
        rows: list[Prepared] = []
        held: Known = {}
        size = seen = 0
        for batch in self._stage.batches(TIPS_A_TRANSACTION):
            known = self._known([self._preparer.tip_identity(t.ref)[1] for t in batch])
            for staged in batch:
                seen += 1
                tip, key = self._preparer.tip_identity(staged.ref)
                state = _state(known.get(key), staged.digest)
                if state == "retracted" and any(c != "accepts" for _, c, _ in self._preparer.consents(staged)):
                    self._withdrawn.append(tip)
                if state in ("same", "retracted"):
                    continue
                ready = self._ready(staged)
                rows.append((staged.digest, ready.unit, self._stage.told(ready.places)))
                if key in known:
                    held[key] = known[key]
                size += len(ready.unit["rows"])
                if len(rows) >= TIPS_A_TRANSACTION or size >= ROWS_A_TRANSACTION:
                    yield seen, rows, held
                    rows, held, size, seen = [], {}, 0, 0
        if seen:
            yield seen, rows, held

    def _ready(self, staged: StagedTip) -> Ready:
        try:
            return self._preparer.ready(staged)
        except Unsaid as gone:
            raise Conflict(f"the graph changed while tip {staged.ref!r} was being loaded; load again") from gone

    def _outline(self) -> None:
        """Outline every good tip; hold one that says a thing twice, contradicts nothing, or undoes a refusal."""
        self._stage.hold_leaning()
        total, done = self._stage.order(), 0
        for batch in self._stage.batches(TIPS_A_TRANSACTION):
            known = self._known([self._preparer.tip_identity(t.ref)[1] for t in batch])
            kept = []
            for staged in batch:
                try:
                    told = self._preparer.outline(staged)
                except Duplicate as twice:
                    self._stage.refuse_duplicate(staged.ref, twice.at, twice.first)
                except Unsaid as nothing:
                    self._stage.refuse_unsaid(staged.ref, nothing.at)
                else:
                    state = _state(known.get(self._preparer.tip_identity(staged.ref)[1]), told.digest)
                    entities = told.entities if state != "retracted" else ()
                    self._stage.keep(staged.no, told.digest, told.counts, entities)
                    if state == "changed":
                        kept.append(staged)
            self._refuse_reopened(kept)
            done += len(batch)
            self._progress("check", done, total)

    def _refuse_reopened(self, changed: list[StagedTip]) -> None:
        """A refusal stands until she accepts on a later day: an older table must not undo it."""
        said = {self._preparer.tip_identity(t.ref)[0]: t for t in changed if self._preparer.consents(t)}
        refused = {
            (row["tip"], row["young"]): row["day"]
            for row in (self._db.read("load/consents", tips=list(said)) if said else ())
            if row["consent"] == "refuses"
        }
        for tip, staged in said.items():
            for (young, consent, day), at in self._preparer.consents(staged).items():
                before = refused.get((tip, young))
                if before and consent == "accepts" and day <= before:
                    reason = f"she refused on {before}, and this says that she accepts without a later day"
                    remedy = (
                        "if she has accepted since, give the day in consentOn; if this table is older, leave it out"
                    )
                    self._stage.refuse(at, "consent", MASKED, reason, remedy, staged.ref)
                    self._stage.hold(staged.ref)

    def _count(self, plan: Plan, batch: list[tuple[int, str, str, int, int, int]]) -> None:
        keys = {ref: self._preparer.tip_identity(ref)[1] for _, ref, *_ in batch}
        known = self._known(list(keys.values()))
        changed = []
        for no, ref, digest, assertions, mentions, contradictions in batch:
            state = _state(known.get(keys[ref]), digest)
            setattr(plan, f"tips_{state}", getattr(plan, f"tips_{state}") + 1)
            if state == "new":
                plan.mentions_new += mentions
                plan.assertions_new += assertions
                plan.contradictions_new += contradictions
            elif state == "changed":
                changed.append(self._ready(self._stage.tip(no)).unit)
        stands = standing(self._db, [unit["tip"]["id"] for unit in changed]) if changed else {}
        for unit in changed:
            differs = difference(unit, stands.get(unit["tip"]["id"], {}))
            made = Counter(unit["rows"][position][0] for position in differs.made)
            closed = Counter(row["type"] for row in differs.closed)
            plan.mentions_new += made[MENTIONS]
            plan.mentions_closed += closed[MENTIONS]
            plan.contradictions_new += made[CONTRADICTS]
            plan.assertions_new += made.total() - made[MENTIONS] - made[CONTRADICTS]
            plan.assertions_closed += closed.total() - closed[MENTIONS] - closed[CONTRADICTS]

    def _count_entities(self) -> tuple[int, int]:
        known = total = 0
        for ids in self._stage.entity_ids(ROWS_A_STATEMENT):
            total += len(ids)
            known += len(self._db.read("load/entities", ids=ids))
        return total - known, known

    def _known(self, tip_keys: list[str]) -> Known:
        return {row["key"]: row for row in self._db.read("load/tips", keys=tip_keys)}

    def _write_batch(self, rows: list[Prepared], known: Known, loaded_at: str) -> None:
        """Write one transaction of new tips, one of changed ones; look again when another writer was faster."""
        for last in (False, False, True):
            state = [_state(known.get(unit["tip"]["key"]), digest) for digest, unit, _ in rows]
            fresh = [row for row, s in zip(rows, state, strict=True) if s == "new"]
            changed = [row for row, s in zip(rows, state, strict=True) if s == "changed"]
            try:
                if fresh:
                    self._db.write_all(statements(fresh, loaded_at, self._keyed))
                if changed:
                    self._db.write_all(restate(self._db, changed, known, self._today, loaded_at))
                # What the driver leaves; in the main thread its destructors could swallow a Ctrl-C.
                gc.collect(0)
                break
            except Conflict:
                self._keyed.clear()  # what was to be written with it is not
                if last:
                    raise
                known = self._known([unit["tip"]["key"] for _, unit, _ in rows])


@contextmanager
def uncollected() -> Iterator[None]:
    """Spare the hunt for cycles: what is read makes millions of small objects and no cycle (a fifth of the time)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def quick_turns() -> Iterator[None]:
    """Let the writing thread have its turn at once: by default it would wait 5 ms at each answer of the engine."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


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
    work = list(node_statements(units))
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


def _key_rows(units: list[Unit], keyed: set[int]) -> list[dict[str, str]]:
    distinct = {entry for unit in units for entry in unit["keys"]}
    fresh = [entry for entry in distinct if hash(entry) not in keyed]
    if len(keyed) > KEYS_REMEMBERED:
        keyed.clear()
    keyed.update(map(hash, fresh))
    return [{"id": i, "key": key, "field": field, "guard": guard} for i, key, field, guard in sorted(fresh)]


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for first in range(0, len(rows), ROWS_A_STATEMENT):
        yield rows[first : first + ROWS_A_STATEMENT]
