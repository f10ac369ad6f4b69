"""The server: its socket, and how it ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from invgray.errors import UsageError
from invgray.serve.app import create
from invgray.serve.guard import is_loopback
from invgray.serve.operations import Setting
from invgray.serve.work import Workshop

GRACE_SECONDS = 10
"""For requests in work when the server is asked to end."""

_CONNECTIONS = 500


class _Server(uvicorn.Server):
    """A server that answers what it cannot finish when it ends, and at once if asked twice."""

    def __init__(
        self, config: uvicorn.Config, workshop: Workshop, ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._workshop, self._ready = workshop, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and tell it."""
        await super().startup(sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Hear a signal to end."""
        if self.should_exit:
            asyncio.get_running_loop().call_soon_threadsafe(self._workshop.stop)
            return
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End once all requests are answered."""
        asyncio.get_running_loop().call_later(GRACE_SECONDS, self._workshop.stop)
        await super().shutdown(sockets)


def serve(host: str, port: int, setting: Setting, say: Callable[[str], None]) -> None:
    """Serve until a signal ends it.

    Args:
        host: name or address to listen on.
        port: 0 takes one that is free.
        setting: the machine that networks run on, and the limits.
        say: hears where the page is, once it can be asked for.

    Raises:
        UsageError: the address cannot be listened on.
    """
    with _listening(host, port) as listener:
        address, number = listener.getsockname()[:2]
        local = is_loopback(address)
        workshop = Workshop(setting.limits)
        config = uvicorn.Config(
            create(setting, workshop, local=local),
            access_log=False,
            limit_concurrency=_CONNECTIONS,
            log_level="error",
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS + 5,
        )
        shown = f"[{address}]" if ":" in address else address
        who = "this machine only" if local else "every machine that reaches it, without a password"

        def ready() -> None:
            say(f"serving on http://{shown}:{number} for {who}; Ctrl-C ends it")

        try:
            _Server(config, workshop, ready).run([listener])
        finally:
            workshop.abandon()


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=128)
    except (OSError, UnicodeError) as error:
        why = (isinstance(error, OSError) and error.strerror) or error
        raise UsageError(
            f"{host}:{port} cannot be listened on ({why})", "choose another host or port"
        ) from error
