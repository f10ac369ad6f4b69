"""Clips that are written: frames, and sound and subtitles copied from another clip."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invgray.errors import OutputError, extra_installed
from invgray.files import place
from invgray.files.record import KEYWORD, Record, to_text
from invgray.video.clip import Clip, Moment, Take
from invgray.video.colors import FULL, LIMITED, MATRIX
from invgray.video.span import Span

with extra_installed("video"):
    import av
    from av import VideoFrame
    from av.container import OutputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

_COPIED = ("audio", "subtitle")

_OF_THE_FILE = (KEYWORD, "encoder", "major_brand", "minor_version", "compatible_brands", "duration")
"""What a file tells of itself, and not of what is in it."""


@dataclass(frozen=True)
class Coding:
    """How frames are compressed.

    Attributes:
        codec: FFmpeg's name.
        form: FFmpeg's name of the pixel format.
        options: of the codec.
    """

    codec: str
    form: str
    options: Mapping[str, str]


@dataclass
class Writing:
    """A clip that is being written.

    Attributes:
        container: the file.
        stream: of its frames.
        span: part of the clip that it is made of; it begins when that does.
        beside: what takes packets of other streams of that clip, by the stream's index.
        notices: one line each for what is worth knowing.
    """

    container: OutputContainer
    stream: VideoStream
    span: Span
    beside: dict[int, Take] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    def write(self, frame: VideoFrame, moment: Moment) -> None:
        """Write the next frame."""
        base = self.stream.codec_context.time_base
        assert base is not None
        frame.pts = moment.pts - round(self.span.start / base)
        frame.time_base, frame.duration = base, moment.duration
        self.container.mux(self.stream.encode(frame))

    def finish(self) -> None:
        """Write what the codec still holds."""
        self.container.mux(self.stream.encode(None))

    def copy(self, stream: Stream) -> None:
        """Set up a stream whose packets are copied; or say that it cannot be."""
        context = stream.codec_context
        name = context.codec.canonical_name if context else "data"
        if stream.type not in _COPIED or name not in self.container.supported_codecs:
            self.notices += (f"dropped: {stream.type} ({name}), which {self._form} does not take",)
            return
        target = self.container.add_stream_from_template(stream)
        target.metadata.update(stream.metadata)

        def take(packet: Any, seconds: float) -> None:  # noqa: ANN401 - of any kind
            if seconds in self.span:
                earlier = round(self.span.start / packet.time_base)
                packet.pts, packet.dts = packet.pts - earlier, packet.dts - earlier
                packet.stream = target
                self.container.mux(packet)

        self.beside[stream.index] = take

    @property
    def _form(self) -> str:
        return self.container.format.name


@contextmanager
def written(
    target: Path,
    form: str,
    clip: Clip,
    span: Span,
    size: tuple[int, int],
    coding: Coding,
    *,
    overwrite: bool,
    strip: bool,
    record: Record | None = None,
) -> Iterator[Writing]:
    """A clip to write frames into, which takes its place once all are written, or never.

    Args:
        target: the file.
        form: FFmpeg's name of the container.
        clip: that it is made of, whose sound and subtitles are copied.
        span: part of that.
        size: height and width of the frames.
        coding: how they are compressed.
        overwrite: whether a file that exists may be replaced.
        strip: leave out what the clip tells: its title, when it was made, and so on.
        record: of a gray clip.

    Raises:
        ExistsError: there is a file already, and it may not be replaced.
        OutputError: it cannot be written.
    """
    try:
        with (
            place.writing(target, overwrite=overwrite) as file,
            av.open(file, "w", format=form) as container,
        ):
            told = {} if strip else clip.container.metadata
            kept = {k: v for k, v in told.items() if k.lower() not in _OF_THE_FILE}
            ours = {KEYWORD: to_text(record)} if record else {}
            container.metadata.update(kept | ours)
            writing = Writing(container, _frames(container, clip, size, coding), span)
            for stream in clip.container.streams:
                if stream.index != clip.stream.index:
                    writing.copy(stream)
            yield writing
            writing.finish()
    except (av.error.FFmpegError, OSError) as error:
        raise OutputError(
            f"{target}: cannot be written ({error.strerror})", "check the folder and the free space"
        ) from error


def _frames(
    container: OutputContainer, clip: Clip, size: tuple[int, int], coding: Coding
) -> VideoStream:
    """The stream for frames that are as wide, as bright and as often as those of a clip."""
    stream = container.add_stream(coding.codec, rate=clip.rate, options=dict(coding.options))
    assert isinstance(stream, VideoStream)
    context, source = stream.codec_context, clip.stream.codec_context
    context.height, context.width = size
    context.pix_fmt = coding.form
    context.time_base = stream.time_base = clip.time_base
    if ratio := source.sample_aspect_ratio:
        turned = size != (source.height, source.width)
        context.sample_aspect_ratio = 1 / ratio if turned else ratio
    context.color_primaries, context.color_trc = source.color_primaries, source.color_trc
    if coding.form.startswith("yuv"):
        context.colorspace, context.color_range = MATRIX, LIMITED
    else:
        context.color_range = FULL
    context.thread_type = "AUTO"
    with _scheduled_as_before():
        context.open()
    return stream


@contextmanager
def _scheduled_as_before() -> Iterator[None]:
    """Take real-time priority away again from this thread and those that are new.

    As root, SVT-AV1 gives it to all of its threads and to that which calls it; whatever else the
    machine has to do would wait for them.
    """
    if sys.platform != "linux":
        yield
        return
    policy, parameters, before = os.sched_getscheduler(0), os.sched_getparam(0), _threads()
    try:
        yield
    finally:
        for thread in (0, *(_threads() - before)):
            with suppress(OSError):  # one that has ended
                os.sched_setscheduler(thread, policy, parameters)


def _threads() -> set[int]:
    return {int(name) for name in os.listdir("/proc/self/task")}
