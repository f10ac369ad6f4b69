"""What a gray says of itself, and how much of it is intact; no colours are decoded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from invgray.color.mix import LUMINANCE, Mix
from invgray.errors import InputError
from invgray.files import reading
from invgray.files.ends import PIPE, Source
from invgray.files.formats import LIMIT
from invgray.files.location import Location, locate
from invgray.files.picture import as_gray
from invgray.files.record import Record
from invgray.fine.cells import Box, Kind
from invgray.fine.layer import Found
from invgray.fine.orientation import Orientation
from invgray.maker import see
from invgray.presets import store
from invgray.prints import border


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a gray says of itself; ``inspect --json`` prints it.

    Where neither a record nor a fine layer says whose gray it is, nothing is known of it: only
    decoding looks for a pattern.

    Attributes:
        input: name of the gray; ``-`` for bytes and streams.
        width: of it in pixels, without a border.
        height: of it in pixels, without a border.
        border: pixels around it that are not part of it.
        recorded: whether it has a record in a text chunk or comment.
        colorless: whether its original had no colour, as the record says.
        preset: name of the preset that made it, as far as is known.
        weights: digest of that preset's weights.
        mix: of the gray, where it is known to be another than that of the luminance.
        cells: of the whole original's fine layer; 0 if none of it is left.
        intact: number of these that are here and have the right checksum.
        fine: share of the picture that intact cells cover, 0 to 1.
        exact: whether all of the original is here in cells that hold its very pixels.
        orientation: how it was turned and mirrored since it was made.
        curve: that its levels went through, if that is certain: "gamma 0.9".
        original: where the original lies in it, once turned back: a crop begins left of it or
            above it, and a larger picture goes beyond it.
    """

    input: str
    width: int
    height: int
    border: int = 0
    recorded: bool = False
    colorless: bool = False
    preset: str | None = None
    weights: str | None = None
    mix: Mix | None = None
    cells: int = 0
    intact: int = 0
    fine: float = 0.0
    exact: bool = False
    orientation: Orientation | None = None
    curve: str | None = None
    original: Box | None = None


def inspect_file(source: Source, max_pixels: int = LIMIT, page: int | None = None) -> Inspection:
    """Seen into a gray without decoding it.

    Args:
        source: the gray picture.
        max_pixels: that it may have.
        page: which one of the pages, frames or pictures in a file, from 1 on.

    Raises:
        InputError: the picture cannot be read, or is in colour.
    """
    source = locate(source) if isinstance(source, str) else source

    def admit(height: int, width: int) -> None:
        reading.check_pixels(reading.name_of(source), height, width, max_pixels)

    picture = as_gray(border.without(reading.read(source, admit, page=page)))
    gray, record = picture.pixels, picture.record
    if gray.ndim == 3:
        raise InputError(
            f"{reading.name_of(source)}: is a colour picture",
            "give the gray picture that was made of it",
        )
    seen = see(gray)
    found = seen.found
    preset, weights = _maker(record, found)
    height, width = gray.shape
    mix = found.mix if found else record.mix if record else LUMINANCE
    facts = Inspection(
        input=str(source) if isinstance(source, Location) else PIPE,
        width=width,
        height=height,
        border=record.border if record else 0,
        recorded=record is not None,
        colorless=record is not None and record.colorless,
        preset=preset,
        weights=weights,
        mix=None if mix == LUMINANCE else mix,
        curve=seen.curve.words if found and seen.curve else None,
    )
    return facts if found is None else _with_layer(facts, found)


def _maker(record: Record | None, found: Found | None) -> tuple[str | None, str | None]:
    """Name of a gray's preset and digest of its weights, as far as they are known."""
    weights = found.weights.hex() if found else record.weights if record else None
    shipped = store.by_digest(weights) if weights else None
    if shipped:
        return shipped.name, weights
    named = record is not None and record.weights == weights
    return record.preset if record and named else None, weights


def _with_layer(facts: Inspection, found: Found) -> Inspection:
    layout = found.layout
    upright = (facts.height, facts.width)
    rows, columns = found.within(*(upright[::-1] if found.orientation.turns % 2 else upright))
    seen = (rows.stop - rows.start) * (columns.stop - columns.start)
    covered = sum(box.height * box.width for box, _, _ in found.intact)
    kinds = {cell.kind for _, cell, _ in found.intact}
    return replace(
        facts,
        cells=layout.rows * layout.columns,
        intact=len(found.intact),
        fine=covered / seen,
        exact=covered == layout.height * layout.width and kinds == {Kind.EXACT},
        orientation=found.orientation,
        original=Box(found.top, found.left, layout.height, layout.width),
    )
