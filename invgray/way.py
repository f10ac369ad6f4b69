"""The way of one picture: where it comes from, whether it may pass, and where its result goes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from invgray import memory
from invgray.admission import Admit
from invgray.errors import TooLargeError, UsageError
from invgray.files import exif, place, reading, xmp
from invgray.files.ends import PIPE, Source, Target
from invgray.files.formats import Format
from invgray.files.location import Location, Remote, locate
from invgray.files.picture import Picture
from invgray.options import Options

_BASE_BYTES = 200_000_000
"""Memory that a conversion takes."""

PIXEL_BYTES = 30
"""Memory that it takes for each pixel, with the default presets."""


@dataclass(frozen=True)
class Way:
    """Where a picture comes from and where its result goes."""

    source: Location | bytes | BinaryIO
    target: Location | BinaryIO
    options: Options

    @classmethod
    def between(
        cls,
        source: Source,
        target: Target,
        formats: Mapping[str, Format],
        options: Options,
    ) -> Way:
        """From a picture to a result in one of some formats."""
        from_ = locate(source) if isinstance(source, str) else source
        to = locate(target) if isinstance(target, str) else target
        if isinstance(to, Location):
            _check_format(to, formats)
        if options.keep_times and (isinstance(from_, Remote) or isinstance(to, Remote)):
            raise UsageError(
                f"{from_ if isinstance(from_, Remote) else to}: stores keep no times of change and "
                "no permissions",
                "do not ask for them",
            )
        return cls(from_, to, options)

    @property
    def name(self) -> str:
        """Of the picture, for errors."""
        return reading.name_of(self.source)

    @property
    def ends(self) -> tuple[str, str]:
        """Names of the picture and of its result, for reports."""
        return _end(self.source), _end(self.target)

    def check(self) -> None:
        """See to it that the result can be written, before any work is done for it."""
        missing = isinstance(self.source, Path) and not os.path.lexists(self.source)
        if not isinstance(self.target, Location) or missing:
            return  # a missing picture is named when it is read
        if isinstance(self.source, Location) and _same_file(self.source, self.target):
            raise UsageError(f"{self.target} is the input itself", "name another result")
        place.check(self.target, self.options.overwrite)

    def admitting(self, bytes_per_pixel: int) -> Admit:
        """Refuses pictures of more pixels than are allowed, or that may take too much memory."""

        def admit(height: int, width: int) -> None:
            pixels, shape = height * width, f"{self.name}: {width}x{height} pixels"
            reading.check_pixels(self.name, height, width, self.options.max_pixels)
            needed, room = _BASE_BYTES + bytes_per_pixel * pixels, self.options.max_memory
            room = memory.available() if room is None else room
            if room is not None and needed > room:
                most = f"{needed / 1e9:.1f} GB of memory, and may have {room / 1e9:.1f}"
                raise TooLargeError(f"{shape} take up to {most}", "cut it into parts")

        return admit

    def read(self, bytes_per_pixel: int = PIXEL_BYTES) -> Picture:
        """The picture, once its size is known to be one that can be worked on."""
        picture = reading.read(
            self.source,
            self.admitting(bytes_per_pixel),
            accept_damaged=self.options.accept_damaged,
            page=self.options.page,
        )
        if self.options.strip:
            return replace(picture, exif=None, xmp=None, iptc=None)
        tells = (
            ("EXIF", picture.exif is not None and exif.tells_place(picture.exif)),
            ("XMP", picture.xmp is not None and xmp.tells_place(picture.xmp)),
        )
        if where := " and ".join(block for block, told in tells if told):
            notice = f"tells where it was taken ({where})"
            return replace(picture, notices=(*picture.notices, notice))
        return picture

    @property
    def like(self) -> os.stat_result | None:
        """What the result's file is to be like."""
        kept = self.options.keep_times and isinstance(self.source, Path)
        return self.source.stat() if kept and isinstance(self.source, Path) else None


def _end(end: Location | bytes | BinaryIO) -> str:
    return str(end) if isinstance(end, Location) else PIPE


def _check_format(target: Location, formats: Mapping[str, Format]) -> None:
    """See to it that a result can be written in the format that its name tells."""
    form = formats.get(target.suffix.lower())
    if form is None and not place.is_stream(target):
        raise UsageError(
            f"{target}: cannot be written in this format",
            f"name a file that ends in {', '.join(formats)}",
        )
    if form and form.plugin:
        form.plugin.load()


def _same_file(source: Location, target: Location) -> bool:
    if isinstance(source, Remote) or isinstance(target, Remote):
        return source == target
    with suppress(OSError):
        return target.is_file() and source.samefile(target)
    return False
