"""The command line as a user meets it: real processes, exit codes, sentences, and never a traceback or a secret."""

import csv
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import mobilis_graph
from mobilis_graph import engine, serve
from mobilis_graph.errors import ConfigError
from mobilis_graph.generate import generate
from mobilis_graph.settings import Settings
from tests.conftest import ROOT, Graph
from tests.graph.test_load import TIPS, tables
from tests.graph.test_store import STREET

PACKAGE = Path(mobilis_graph.__file__).parent
SERVER = {n: v for n, v in os.environ.items() if n.startswith("MOBILIS_TEST_NEO4J_")}
LINE = [sys.executable, "-m", "mobilis_graph"]
posix = pytest.mark.skipif(os.name == "nt", reason="signals and byte arguments are otherwise there")


class Shell:
    """One installation, and a shell in a folder of its own."""

    def __init__(self, home: Path, cwd: Path) -> None:
        self.home, self.cwd = home, cwd
        given = {n.replace("MOBILIS_TEST_", "MOBILIS_"): v for n, v in SERVER.items()}
        self.env = {n: v for n, v in os.environ.items() if not n.startswith("MOBILIS_")}
        self.env |= {**given, "MOBILIS_HOME": str(home), "MOBILIS_HEAP_MB": "256", "MOBILIS_RETRY_S": "1"}

    def run(self, *args: object, code: int = 0, cwd: Path | None = None, **env: str) -> str:
        """Run one command; return what it printed after checking what holds for all of them."""
        done = subprocess.run(
            [*LINE, *(a if isinstance(a, bytes) else str(a) for a in args)],
            capture_output=True,
            env={**self.env, **env},
            cwd=cwd or self.cwd,
            timeout=120,
            check=False,
        )
        out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
        assert "Traceback" not in err, err
        assert not [s for s in self.secrets() if s in out + err]
        assert done.returncode == code, out + err
        assert bool(err) <= (code != 0), err
        return out + err

    def json(self, *args: object, code: int = 0) -> Any:
        return json.loads(self.run(*args, "--json", code=code))

    def secrets(self) -> list[str]:
        files = (self.home / name for name in ("secret.key", "root.pw"))
        return [f.read_text(encoding="utf-8") for f in files if f.exists()] + [
            v for n, v in SERVER.items() if "PASSWORD" in n
        ]

    def start(self, *args: object, **env: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*LINE, *map(str, args)],
            env={**self.env, **env},
            cwd=self.cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )


