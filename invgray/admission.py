"""Pictures are admitted by their size before much is done for them."""

from __future__ import annotations

from collections.abc import Callable

Admit = Callable[[int, int], None]
"""Hears the height and width of a picture before it takes memory; may raise to refuse it."""


def admit_all(height: int, width: int) -> None:
    """Admit pictures of any size."""
