"""What the browser tests stand on: headless Chromium, and a bare page that holds the canvas alone."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import mobilis_graph
from tests.conftest import SAMPLE

sync_api = pytest.importorskip("playwright.sync_api")

FRONT = Path(mobilis_graph.__file__).parent / "pages" / "canvas" / "front"
SIZE = {"width": 1440, "height": 900}
STAGE = """
<!doctype html><html lang="en"><meta charset="utf-8"><title>stage</title>
<style>:root { --st-background-color: #ffffff; --st-secondary-background-color: #f2f4f8; --st-text-color: #20242c;
--st-primary-color: #2463c0; --st-border-color: #d9dee7; --st-font: sans-serif }</style>
<div id="host" style="width: 960px"></div>
<script type="module">
import mount from "/canvas.js";
const root = document.getElementById("host").attachShadow({ mode: "open" });
const canvas = '<div class="mobilis-canvas" tabindex="0" role="group"></div>';
root.innerHTML = '<link rel="stylesheet" href="/canvas.css">' + canvas;
window.sent = [];
const setStateValue = (name, ops) => window.sent.push(...ops);
window.render = (data) => { window.leave = mount({ data, parentElement: root, setStateValue }); };
window.probe = () => root.querySelector(".mobilis-canvas").probe();
window.ready = true;
</script>
"""


class _Stage(SimpleHTTPRequestHandler):
    """The files of the canvas, and one page to mount it on."""

    def do_GET(self) -> None:
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
            return
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(STAGE.encode())

    def log_message(self, *_: Any) -> None:
        """Keep the test output quiet."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless browser: the system's Chromium, or the one MOBILIS_TEST_CHROMIUM names."""
    path = os.environ.get("MOBILIS_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.skip("no Chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def stage_url() -> Iterator[str]:
    """A loopback server with nothing but the canvas."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Stage, directory=str(FRONT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open a page that fails the test when it asks outside loopback or writes an error to its console."""
    faults: list[str] = []
    contexts = []

    def opened(url: str, **options: Any) -> Any:
        context = chromium.new_context(viewport=SIZE, locale="fr-CA", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: None if _stays_home(r.url) else faults.append(f"asked for {r.url}"))
        page.on("console", lambda m: faults.append(f"console: {m.text}") if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: faults.append(f"page error: {e}"))
        page.on("websocket", lambda s: None if _stays_home(s.url) else faults.append(f"socket to {s.url}"))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def _stays_home(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:"))


HOSTILE = """</script><img src="http://evil.example/x.png" onerror="alert(1)"><b>gras</b>"""
TABLES = {
    "tips.csv": "reference,receivedOn,organisation,channel,sourceGrade,contentGrade,origin,handling,text,state\n"
    'HOSTILE-1,2026-10-02,SPAL,patrol,B,2,h1,TLP:GREEN,"=cmd|calc ![x](http://evil.example/t.png) {}",triaged\n',
    "persons.csv": 'tip,ref,aliases,name\nHOSTILE-1,h1,"Zorglub {}",\nHOSTILE-1,h2,"\u202eabc\u202c [a](javascript:alert)",\n',
    "associates_with.csv": 'tip,from,to,basis,note\nHOSTILE-1,h1,h2,heard,"{}"\n',
    "mobilis.toml": 'source = "hostile"\n',
}


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app as `mobilis serve` serves it, on the sample data and one tip full of hostile strings."""
    home, folder = tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("hostile")
    for name, text in TABLES.items():
        folder.joinpath(name).write_text(text.replace("{}", HOSTILE.replace('"', '""')), encoding="utf-8")

    def mobilis(*args: str) -> str:
        command = [sys.executable, "-c", "from mobilis_graph.cli import main; main()", *args]
        env = {**os.environ, "MOBILIS_HOME": str(home)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    mobilis("load", str(SAMPLE), "--strict", "--refused", str(folder / "refused.csv"))
    mobilis("load", str(folder), "--strict", "--refused", str(folder / "refused.csv"))
    yield re.findall(r"http://127\.0\.0\.1:\d+", mobilis("serve", "--port", "18510"))[0]
    mobilis("stop")


@pytest.fixture
def stage(open_page: Callable[..., Any], stage_url: str) -> Any:
    """The bare page, ready to `render(data)`."""
    page = open_page(stage_url)
    page.wait_for_function("window.ready")
    return page
