"""`mobilis`: the command line. Puts the parts together, prints sentences, catches our own errors."""

import getpass
import json
import os
import signal
import sys
import threading
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mobilis_graph import door, engine, queries, serve, store
from mobilis_graph import generate as generator
from mobilis_graph.access import Role, Viewer, role
from mobilis_graph.door import Parts
from mobilis_graph.errors import ConfigError, InputError, MobilisError
from mobilis_graph.health import findings
from mobilis_graph.ingest.job import Job, Order, folder_digest, refused_file
from mobilis_graph.ingest.load import Plan
from mobilis_graph.settings import Settings
from mobilis_graph.store.state import note_sample, state

_UNSEEN = dict.fromkeys(
    (
        *range(0x0A),
        *range(0x0B, 0x20),
        *range(0x7F, 0xA0),
        0x061C,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    )
)
INTERRUPTED = 130  # how a shell counts Ctrl-C, and typer too

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Tips about recruitment networks, as a graph one can question. Start with: mobilis demo",
)
_out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)

As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="ROLE",
        help="analyst, intelligence, detective, supervisor or privacy; every look is logged under it. On fictional data, analyst unless said otherwise.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for scripts.")]
Paths = Annotated[list[Path], typer.Argument(help="Folders or files: .csv, .tsv, .xlsx.")]
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping", help="A TOML file that describes tables that are not in MOBILIS's own columns (docs/mapping.md)."
    ),
]
Source = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="Whose refs these are; two loads of one source share their refs. Default: mobilis.toml beside the tables, else the folder's name.",
    ),
]
Refused = Annotated[
    Path, typer.Option("--refused", help="Where refused rows go, with line, column, value, reason and remedy.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Load nothing if a single row is refused.")]


def main() -> None:
    """Run the command line; our own errors are sentences with exit code 1."""
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a terminal may not know é
        if not all(map(_is_text, sys.argv)):
            raise InputError(
                "an argument is not text in this terminal's encoding; rename the file, or set LC_ALL=C.UTF-8"
            )
        signal.signal(signal.SIGINT, _interrupt)
        queries.load()
        app()
    except MobilisError as exc:
        _say(f"mobilis: {exc}", _err)
        sys.exit(1)
    except SystemExit as exc:
        if exc.code == INTERRUPTED:
            _say("mobilis: interrupted; nothing is half-written, run the same command again to finish", _err)
        raise


_interrupted = threading.Event()


def _interrupt(*_: object) -> None:
    """Ctrl-C: raise at once, and remember it, for a destructor of the driver may swallow what is raised in it."""
    _interrupted.set()
    raise KeyboardInterrupt


def _say(text: str, console: Console = _out) -> None:
    """Print a line; what a name may hold to turn a terminal around (controls, marks of direction) is left out."""
    console.print(text.translate(_UNSEEN))


def _is_text(argument: str) -> bool:
    """Whether an argument can be written as UTF-8; bytes that the terminal's encoding does not know cannot."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def _open(*, new: bool = True, new_log: bool = False) -> Iterator[tuple[Settings, Parts]]:
    """Everything opened; who only asks a question makes no new installation where there is none."""
    settings = Settings.from_env()
    if not new and settings.neo4j_uri is None and not (settings.home / "databases").is_dir():
        raise ConfigError(
            f"there is no installation in {settings.home}; `mobilis demo` makes one with fictional data, `mobilis init` "
            "an empty one, MOBILIS_HOME names another folder"
        )
    parts = door.open_parts(settings, new_log=new_log)
    try:
        yield settings, parts
    finally:
        parts.close()


def _viewer(parts: Parts, named: str | None) -> Viewer:
    if named is None:
        if not state(parts.db).fictional:
            raise InputError("say in which role you look: --as analyst, intelligence, detective, supervisor or privacy")
        named = Role.ANALYST
    return Viewer(_user(), role(named))


def _user() -> str:
    """The user of the system; a container may run under a number that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


