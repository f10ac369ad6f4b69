"""Whose gray is it: the codec that made a gray, by its fine layer, its record or its pattern."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from invgray import curve, detector
from invgray.codec import Codec
from invgray.curve import Curve
from invgray.detector import Sighting
from invgray.errors import ForeignWeightsError, WeightsError
from invgray.files.record import Record
from invgray.fine import layer
from invgray.fine.layer import Found
from invgray.inference.machine import Machine
from invgray.loading import load_codec
from invgray.placement import Placement
from invgray.presets import store
from invgray.presets.store import Preset
from invgray.types import Pixels


@dataclass(frozen=True)
class Seen:
    """What is seen at once of a gray.

    Attributes:
        gray: uint8 ``(H, W)``, without the curve.
        found: its fine layer, if there is one.
        curve: that it seems to have gone through.
    """

    gray: Pixels
    found: Found | None = None
    curve: Curve | None = None


def see(gray: Pixels) -> Seen:
    """Seen for a gray's fine layer; and, without one, for a curve that it may have gone through.

    Args:
        gray: uint8 ``(H, W)``.
    """
    if found := layer.find(gray):
        return Seen(gray, found)
    undone = [Seen(way.undo(gray), curve=way) for way in curve.find(gray)]
    for way in undone:
        if found := layer.find(way.gray):
            return replace(way, found=found)
    return undone[0] if undone else Seen(gray)


@dataclass(frozen=True)
class Made:
    """How a gray was made.

    Attributes:
        codec: that made it; None where there is no colour to restore.
        notices: one line each for what is worth knowing.
        placement: how the gray lies, where its pattern tells; None for whole and upright.
        curve: that it went through afterwards, if it hides colours for certain.
    """

    codec: Codec | None
    notices: tuple[str, ...] = ()
    placement: Placement | None = None
    curve: Curve | None = None


def maker(
    seen: Seen,
    record: Record | None,
    name: str,
    machine: Machine,
    *,
    preset: str | Path | None = None,
    printed: bool = False,
) -> Made:
    """How a gray was made, and what there is to say about it.

    A fine layer settles whose gray it is. Without one the record does; without a record, the
    pattern.

    Args:
        seen: what :func:`see` saw of the gray, without a border.
        record: what the gray says of itself, if it does.
        name: of the picture, for errors.
        machine: what networks are run on.
        preset: overrules what is found out.
        printed: the gray was printed, photographed and straightened.

    Raises:
        ForeignWeightsError: the weights that made the gray are not here.
        WeightsError: the preset that is named is missing, damaged or of another kind.
    """
    gray, found = seen.gray, seen.found
    chosen = None if preset is None else load_codec(preset, machine)
    if found:
        weights = found.weights.hex()
        named = record.preset if record and record.weights == weights else weights
        record = Record(preset=named, weights=weights)
    if record and not record.colorless:
        codec = chosen or load_codec(_told(record, name), machine)
        other = f"made with other weights than '{codec.preset.name}'; colours may be off"
        news = () if record.weights == codec.preset.digest else (other,)
        known = found or detector.recognise([codec], gray)
        sighting = None if known else detector.sight([codec], gray)
        return _made(sighting, seen, news) if sighting else Made(codec, news, curve=seen.curve)
    if printed:
        likely = chosen or load_codec(store.PRINTED, machine)
        made = Made(likely) if detector.survived_print(likely, gray) else None
    else:
        likely = chosen or load_codec(store.DEFAULT, machine)
        candidates = [chosen] if chosen else [load_codec(p, machine) for p in store.codecs()]
        sighting = detector.sight(candidates, gray)
        made = _made(sighting, seen) if sighting else None
    if made and made.codec:
        name = made.codec.preset.name
        said = f"does not say what made it; recognised as preset '{name}'"
        if record:
            said = f"says that it has no colour, but hides some of '{name}'"
        return replace(made, notices=(said, *made.notices))
    if record:
        return Made(None)
    if chosen and not chosen.preset.card.abilities.layered:
        return Made(chosen)
    nothing = "seems to hide no colours (or has lost them); colorizing it makes up plausible ones"
    return Made(likely, (nothing,))


def _made(sighting: Sighting, seen: Seen, notices: tuple[str, ...] = ()) -> Made:
    """How a gray was made whose pattern is seen."""
    codec, placement = sighting.codec, sighting.placement
    (height, width), grid = seen.gray.shape, codec.preset.card.architecture.ratio
    done = placement.words(height, width, grid) if placement else ""
    if done:
        notices += (f"was {done}; its colours are those of the gray as it is",)
    return Made(codec, notices, placement if done else None, seen.curve)


def _told(record: Record, name: str) -> Preset:
    """The shipped preset that made a gray: by the digest of its weights, or else by its name."""
    preset = store.by_digest(record.weights)
    if preset is None:
        with suppress(WeightsError):
            preset = store.find(record.preset)
    if preset and preset.card.abilities.hides_colors:
        return preset
    raise ForeignWeightsError(
        f"{name}: was made with preset '{record.preset}', which is not here",
        "name the folder of its networks",
    )
