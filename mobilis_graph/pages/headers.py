"""Response headers: nothing from outside, no framing, no stale file of ours."""

from typing import Any

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The hash is that of the one inline script of Streamlit's own page.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
OURS = "/_stcore/bidi-components/mobilis-graph."
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")


class Headers:
    """Adds the headers to every answer; our own scripts are asked for again each time, so none is stale."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer what is closed."""
        path: str = scope.get("path", "")
        if scope["type"] == "http" and path.startswith(CLOSED):
            await send({"type": "http.response.start", "status": 404, "headers": list(HEADERS)})
            await send({"type": "http.response.body", "body": b""})
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(path, message.get("headers", ()))
            await send(message)

        await self._app(scope, receive, with_headers)


def _completed(path: str, given: Any) -> list[tuple[bytes, bytes]]:
    headers = [h for h in given if h[0].lower() not in {name for name, _ in HEADERS}]
    if path.startswith(OURS) and "vis-network" not in path:
        headers = [h for h in headers if h[0].lower() != b"cache-control"] + [(b"cache-control", b"no-cache")]
    return [*headers, *HEADERS]


MIDDLEWARE = [Middleware(Headers)]
