"""What the conversion of a clip can be told: what that of a picture can, and some more."""

from __future__ import annotations

from dataclasses import dataclass, fields

from invgray.errors import UsageError
from invgray.options import DecodeOptions, EncodeOptions, Options
from invgray.video.formats import VideoCodec
from invgray.video.span import Span


@dataclass(frozen=True, kw_only=True)
class EncodeClipOptions(EncodeOptions):
    """What :func:`invgray.video.encoding.encode_clip` can be told.

    Attributes:
        start: seconds from which on the clip is converted.
        stop: seconds up to which it is; None for its end.
    """

    start: float = 0.0
    stop: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        Span.between(self.start, self.stop)


@dataclass(frozen=True, kw_only=True)
class DecodeClipOptions(DecodeOptions):
    """What :func:`invgray.video.decoding.decode_clip` can be told.

    Attributes:
        start: seconds from which on the clip is converted.
        stop: seconds up to which it is; None for its end.
        codec: how the frames are compressed; ``ffv1`` knows no loss, and goes into an ``.mkv``.
            None takes ``h264``.
        crf: how much is lost, from 0 (little) to 51, or 63 for ``av1``; None takes little.
    """

    start: float = 0.0
    stop: float | None = None
    codec: VideoCodec | None = None
    crf: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        Span.between(self.start, self.stop)
        if self.crf is not None and self.codec is VideoCodec.FFV1:
            raise UsageError("ffv1 knows no loss, and so no CRF", "leave one of the two out")


_OF_CLIPS = frozenset({"start", "stop", "codec", "crf"})
_OF_BOTH = frozenset(
    {"preset", "machine", "overwrite", "skip_existing", "strip", "max_pixels", "fine", "look"}
)


def refuse_options_of_pictures(options: Options, name: str) -> None:
    """Refuse what clips cannot be told.

    Args:
        options: of a clip.
        name: of it, for the error.

    Raises:
        UsageError: one of them is not the usual one.
    """
    _refuse(options, _OF_BOTH | _OF_CLIPS, f"{name}: is a clip", "pictures")


def refuse_options_of_clips(options: Options, name: str) -> None:
    """Refuse what pictures cannot be told.

    Args:
        options: of a picture.
        name: of it, for the error.

    Raises:
        UsageError: one of them is not the usual one.
    """
    pictures = {field.name for field in fields(options)} - _OF_CLIPS
    _refuse(options, pictures, f"{name}: is no clip", "clips")


def _refuse(options: Options, allowed: frozenset[str] | set[str], what: str, whose: str) -> None:
    for field in fields(options):
        if field.name not in allowed and getattr(options, field.name) != field.default:
            raise UsageError(
                what, f"leave out the {field.name.replace('_', ' ')}, which is for {whose}"
            )
