"""How results are named: ``photo.jpg`` becomes ``photo.gray.png``, say."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from invgray.cli import template
from invgray.cli.template import Field
from invgray.errors import UsageError
from invgray.files import place
from invgray.files.formats import GRAY_FORMATS, Format
from invgray.files.location import Location, locate
from invgray.video.formats import CLIPS, is_clip

GRAY = tuple(f".gray{suffix}" for suffix in (*GRAY_FORMATS, *sorted(CLIPS)))
"""What the names of grays end in that 'encode' makes."""


@dataclass(frozen=True)
class Naming:
    """How a command names its results: ``photo.jpg`` to ``photo.gray.png``, say.

    Attributes:
        mark: of the results, before their suffix: ``.gray``, say.
        formats: that the results may have, by their suffixes.
        asked: suffix of the format that is asked for; None for PNG where no name tells another.
        clips: suffixes of the results for clips, the usual one first.
    """

    mark: str
    formats: Mapping[str, Format]
    asked: str | None = None
    clips: tuple[str, ...] = ()

    @property
    def ending(self) -> str:
        """Of the results, in place of the input's suffix."""
        return self.mark + (self.asked or ".png")

    def of_format(self, name: str | None) -> Naming:
        """The naming of results in a format, by its suffix without the dot; None asks for none.

        Raises:
            UsageError: results cannot be written in it.
        """
        if name is not None and f".{name}" not in self.formats:
            raise UsageError(
                f"{self.mark[1:]} pictures are not written as {name}",
                f"choose one of {', '.join(suffix[1:] for suffix in self.formats)}",
            )
        return self if name is None else replace(self, asked=f".{name}")

    def stem(self, source: Location) -> str:
        """What is kept of an input's name: without its suffix and, for a gray, its mark."""
        name = source.name
        stems = [name[: -len(end)] for end in GRAY if name.lower().endswith(end)]
        return next(filter(None, stems), source.stem)

    def result(self, source: Location) -> str:
        """File name of the result for an input."""
        if self.clips and is_clip(source):
            return self.stem(source) + self.mark + self.clips[0]
        return self.stem(source) + self.ending

    def made(self, name: str) -> bool:
        """Whether a file is a result of the same command, by its name."""
        return name.endswith(tuple(self.mark + suffix for suffix in (*self.formats, *self.clips)))

    def filled(self, output: str, source: Location) -> Location:
        """Where the result of an input goes by a template; one that ends in ``/`` is a folder."""
        folder = source.parent
        values = {
            Field.STEM: self.stem(source),
            Field.SUFFIX: source.suffix,
            Field.PARENT: str(folder),
            Field.FOLDER: folder.name or PurePath(os.path.abspath(str(folder))).name,
        }
        target = template.filled(output, values)
        place_ = locate(target)
        return place_ / self.result(source) if target.endswith("/") else place_

    def numbered(self, target: Location, number: int) -> Location:
        """Another name for a result whose own is taken: ``photo-2.gray.png``."""
        end = next((e for e in (self.ending,) if target.name.endswith(e)), target.suffix)
        return target.with_name(f"{target.name[: len(target.name) - len(end)]}-{number}{end}")

    def check(self, target: Location) -> None:
        """See to it that a result's suffix is one that can be written, and that was asked for.

        Raises:
            UsageError: it is not.
        """
        form = self.formats.get(target.suffix.lower())
        if place.is_stream(target) or target.suffix.lower() in self.clips:
            return
        if form is None:
            raise UsageError(
                f"{target}: cannot be written in this format",
                f"name a file that ends in {', '.join(self.formats)}",
            )
        if self.asked and form != self.formats[self.asked]:
            raise UsageError(
                f"{target}: its name is of another format than {self.asked[1:]}, "
                "which is asked for",
                "leave one of the two out",
            )
