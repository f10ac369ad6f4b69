"""Whose gray is it: the codec that made a gray, by its fine layer, its record or its pattern."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from invgray import detector
from invgray.codec import Codec
from invgray.errors import ForeignWeightsError, WeightsError
from invgray.files.picture import Picture
from invgray.files.record import Record
from invgray.fine.layer import Found
from invgray.fine.orientation import UPRIGHT, Orientation
from invgray.inference.machine import Machine
from invgray.loading import load_codec
from invgray.presets import store
from invgray.presets.store import Preset
from invgray.types import Pixels


@dataclass(frozen=True)
class Made:
    """How a gray was made.

    Attributes:
        codec: that made it; None where there is no colour to restore.
        notices: one line each for what is worth knowing.
        orientation: what was done to the gray since, where its pattern tells.
    """

    codec: Codec | None
    notices: tuple[str, ...] = ()
    orientation: Orientation = UPRIGHT


def maker(
    picture: Picture,
    found: Found | None,
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
        picture: the gray, without a border.
        found: its fine layer, if there is one.
        name: of the picture, for errors.
        machine: what networks are run on.
        preset: overrules what is found out.
        printed: the gray was printed, photographed and straightened.

    Raises:
        ForeignWeightsError: the weights that made the gray are not here.
        WeightsError: the preset that is named is missing, damaged or of another kind.
    """
    record, gray = picture.record, picture.pixels
    chosen = None if preset is None else load_codec(preset, machine)
    if found:
        weights = found.weights.hex()
        named = record.preset if record and record.weights == weights else weights
        record = Record(preset=named, weights=weights)
    if record and not record.colorless:
        codec = chosen or load_codec(_told(record, name), machine)
        other = f"made with other weights than '{codec.preset.name}'; colours may be off"
        news = () if record.weights == codec.preset.digest else (other,)
        unseen = found is None and codec.preset.card.abilities.has_pattern
        if not unseen or detector.margin(codec, gray) >= 0:
            return Made(codec, news)
        return _turned(codec, gray) or Made(codec, news)
    if printed:
        likely = chosen or load_codec(store.PRINTED, machine)
        made = Made(likely) if detector.survived_print(likely, gray) else None
    else:
        likely = chosen or load_codec(store.DEFAULT, machine)
        candidates = [chosen] if chosen else [load_codec(p, machine) for p in store.codecs()]
        made = _recognised(candidates, gray)
    if made and made.codec:
        seen = made.codec.preset.name
        said = f"does not say what made it; recognised as preset '{seen}'"
        if record:
            said = f"says that it has no colour, but hides some of '{seen}'"
        return replace(made, notices=(said, *made.notices))
    if record:
        return Made(None)
    if chosen and not chosen.preset.card.abilities.layered:
        return Made(chosen)
    nothing = "seems to hide no colours (or has lost them); colorizing it makes up plausible ones"
    return Made(likely, (nothing,))


def _recognised(candidates: Sequence[Codec], gray: Pixels) -> Made | None:
    """By the pattern: the codec, and how the gray was turned; None if no pattern is seen."""
    codec = detector.recognise(candidates, gray)
    turned = (_turned(candidate, gray) for candidate in ([codec] if codec else candidates))
    return next(filter(None, turned), Made(codec) if codec else None)


def _turned(codec: Codec, gray: Pixels) -> Made | None:
    """A gray whose pattern is seen, or seen better, once it is turned back."""
    orientation = detector.locate(codec, gray)
    notice = "was turned or mirrored; its colours are those of the gray as it is"
    turned = orientation is not None and orientation != UPRIGHT
    return Made(codec, (notice,), orientation) if orientation and turned else None


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
