"""What a benchmark measured: all that ``--json`` writes, and tables and pages are made from.

``docs/benchmark.schema.json`` describes the file; :data:`SCHEMA` counts its versions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from invgray.errors import InputError
from invgray.inference.machine import Engine, Precision

SCHEMA = 1
"""Version of the file that this program reads and writes."""


class Number(float):
    """A figure that may be infinite, as the PSNR of equal pictures is.

    In JSON it is a number, or the string ``"inf"``.
    """


class _Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file; reading it refuses what is missing, of another type, or unknown."""


class Protocol(StrEnum):
    """Which part of a picture is measured, and at what size."""

    FULL = "full"
    PAPER = "paper"
    IDN = "idn"


class Stage(StrEnum):
    """A direction of the conversion."""

    ENCODE = "encode"
    DECODE = "decode"


class Scope(StrEnum):
    """How much of a conversion is timed."""

    NETWORK = "network"
    END_TO_END = "end-to-end"


class Platform(_Facts, frozen=True, kw_only=True):
    """What a benchmark ran on.

    Attributes:
        processor: name of the processor.
        cores: number of cores that the system tells, if it does.
        memory_gb: memory in gigabytes, if the system tells.
        flags: features of the processor that decide how fast networks run.
        system: name and release of the operating system.
        python: version of Python.
        libraries: versions of the libraries that are installed, by name.
    """

    processor: str
    cores: int | None = None
    memory_gb: int | None = None
    flags: tuple[str, ...] = ()
    system: str
    python: str
    libraries: Mapping[str, str]


class Summary(_Facts, frozen=True, kw_only=True):
    """Mean and standard deviation over the pictures.

    Infinite values have no part in these, unless there are no others.

    Attributes:
        mean: over the pictures.
        std: standard deviation over the pictures.
    """

    mean: Number
    std: float


class ImageQuality(_Facts, frozen=True, kw_only=True):
    """Figures of one picture on its way to gray and back, through real files.

    Attributes:
        image: name of the picture's file.
        psnr: peak signal-to-noise ratio of the restored colours in dB, averaged over R, G and B.
        psnr_jpeg_75: the same of colours restored after JPEG at quality 75; null if handled grays
            were not measured.
        ssim: structural similarity of the restored colours, averaged over R, G and B.
        mae: mean absolute error of the restored colours, in levels from 0 to 255.
        structure: structure term of SSIM between the gray and CIE L, in [-1, 1].
        gray_psnr: PSNR of the gray against the luminance, in dB.
        visibility: root mean square of what an eye sees in the gray beyond the luminance, in
            levels; null in files of before it was measured.
        idn_psnr: PSNR of the restored colours in dB, of the errors of R, G and B together; null
            but for the protocol ``idn``.
        idn_gray_psnr: PSNR of the gray against OpenCV's 8-bit CIE L, in dB; null likewise.
        ciede2000: mean colour difference CIEDE2000 of the restored colours.
        lpips: perceptual distance of the restored colours; null if it was not measured, or the
            picture is too small for it.
        fine: share of the picture that was restored from the fine layer, from 0 to 1; null for
            methods without one.
        exact: 1 if the picture is known to have come back bit for bit, else 0; null likewise.
    """

    image: str
    psnr: Number
    psnr_jpeg_75: Number | None = None
    ssim: float
    mae: float
    structure: float
    gray_psnr: Number
    visibility: float | None = None
    idn_psnr: Number | None = None
    idn_gray_psnr: Number | None = None
    ciede2000: float
    lpips: float | None = None
    fine: float | None = None
    exact: float | None = None


class Quality(_Facts, frozen=True, kw_only=True):
    """The figures of :class:`ImageQuality` over all pictures.

    Attributes:
        images: number of pictures.
        psnr: of the restored colours, in dB.
        psnr_jpeg_75: of colours restored after JPEG at quality 75, in dB; null if handled grays
            were not measured.
        ssim: of the restored colours.
        mae: of the restored colours, in levels.
        structure: of the gray.
        gray_psnr: of the gray, in dB.
        visibility: of the gray, in levels; null in files of before it was measured.
        idn_psnr: of the restored colours, in dB; null but for the protocol ``idn``.
        idn_gray_psnr: of the gray, in dB; null likewise.
        ciede2000: of the restored colours.
        lpips: of the restored colours; null if it was not measured.
        fine: share that was restored from the fine layer; null for methods without one.
        exact: share of the pictures that are known to have come back bit for bit; null likewise.
    """

    images: int
    psnr: Summary
    psnr_jpeg_75: Summary | None = None
    ssim: Summary
    mae: Summary
    structure: Summary
    gray_psnr: Summary
    visibility: Summary | None = None
    idn_psnr: Summary | None = None
    idn_gray_psnr: Summary | None = None
    ciede2000: Summary
    lpips: Summary | None = None
    fine: Summary | None = None
    exact: Summary | None = None


