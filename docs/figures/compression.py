"""Measure what compressed gray clips give back.

    python docs/figures/compression.py [PICTURE OR CLIP]...

A picture becomes a pan over it. Gray clips are compressed by libx264, ``preset medium``, 4:2:0,
and decoded by their pattern; the PSNR in dB is the mean over the frames. Without arguments, one of
scikit-image's photographs is taken. The table is printed; ``docs/video.md`` says what it means.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from skimage import data
from tabulate import tabulate

import invgray
from invgray.files import reading
from invgray.metrics import psnr
from invgray.types import Pixels
from invgray.video import clip as clips
from invgray.video import colors
from invgray.video.formats import VideoCodec, is_clip
from invgray.video.span import WHOLE

PRESETS, QUALITIES = ("standard", "robust"), (18, 23)
FRAMES, RATE, PANNED = 24, 24, 7 / 8
"""How many frames are taken, and of a pan: frames a second, and the part that one shows."""


def pan(picture: Pixels) -> list[Pixels]:
    """Over a picture, from one corner to the other."""
    height, width = (np.array(picture.shape[:2]) * PANNED).astype(int) // 16 * 16
    room = np.array(picture.shape[:2]) - (height, width)
    places = np.linspace((0, 0), room, FRAMES).round().astype(int)
    return [picture[top : top + height, left : left + width] for top, left in places]


def frames_of(path: Path) -> list[Pixels]:
    """The first frames of a clip."""
    with clips.opened(path) as clip:
        return [colors.to_rgb(frame) for _, frame in islice(clip.frames(WHOLE), FRAMES)]


def write(path: Path, frames: Sequence[av.VideoFrame], codec: str, form: str, **how: str) -> None:
    """A clip of frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, RATE, options=how)
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, form
        stream.codec_context.color_range = frames[0].color_range
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, 1 / stream.average_rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def row(original: list[Pixels], source: Path, preset: str) -> list[float]:
    """PSNR of an untouched gray clip, and of one compressed at each quality.

    Args:
        original: frames.
        source: a clip of them, beside which others are written.
        preset: of the gray.
    """
    gray, compressed, colour = (source.with_stem(name) for name in ("gray", "compressed", "colour"))
    options = invgray.EncodeClipOptions(preset=preset, overwrite=True)
    invgray.encode_clip(source, gray, options)
    decoding = invgray.DecodeClipOptions(preset=preset, codec=VideoCodec.FFV1, overwrite=True)

    def restored(clip: Path) -> float:
        invgray.decode_clip(clip, colour, decoding)
        pairs = zip(original, frames_of(colour), strict=True)
        return float(np.mean([psnr(*pair) for pair in pairs]))

    whole = restored(gray)
    with clips.opened(gray) as clip:
        taken = [frame for _, frame in clip.frames(WHOLE)]
    by_quality = []
    for crf in QUALITIES:
        write(compressed, taken, "libx264", "yuv420p", crf=str(crf), preset="medium")
        by_quality.append(restored(compressed))
    return [whole, *by_quality]


def main(names: list[str]) -> None:
    """Print the table, a clip and a preset a line."""
    paths = [Path(name) for name in names]
    films = {p.name: frames_of(p) if is_clip(p) else pan(reading.read(p).pixels) for p in paths}
    films = films or {"a pan over coffee": pan(data.coffee())}
    table = []
    with TemporaryDirectory() as folder:
        source = Path(folder, "source.mkv")
        for name, frames in films.items():
            write(source, [av.VideoFrame.from_ndarray(rgb) for rgb in frames], "ffv1", "bgr0")
            height, width = frames[0].shape[:2]
            shown = f"{name}, {width}\u00d7{height}"
            table += [[shown, preset, *row(frames, source, preset)] for preset in PRESETS]
    headers = ["clip", "preset", "untouched", *(f"CRF {crf}" for crf in QUALITIES)]
    print(tabulate(table, headers, "github", floatfmt=".1f"))


if __name__ == "__main__":
    main(sys.argv[1:])
