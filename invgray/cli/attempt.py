"""One picture of a command's: converted, whatever comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar

from invgray.cli.naming import Naming
from invgray.cli.plan import Task
from invgray.cli.report import failed
from invgray.cli.streams import send, standard_input, standard_output
from invgray.convert import Conversion, Outcome
from invgray.errors import Interrupted, InvgrayError, UsageError, WeightsError
from invgray.files.ends import PIPE, Source, Target
from invgray.options import Options
from invgray.watching import Watch

O = TypeVar("O", bound=Options)  # noqa: E741


@dataclass(frozen=True)
class Converter(Generic[O]):
    """What a command does with a picture.

    Attributes:
        conversion: the name of that.
        convert: converts one picture.
        options: what that can be told.
        naming: of the results.
    """

    conversion: Conversion
    convert: Callable[[Source, Target, O, Watch], Outcome]
    options: type[O]
    naming: Naming


def attempted(
    task: Task, converter: Converter[O], options: O, watch: Watch, *, form: str | None = None
) -> Outcome:
    """The outcome of a conversion, a failed one included.

    Args:
        task: the picture, and where its result goes.
        converter: what is done with it.
        options: of the conversion.
        watch: hears of the progress, and may raise to stop.
        form: suffix of what standard output gets; None for a PNG.

    Raises:
        UsageError: no picture will fare better.
        WeightsError: likewise.
        Interrupted: by the watch.
    """
    try:
        source = task.source or standard_input()
        if task.target:
            return converter.convert(source, task.target, options, watch)
        return _to_stdout(source, converter, options, watch, form)
    except (Interrupted, UsageError, WeightsError):
        raise
    except InvgrayError as error:
        return failed(task, error)
    except Exception as error:  # one picture's surprise must not cost the others
        cause = f"{task.source or 'standard input'}: {type(error).__name__} ({error})"
        return failed(task, InvgrayError(cause, "this is a bug; please report it"))


def _to_stdout(
    source: Source, converter: Converter[O], options: O, watch: Watch, form: str | None
) -> Outcome:
    if form in (None, ".png"):
        return converter.convert(source, standard_output(), options, watch)
    with TemporaryDirectory() as folder:
        file = Path(folder, f"result{form}")
        outcome = converter.convert(source, file, options, watch)
        send(file.read_bytes())
    return replace(outcome, output=PIPE)
