"""Colour clips become gray ones that can be turned back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from invgray.codec import Codec
from invgray.color.looks import Look
from invgray.color.mix import LUMINANCE, Mix
from invgray.convert import Conversion, Outcome, done, expect_hiding, unless_there
from invgray.errors import InputError, extra_installed
from invgray.files import reading
from invgray.files.record import Record
from invgray.loading import load_codec
from invgray.presets import store
from invgray.types import Pixels
from invgray.video import clip as clips
from invgray.video import colors
from invgray.video.clip import Clip, Moment
from invgray.video.formats import GRAY_CLIPS
from invgray.video.options import EncodeClipOptions
from invgray.video.parallel import in_order
from invgray.video.span import Span
from invgray.video.way import ClipWay
from invgray.video.writing import Coding, written
from invgray.watching import Watch, unwatched

with extra_installed("video"):
    from av import VideoFrame

LOSSLESS = {"level": "3", "g": "1", "slicecrc": "1", "slices": "16"}
"""Options of FFV1: every frame by itself, in slices with checksums."""

_SAMPLES = 5
"""Frames that the mix of a clip is chosen by, where its look asks for that."""


def encode_clip(
    source: Path,
    target: Path,
    options: EncodeClipOptions = EncodeClipOptions(),  # noqa: B008 - immutable
    watch: Watch = unwatched,
) -> Outcome:
    """A colour clip to a gray one that can be undone, from file to file.

    Its frames are gray pictures, each with its fine layer, compressed without loss (FFV1). Times of
    the frames, sound and subtitles stay.

    Args:
        source: the colour clip.
        target: where the gray one goes, an ``.mkv``.
        options: preset, machine, and so on.
        watch: hears how many frames are done and how many there are, about; may raise to stop.

    Raises:
        InputError: the clip cannot be read, or hides colours already.
        OutputError: the gray clip cannot be written; it would replace a file, for one.
        WeightsError: the preset is missing, damaged or of another kind.
        DeviceError: networks cannot be run on the machine that is asked for.
        UsageError: the target is no ``.mkv``, or something is asked for that clips do not have.
    """
    way = ClipWay(source, target, options, GRAY_CLIPS)
    return unless_there(way.ends, Conversion.ENCODE, options, lambda: _encode(way, options, watch))


def _encode(way: ClipWay, options: EncodeClipOptions, watch: Watch) -> Outcome:
    way.check()
    codec = load_codec(options.preset or store.DEFAULT, options.machine)
    preset = codec.preset
    span = Span.between(options.start, options.stop)
    fine = options.fine and preset.card.abilities.layered
    expect_hiding(preset, options.look, fine=fine, instead="write it")
    with clips.opened(way.source) as clip:
        if clip.record:
            raise InputError(f"{way.source}: hides colours already", "decode it")
        height, width = colors.to_rgb(next(clip.samples(span, 1))).shape[:2]
        reading.check_pixels(clip.name, height, width, options.max_pixels)
        mix = _mix(options.look, clip, span)
    record = Record(preset=preset.name, weights=preset.digest, fine=fine, mix=mix)
    coding, count = Coding("ffv1", "gray", LOSSLESS), 0
    with (
        clips.opened(way.source) as clip,
        written(
            way.target,
            way.form,
            clip,
            span,
            (height, width),
            coding,
            overwrite=options.overwrite,
            strip=options.strip,
            record=record,
        ) as writing,
    ):
        total = clip.count(span)
        watch(0, total)
        gray = partial(_gray, codec, fine, mix)
        for moment, levels in in_order(gray, clip.frames(span, writing.beside)):
            writing.write(colors.gray_frame(levels), moment)
            count += 1
            watch(count, max(count, total))
        way.expect(count)
        notices = writing.notices
    return done(way.ends, Conversion.ENCODE, (height, width), preset.name, notices)


def _gray(
    codec: Codec, fine: bool, mix: Mix, shown: tuple[Moment, VideoFrame]
) -> tuple[Moment, Pixels]:
    moment, frame = shown
    levels = codec.encode(colors.to_rgb(frame), fine=fine, mix=mix)
    return moment, np.asarray(levels)


def _mix(look: Look, clip: Clip, span: Span) -> Mix:
    """One mix for all of a clip: its gray would flicker with one for each frame."""
    if look is Look.LUMINANCE:
        return LUMINANCE
    count = _SAMPLES if look is Look.CONTRAST else 1
    return look.mix(np.concatenate([colors.to_rgb(frame) for frame in clip.samples(span, count)]))
