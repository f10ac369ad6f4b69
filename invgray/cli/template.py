"""Names of results that are made of their inputs' names: ``out/{folder}-{stem}.png``."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from string import Formatter

from invgray.errors import UsageError


class Field(StrEnum):
    """What a template may have in braces."""

    STEM = "stem"
    SUFFIX = "suffix"
    PARENT = "parent"
    FOLDER = "folder"


def fields(template: str) -> frozenset[Field]:
    """The fields of a template; doubled braces stand for braces, and are none.

    Raises:
        UsageError: a field is unknown, or a brace stands alone.
    """
    try:
        named = [(name, form, how) for _, name, form, how in Formatter().parse(template)]
    except ValueError as error:
        raise UsageError(
            f"{template}: a brace stands alone ({error})", "write {{ and }} for braces in a name"
        ) from error
    for name, form, how in named:
        if name is not None and (name not in set(Field) or form or how):
            known = ", ".join(f"{{{field}}}" for field in Field)
            whole = f"{name}{'!' + how if how else ''}{':' + form if form else ''}"
            raise UsageError(
                f"{template}: there is no field {{{whole}}}",
                f"there are {known}; write {{{{ and }}}} for braces in a name",
            )
    return frozenset(Field(name) for name, _, _ in named if name is not None)


def filled(template: str, values: Mapping[Field, str]) -> str:
    """A template with its fields filled in, and doubled braces made single ones.

    Args:
        template: that :func:`fields` takes.
        values: of all of its fields.
    """
    return template.format_map({str(field): value for field, value in values.items()})