def _print_json(value: Any) -> None:
    plain = (sys.stdout.encoding or "").lower() not in ("utf-8", "utf8")
    sys.stdout.write(json.dumps(value, ensure_ascii=plain, indent=1, default=str) + "\n")


@app.command()
def init(as_json: Json = False) -> None:
    """Make a new installation: data folder, secret, password, schema. Running it again changes nothing."""
    with _open(new_log=True) as (settings, parts):
        told = {"home": str(settings.home), "engine": parts.db.agent(), "secret": str(door.secret_path(settings))}
    if as_json:
        _print_json(told)
        return
    _say(f"Ready: {told['engine']}, data in {told['home']}")
    _say(f"Keep {told['secret']} in your backups: the ids of everything are made with it.")


@app.command()
def check(
    paths: Paths,
    mapping: MappingFile = None,
    source: Source = None,
    refused: Refused = Path("refused.csv"),
    as_json: Json = False,
) -> None:
    """Dry run: say what a load would create, change, leave alone and refuse. Exit code 1 if a row is refused."""
    with _open() as (settings, parts), _job(settings, parts, Order(paths, mapping, source), quiet=as_json) as job:
        parts.log.append(_operator(), "check", "")  # its counts tell what is known
        refused_file(refused, paths)
        plan = job.plan()
        _tell(job, plan, refused, as_json=as_json, done=False)
    if plan.rows_refused:
        raise typer.Exit(1)


@app.command()
def load(
    paths: Paths,
    mapping: MappingFile = None,
    source: Source = None,
    strict: Strict = False,
    refused: Refused = Path("refused.csv"),
    as_json: Json = False,
) -> None:
    """Load tips, each whole or not at all. First a dry run; loading the same again changes nothing."""
    with _open() as (settings, parts):
        plan = _load(settings, parts, Order(paths, mapping, source), strict=strict, refused=refused, as_json=as_json)
    if strict and plan.rows_refused:
        raise typer.Exit(1)


def _load(settings: Settings, parts: Parts, order: Order, *, strict: bool, refused: Path, as_json: bool) -> Plan:
    with _job(settings, parts, order, quiet=as_json) as job:
        parts.log.append(_operator(), "load", "")
        refused_file(refused, order.paths)
        plan = job.plan()
        go = not (strict and plan.rows_refused)
        if go:
            job.write()
            parts.log.append(_operator(), "load done", parts.keyring.sign("source", job.source))
        _tell(job, plan, refused, as_json=as_json, done=go)
    return plan


def _operator() -> Viewer:
    return Viewer(_user(), Role.OPERATOR)


@contextmanager
def _job(settings: Settings, parts: Parts, order: Order, *, quiet: bool) -> Iterator[Job]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=_err, transient=True, disable=quiet or not _err.is_terminal) as bar:
        tasks: dict[str, Any] = {}
        began: dict[str, float] = {}

        def progress(what: str, done: int, total: int) -> None:
            if _interrupted.is_set():
                raise KeyboardInterrupt
            if what not in tasks:
                tasks[what] = bar.add_task(
                    {"check": "Checking tips", "load": "Loading tips"}[what], total=total, rate=""
                )
                began[what] = time.monotonic()
            rate = done / max(time.monotonic() - began[what], 0.001)
            bar.update(tasks[what], completed=done, total=total, rate=f"{rate:,.0f}/s")

        with Job(parts.db, parts.keyring, settings.home, order, state(parts.db).today, progress) as job:
            yield job


