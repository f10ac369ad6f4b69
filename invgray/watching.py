"""Hearing how far a picture has come."""

from __future__ import annotations

from collections.abc import Callable

Watch = Callable[[int, int], None]
"""Hears every now and then how many pixels are done and how many there are; may raise to stop."""


def unwatched(done: int, total: int) -> None:
    """Watch nothing."""


def portion(watch: Watch, begin: float, end: float) -> Watch:
    """What hears of one of several passes over a picture, and tells of it as part of the whole.

    Args:
        watch: hears of the whole.
        begin: share of the whole's time that has passed before, 0 to 1.
        end: share that will have passed after it.
    """

    def heard(done: int, total: int) -> None:
        watch(round(begin * total + (end - begin) * done), total)

    return heard