@pytest.fixture(scope="module")
def installation(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """An installation of its own: the embedded engine of a new home, or the server, wiped."""
    graph.hold("command line", lambda: None)
    home = tmp_path_factory.mktemp("installation") / "home"
    shell = Shell(home, home.parent)
    shell.run("init")
    yield shell
    serve.stop(home)
    engine.stop(home)


@pytest.fixture
def shell(installation: Shell, tmp_path: Path) -> Shell:
    """The installation, whatever it holds, in an empty folder."""
    return Shell(installation.home, tmp_path)


@pytest.fixture(scope="module")
def street(installation: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation holds a street; other tests add tips about other things only."""
    folder = tables(tmp_path_factory.mktemp("tables") / "street", **STREET)
    installation.run("load", folder)
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Shell]:
    """A shell whose installation was never made."""
    yield Shell(tmp_path / "home", tmp_path)
    engine.stop(tmp_path / "home")


def one_tip(folder: Path, reference: str, *, received: str = "2026-05-03", name: str = "Guy Quo") -> Path:
    return tables(
        folder,
        tips=TIPS + f"{reference},{received},CJM,B,2,o-{reference},triaged,\n",
        persons=f"tip,ref,name\n{reference},{reference.lower()},{name}\n",
    )


def tips(shell: Shell) -> int:
    return int(shell.json("status", "--as", "intelligence")["sees"]["tips"])


# Making it


def test_an_installation_is_made_once(shell: Shell) -> None:
    told = shell.run("init")
    secret = (shell.home / "secret.key").read_bytes()
    data = shell.json("init")

    assert re.match(rf"Ready: Neo4j.*, data in {shell.home}\nKeep {shell.home}/secret\.key in your backups", told)
    assert (data["home"], data["secret"]) == (str(shell.home), str(shell.home / "secret.key"))
    assert (shell.home / "secret.key").read_bytes() == secret


# Loading


def test_a_dry_run_tells_and_loads_nothing(shell: Shell, street: Path) -> None:
    before = tips(shell)

    told = shell.run("check", one_tip(shell.cwd / "a", "CHK-1"))

    assert told.startswith("1 tips would be loaded, 0 rows refused (source: test)\n")
    assert tips(shell) == before


def test_a_load_tells_what_it_did_and_twice_changes_nothing(shell: Shell) -> None:
    folder = one_tip(shell.cwd / "a", "TWICE-1")

    first, second = shell.json("load", folder), shell.json("load", folder)

    assert (first["done"], first["tips_new"], first["entities_new"], first["mentions_new"]) == (True, 1, 1, 1)
    assert (second["tips_new"], second["tips_same"], second["entities_new"], second["assertions_new"]) == (0, 1, 0, 0)
    assert (first["refused_file"], first["source"]) == (None, "test")


def test_refused_rows_go_to_a_file_and_the_rest_is_loaded(shell: Shell) -> None:
    folder = one_tip(shell.cwd / "a", "REF-1")
    with (folder / "tips.csv").open("a", encoding="utf-8") as file:
        file.write("REF-2,hier,CJM,B,2,o,triaged,\n")

    told = shell.run("load", folder)

    assert told.startswith("1 tips loaded, 1 rows refused")
    assert "refused: tips.csv, line 3, receivedOn = 'hier': this is not a date. Write it as 2026-05-03" in told
    assert told.endswith("all of them, with what to do: refused.csv. Correct your table and load it again.\n")
    with (shell.cwd / "refused.csv").open(encoding="utf-8-sig") as file:
        assert [(r["file"], r["line"], r["value"]) for r in csv.DictReader(file)] == [("tips.csv", "3", "hier")]


def test_strict_loads_nothing_when_a_row_is_refused(shell: Shell) -> None:
    folder = one_tip(shell.cwd / "a", "STR-1")
    with (folder / "tips.csv").open("a", encoding="utf-8") as file:
        file.write("STR-2,hier,CJM,B,2,o,triaged,\n")
    before = tips(shell)

    told = shell.json("load", folder, "--strict", "--refused", "mine.csv", code=1)
    shell.run("check", folder, code=1)

    assert (told["done"], told["rows_refused"], told["refused_file"]) == (False, 1, "mine.csv")
    assert (shell.cwd / "mine.csv").exists()
    assert tips(shell) == before


@posix
def test_an_interrupted_load_is_finished_by_running_it_again(shell: Shell) -> None:
    folder = shell.cwd / "big"
    counted = generate(folder, entities=6000, seed=3, today="2026-06-01")
    (folder / "demo.toml").unlink()  # it would make the whole installation fictional
    before = tips(shell)
    load = shell.start("load", folder, "--json")

    deadline = time.monotonic() + 100
    while load.poll() is None and tips_now(shell) == before and time.monotonic() < deadline:
        time.sleep(0.02)
    load.send_signal(signal.SIGINT)
    out, err = load.communicate(timeout=60)
    halfway = tips(shell)
    told = shell.json("load", folder)

    assert (load.returncode, out) == (130, b"")
    assert err == b"mobilis: interrupted; nothing is half-written, run the same command again to finish\n"
    assert before < halfway < before + counted["tips"]
    assert told["tips_same"] == halfway - before
    assert told["tips_new"] + told["tips_same"] + told["tips_held"] == counted["tips"]
    assert tips(shell) - before == counted["tips"] - told["tips_held"]


def tips_now(shell: Shell) -> int:
    """How many tips there are, asked in this process: a command would take longer than the load."""
    from mobilis_graph import door
    from mobilis_graph.settings import Settings

    with door.open_db(Settings.from_env(shell.env)) as db:
        return int(db.read("tip/total", sees=["open", "restricted"], knownOn="9999")[0]["tips"])


# Reading


def test_two_loads_at_once_write_each_thing_once(shell: Shell) -> None:
    before, folders = tips(shell), []
    for side in "XY":
        told = TIPS + "".join(f"{side}{n},2026-05-03,CJM,B,2,o-1,triaged,\n" for n in range(40))
        persons = "tip,ref,name\n" + "".join(f"{side}{n},twin-{n},Jumelle Deslauriers {n}\n" for n in range(40))
        folders.append(tables(shell.cwd / side, tips=told, persons=persons))

    both = [shell.start("load", folder, "--source", "twins") for folder in folders]
    ended = [one.communicate(timeout=100) for one in both]

    assert [one.returncode for one in both] == [0, 0], ended
    assert tips(shell) == before + 80
    found = shell.json("search", "deslauriers", "--limit", "200", "--as", "intelligence")
    assert (found["total"], {hit["entity"]["tips"] for hit in found["hits"]}) == (40, {2})
    assert "the chain holds" in shell.run("doctor")


def test_the_status_is_what_a_role_sees(shell: Shell, street: Path) -> None:
    told = shell.run("status", "--as", "analyst")
    seen, all_ = shell.json("status", "--as", "detective"), shell.json("status", "--as", "intelligence")

    assert re.match(
        rf"engine: Neo4j.*; data: {shell.home}; today: \d{{4}}-\d\d-\d\d\napp: not running \(mobilis serve\)\n", told
    )
    assert all_["sees"]["tips"] > seen["sees"]["tips"] > 0
    assert f"  tips: {seen['sees']['tips']}\n" in told
    assert (seen["app"], seen["fictional"]) == (None, False)


def test_a_search_says_why_it_found_what(shell: Shell, street: Path) -> None:
    told = shell.run("search", "zed ouimet", "--as", "analyst")
    data = shell.json("search", "salon", "--limit", "2", "--as", "analyst")

    assert re.fullmatch(
        r"[0-9a-f]{32}  Person       « Zédou »  \(aliases: Zed, name: Émile Ouimet; 4 tips\)\n1 of 1\n", told
    )
    assert (data["shown"], data["total"], data["hits"][0]["entity"]["caption"]) == (2, 4, "Salon Bleu")


def test_what_a_role_may_not_see_is_not_found(shell: Shell, street: Path) -> None:
    assert shell.run("search", "cave", "--as", "detective") == "0 of 0\n"
    assert shell.run("search", "cave", "--as", "intelligence").endswith("1 of 1\n")


def test_a_profile_tells_all_with_the_tips(shell: Shell, street: Path) -> None:
    found = shell.json("search", "zed ouimet", "--as", "analyst")["hits"][0]["entity"]["id"]

    told = shell.run("profile", found, "--as", "supervisor")
    data = shell.json("profile", found, "--as", "supervisor")

    assert told.startswith("« Zédou » (Person); charged; 4 tips\n")
    assert "  USES Honda noire · QIO 123, 2026-04-01, C6, MT-4\n" in told
    assert "  neutral: NEUTRAL_TO Salon Bleu, undated, B2, MT-1\n" in told
    assert (data["entity"]["id"], len(data["assertions"])) == (found, 10)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("status",), "say in which role you look: --as analyst, intelligence, detective, supervisor or privacy"),
        (("search", "zed"), "say in which role you look: --as"),
        (("search", "zed", "--as", "privacy"), "the role privacy reads no network"),
        (("status", "--as", "operator"), "the role operator reads no network"),
        (("search", "zed", "--as", "chief"), "no role 'chief'; known are analyst, "),
        (("profile", "0" * 32, "--as", "analyst"), "no such entity"),
        (("profile", "'; MATCH (n) DETACH DELETE n //", "--as", "analyst"), "no such entity"),
        (("retract", "NONE-1", "--reason", "une bonne raison", "--as", "analyst"), "no tip 'NONE-1'"),
        (("retract", "MT-5", "--reason", "une bonne raison", "--as", "detective"), "no tip 'MT-5'"),
        (("retract", "MT-1", "--reason", "ok", "--as", "analyst"), "a reason of at least 5 characters is needed"),
        (("load", "no-such-folder"), "no-such-folder"),
        (("load", "."), "."),
        (("load", ".", "--mapping", "no.toml"), "no.toml"),
        (("generate", "."), ". is not empty; name a new folder, so that no table of yours is overwritten"),
        (("generate", "notes.txt"), "cannot write the network in notes.txt"),
    ],
    ids=lambda v: " ".join(v)[:40] if isinstance(v, tuple) else None,
)
def test_a_mistake_is_told_in_one_sentence(shell: Shell, street: Path, command: tuple[str, ...], told: str) -> None:
    (shell.cwd / "notes.txt").write_text("not a table", encoding="utf-8")

    said = shell.run(*command, code=1)

    assert said.startswith("mobilis: ")
    assert told in said
    assert said.count("\n") == 1


@posix
@pytest.mark.parametrize("command", [(b"search", b"z\xe9d", b"--as", b"analyst"), (b"load", b"\xff.csv")])
def test_an_argument_that_is_no_text_is_told(shell: Shell, command: tuple[bytes, ...]) -> None:
    said = shell.run(*command, code=1)

    assert said.startswith("mobilis: an argument is not text in this terminal's encoding")


@pytest.mark.parametrize(
    "command",
    [("search",), ("nothing",), ("search", "zed", "--limit", "0"), ("retract", "MT-1"), ("search", "a", "--no")],
)
def test_a_wrong_use_is_told_with_code_2(shell: Shell, command: tuple[str, ...]) -> None:
    assert "Usage: " in shell.run(*command, code=2)


def test_a_terminal_that_knows_no_accent_gets_an_answer(shell: Shell, street: Path) -> None:
    told = shell.run("search", "zed ouimet", "--as", "analyst", PYTHONIOENCODING="ascii")
    data = json.loads(shell.run("search", "zed ouimet", "--as", "analyst", "--json", PYTHONIOENCODING="ascii"))

    assert told.endswith("1 of 1\n")
    assert data["hits"][0]["entity"]["caption"] == "« Zédou »"


def test_a_name_cannot_turn_a_terminal_around(shell: Shell) -> None:
    shell.run("load", one_tip(shell.cwd / "a", "RTL-1", name="\u202eGuy\u202c Envers"))

    told = shell.run("search", "envers", "--as", "analyst")

    assert "Guy Envers" in told
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", told)


def test_a_reader_that_leaves_early_gets_no_traceback(shell: Shell) -> None:
    with shell.start("model") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()

        said = process.stderr.read()

    assert b"Traceback" not in said


# Taking back


def test_a_tip_is_taken_back_for_good(shell: Shell) -> None:
    folder = one_tip(shell.cwd / "a", "BACK-1", name="Gaétan Retour")
    shell.run("load", folder)

    told = shell.run("retract", "BACK-1", "--reason", "l'informateur s'est trompé", "--as", "supervisor")
    again = shell.run("load", folder)

    assert told == "Tip BACK-1 is taken back, with what it said of 1 entities.\n"
    assert "1 tips were taken back earlier and stay so" in again
    assert shell.run("search", "gaetan", "--as", "analyst") == "0 of 0\n"


# Looking after it


def test_the_doctor_finds_nothing_wrong(shell: Shell) -> None:
    told = shell.run("doctor")
    data = shell.json("doctor")

    assert all(line.startswith("ok ") for line in told.splitlines())
    assert [f["what"] for f in data] == [
        "python", "data folder", "query files", "engine package", "disk", "database", "secret", "access log", "app",
    ]  # fmt: skip
    assert all(f["ok"] for f in data)


def test_the_doctor_tells_a_wrong_setting(shell: Shell) -> None:
    told = shell.run("doctor", code=1, MOBILIS_PORT="http", MOBILIS_COLOUR="red")

    assert "NOT  settings: MOBILIS_COLOUR is not a setting" in told
    assert "MOBILIS_PORT must be a whole number" in told


def test_the_doctor_tells_of_another_secret_and_a_changed_log(shell: Shell) -> None:
    (shell.cwd / "other.key").write_text("ab" * 32, encoding="ascii")
    (shell.cwd / "none.key").unlink(missing_ok=True)

    other = shell.run("doctor", code=1, MOBILIS_SECRET_FILE=str(shell.cwd / "other.key"))
    none = shell.run("doctor", code=1, MOBILIS_SECRET_FILE=str(shell.cwd / "none.key"))
    refused = shell.run("status", "--as", "analyst", code=1, MOBILIS_SECRET_FILE=str(shell.cwd / "none.key"))

    assert "is not the one this database was made with\n     restore it from a backup" in other
    assert "NOT  secret: the secret" in none
    assert "none.key is missing; restore it from a backup" in refused
    assert not (shell.cwd / "none.key").exists()


def test_a_server_that_does_not_answer_is_told(shell: Shell) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        uri = f"bolt://127.0.0.1:{taken.getsockname()[1]}"

        said = shell.run("init", code=1, MOBILIS_NEO4J_URI=uri, MOBILIS_NEO4J_PASSWORD="hunter2")
        told = shell.run("doctor", code=1, MOBILIS_NEO4J_URI=uri, MOBILIS_NEO4J_PASSWORD="hunter2")

    assert said == "mobilis: the database cannot be reached; `mobilis doctor` says why\n"
    assert "NOT  database: the database cannot be reached" in told
    assert "hunter2" not in said + told


def test_a_wrong_password_is_told(shell: Shell) -> None:
    found = engine.running(shell.home)
    uri = SERVER.get("MOBILIS_TEST_NEO4J_URI") or f"bolt://127.0.0.1:{found.bolt if found else 0}"

    said = shell.run(
        "init", code=1, MOBILIS_NEO4J_URI=uri, MOBILIS_NEO4J_USER="nobody", MOBILIS_NEO4J_PASSWORD="hunter2"
    )

    assert said.startswith("mobilis: the database refuses this user or password: check MOBILIS_NEO4J_USER")
    assert "hunter2" not in said


def test_a_folder_that_cannot_be_used_is_told(bare: Shell) -> None:
    (bare.cwd / "file").touch()

    said = bare.run("init", code=1, MOBILIS_HOME=str(bare.cwd / "file" / "home"))

    assert said.startswith("mobilis: ")
    assert "Not a directory" in said or "cannot be read" in said or "cannot be opened" in said


@pytest.mark.embedded
def test_a_stop_of_nothing_is_told(bare: Shell) -> None:
    assert bare.run("stop") == "Nothing was running.\n"
    assert not bare.home.exists()


def test_the_app_is_served_on_the_next_free_port_and_stopped(shell: Shell) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        home = os.path.relpath(shell.home, shell.cwd)

        told = shell.run("serve", "--port", port, MOBILIS_HOME=home)
        found = serve.running(shell.home)
        again = shell.run("serve", "--port", port)
        status = shell.json("status", "--as", "analyst")

    assert found is not None
    assert found.port > port
    assert told == f"Port {port} is taken; using {found.port}.\nOpen {found.address}  (stop with: mobilis stop)\n"
    assert again == f"Already served: {found.address}\n"
    assert status["app"] == found.address
    with urllib.request.urlopen(f"{found.address}/_stcore/health", timeout=5) as answer:
        assert answer.status == 200
    stopped = shell.run("stop")
    assert stopped == ("Stopped: app.\n" if SERVER else "Stopped: app and engine.\n")
    assert serve.running(shell.home) is None
    assert shell.run("stop") == "Nothing was running.\n"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Settings]:
    """A folder for an app alone: it answers before it is asked for a page."""
    yield Settings(home=tmp_path)
    serve.stop(tmp_path)


def test_two_that_serve_at_once_share_one_app(place: Settings) -> None:
    code = "import sys; from pathlib import Path; from mobilis_graph import serve; from mobilis_graph.settings import Settings\n"
    code += "print(serve.start(Settings(home=Path(sys.argv[1])), 18100).pid)"
    line = [sys.executable, "-c", code, place.home]

    both = [subprocess.Popen(line, stdout=subprocess.PIPE) for _ in range(2)]
    told = [one.communicate(timeout=60)[0] for one in both]

    found = serve.running(place.home)
    assert found is not None
    assert [int(one) for one in told] == [found.pid] * 2


def test_an_app_that_does_not_answer_in_time_is_not_left_running(
    place: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "START_S", 0.2)
    port = serve.free_port(18_200)

    with pytest.raises(ConfigError, match=r"the app did not start; its log is .*app\.log"):
        serve.start(place, port)

    assert not (place.home / "app.json").exists()
    assert not [p for p in Path("/proc").glob("[0-9]*") if f"server.port={port} " in engine.command_line(int(p.name))]


def test_a_port_that_is_lost_at_the_last_moment_is_given_up_for_the_next(
    place: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        free, asked = serve.free_port, [port]
        monkeypatch.setattr(serve, "free_port", lambda wanted: asked.pop() if asked else free(wanted))

        found = serve.start(place, port)

    assert found.port > port
    assert serve.running(place.home) == found


@posix
def test_an_app_that_hangs_is_replaced(place: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "STOP_S", 0.5)
    hung = serve.start(place, 18_300)
    os.kill(hung.pid, signal.SIGSTOP)

    found = serve.start(place, 18_300)

    assert serve.running(place.home) == found
    assert not serve._ours(hung)


def test_another_program_on_the_noted_port_is_not_taken_for_the_app(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "0", "--bind", "127.0.0.1"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as other:
        (tmp_path / "app.json").write_text(json.dumps({"pid": other.pid, "port": 8501}), encoding="utf-8")

        found, stopped = serve.running(tmp_path), serve.stop(tmp_path)

        assert (found, stopped, other.poll()) == (None, False, None)
        other.kill()


@pytest.mark.embedded
def test_a_question_makes_no_installation_where_there_is_none(bare: Shell) -> None:
    for line in (("search", "kaz"), ("status",), ("profile", "0" * 32), ("retract", "T1", "--reason", "une erreur")):
        told = bare.run(*line, "--as", "analyst", code=1)
        assert "there is no installation in" in told

    assert not bare.home.exists()


def test_no_name_that_is_typed_gets_into_the_log(shell: Shell, street: Path) -> None:
    shell.run("profile", "Aurélie Tremblay", "--as", "analyst", code=1)
    shell.run("load", one_tip(shell.cwd / "Aurélie", "A1"))
    shell.run("check", one_tip(shell.cwd / "Zoé", "A2"))

    with closing(sqlite3.connect(shell.home / "access.db")) as log:
        rows = log.execute("SELECT action, subject FROM log ORDER BY seq").fetchall()
    assert not re.search("aur|trem|zo[eé]", repr(rows), re.IGNORECASE)
    assert [action for action, _ in rows][-4:] == ["profile", "load", "load done", "check"]


@pytest.mark.parametrize("how", ["deleted", "emptied"])
def test_a_lost_log_stops_every_answer_until_a_new_one_is_asked_for(shell: Shell, street: Path, how: str) -> None:
    for file in shell.home.glob("access.db*"):
        file.unlink()
    if how == "emptied":
        (shell.home / "access.db").touch()

    told = shell.run("search", "quo", "--as", "analyst", code=1)
    doctor = shell.run("doctor", code=1)
    shell.run("init")

    assert "is missing and nothing is shown without it; restore it from a backup, or run `mobilis init`" in told
    assert re.search(r"NOT  access log: .* is missing", doctor)
    with closing(sqlite3.connect(shell.home / "access.db")) as log:
        assert log.execute("SELECT action FROM log WHERE seq = 1").fetchone() == ("log made anew: there was none",)
    assert "Quo" in shell.run("search", "quo", "--as", "analyst")


def test_a_new_home_with_a_secret_from_elsewhere_answers_once_its_log_is_made(shell: Shell, street: Path) -> None:
    (other := shell.cwd / "home").mkdir()
    (other / "secret.key").write_bytes((shell.home / "secret.key").read_bytes())
    found = engine.running(shell.home)
    env = {"MOBILIS_HOME": str(other)}
    if found:
        env |= {"MOBILIS_NEO4J_URI": f"bolt://127.0.0.1:{found.bolt}", "MOBILIS_NEO4J_DATABASE": engine.DATABASE}
        env |= {"MOBILIS_NEO4J_USER": "root", "MOBILIS_NEO4J_PASSWORD_FILE": str(shell.home / "root.pw")}

    told = shell.run("search", "quo", "--as", "analyst", code=1, **env)
    shell.run("init", **env)

    assert "access.db is missing and nothing is shown without it" in told
    assert "Quo" in shell.run("search", "quo", "--as", "analyst", **env)
    assert other.stat().st_mode & 0o077 == 0 or os.name == "nt"


@posix
def test_the_stage_of_a_killed_load_does_not_stay(shell: Shell) -> None:
    (shell.home / "staging").mkdir(exist_ok=True)
    left = shell.home / "staging" / "999999999.db"
    left.touch()

    shell.run("status", "--as", "analyst")

    assert not left.exists()


@pytest.mark.embedded
def test_the_demo_loads_the_town_once_and_leaves_later_loads_alone(bare: Shell) -> None:
    def demo() -> str:
        return bare.run("demo", "--no-browser", "--port", serve.free_port(18_000))

    try:
        first, second = demo(), demo()
        bare.run("load", ROOT / "sample_data" / "next_month")
        before = bare.json("status")
        third = demo()
        after = bare.json("status")
    finally:
        stopped = bare.run("stop")

    assert "120 tips loaded, 0 rows refused" in first
    assert [("loaded already" in told, "tips loaded" in told) for told in (second, third)] == [(True, False)] * 2
    assert (before["sees"], before["today"]) == (after["sees"], after["today"])
    assert "Stopped: app and engine" in stopped


@posix
def test_an_interruption_before_anything_was_begun_is_a_sentence(bare: Shell) -> None:
    code = "import sys; from mobilis_graph import __main__ as way; sys.modules['mobilis_graph.cli'] = None; sys.argv = ['mobilis']\n"
    code += "class Late:\n  def __getattr__(self, name): raise KeyboardInterrupt\n"
    code += "import mobilis_graph; mobilis_graph.cli = Late(); way.main()"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (130, "mobilis: interrupted before anything was begun\n")


# Help


def test_every_command_and_option_has_help_worth_reading(shell: Shell) -> None:
    help_ = shell.run("--help")
    commands = re.findall(r"^  ([a-z]+)  +\S", help_.partition("Commands:")[2], re.MULTILINE)

    assert set(commands) == {
        "init", "check", "load", "status", "serve", "stop", "demo", "generate", "retract", "search", "profile", "doctor", "model",
    } | set(commands) & {"verify"}  # fmt: skip


def test_every_command_that_a_sentence_names_exists(shell: Shell) -> None:
    help_ = shell.run("--help")
    commands = set(re.findall(r"^  ([a-z-]+)  +\S", help_.partition("Commands:")[2], re.MULTILINE))
    texts = [
        p.read_text(encoding="utf-8")
        for p in (*PACKAGE.rglob("*.py"), ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
    ]

    named = {name for text in texts for name in re.findall(r"[`“«]\s?mobilis ([a-z][a-z-]*)", text)}

    assert named <= commands


# Generating


def test_a_fictional_network_is_written_once_and_is_the_same_for_one_seed(shell: Shell) -> None:
    told = shell.run("generate", "one", "--entities", "1000", "--seed", "5")
    data = shell.json("generate", "other", "--entities", "1000", "--seed", "5")

    assert told == f"{data['tips']} tips, {data['entities']} entities, {data['assertions']} assertions in one\n"
    assert {p.name: p.read_bytes() for p in (shell.cwd / "one").glob("*.csv")} == {
        p.name: p.read_bytes() for p in (shell.cwd / "other").glob("*.csv")
    }


# Where refused rows go


def bad(folder: Path) -> Path:
    return tables(folder, tips=TIPS + "B1,2026-05-03,CJM,Z,2,o-1,triaged,\n", persons="tip,ref,name\nB1,p1,Guy Quo\n")


def test_refused_rows_overwrite_nothing_but_refused_rows(shell: Shell) -> None:
    folder = bad(shell.cwd / "b")
    before = (folder / "persons.csv").read_bytes()

    told = shell.run("check", folder, "--refused", folder / "persons.csv", code=1)
    shell.run("check", folder, code=1)
    shell.run("check", folder, code=1)

    assert "would be lost; name another file: --refused" in told
    assert (folder / "persons.csv").read_bytes() == before
    assert (shell.cwd / "refused.csv").stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_a_folder_that_holds_refused_rows_loads_again(shell: Shell) -> None:
    folder = bad(shell.cwd / "b")
    shell.run("check", ".", code=1, cwd=folder)
    assert (folder / "refused.csv").exists()
    one_tip(folder, "B1")

    shell.run("check", ".", cwd=folder)

    assert not (folder / "refused.csv").exists()  # nothing is refused any more


def test_refused_rows_that_cannot_be_written_stop_the_load_before_it_begins(shell: Shell) -> None:
    before = tips(shell)

    told = shell.run("load", one_tip(shell.cwd / "c", "C77"), "--refused", shell.cwd / "no" / "where.csv", code=1)

    assert "cannot be written" in told
    assert tips(shell) == before


def test_two_sources_are_not_loaded_as_one(shell: Shell) -> None:
    folders = [one_tip(shell.cwd / name, f"S-{name}") for name in ("north", "south")]
    for folder in folders:
        (folder / "mobilis.toml").write_text(f'source = "{folder.name}"\n', encoding="utf-8")

    told = shell.run("check", *folders, code=1)

    assert "refs of two sources are not the same things; load them one after the other" in told


def test_a_source_is_the_same_in_any_spelling(shell: Shell) -> None:
    folder = one_tip(shell.cwd / "d", "D77")
    told = shell.json("load", folder, "--source", "Nord-Est")
    again = shell.json("load", folder, "--source", "nord-est")

    assert (told["source"], again["source"], again["tips_same"]) == ("nord-est", "nord-est", 1)


@posix
def test_a_full_disk_is_a_sentence(shell: Shell, tmp_path: Path) -> None:
    generate(tmp_path / "net", entities=1000)
    (tmp_path / "net" / "demo.toml").unlink()
    line = " ".join(LINE)

    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 300; {line} check {tmp_path / 'net'}"],
        capture_output=True,
        text=True,
        env=shell.env,
        check=False,
    )

    assert done.returncode == 1
    assert "the load cannot be staged" in done.stderr
    assert "Traceback" not in done.stderr
