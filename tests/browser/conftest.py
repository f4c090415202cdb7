"""What the browser tests stand on: headless Chromium, and a bare page that holds the canvas alone."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import mobilis_graph

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
root.innerHTML = '<link rel="stylesheet" href="/canvas.css"><div class="mobilis-canvas" tabindex="0" role="group"></div>';
window.sent = [];
window.render = (data) => { window.leave = mount({ data, parentElement: root, setStateValue: (name, ops) => window.sent.push(...ops) }); };
window.probe = () => root.querySelector(".mobilis-canvas").probe();
window.ready = true;
</script>
"""


class _Stage(SimpleHTTPRequestHandler):
    """The files of the canvas, and one page to mount it on."""

    def do_GET(self) -> None:
        if self.path != "/":
            return super().do_GET()
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


@pytest.fixture
def stage(open_page: Callable[..., Any], stage_url: str) -> Any:
    """The bare page, ready to `render(data)`."""
    page = open_page(stage_url)
    page.wait_for_function("window.ready")
    return page
