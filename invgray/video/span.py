"""Parts of clips."""

from __future__ import annotations

import math
from dataclasses import dataclass

from invgray.errors import UsageError


@dataclass(frozen=True)
class Span:
    """A part of a clip.

    Attributes:
        start: seconds from the beginning of the clip.
        stop: likewise; of the first frame that is not there any more.

    Raises:
        UsageError: it is empty.
    """

    start: float = 0.0
    stop: float = math.inf

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.stop:
            raise UsageError(
                f"there is nothing from {self.start:g} to {self.stop:g} seconds",
                "give times that follow each other",
            )

    @classmethod
    def between(cls, start: float, stop: float | None) -> Span:
        """A part from a time on, and up to another if there is one."""
        return cls(start, math.inf if stop is None else stop)

    def __contains__(self, seconds: float) -> bool:
        """Whether a time is in it: sound may begin before the clip does, and belongs to it."""
        return (self.start == 0 or self.start <= seconds) and seconds < self.stop

    @property
    def whole(self) -> bool:
        """Whether it is all of the clip."""
        return self.start == 0 and self.stop == math.inf


WHOLE = Span()
"""All of a clip."""


def seconds(text: str) -> float:
    """Seconds of a time, as ``90``, ``1:30`` or ``0:01:30.5``.

    Raises:
        ValueError: it is none.
    """
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        parts = []
    if not 0 < len(parts) <= 3 or not all(0 <= part < math.inf for part in parts):
        raise ValueError(f"{text!r} is no time, as 90, 1:30 or 0:01:30.5")
    return sum((part * 60**i for i, part in enumerate(reversed(parts))), 0.0)
