"""What one request may take, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What requests may take.

    Attributes:
        body: bytes of a request's body.
        pixels: of a picture.
        memory: bytes that a picture may take on its way; None takes each job's share of what the
            machine has free.
        jobs: conversions in work at a time.
        queue: requests that may wait for their turn beside those.
        seconds: for a body to arrive, and once more for a conversion from its start to its end.
    """

    body: int = 100_000_000
    pixels: int = 50_000_000
    memory: int | None = None
    jobs: int = 2
    queue: int = 16
    seconds: float = 300
