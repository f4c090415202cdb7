"""make bench-load: the loader against the bare driver, and looks through the desk against bare queries.

Ratios are taken within one run, as medians of alternated pairs, each pair on an empty graph. Every
load and every driver run is a process of its own, so that its peak memory is its own too.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import neo4j

from mobilis_graph import door, engine, store
from mobilis_graph.access import Role, Viewer
from mobilis_graph.db import Db
from mobilis_graph.desk import Desk
from mobilis_graph.generate import generate
from mobilis_graph.ingest.job import Job, Order
from mobilis_graph.ingest.load import statements
from mobilis_graph.queries import query
from mobilis_graph.settings import Settings
from tests.neo4j_server import RELEASES, server

TODAY = "2026-11-02"
LOOKS = 150


def main() -> None:
    """Measure, print a line a figure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--entities", type=int, default=100_000)
    asked.add_argument("--pairs", type=int, default=3)
    asked.add_argument("--engine", choices=["embedded", "5.26", "current"], default="embedded")
    asked.add_argument("--child", choices=["load", "driver", "looks"])
    asked.add_argument("--tables", type=Path)
    args = asked.parse_args()
    if args.child:
        _say({"load": _load, "driver": _driver, "looks": _looks}[args.child](args.tables))
        return
    with tempfile.TemporaryDirectory() as folder:
        tables = Path(folder) / "tables"
        counts = generate(tables, entities=args.entities, seed=1, today=TODAY)
        size = f"{counts['entities'] // 1000}k/{counts['assertions'] // 1000}k"
        _measure(args, tables, size)


def _measure(args: argparse.Namespace, tables: Path, size: str) -> None:
    loads, drivers, looks = [], [], {}
    for number in range(args.pairs):
        for child in ("load", "driver") if number % 2 == 0 else ("driver", "load"):
            with _empty_graph(args.engine) as environ:
                told = _child(child, tables, args.engine, environ)
                (loads if child == "load" else drivers).append(told)
                sys.stderr.write(f"{child}: {told}\n")
                if child == "load" and not looks:
                    looks = _child("looks", tables, args.engine, environ)
    ratios = [d["seconds"] / (x["check_s"] + x["write_s"]) for d, x in zip(drivers, loads, strict=True)]
    checks = [x["check_s"] / (x["check_s"] + x["write_s"]) for x in loads]
    figures = {
        "load.ratio_to_driver": statistics.median(ratios),
        "check.ratio_to_load": statistics.median(checks),
        "load.memory_mb": max(x["memory_mb"] for x in loads),
        "load.relationships_per_s": statistics.median(x["rows"] / (x["check_s"] + x["write_s"]) for x in loads),
        "driver.relationships_per_s": statistics.median(d["rows"] / d["seconds"] for d in drivers),
        **looks,
    }
    for figure, value in figures.items():
        _say({"figure": figure, "value": round(value, 3), "engine": args.engine, "size": size})


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


@contextmanager
def _empty_graph(kind: str) -> Iterator[dict[str, str]]:
    """A fresh engine or server, and the variables that lead to it."""
    with tempfile.TemporaryDirectory() as home:
        if kind == "embedded":
            try:
                yield {"MOBILIS_HOME": home}
            finally:
                engine.stop(Path(home))
            return
        with server(RELEASES[kind]) as address:
            yield {
                "MOBILIS_HOME": home,
                "MOBILIS_NEO4J_URI": address.uri,
                "MOBILIS_NEO4J_USER": address.user,
                "MOBILIS_NEO4J_PASSWORD": address.password,
            }


