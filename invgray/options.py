"""What conversions can be told."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from invgray.color.looks import Look
from invgray.errors import UsageError
from invgray.files.ends import Source
from invgray.files.formats import LIMIT
from invgray.hints import Hint, HintEngine
from invgray.inference.machine import Machine
from invgray.models.colorizer.prediction import TEMPERATURE


@dataclass(frozen=True, kw_only=True)
class Options:
    """What every conversion can be told.

    Attributes:
        preset: name of a shipped preset, or path of a folder of trained networks; None chooses the
            default one, or the one that a gray was made with.
        machine: what networks are run on.
        overwrite: replace a file that exists.
        skip_existing: leave a file that exists, and do nothing.
        strip: leave out EXIF, XMP and IPTC, and with them where, when and with what the picture was
            taken.
        keep_times: give a file that is made of a file its time of change and its permissions.
        accept_damaged: read what is left of a damaged picture; the rest is black.
        page: which one of the pages, frames or pictures in a file, from 1 on.
        quality: of the result, from 1 to 100; None for no loss, where its format can be written
            so, or else the format's usual quality. Formats that know no loss have none.
        max_pixels: that a picture may have; more than the default only where Pillow's own limit,
            ``PIL.Image.MAX_IMAGE_PIXELS``, is raised.
        max_memory: bytes that a picture may take on its way; None takes what the machine has free.
    """

    preset: str | Path | None = None
    machine: Machine = field(default_factory=Machine)
    overwrite: bool = False
    skip_existing: bool = False
    strip: bool = False
    keep_times: bool = False
    accept_damaged: bool = False
    page: int | None = None
    quality: int | None = None
    max_pixels: int = LIMIT
    max_memory: int | None = None

    def __post_init__(self) -> None:
        if self.overwrite and self.skip_existing:
            raise UsageError("overwriting and skipping files exclude each other", "choose one")


@dataclass(frozen=True, kw_only=True)
class EncodeOptions(Options):
    """What :func:`invgray.convert.encode_file` can be told.

    Attributes:
        border: draw a frame to print around the gray.
        long_side: pixels that the gray's longer side may have; larger pictures are resized first.
        fine: with a fine layer, where the gray is stored without loss.
        look: how bright colours are in the gray.
        verify: decode the gray before it is put in place, and tell the PSNR of its colours.
        at_least: PSNR in dB below which a verified gray is refused.
    """

    border: bool = False
    long_side: int | None = None
    fine: bool = True
    look: Look = Look.LUMINANCE
    verify: bool = False
    at_least: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.at_least is not None and math.isnan(self.at_least):
            raise UsageError("the least PSNR is not a number", "give one in dB")


@dataclass(frozen=True, kw_only=True)
class DecodeOptions(Options):
    """What :func:`invgray.convert.decode_file` can be told.

    Attributes:
        rectify: the input is a photograph or scan of a printed gray.
        size: height and width in pixels of a printed gray without a border.
    """

    rectify: bool = False
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.size and not self.rectify:
            raise UsageError("a size is for a print that is rectified", "leave it out")


@dataclass(frozen=True, kw_only=True)
class ColorizeOptions(Options):
    """What :func:`invgray.convert.colorize_file` can be told.

    Attributes:
        temperature: from 0 (vivid, blotchy) to 1 (even, pale); of colours that a network makes up
            without hints.
        hints: a picture of strokes in colours that the result shall have, transparent elsewhere; as
            large as the picture, or it is scaled.
        points: further hints; they lie over the strokes.
        hint_engine: what spreads hints: optimisation, which uses no preset; or the network of a
            preset that takes hints.
    """

    temperature: float = TEMPERATURE
    hints: Source | None = None
    points: tuple[Hint, ...] = ()
    hint_engine: HintEngine = HintEngine.OPTIMIZATION

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.temperature <= 1:
            raise UsageError(f"the temperature is {self.temperature}", "give one from 0 to 1")
        if self.optimized and self.preset is not None:
            raise UsageError(
                "hints are spread by optimisation, which uses no preset",
                "leave the preset out, or let a network spread them",
            )

    @property
    def hinted(self) -> bool:
        """Whether there are hints."""
        return self.hints is not None or bool(self.points)

    @property
    def optimized(self) -> bool:
        """Whether colours come from hints alone, by optimisation."""
        return self.hinted and self.hint_engine is HintEngine.OPTIMIZATION
