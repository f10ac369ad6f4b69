"""What is a clip, and what clips are written as."""

from __future__ import annotations

from enum import StrEnum

from invgray.files.location import Location

GRAY_CLIPS = {".mkv": "matroska"}
"""FFmpeg's names of the containers of gray clips, by their suffixes, the usual one first."""

COLOR_CLIPS = {".mp4": "mp4", ".mkv": "matroska", ".mov": "mov"}
"""Likewise of colour clips."""

CLIPS = frozenset(
    {*COLOR_CLIPS, ".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mpeg", ".mpg", ".mts", ".ogv"}
    | {".ts", ".vob", ".webm", ".wmv", ".y4m"}
)
"""Suffixes of the clips that are read."""


class VideoCodec(StrEnum):
    """How the frames of a colour clip are compressed."""

    H264 = "h264"
    HEVC = "hevc"
    AV1 = "av1"
    FFV1 = "ffv1"


def is_clip(path: Location) -> bool:
    """Whether a file is a clip, by its suffix."""
    return path.suffix.lower() in CLIPS
