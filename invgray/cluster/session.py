"""A session with Ray that says nothing, and sends nothing to Ray's makers."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any

from invgray.errors import UsageError, extra_installed

os.environ |= {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".*",  # what Ray would print of processes that died
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # else a warning
}

with extra_installed("cluster"):
    import ray

LOCAL = "local"
"""The address of a cluster of this machine's cores that lasts as long as the session."""

_ALONE: dict[str, Any] = {"include_dashboard": False, "object_store_memory": 80_000_000}
"""What such a cluster is told: pictures never pass through its store."""

_TRIES = 3
"""Times that it is tried to start one: a busy machine may exceed the time that Ray gives it."""


@contextmanager
def connected(address: str) -> Iterator[None]:
    """A session with a cluster.

    Args:
        address: ``local``, ``auto`` for the cluster that this machine is part of, ``ray://HOST:PORT``
            or ``HOST:PORT``.

    Raises:
        UsageError: there is no such cluster.
    """
    try:
        with _handlers_kept(), _muted():
            _begin(address)
    except Exception as error:  # Ray raises whatever it met
        ray.shutdown()
        raise UsageError(
            f"{address}: no session with Ray ({first_line(error)})",
            "check the address, that Ray runs there in the same version, and its token "
            "(RAY_AUTH_MODE=token)",
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def first_line(error: BaseException) -> str:
    """What an error of Ray's says, without its traces and hints."""
    lines = (line.strip() for line in str(error).splitlines())
    return next(filter(None, lines), type(error).__name__).rstrip(".:")


def _begin(address: str) -> None:
    settings = _ALONE if address == LOCAL else {}
    for left in reversed(range(_TRIES if address == LOCAL else 1)):
        try:
            ray.init(address, log_to_driver=False, logging_level=logging.CRITICAL, **settings)
        except Exception:
            if not left:
                raise
        else:
            return


@contextmanager
def _handlers_kept() -> Iterator[None]:
    """What a request to end the process does stays as it is, although Ray would change that."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if current_thread() is main_thread():
            signal.signal(signal.SIGTERM, before)


@contextmanager
def _muted() -> Iterator[None]:
    """Standard error is without what Ray's core writes there, past Python."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