def _child(what: str, tables: Path, kind: str, environ: dict[str, str]) -> dict[str, Any]:
    import os

    line = [sys.executable, "-m", "tests.bench.bench_load", "--child", what, "--tables", str(tables), "--engine", kind]
    done = subprocess.run(line, env={**os.environ, **environ}, stdout=subprocess.PIPE, check=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _job(parts: door.Parts, home: Path, tables: Path) -> Job:
    return Job(parts.db, parts.keyring, home, Order([tables]), TODAY, lambda *_: None)


def _load(tables: Path) -> dict[str, Any]:
    settings = Settings.from_env()
    parts = door.open_parts(settings)
    with _job(parts, settings.home, tables) as job:
        began = time.perf_counter()
        plan = job.plan()
        checked = time.perf_counter()
        job.write()
        written = time.perf_counter()
    parts.close()
    return {
        "check_s": checked - began,
        "write_s": written - checked,
        "rows": plan.assertions_new + plan.mentions_new + plan.contradictions_new,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _driver(tables: Path) -> dict[str, Any]:
    """The same prepared rows in the same transactions through the bare driver; only the transactions are timed."""
    settings = Settings.from_env()
    parts = door.open_parts(settings)
    spent, rows, keyed = 0.0, 0, set[int]()
    with _job(parts, settings.home, tables) as job, _bare(parts.db) as session:
        plan = job.plan()
        rows = plan.assertions_new + plan.mentions_new + plan.contradictions_new
        for batch in job.transactions():
            work = statements(batch, "2026-11-02T00:00:00+00:00", keyed)
            began = time.perf_counter()
            session.execute_write(_run, work)
            spent += time.perf_counter() - began
    parts.close()
    return {"seconds": spent, "rows": rows}


def _run(tx: neo4j.ManagedTransaction, work: list[tuple[str, dict[str, Any]]]) -> None:
    for text, params in work:
        tx.run(text, params).consume()


@contextmanager
def _bare(db: Db) -> Iterator[neo4j.Session]:
    with db._driver.session(database=db._database) as session:
        yield session


def _looks(tables: Path) -> dict[str, float]:
    """Searches and expansions through desk, guard and log, against the very same queries bare."""
    settings = Settings.from_env()
    parts = door.open_parts(settings)
    desk = parts.desk(Viewer("bench", Role.ANALYST))
    chance = random.Random(3)
    names = [r["said"][0].get("name", "") for r in _some(desk, "Person", chance)]
    words = [n.split()[-1][:5] for n in names if n][:LOOKS]
    ids = [r["id"] for r in _some(desk, "Person", chance)][:LOOKS]
    out = {
        **_ratio("search", desk, lambda at, word: store.search(at, word), words),
        **_ratio("expand", desk, lambda at, i: store.neighbours(at, i), ids),
    }
    parts.close()
    return out


def _some(desk: Desk, label: str, chance: random.Random) -> list[dict[str, Any]]:
    with _bare(desk.db) as session:
        ids = [r["id"] for r in session.run(f"MATCH (n:{label}) RETURN n.id AS id ORDER BY id LIMIT 20000")]
    picked = chance.sample(ids, min(len(ids), LOOKS * 2))
    return desk.db.read("entity/facts", ids=picked, sees=["open", "youth"], knownOn="9999-12-31", limit=1)


def _ratio(name: str, desk: Desk, look: Callable[[Desk, str], Any], asked: list[str]) -> dict[str, float]:
    """Median time of looks over median time of their queries alone, alternated, after a warm-up."""
    through, bare = [], []
    for number, one in enumerate(asked):
        recorder = _Recorder(desk.db)
        look(Desk(recorder, desk.log, desk.viewer, desk.keyring), one)  # type: ignore[arg-type]
        began = time.perf_counter()
        look(desk, one)
        middle = time.perf_counter()
        with _bare(desk.db) as session:
            for text, params in recorder.asked:
                session.execute_read(lambda tx, t=text, p=params: tx.run(t, p).data())
        if number >= 20:
            through.append(middle - began)
            bare.append(time.perf_counter() - middle)
    return {
        f"{name}.ratio_to_query": statistics.median(through) / statistics.median(bare),
        f"{name}.p50_ms": statistics.median(through) * 1000,
        f"{name}.p95_ms": statistics.quantiles(through, n=20)[-1] * 1000,
    }


class _Recorder:
    """A door that remembers what was asked through it."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def read(self, name: str, **params: Any) -> list[dict[str, Any]]:
        self.asked.append((query(name).text, params))
        return self._db.read(name, **params)


if __name__ == "__main__":
    main()
