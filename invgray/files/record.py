"""What a gray picture tells about itself: JSON in a text chunk, a comment or the XMP.

The format is specified in ``docs/format.md``.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

from invgray.color.mix import LUMINANCE, Mix
from invgray.errors import InputError

KEYWORD = "invgray"
"""Of the PNG text chunk, and the first bytes of the JPEG comment."""

FORMAT, LATER_FORMAT = 1, 2
"""Versions of the record that this program writes: the second one for grays that are toned or of
another mix than the luminance.

Who knows the first one only would restore these with other colours.
"""

LONGEST_NAME = 255
"""Characters that a preset's name may have."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a gray picture tells about itself.

    Attributes:
        preset: name of the preset whose encoder made the gray; what cannot be printed of it, as
            of a folder's name, becomes "?", and it ends after ``LONGEST_NAME`` characters.
        weights: digest of that preset's weights.
        colorless: the original had no colour, and the gray is the original.
        icc: the original's RGB colour profile.
        border: pixels around the picture that are not part of it; see
            :mod:`invgray.prints.border`.
        fine: the gray was written with a fine layer; see :mod:`invgray.fine`.
        toned: the colours were toned by the profile before; see :mod:`invgray.color.profile`.
        mix: of the gray; see :mod:`invgray.color.mix`.
    """

    preset: str
    weights: str
    colorless: bool = False
    icc: bytes | None = None
    border: int = 0
    fine: bool = False
    toned: bool = False
    mix: Mix = LUMINANCE

    def __post_init__(self) -> None:
        name = "".join(c if c.isprintable() else "?" for c in self.preset)[:LONGEST_NAME]
        object.__setattr__(self, "preset", name or "?")


def to_text(record: Record) -> str:
    """The record as JSON."""
    icc = base64.b64encode(record.icc).decode("ascii") if record.icc else None
    fields = asdict(replace(record, icc=None)) | {"icc": icc, "format": FORMAT}
    if record.toned or record.mix != LUMINANCE:
        fields["format"] = LATER_FORMAT
    if not record.toned:
        del fields["toned"]
    if record.mix == LUMINANCE:
        del fields["mix"]
    return json.dumps(fields)


def from_text(text: str | bytes, name: str) -> Record | None:
    """The record in a text chunk, or None when the text is not a sound one.

    Args:
        text: JSON.
        name: of the picture, for errors.

    Raises:
        InputError: the record has a later format.
    """
    try:
        fields = json.loads(text)
        version = fields.get("format", FORMAT)
        if type(version) is int and version > LATER_FORMAT:
            raise InputError(f"{name}: was made by a newer invgray", "upgrade invgray")
        record = Record(
            preset=_checked(fields["preset"], str),
            weights=_checked(fields["weights"], str),
            colorless=_checked(fields.get("colorless", False), bool),
            icc=rgb_profile(base64.b64decode(fields.get("icc") or "", validate=True)),
            border=_checked(fields.get("border", 0), int),
            fine=_checked(fields.get("fine", False), bool),
            toned=_checked(fields.get("toned", False), bool),
            mix=_mix(fields["mix"]) if "mix" in fields else LUMINANCE,
        )
    except (TypeError, AttributeError, KeyError, ValueError, RecursionError, binascii.Error):
        return None
    named = record.preset == fields["preset"]
    sound = named and re.fullmatch(r"[0-9a-f]{1,64}", record.weights) and record.border >= 0
    return record if sound else None


def to_comment(record: Record) -> bytes:
    """The record as a JPEG's comment."""
    return (KEYWORD + to_text(record)).encode("utf-8")


def from_comment(comment: object, name: str) -> Record | None:
    """The record in a JPEG's comment, or None when it is none of ours; see :func:`from_text`."""
    mark = KEYWORD.encode()
    ours = isinstance(comment, bytes) and comment.startswith(mark)
    return from_text(comment[len(mark) :], name) if ours and isinstance(comment, bytes) else None


def rgb_profile(icc: bytes | None) -> bytes | None:
    """The profile if it is one for RGB pixels, by its header."""
    sound = icc and len(icc) >= 128 and icc[16:20] == b"RGB " and icc[36:40] == b"acsp"
    return icc if sound else None


def _mix(told: object) -> Mix:
    weights = _checked(told, dict)
    return Mix(**{name: _checked(weight, int) for name, weight in weights.items()})


_T = TypeVar("_T")


def _checked(value: object, kind: type[_T]) -> _T:
    if type(value) is not kind:
        raise TypeError(kind)
    return value