def _tell(job: Job, plan: Plan, refused: Path, *, as_json: bool, done: bool) -> None:
    """Say what was or would be loaded; refused rows go to their file."""
    written = str(refused) if plan.rows_refused else None
    if plan.rows_refused:
        job.write_refused(refused)
    if as_json:
        _print_json(
            {
                "done": done,
                "source": job.source,
                "today": job.today,
                **asdict(plan),
                "notes": job.notes,
                "refused_file": written,
            }
        )
        return
    verb = "loaded" if done else "would be loaded"
    _say(f"{plan.tips_new} tips {verb}, {plan.rows_refused} rows refused (source: {job.source})")
    _say(
        f"  tips: {plan.tips_new} new, {plan.tips_changed} changed, {plan.tips_same} left alone, {plan.tips_held} held back"
    )
    if plan.tips_retracted:
        _say(f"  {plan.tips_retracted} tips were taken back earlier and stay so")
    _say(f"  entities: {plan.entities_new} new, {plan.entities_known} known")
    _say(
        f"  assertions: {plan.assertions_new} new, {plan.assertions_closed} closed; "
        f"mentions: {plan.mentions_new} new, {plan.mentions_closed} closed"
    )
    for note in job.notes:
        _say(f"  note: {note}")
    if plan.rows_refused:
        for sentence in job.refused(5):
            _say(f"  refused: {sentence}")
        _say(f"  all of them, with what to do: {refused}. Correct your table and load it again.")


@app.command()
def status(as_role: As = None, as_json: Json = False) -> None:
    """What is running, and how much of the network this role sees."""
    settings = Settings.from_env()
    running = serve.running(settings.home)
    with _open(new=False) as (_, parts):
        now = state(parts.db)
        told: dict[str, Any] = {
            "home": str(settings.home),
            "engine": parts.db.agent(),
            "app": running.address if running else None,
            "today": now.today,
            "fictional": now.fictional,
            "sees": store.counts(parts.desk(_viewer(parts, as_role))),
        }
    if as_json:
        _print_json(told)
        return
    _say(f"engine: {told['engine']}; data: {told['home']}; today: {told['today']}")
    _say(f"app: {told['app'] or 'not running (mobilis serve)'}")
    for name, count in told["sees"].items():
        _say(f"  {name}: {count}")


@app.command(name="serve")
def serve_command(
    port: Annotated[int | None, typer.Option(help="The next free port is taken when this one is not.")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = False,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Stay in this terminal (for containers and services).")
    ] = False,
    address: Annotated[
        str, typer.Option(help="Listen here; leave it at loopback unless a proxy stands before it.")
    ] = "127.0.0.1",
) -> None:
    """Serve the app on loopback, in the background; `mobilis stop` stops it."""
    settings = Settings.from_env()
    door.open_parts(settings).close()
    if foreground:
        line = serve.command(port or settings.port, address)
        os.umask(0o077)
        os.execv(line[0], line)
    found = _serve(settings, port)
    if browser:
        webbrowser.open(found.address)


def _serve(settings: Settings, port: int | None) -> serve.App:
    if found := serve.running(settings.home):
        _say(f"Already served: {found.address}")
        return found
    wanted = port or settings.port
    found = serve.start(settings, wanted)
    if found.port != wanted:
        _say(f"Port {wanted} is taken; using {found.port}.")
    _say(f"Open {found.address}  (stop with: mobilis stop)")
    return found


@app.command()
def stop() -> None:
    """Stop the app and the embedded engine of this installation."""
    settings = Settings.from_env()
    app_was, engine_was = serve.stop(settings.home), engine.stop(settings.home)
    door.sweep(settings.home)
    stopped = " and ".join(name for name, was in (("app", app_was), ("engine", engine_was)) if was)
    _say(f"Stopped: {stopped}." if stopped else "Nothing was running.")


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(help="The next free port is taken when this one is not.")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
) -> None:
    """Start the engine, load the fictional town of Rivesaule, serve the app, open the browser."""
    settings = Settings.from_env()
    _say("Starting the engine…")
    with _open() as (_, parts):
        if state(parts.db).sample == (digest := folder_digest(sample_data())):
            _say("The fictional data is loaded already.")
        else:
            order, refused = Order([sample_data()]), settings.home / "refused.csv"
            _load(settings, parts, order, strict=False, refused=refused, as_json=False)
            note_sample(parts.db, digest)
    found = _serve(settings, port)
    if browser:
        webbrowser.open(found.address)


def sample_data() -> Path:
    """The fictional data: beside the package in a clone, inside it in a wheel."""
    here = Path(__file__).resolve().parent
    for found in (here / "_sample_data", here.parent / "sample_data"):
        if found.is_dir():
            return found
    raise ConfigError(f"sample_data is missing beside {here}; install the package again")


