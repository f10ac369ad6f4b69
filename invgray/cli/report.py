"""What became of each picture: told as it is known, and counted at the end."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from threading import Lock
from typing import TYPE_CHECKING

from invgray.cli.messages import explained, printable, say
from invgray.cli.plan import Task
from invgray.cli.streams import tell
from invgray.convert import Conversion, Outcome, Status
from invgray.errors import DONE, SOME_FAILED, InvgrayError
from invgray.files.ends import PIPE

if TYPE_CHECKING:
    from invgray.cluster.rows import Rows


class Report:
    """What became of pictures; threads may add to it.

    Args:
        as_json: print one object a picture on standard output.
        each: takes a line for each picture that is done or skipped; None for no such lines.
        rows: that are kept; None for none.
    """

    def __init__(
        self,
        *,
        as_json: bool,
        each: Callable[[str], None] | None = None,
        rows: Rows | None = None,
    ) -> None:
        self._as_json, self._each, self._rows, self._lock = as_json, each, rows, Lock()
        self._counts: Counter[Status] = Counter()
        self._failures: Counter[int] = Counter()

    def add(self, outcome: Outcome, seconds: float | None = None) -> None:
        """Count a picture, and tell what is worth knowing.

        Args:
            outcome: of it.
            seconds: that it took.

        Raises:
            OutputError: standard output, or the rows' journal, cannot be written to.
        """
        with self._lock:
            self._counts[outcome.status] += 1
            if outcome.exit_code is not None:
                self._failures[outcome.exit_code] += 1
        if self._rows:
            self._rows.add(outcome, seconds)
        for notice in outcome.notices:
            say(f"{_name(outcome.input)}: {notice}")
        if outcome.error:
            say(outcome.error)
        if self._as_json:
            tell({k: v for k, v in asdict(outcome).items() if v not in (None, ())})
        elif self._each and outcome.status is not Status.FAILED:
            self._each(printable(line(outcome, seconds)))

    @property
    def told(self) -> int:
        """How many pictures something is known of."""
        return self._counts.total()

    def summary(self, pictures: int) -> str:
        """One line with the counts.

        Args:
            pictures: that there are.
        """
        planned = self._counts[Status.PLANNED] > 0
        first = Status.PLANNED if planned else Status.DONE
        shown = (first, Status.SKIPPED, Status.FAILED)
        counts = [f"{self._counts[status]} {status}" for status in shown]
        left = pictures - self.told
        return ", ".join(counts + ([f"{left} not begun or stopped"] if left > 0 else []))

    @property
    def exit_code(self) -> int:
        """0; or what all failed of, if nothing was done; or 1."""
        return exit_code(list(self._failures.elements()), self.told)


def exit_code(failures: Sequence[int], inputs: int) -> int:
    """Of a command: 0, or what all inputs failed of, or 1.

    Args:
        failures: the exit code of each input that failed.
        inputs: number of all of them.
    """
    if len(set(failures)) == 1 and len(failures) == inputs:
        return failures[0]
    return SOME_FAILED if failures else DONE


def failed(task: Task, error: InvgrayError) -> Outcome:
    """The outcome of a picture that cannot be converted."""
    return Outcome(
        input=str(task.source or PIPE),
        output=str(task.target or PIPE),
        status=Status.FAILED,
        error=explained(error),
        exit_code=error.exit_code,
    )


def line(outcome: Outcome, seconds: float | None) -> str:
    """What there is to say of a picture that did not fail.

    Args:
        outcome: of it.
        seconds: that it took, if it is done.
    """
    written = f"{_name(outcome.input)} -> {_name(outcome.output, 'standard output')}"
    return ": ".join(filter(None, [written, ", ".join(_words(outcome, seconds))]))


def _words(outcome: Outcome, seconds: float | None) -> Iterator[str]:
    if outcome.status is Status.SKIPPED:
        yield "skipped" if outcome.notices else "exists already; skipped"
    if outcome.status is not Status.DONE:
        return
    yield f"{outcome.width}x{outcome.height}"
    with suppress(OSError):
        if outcome.output != PIPE and os.path.isfile(outcome.output):
            yield _size(os.path.getsize(outcome.output))
    unnamed = "hints" if outcome.conversion is Conversion.COLORIZE else "without colour"
    yield f"preset '{outcome.preset}'" if outcome.preset else unnamed
    if outcome.exact:
        yield "exact"
    elif outcome.fine is not None:
        yield f"{outcome.fine:.0%} from the fine layer"
    if seconds is not None:
        yield f"{seconds:.1f} s" if seconds >= 1 else f"{seconds:.2f} s"


def _size(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"


def _name(name: str, stream: str = "standard input") -> str:
    return stream if name == PIPE else name
