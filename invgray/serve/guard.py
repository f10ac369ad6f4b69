"""Whose requests are served, and what a browser may do with the answers."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invgray.serve.problems import Kind, Refusal, refusal

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""Of the page's content: nothing from elsewhere; blobs are the pictures in its memory."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own, which no other machine reaches."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """Serves the page's own requests and those of programs, and none that other pages make.

    A browser lets any page send requests to this machine, and by a name of its own that leads here
    (DNS rebinding) even read the answers.

    Args:
        app: behind it.
        local: whether only names of this machine itself are answered to.
    """

    def __init__(self, app: ASGIApp, *, local: bool) -> None:
        self._app, self._local = app, local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        # all of a file may be sent where a part is asked for, and malformed parts are no problem
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        scope = {**scope, "headers": headers}
        refused = self._refused(scope["method"], Headers(scope=scope))
        if not scope["query_string"].isascii():
            refused = Refusal(Kind.USAGE, "the query is not ASCII", "write %XX for other bytes")
        await (refusal(refused) if refused else self._app)(scope, receive, guarded)

    def _refused(self, method: str, headers: Headers) -> Refusal | None:
        host = headers.get("host", "")
        if self._local and not is_loopback(_name(host)):
            return Refusal(
                Kind.FORBIDDEN, "the host is none of this machine's own", "ask for 127.0.0.1"
            )
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        foreign = site not in ("same-origin", "none") if site else _foreign(origin, host)
        followed = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
        if foreign and not followed:
            return Refusal(Kind.FORBIDDEN, "another site's page asks", "ask from the server's own")
        return None


def _name(host: str) -> str:
    """A host without its port; empty if it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _foreign(origin: str | None, host: str) -> bool:
    return origin is not None and origin.partition("://")[2] != host
