"""Gray clips that hide colours become colour ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from invgray.codec import Codec
from invgray.color.levels import neutral
from invgray.color.mix import LUMINANCE, Mix
from invgray.convert import Conversion, Outcome, done, unless_there, without_layer
from invgray.errors import InputError, UsageError, extra_installed
from invgray.files import reading
from invgray.fine import layer
from invgray.maker import Seen, maker
from invgray.placement import Placement
from invgray.restoration import Restoration
from invgray.types import Pixels
from invgray.video import clip as clips
from invgray.video import colors
from invgray.video.clip import Clip, Moment
from invgray.video.encoding import LOSSLESS
from invgray.video.formats import COLOR_CLIPS, VideoCodec
from invgray.video.options import DecodeClipOptions
from invgray.video.parallel import in_order
from invgray.video.span import Span
from invgray.video.way import ClipWay
from invgray.video.writing import Coding, written
from invgray.watching import Watch, unwatched

with extra_installed("video"):
    from av import VideoFrame

CRF = {VideoCodec.H264: 16, VideoCodec.HEVC: 18, VideoCodec.AV1: 20}
"""Of each codec, where none is asked for: what is lost is hard to see."""

_LEAD = 12
"""Frames by which a clip is recognised."""


def decode_clip(
    source: Path,
    target: Path,
    options: DecodeClipOptions = DecodeClipOptions(),  # noqa: B008 - immutable
    watch: Watch = unwatched,
) -> Outcome:
    """A gray clip that hides colours, back to colour, from file to file.

    What made it is found out once, by its record and its first frames. Where the clip was
    compressed with loss since, the colours come from the pattern.

    Args:
        source: the gray clip.
        target: where the colours go: an ``.mp4``, ``.mov`` or ``.mkv``.
        options: preset, machine, codec, and so on.
        watch: hears how many frames are done and how many there are, about; may raise to stop.

    Raises:
        InputError: the clip cannot be read, or is in colour.
        ForeignWeightsError: the weights that made the clip are not here.
        OutputError: the result cannot be written; it would replace a file, for one.
        WeightsError: the preset is missing, damaged or of another kind.
        DeviceError: networks cannot be run on the machine that is asked for.
        UsageError: the target is none for clips or for the codec, or something is asked for that
            clips do not have.
    """
    way = ClipWay(source, target, options, COLOR_CLIPS)
    return unless_there(way.ends, Conversion.DECODE, options, lambda: _decode(way, options, watch))


def _decode(way: ClipWay, options: DecodeClipOptions, watch: Watch) -> Outcome:
    way.check()
    if options.codec is VideoCodec.FFV1 and way.form != "matroska":
        raise UsageError(f"{way.target}: ffv1 goes into an .mkv only", "name such a file")
    span = Span.between(options.start, options.stop)
    with clips.opened(way.source) as clip:
        made = _made(clip, span, way, options)
    coding = _coding(options, way, made.size)
    shares: list[float] = []
    with (
        clips.opened(way.source) as clip,
        written(
            way.target,
            way.form,
            clip,
            span,
            made.size,
            coding,
            overwrite=options.overwrite,
            strip=options.strip,
        ) as writing,
    ):
        total = clip.count(span)
        watch(0, total)
        color = partial(_restored, made, clip.name)
        for moment, restored in in_order(color, clip.frames(span, writing.beside)):
            writing.write(colors.color_frame(restored.rgb, coding.form), moment)
            shares.append(restored.fine)
            watch(len(shares), max(len(shares), total))
        way.expect(len(shares))
        notices = made.notices + writing.notices
    name = made.codec.preset.name if made.codec else None
    outcome = done(way.ends, Conversion.DECODE, made.size, name, notices)
    return replace(outcome, fine=float(np.mean(shares)))


@dataclass(frozen=True)
class _Made:
    """How a clip was made.

    Attributes:
        codec: that made it; None where there is no colour to restore.
        size: height and width of its frames.
        kept: whether its frames have their fine layer.
        placement: how its frames lie, where their pattern tells.
        mix: of the gray, where the clip tells it.
        notices: one line each for what is worth knowing.
    """

    codec: Codec | None
    size: tuple[int, int]
    kept: bool
    placement: Placement | None
    mix: Mix
    notices: tuple[str, ...]


def _made(clip: Clip, span: Span, way: ClipWay, options: DecodeClipOptions) -> _Made:
    first = [_levels(frame, clip.name) for _, frame in islice(clip.frames(span), _LEAD)]
    way.expect(len(first))
    height, width = first[0].shape
    reading.check_pixels(clip.name, height, width, options.max_pixels)
    layered = [levels for levels in first if layer.begins(levels)]
    typical = layered[0] if layered else max(first, key=lambda levels: float(np.std(levels)))
    found, record = layer.find(typical), clip.record
    seen = Seen(typical, found)
    made = maker(seen, record, clip.name, options.machine, preset=options.preset)
    notices = made.notices
    if made.codec and not found:
        notices += without_layer(record, made.codec)
    mix = record.mix if record else LUMINANCE
    kept = found is not None
    return _Made(made.codec, (height, width), kept, made.placement, mix, notices)


def _restored(
    made: _Made, name: str, shown: tuple[Moment, VideoFrame]
) -> tuple[Moment, Restoration]:
    """The colours of a frame: none, if it has no fine layer among others that have theirs."""
    moment, frame = shown
    levels = _levels(frame, name)
    if made.codec is None:
        return moment, Restoration(neutral(levels))
    found = layer.find(levels) if made.kept or layer.begins(levels) else None
    if found:
        return moment, made.codec.restore(levels, found=found)
    if made.kept:
        return moment, Restoration(neutral(levels), fine=1.0)
    rgb = made.codec.read_pattern(levels, placement=made.placement, mix=made.mix)
    return moment, Restoration(rgb)


def _levels(frame: VideoFrame, name: str) -> Pixels:
    levels = colors.to_gray(frame)
    if levels is None:
        raise InputError(f"{name}: is in colour", "give the gray clip that was made of it")
    return levels


def _coding(options: DecodeClipOptions, way: ClipWay, size: tuple[int, int]) -> Coding:
    """How the frames are compressed; those of an odd size keep all of their chrominance."""
    codec = options.codec or VideoCodec.H264
    if codec is VideoCodec.FFV1:
        return Coding("ffv1", "bgr0", LOSSLESS)
    odd = size[0] % 2 or size[1] % 2
    crf = str(CRF[codec] if options.crf is None else options.crf)
    if codec is VideoCodec.AV1:
        if odd:
            raise UsageError(
                f"{way.source}: {size[1]}x{size[0]} pixels are too odd for AV1", "use another codec"
            )
        return Coding("libsvtav1", "yuv420p", {"crf": crf, "preset": "8"})
    form = "yuv444p" if odd else "yuv420p"
    if codec is VideoCodec.HEVC:
        return Coding("libx265", form, {"crf": crf, "x265-params": "log-level=none"})
    return Coding("libx264", form, {"crf": crf})
