"""Frames in parallel, in their order, with few of them in memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

MOST = 8
"""Threads at most: networks run in one at a time, the rest of the work in all."""


def in_order(function: Callable[[A], B], values: Iterable[A], threads: int = 0) -> Iterator[B]:
    """What a function makes of values, in their order; a few are worked on at a time.

    No more values are taken than there are threads, and one. What is not begun is left out when
    the iterator is closed.

    Args:
        function: may be called in any thread.
        values: are taken in the thread that takes the results.
        threads: 0 for as many as there are cores, but no more than ``MOST``.
    """
    threads = threads or min(MOST, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[B]] = deque()
        try:
            for value in values:
                waiting.append(pool.submit(function, value))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
