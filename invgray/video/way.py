"""Where a clip comes from and where its result goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from invgray.errors import InputError, UsageError
from invgray.files import place
from invgray.options import Options
from invgray.video.options import refuse_options_of_pictures


@dataclass(frozen=True)
class ClipWay:
    """Where a clip comes from and where its result goes.

    Attributes:
        source: the clip.
        target: the result.
        options: of the conversion.
        forms: FFmpeg's names of the containers that the result may be, by their suffixes.
    """

    source: Path
    target: Path
    options: Options
    forms: Mapping[str, str]

    @property
    def form(self) -> str:
        """FFmpeg's name of the result's container."""
        return self.forms[self.target.suffix.lower()]

    @property
    def ends(self) -> tuple[str, str]:
        """Names of the clip and of its result, for reports."""
        return str(self.source), str(self.target)

    def check(self) -> None:
        """See to it that the result can be written, before any work is done for it.

        Raises:
            UsageError: the result cannot be written so, or options are for pictures only.
            OutputError: it cannot be written, or would replace a file.
        """
        refuse_options_of_pictures(self.options, str(self.source))
        if self.target.suffix.lower() not in self.forms or place.is_stream(self.target):
            raise UsageError(
                f"{self.target}: a clip cannot be written so",
                f"name a file that ends in {' or '.join(self.forms)}",
            )
        if self.source.exists() and self.target.exists() and self.source.samefile(self.target):
            raise UsageError(f"{self.target} is the input itself", "name another result")
        place.check(self.target, self.options.overwrite)

    def expect(self, frames: int) -> None:
        """See to it that there are frames.

        Raises:
            InputError: there are none.
        """
        if not frames:
            raise InputError(f"{self.source}: has no frames there", "look how long it is")
