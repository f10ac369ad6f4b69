"""Clips that are made for tests: a part of a photograph that moves, with sound and subtitles."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from skimage import data

TIMES = (0, 40, 80, 200, 240, 400, 440, 480, 520, 600, 640, 680)
"""Of the frames, in milliseconds: not evenly spread."""


def pan(count=12, height=96, width=128):
    """Frames of a camera that pans over a photograph: uint8 ``(H, W, 3)`` each."""
    picture = data.astronaut()
    return [
        np.ascontiguousarray(picture[20 + i : 20 + i + height, 100 + 3 * i : 100 + 3 * i + width])
        for i in range(count)
    ]


def make(path, frames, *, codec="ffv1", form="bgr0", sound=False, times=TIMES, **told):
    """A clip of frames, with a title; and with a tone and a subtitle, if there is to be sound."""
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "A pan"
        stream = container.add_stream(codec, rate=25, options=told)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = form
        stream.codec_context.time_base = Fraction(1, 1000)
        tone = words = None
        if sound:
            tone = container.add_stream("aac", rate=48_000, layout="mono")
        if sound and path.suffix == ".mkv":
            words = container.add_mux_stream("subrip")
        for at, rgb in zip(times, frames, strict=False):
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if tone:
            hum(container, tone)
        if words:
            packet = av.Packet(b"Hello")
            packet.stream, packet.pts, packet.dts, packet.duration = words, 100, 100, 400
            packet.time_base = Fraction(1, 1000)
            container.mux(packet)
    return path


def hum(container, tone):
    """Seven tenths of a second of a tone."""
    wave = (0.2 * np.sin(np.arange(33_600) / 20)).astype(np.float32)[None]
    heard = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
    heard.sample_rate, heard.pts, heard.time_base = 48_000, 0, Fraction(1, 48_000)
    container.mux(tone.encode(heard))
    container.mux(tone.encode(None))


def frames_of(path):
    """Seconds and colours of a clip's frames."""
    with av.open(str(path)) as container:
        return [(f.time, f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]


def packets_of(path, kind):
    """Seconds and bytes of the packets of a clip's first stream of a kind."""
    with av.open(str(path)) as container:
        stream = next(s for s in container.streams if s.type == kind)
        return [(float(p.pts * p.time_base), bytes(p)) for p in container.demux(stream) if p.size]


class Clips:
    """What tests of clips share."""

    TIMES = TIMES
    hum = staticmethod(hum)
    pan = staticmethod(pan)
    make = staticmethod(make)
    frames_of = staticmethod(frames_of)
    packets_of = staticmethod(packets_of)


@pytest.fixture(scope="session")
def clips():
    return Clips


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """A clip of twelve frames with sound and a subtitle."""
    return make(tmp_path_factory.mktemp("clips") / "clip.mkv", pan(), sound=True)
