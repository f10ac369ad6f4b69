"""A bar on a terminal that advances by the pixels that are done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from types import TracebackType

from tqdm import tqdm

from invgray.cli.messages import printable
from invgray.watching import Watch

_FORMAT = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"


class Progress:
    """How much of some pictures is done; each counts the same, and advances by its pixels.

    Threads may tell of pictures of their own. Nothing is shown where standard error is no terminal.

    Args:
        pictures: that there are.
        name: of the only one; its bar is shown if it takes more than a second, and goes away.
        quiet: show nothing.
    """

    def __init__(self, pictures: int, name: str | None = None, *, quiet: bool = False) -> None:
        self._pictures, self._name = pictures, name
        self._done, self._lock = 0, Lock()
        self._bar = tqdm(
            total=pictures,
            desc=self._words(),
            bar_format=_FORMAT,
            disable=quiet or None,
            delay=0 if name is None else 1,
            leave=name is None,
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()

    @contextmanager
    def picture(self) -> Iterator[Watch]:
        """What hears of a picture's pixels; once this ends, the picture is done."""
        shown = 0.0

        def watch(done: int, total: int) -> None:
            nonlocal shown
            share = min(done / total, 1.0) if total else 0.0
            if share > shown:
                self._advance(share - shown)
                shown = share

        yield watch
        self._advance(1 - shown, pictures=1)

    def _advance(self, share: float, pictures: int = 0) -> None:
        with self._lock:
            self._done += pictures
            self._bar.set_description_str(self._words(), refresh=False)
            self._bar.update(share)

    def _words(self) -> str:
        if self._name is not None:
            return printable(self._name)
        return f"{self._done} of {self._pictures} pictures"