@app.command()
def generate(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    entities: Annotated[int, typer.Option(help="1000 to 100000.", min=1000, max=100_000)] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same network.")] = 1,
    today: Annotated[str, typer.Option(help="The last day of the three years.")] = "2026-11-02",
    as_json: Json = False,
) -> None:
    """Write the tables of a fictional network of any size, for trying and for measuring."""
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty; name a new folder, so that no table of yours is overwritten")
    counts = generator.generate(folder, entities=entities, seed=seed, today=today)
    if as_json:
        _print_json(counts)
    else:
        _say(f"{counts['tips']} tips, {counts['entities']} entities, {counts['assertions']} assertions in {folder}")


@app.command()
def retract(
    tip: Annotated[str, typer.Argument(help="The reference of the tip.")],
    reason: Annotated[str, typer.Option(help="Why; it stays with the tip.")],
    as_role: As = None,
) -> None:
    """Take a tip back, with all it says. Nothing is deleted: earlier dates stay answerable."""
    with _open(new=False) as (_, parts):
        mentioned = store.retract(parts.desk(_viewer(parts, as_role)), tip, reason)
    _say(f"Tip {tip} is taken back, with what it said of {mentioned} entities.")


@app.command()
def search(
    words: Annotated[
        str, typer.Argument(help="Beginnings of names, plates, numbers, addresses, tip references, words of tips.")
    ],
    limit: Annotated[int, typer.Option(min=1, max=200)] = 20,
    as_role: As = None,
    as_json: Json = False,
) -> None:
    """Find entities; each hit says why it matched."""
    with _open(new=False) as (_, parts):
        hits, total = store.search(parts.desk(_viewer(parts, as_role)), words, limit=limit)
    if as_json:
        _print_json({"shown": len(hits), "total": total, "hits": [asdict(h) for h in hits]})
        return
    for hit in hits:
        why = ", ".join(f"{field}: {said}" for field, said in hit.why)
        _say(f"{hit.entity.id}  {hit.entity.type:<12} {hit.entity.caption or '–'}  ({why}; {hit.entity.tips} tips)")
    _say(f"{len(hits)} of {total}")


@app.command()
def profile(
    entity: Annotated[str, typer.Argument(help="The id of an entity, as `mobilis search` prints it.")],
    as_role: As = None,
    as_json: Json = False,
) -> None:
    """All that visible tips say of one entity, with the tips."""
    with _open(new=False) as (_, parts):
        found = store.profile(parts.desk(_viewer(parts, as_role)), entity)
    if as_json:
        _print_json(asdict(found))
        return
    told = found.entity
    _say(
        f"{told.caption or '–'} ({told.type}); {found.status.status if found.status else 'mentioned'}; {told.tips} tips"
    )
    for name, values in told.facts.items():
        _say(f"  {name}: {', '.join(map(str, values))}")
    for title, rows in (("", found.assertions), ("denied: ", found.denials), ("neutral: ", found.neutral)):
        for row in rows:
            other = found.others.get(row.end if row.start == told.id else row.start)
            when = row.since or "undated"
            _say(
                f"  {title}{row.type} {other.caption if other else '–'}, {when}, {row.source_grade}{row.content_grade}, {row.tip.reference}"
            )


@app.command()
def doctor(as_json: Json = False) -> None:
    """Which engine and version, what is wrong, and what to do. Exit code 1 if something is wrong."""
    found = findings()
    if as_json:
        _print_json([asdict(f) for f in found])
    else:
        for finding in found:
            _say(f"{'ok ' if finding.ok else 'NOT'}  {finding.what}: {finding.told}")
            if finding.remedy:
                _say(f"     {finding.remedy}")
    if not all(f.ok for f in found):
        raise typer.Exit(1)


@app.command()
def model(as_json: Json = False) -> None:
    """Print the model as a page (docs/model.md), written from the one declaration."""
    from mobilis_graph.render import model_page

    if as_json:
        _print_json(model_page.as_data())
    else:
        sys.stdout.write(model_page.page())
