"""What interrupts a process: Ctrl-C, and signals that its command line takes for it."""

from __future__ import annotations

import signal
from threading import current_thread, main_thread

INTERRUPT = signal.default_int_handler
"""The handler of such signals, which raises KeyboardInterrupt."""


def signals() -> tuple[int, ...]:
    """The signals that would interrupt this process now; none outside its main thread.

    Those that it was started to ignore are not among them.
    """
    if current_thread() is not main_thread():
        return ()
    return tuple(n for n in signal.valid_signals() if signal.getsignal(n) is INTERRUPT)
