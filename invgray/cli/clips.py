"""What commands do with clips: they are told from pictures here, by their suffixes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from invgray.convert import Outcome, decode_file, encode_file
from invgray.errors import InputError, UsageError
from invgray.files.ends import Source, Target
from invgray.files.location import Location
from invgray.video.formats import COLOR_CLIPS, GRAY_CLIPS, is_clip
from invgray.video.options import DecodeClipOptions, EncodeClipOptions, refuse_options_of_clips
from invgray.video.span import seconds
from invgray.watching import Watch

GRAY, COLOR = tuple(GRAY_CLIPS), tuple(COLOR_CLIPS)
"""Suffixes of the clips that commands write."""


def encode_any(source: Source, target: Target, options: EncodeClipOptions, watch: Watch) -> Outcome:
    """Encode a picture or a clip."""
    ends = _clip(source, target)
    if ends is None:
        refuse_options_of_clips(options, str(source))
        return encode_file(source, target, options, watch)
    from invgray.video.encoding import encode_clip

    return encode_clip(*ends, options, watch)


def decode_any(source: Source, target: Target, options: DecodeClipOptions, watch: Watch) -> Outcome:
    """Decode a gray picture or a gray clip."""
    ends = _clip(source, target)
    if ends is None:
        refuse_options_of_clips(options, str(source))
        return decode_file(source, target, options, watch)
    from invgray.video.decoding import decode_clip

    os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder tells of errors only
    return decode_clip(*ends, options, watch)


def _clip(source: Source, target: Target) -> tuple[Path, Path] | None:
    """Source and target of a clip; None for a picture.

    Raises:
        UsageError: a clip is bound for standard output.
        InputError: a clip lies in a store, or is bound for one.
    """
    if not isinstance(source, Location) or not is_clip(source):
        return None
    if not isinstance(target, Location):
        raise UsageError(f"{source}: clips go into files only", "name one with -o")
    if not (isinstance(source, Path) and isinstance(target, Path)):
        raise InputError(
            f"{source}: clips are converted on this machine only",
            "copy it here first, and its result from here",
        )
    return source, target


class Time(click.ParamType[float]):
    """Seconds, or minutes and seconds, or hours, too: ``90``, ``1:30``, ``0:01:30.5``."""

    name = "time"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Seconds that are meant."""
        try:
            return seconds(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def part(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which part of a clip is converted."""
    begin = click.option(
        "--from",
        "start",
        type=Time(),
        default="0",
        metavar="TIME",
        help="Of a clip, begin here: in seconds, or as 1:30.",
    )
    end = click.option(
        "--to", "stop", type=Time(), metavar="TIME", help="Of a clip, end here (default: its end)."
    )
    return begin(end(command))
