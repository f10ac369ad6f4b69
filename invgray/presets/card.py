"""The card of a preset: what its networks are, what they can do, and how they came about.

``card.json`` is this dataclass as JSON. :data:`SCHEMA` counts its versions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from invgray.color.quantized import QuantizedColors
from invgray.errors import WeightsError
from invgray.files import content, place
from invgray.models import FAMILIES, Abilities, Architecture

SCHEMA = 2
"""Version of the card that this program reads and writes."""

REINSTALL = "reinstall invgray, or train again"

_MOST = 4096
"""No number in an architecture is larger."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """How a preset came about.

    Attributes:
        command: the command that trained it, or the last of several.
        reproducible: whether that command alone, on the same pictures, makes such a preset.
        settings: of the run, by name.
        steps: that it took.
        seconds: that it took, over all sittings.
        precision: Keras dtype policy of the hidden layers.
        pictures: number of training pictures.
        megapixels: of these, together.
        validation_pictures: number of pictures that picked the best weights, never trained on.
        data: what pictures these were.
        split: how the validation pictures were chosen.
        pretrained: networks trained by others that took part.
        commit: of the program that trained it, if known.
        notes: what else there is to say.
    """

    command: str
    reproducible: bool
    settings: Mapping[str, Any]
    steps: int
    seconds: int
    precision: str
    pictures: int
    megapixels: int
    validation_pictures: int
    data: str = ""
    split: str = ""
    pretrained: tuple[str, ...] = ()
    commit: str | None = None
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A preset's card.

    Attributes:
        network: name of the family of networks; see :data:`invgray.models.FAMILIES`.
        architecture: their complete arguments.
        abilities: what the preset can do.
        provenance: how it came about.
        figures: of the validation at 256x256, by name.
        parameters: of the first network.
        offsets: where in each network's ``.bin`` file its weights begin, in Keras' order.
        files: SHA-256 of every file.
        colors: of a colorizer, the colours that it tells apart.
    """

    network: str
    architecture: Architecture
    abilities: Abilities
    provenance: Provenance
    figures: Mapping[str, float]
    parameters: int
    offsets: Mapping[str, tuple[int, ...]]
    files: Mapping[str, str]
    colors: QuantizedColors | None = None


class _Header(msgspec.Struct):
    schema: int


@dataclass(frozen=True, kw_only=True)
class _Stored:
    """A card as JSON: the family's name decides what the architecture is."""

    schema: int
    network: str
    architecture: dict[str, Any]
    abilities: Abilities
    provenance: Provenance
    figures: dict[str, float]
    parameters: int
    offsets: dict[str, tuple[int, ...]]
    files: dict[str, str]
    colors: QuantizedColors | None = None


def read(path: Path) -> Card:
    """The card in a file.

    Raises:
        WeightsError: there is none, it has another version, or it is malformed.
    """
    try:
        text = content.read(path)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        why = "not found" if missing else f"cannot be read ({error.strerror})"
        raise WeightsError(
            f"{path}: {why}", "give a folder that 'invgray train' has finished"
        ) from error
    try:
        schema = msgspec.json.decode(text, type=_Header).schema
        if schema != SCHEMA:
            raise WeightsError(
                f"{path}: is a card of version {schema}; this program reads {SCHEMA}",
                "use the invgray that made it, or train again",
            )
        stored = msgspec.json.decode(text, type=_Stored)
        family = FAMILIES.get(stored.network)
        if family is None:
            raise WeightsError(
                f"{path}: has networks of an unknown kind, '{stored.network}'",
                "use the invgray that made it",
            )
        architecture = msgspec.convert(stored.architecture, type=family.architecture)
        facts = {name: getattr(stored, name) for name in stored.__dataclass_fields__}
        del facts["schema"]
        card = Card(**facts | {"architecture": architecture})
        _check(card, stored)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise WeightsError(f"{path}: the card is damaged ({error})", REINSTALL) from error
    return card


def write(path: Path, card: Card) -> None:
    """Write a card as JSON."""
    fields = {"schema": SCHEMA} | msgspec.to_builtins(card)
    text = msgspec.json.format(msgspec.json.encode(fields), indent=2)
    with place.writing(path, overwrite=True) as file:
        file.write(text + b"\n")


def file_names(architecture: Architecture) -> tuple[str, ...]:
    """Names of the files that a preset has beside its card."""
    return tuple(f"{n}.{suffix}" for n in architecture.networks for suffix in ("xml", "bin"))


def _numbers(value: object) -> Iterator[float]:
    """All numbers in what was decoded from JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, int | float):
        yield value


def _check(card: Card, stored: _Stored) -> None:
    unknown = stored.architecture.keys() - msgspec.to_builtins(card.architecture).keys()
    if unknown:
        raise ValueError(f"unknown arguments {', '.join(sorted(unknown))}")
    architecture = card.architecture
    sane = all(-_MOST <= number <= _MOST for number in _numbers(stored.architecture))
    if not (sane and 0 < architecture.ratio <= 1024 and 0 < architecture.receptive_radius <= _MOST):
        raise ValueError("its architecture is none that can be run")
    missing = set(file_names(card.architecture)) - card.files.keys()
    if missing:
        raise ValueError(f"no checksum of {', '.join(sorted(missing))}")
    if card.abilities.colorizes and card.colors is None:
        raise ValueError("a colorizer without colours")
