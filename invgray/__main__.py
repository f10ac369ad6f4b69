"""``invgray`` and ``python -m invgray``: the command line, interruptible from its first import."""

import os
import signal
import sys


def main() -> None:
    """Run the command line and exit."""
    _fill_closed_streams()
    _end_as_by_ctrl_c()
    try:
        from invgray.cli import main as commands

        commands(prog_name="invgray")
    except KeyboardInterrupt:
        sys.stderr.write("invgray: interrupted\n")
        sys.exit(130)


def _fill_closed_streams() -> None:
    """Open what of the three standard streams is closed, or a picture's file would take its place.

    Messages to a closed standard error are lost; a closed standard input or output stays unusable.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)


def _end_as_by_ctrl_c() -> None:
    """Let a request to end, and a closed terminal, interrupt the process, if it heeds them."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # which signals there are, depends on the system
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    main()
