"""What can go wrong, each with its cause, its remedy and the command line's exit code."""

from __future__ import annotations

DONE, SOME_FAILED, USAGE, NO_INPUT, WEIGHTS, INTERRUPTED = 0, 1, 2, 3, 4, 130
"""Exit codes of the command line; documented in the README and stable."""


class InvgrayError(Exception):
    """Base of all our errors: ``str(error)`` is one line with cause and remedy."""

    exit_code = SOME_FAILED

    def __init__(self, cause: str, remedy: str = ""):
        super().__init__(f"{cause}; {remedy}" if remedy else cause)
        self.cause, self.remedy = cause, remedy


class InputError(InvgrayError):
    """A picture cannot be read, or is not of the kind asked for."""

    exit_code = NO_INPUT


class ForeignWeightsError(InputError):
    """The weights that one gray picture was made with are not here."""

    exit_code = WEIGHTS


class OutputError(InvgrayError):
    """A result cannot be written, or would overwrite something."""


class UsageError(InvgrayError):
    """The command line asks for something contradictory or ambiguous."""

    exit_code = USAGE


class WeightsError(InvgrayError):
    """A preset's files are missing, damaged or of another kind."""

    exit_code = WEIGHTS


class Interrupted(InvgrayError):
    """Ctrl-C; nothing is left half-written."""

    exit_code = INTERRUPTED


class TrainingError(InvgrayError):
    """A training run cannot go on."""