class Handled(_Facts, frozen=True, kw_only=True):
    """What is left of the colours after the gray was handled in one way.

    Attributes:
        psnr: of the restored colours, in dB.
        fine: share of what is left that was restored from the fine layer, from 0 to 1; null for
            methods without one.
    """

    psnr: Summary
    fine: Summary | None = None


class Recognition(_Facts, frozen=True, kw_only=True):
    """What grays are taken for that do not say what made them.

    Attributes:
        handling: how the grays were handled before.
        maker: what made them: a preset, or ``grayscale``, which hides no colours.
        taken_for: share of the grays, from 0 to 1, by the preset that they were taken for;
            ``none`` is for no preset.
    """

    handling: str
    maker: str
    taken_for: Mapping[str, float]


class ImageColorization(_Facts, frozen=True, kw_only=True):
    """Figures of the made-up colours of one picture.

    Attributes:
        image: name of the picture's file.
        auc: raw accuracy in percent: the area under the curve of the share of pixels whose ab
            colours are within a distance of the true ones, over distances from 0 to 150.
        auc_rebalanced: the same with pixels weighted by the rarity of their true colours.
        psnr: of the colours against the original's, in dB.
        colorfulness: Hasler and Süsstrunk's, of the made-up colours.
        colorfulness_original: Hasler and Süsstrunk's, of the original.
        lpips: perceptual distance from the original; null if it was not measured, or the picture
            is too small for it.
        recognised: 1 if VGG-16 takes it for the same thing as the original, else 0; null if VGG-16
            was not asked.
    """

    image: str
    auc: float
    auc_rebalanced: float
    psnr: Number
    colorfulness: float
    colorfulness_original: float
    lpips: float | None = None
    recognised: float | None = None


class ColorizationQuality(_Facts, frozen=True, kw_only=True):
    """The figures of :class:`ImageColorization` over all pictures.

    Attributes:
        images: number of pictures.
        auc: raw accuracy in percent.
        auc_rebalanced: the mean is over the pixels of all pictures together, by the rarity of their
            true colours; the standard deviation is over the pictures.
        psnr: of the colours, in dB.
        colorfulness: of the made-up colours.
        colorfulness_original: of the originals.
        lpips: perceptual distance; null if it was not measured.
        recognised: share of the pictures that VGG-16 recognises; null if it was not asked.
    """

    images: int
    auc: Summary
    auc_rebalanced: Summary
    psnr: Summary
    colorfulness: Summary
    colorfulness_original: Summary
    lpips: Summary | None = None
    recognised: Summary | None = None


class Colorization(_Facts, frozen=True, kw_only=True):
    """The made-up colours of a colorizer or a baseline.

    Attributes:
        quality: over all pictures.
        per_image: of each picture, in the order of the inputs.
    """

    quality: ColorizationQuality
    per_image: tuple[ImageColorization, ...]


class ImageHinted(_Facts, frozen=True, kw_only=True):
    """Figures of one picture whose colours come from random hints.

    Attributes:
        image: name of the picture's file.
        psnr: of the colours against the original's in dB, averaged over R, G and B.
        ssim: structural similarity, averaged over R, G and B.
        mae: mean absolute error, in levels from 0 to 255.
    """

    image: str
    psnr: Number
    ssim: float
    mae: float


class HintedQuality(_Facts, frozen=True, kw_only=True):
    """The figures of :class:`ImageHinted` over all pictures.

    Attributes:
        images: number of pictures.
        psnr: of the colours, in dB.
        ssim: of the colours.
        mae: of the colours, in levels.
    """

    images: int
    psnr: Summary
    ssim: Summary
    mae: Summary


class Hinted(_Facts, frozen=True, kw_only=True):
    """Colours from a number of random hints.

    Attributes:
        quality: over all pictures.
        per_image: of each picture, in the order of the inputs.
    """

    quality: HintedQuality
    per_image: tuple[ImageHinted, ...]


