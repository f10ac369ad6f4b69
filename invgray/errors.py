"""What can go wrong, each with its cause, its remedy and the command line's exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

DONE, SOME_FAILED, USAGE, NO_INPUT, WEIGHTS, INTERRUPTED = 0, 1, 2, 3, 4, 130
"""Exit codes of the command line; documented in the guide and stable."""


class InvgrayError(Exception):
    """Base of all our errors: ``str(error)`` is one line with cause and remedy."""

    exit_code = SOME_FAILED

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(f"{cause}; {remedy}" if remedy else cause)
        self.cause, self.remedy = cause, remedy

    def __reduce__(self) -> tuple[type[InvgrayError], tuple[str, str]]:
        """Both, to another process."""
        return type(self), (self.cause, self.remedy)


class InputError(InvgrayError):
    """A picture cannot be read, or is not of the kind asked for."""

    exit_code = NO_INPUT


class DamagedError(InputError):
    """The pixels of a picture are damaged, and what is left of them may be read."""


class PagesError(InputError):
    """A file holds several pictures, and it was not said which one is meant."""


class TooLargeError(InputError):
    """A picture has more pixels, or takes more memory, than it may."""


class ForeignWeightsError(InputError):
    """The weights that one gray picture was made with are not here."""

    exit_code = WEIGHTS


class OutputError(InvgrayError):
    """A result cannot be written."""


class ExistsError(OutputError):
    """A result would overwrite a file."""


class UsageError(InvgrayError):
    """Something contradictory or ambiguous is asked for."""

    exit_code = USAGE


class DeviceError(UsageError):
    """The engine, the device and the machine do not go together."""


class MissingExtraError(UsageError):
    """A command needs libraries that a plain installation does not bring."""


class WeightsError(InvgrayError):
    """A preset's files are missing, damaged or of another kind."""

    exit_code = WEIGHTS


class Interrupted(InvgrayError):  # noqa: N818 - not an error of anyone
    """The work was stopped; nothing is left half-written."""

    exit_code = INTERRUPTED


class TrainingError(InvgrayError):
    """A training run cannot go on."""


class DamagedRunError(TrainingError):
    """A file of a training run is missing or damaged."""

    exit_code = WEIGHTS


@contextmanager
def extra_installed(extra: str) -> Iterator[None]:
    """Around imports: what an extra brings, or an error that names the extra.

    Raises:
        MissingExtraError: one of the libraries is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "invgray":
            raise
        raise MissingExtraError(
            f"{error.name} is not installed", f"pip install 'invgray[{extra}]' brings it"
        ) from error
