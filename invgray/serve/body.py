"""The body of a request: read within its limits, or read off so that the answer is heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.requests import ClientDisconnect, Request

from invgray.serve.limits import Limits
from invgray.serve.problems import Kind, Refusal

_DRAIN_SECONDS = 5


class Body:
    """What a client sends; it is read once.

    Args:
        request: whose body.
        limits: that it has to keep.
    """

    def __init__(self, request: Request, limits: Limits) -> None:
        self._request, self._limits = request, limits
        self._ended = False

    async def read(self) -> bytes:
        """All of it.

        Raises:
            Refusal: it is empty, too large, or takes too long.
            ClientDisconnect: the client went away.
        """
        if self._announced() > self._limits.body:
            raise self._too_large()
        whole = bytearray()
        try:
            async with asyncio.timeout(self._limits.seconds):
                async for piece in self._pieces():
                    whole += piece
                    if len(whole) > self._limits.body:
                        raise self._too_large()
        except asyncio.CancelledError:
            self._ended = True
            raise
        except TimeoutError:
            self._ended = True
            raise Refusal(
                Kind.SLOW,
                f"the picture did not arrive within {self._limits.seconds:g} seconds",
                "send it faster, or a smaller one",
            ) from None
        if not whole:
            raise Refusal(Kind.USAGE, "the body is empty", "send a picture in it")
        return bytes(whole)

    async def drain(self) -> None:
        """Read what is left, or some of it: a client that is still sending hears no answer."""
        if self._ended or "expect" in self._request.headers:
            return
        left = self._limits.body
        with suppress(TimeoutError, ClientDisconnect):
            async with asyncio.timeout(_DRAIN_SECONDS):
                async for piece in self._pieces():
                    left -= len(piece)
                    if left < 0:
                        return

    def _announced(self) -> int:
        length = self._request.headers.get("content-length", "")
        return int(length) if length.isascii() and length.isdigit() else 0

    def _too_large(self) -> Refusal:
        most = f"{self._limits.body / 1e6:g} MB"
        return Refusal(
            Kind.TOO_LARGE, f"the picture has more than {most}", "send it in a smaller file"
        )

    async def _pieces(self) -> AsyncIterator[bytes]:
        while not self._ended:
            message = await self._request.receive()
            if message["type"] == "http.disconnect":
                self._ended = True
                raise ClientDisconnect
            self._ended = not message.get("more_body", False)
            yield message.get("body", b"")