class Timing(_Facts, frozen=True, kw_only=True):
    """How long one conversion of a square picture takes.

    Attributes:
        stage: to gray (``encode``) or back (``decode``).
        size: side of the picture in pixels.
        engine: library that ran the network.
        precision: numbers that it computed in.
        scope: the network alone (``network``) or all from file to file (``end-to-end``).
        median_s: median of the runs in seconds.
        spread_s: distance between the quartiles in seconds.
        runs: number of runs.
        megapixels_per_s: throughput.
        ratio_to_paper: how many times the throughput of the paper's network in TensorFlow float32,
            at the same stage and size in the same benchmark; null if that was not timed.
        peak_mb: most memory that the process took, in megabytes, if the system tells.
    """

    stage: Stage
    size: int
    engine: Engine
    precision: Precision
    scope: Scope
    median_s: float
    spread_s: float
    runs: int
    megapixels_per_s: float
    ratio_to_paper: float | None = None
    peak_mb: float | None = None


class Method(_Facts, frozen=True, kw_only=True):
    """A preset or a baseline.

    Attributes:
        digest: of a preset's weights; null for a baseline.
        quality: of its grays and restored colours over all pictures; null if they were not
            measured, as those of a colorizer are not.
        per_image: the same of each picture, in the order of the inputs.
        robustness: what is left of the colours, by the way that the gray was handled; ``none`` is
            an untouched gray.
        timing: rows of the timing.
        fresh_process_s: seconds that ``invgray encode`` takes for a photo of 768x512 pixels, from
            the start of the process to its end; null if it was not timed.
    """

    digest: str | None = None
    quality: Quality | None = None
    per_image: tuple[ImageQuality, ...] = ()
    robustness: Mapping[str, Handled] = {}
    timing: tuple[Timing, ...] = ()
    fresh_process_s: float | None = None


class Benchmark(_Facts, frozen=True, kw_only=True):
    """All that a benchmark measured.

    Attributes:
        schema: version of this file's format.
        invgray: version of the program.
        machine: what it ran on.
        protocol: ``full`` size; ``paper``, the centre square at 256x256 (Lanczos); or ``idn``, the
            centre 500x500, padded to 512x512 while it is converted; null if no pictures were
            measured.
        images: number of pictures that were measured.
        skipped: number of pictures that could not be read.
        presets: by name, the default preset first.
        baselines: what presets are compared with, by name.
        recognition: a row for each way that grays were handled and each maker of grays.
        colorization: made-up colours, by the name of the preset or baseline.
        hinted: colours from random hints, by what spread them and the number of the hints.
    """

    schema: int = SCHEMA
    invgray: str
    machine: Platform
    protocol: Protocol | None = None
    images: int = 0
    skipped: int = 0
    presets: Mapping[str, Method] = {}
    baselines: Mapping[str, Method] = {}
    recognition: tuple[Recognition, ...] = ()
    colorization: Mapping[str, Colorization] = {}
    hinted: Mapping[str, Hinted] = {}

    @property
    def methods(self) -> dict[str, Method]:
        """Presets, then baselines, by name."""
        return {**self.presets, **self.baselines}


class _Header(msgspec.Struct):
    schema: int


def to_json(benchmark: Benchmark) -> str:
    """The file's text, in which every key is there; what was not measured is null or empty."""
    data = msgspec.json.encode(benchmark, enc_hook=_to_json)
    return msgspec.json.format(data, indent=2).decode() + "\n"


def load(path: Path) -> Benchmark:
    """What ``--json`` wrote to a file.

    Raises:
        InputError: the file cannot be read, is of another version, or is anything else.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", "check the name") from error
    try:
        schema = msgspec.json.decode(text, type=_Header).schema
        if schema != SCHEMA:
            raise InputError(
                f"{path}: has results of version {schema}; this program reads {SCHEMA}",
                "use the invgray that wrote it, or measure again",
            )
        return msgspec.json.decode(text, type=Benchmark, dec_hook=_from_json)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"{path}: is not what a benchmark wrote ({error})", "name a file of its JSON"
        ) from error


def _to_json(value: Any) -> float | str:  # noqa: ANN401 - msgspec asks for any
    if isinstance(value, Number):
        return float(value) if math.isfinite(value) else "inf"
    raise NotImplementedError


def _from_json(kind: type, value: Any) -> Number:  # noqa: ANN401
    if kind is not Number:
        raise NotImplementedError
    if value == "inf" or (isinstance(value, int | float) and not isinstance(value, bool)):
        return Number(value)
    raise ValueError('expected a number or "inf"')
