"""Clips that are read: frames with their times, and packets of sound and subtitles beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from invgray.errors import InputError, extra_installed
from invgray.files.record import KEYWORD, Record, from_text
from invgray.video.span import Span

with extra_installed("video"):
    import av
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

Take = Callable[[Any, float], None]
"""Takes a packet of a stream, and the seconds from the beginning of the clip that it belongs to."""

_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Moment:
    """When a frame is shown.

    Attributes:
        seconds: from the beginning of the clip.
        pts: on the clock of its stream, in units of its time base.
        duration: in these units; 0 where it is not known.
    """

    seconds: float
    pts: int
    duration: int


@dataclass(frozen=True)
class Clip:
    """A clip that is open for reading.

    Attributes:
        name: of it, for errors.
        container: the file.
        stream: of its frames.
    """

    name: str
    container: InputContainer
    stream: VideoStream

    @property
    def record(self) -> Record | None:
        """What a gray clip says of itself.

        Raises:
            InputError: a newer program made it.
        """
        told = {key.lower(): text for key, text in self.container.metadata.items()}
        return from_text(told[KEYWORD], self.name) if KEYWORD in told else None

    @property
    def time_base(self) -> Fraction:
        """Seconds of a unit of the frames' clock."""
        return self.stream.time_base or 1 / self.rate

    @property
    def rate(self) -> Fraction:
        """Frames a second, about."""
        return self.stream.average_rate or self.stream.guessed_rate or Fraction(25)

    @property
    def _start(self) -> float:
        """Seconds on the file's clock when the clip begins."""
        return (self.container.start_time or 0) / _MICROSECONDS

    @property
    def _length(self) -> float:
        """Seconds that it lasts; 0 where nothing tells."""
        return (self.container.duration or 0) / _MICROSECONDS

    def count(self, span: Span) -> int:
        """How many frames a part has, about; 0 where nothing tells."""
        if span.whole and self.stream.frames:
            return self.stream.frames
        return max(0, round((min(span.stop, self._length) - span.start) * float(self.rate)))

    def frames(
        self, span: Span, beside: Mapping[int, Take] | None = None
    ) -> Iterator[tuple[Moment, VideoFrame]]:
        """The frames of a part, in their order.

        Args:
            span: the part.
            beside: what takes packets of other streams meanwhile, by the stream's index.

        Raises:
            InputError: the clip is damaged.
        """
        takes = beside or {}
        others = [stream for stream in self.container.streams if stream.index in takes]
        if span.start:
            self._seek(span.start)
        index = 0
        with damage_told(self.name):
            for packet in self.container.demux([self.stream, *others]):
                if packet.stream.index != self.stream.index:
                    if packet.dts is not None and packet.pts is not None:
                        at = float(packet.pts * packet.time_base) - self._start
                        takes[packet.stream.index](packet, at)
                    continue
                for frame in packet.decode():
                    moment = self._moment(frame, index)
                    index += 1
                    if moment.seconds >= span.stop:
                        return
                    if moment.seconds in span:
                        yield moment, frame  # type: ignore[misc] # a video stream's

    def samples(self, span: Span, count: int) -> Iterator[VideoFrame]:
        """A few frames of a part, evenly spread; its first where its length is not known.

        Raises:
            InputError: the clip is damaged.
        """
        stop = min(span.stop, self._length)
        for i in range(count if stop > span.start else 1):
            self._seek(span.start + max(0.0, stop - span.start) * i / count)
            with damage_told(self.name):
                yield next(self.container.decode(self.stream))

    def _seek(self, seconds: float) -> None:
        """Go to the last frame before a time from which on can be decoded."""
        with damage_told(self.name):
            self.container.seek(int((self._start + seconds) * _MICROSECONDS))

    def _moment(self, frame: Any, index: int) -> Moment:  # noqa: ANN401 - of any decoder
        pts = frame.pts if frame.pts is not None else round(index / self.rate / self.time_base)
        rounding = float(self.time_base) / 100
        seconds = float(pts * self.time_base) - self._start + rounding
        return Moment(seconds, pts, frame.duration or 0)


@contextmanager
def opened(path: Path) -> Iterator[Clip]:
    """A clip, open for reading.

    Raises:
        InputError: it cannot be read, or has no frames.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file", "check the name")
    with damage_told(str(path)):
        container = av.open(str(path))
    with container:
        if not container.streams.video:
            raise InputError(f"{path}: has no moving pictures", "give a clip that has some")
        best = container.streams.best("video")
        stream = best if isinstance(best, VideoStream) else container.streams.video[0]
        stream.thread_type = "AUTO"
        yield Clip(str(path), container, stream)


@contextmanager
def damage_told(name: str) -> Iterator[None]:
    """Around reading: what is said of a clip that cannot be read.

    Raises:
        InputError: the clip cannot be read.
    """
    try:
        yield
    except (av.error.FFmpegError, StopIteration) as error:
        why = getattr(error, "strerror", "no frames")
        raise InputError(
            f"{name}: cannot be read as a clip ({why})", "check it with a player"
        ) from error
