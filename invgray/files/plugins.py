"""Libraries of extras that teach Pillow a format; each is loaded when a file needs it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from invgray.errors import extra_installed


@dataclass(frozen=True)
class _Library:
    extra: str
    title: str
    suffixes: tuple[str, ...]


class Plugin(Enum):
    """A format that Pillow reads and writes with another library's help."""

    HEIF = _Library("heif", "HEIC", (".heic", ".heif", ".hif"))
    JXL = _Library("jxl", "JPEG XL", (".jxl",))

    @property
    def extra(self) -> str:
        """The extra of this package that brings the library."""
        return self.value.extra

    @property
    def title(self) -> str:
        """What the format is called."""
        return self.value.title

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Of the format's files, the usual one first."""
        return self.value.suffixes

    def load(self) -> None:
        """Have Pillow know the format.

        Raises:
            MissingExtraError: the library is not installed.
        """
        with extra_installed(self.extra):
            if self is Plugin.HEIF:
                import pillow_heif

                pillow_heif.register_heif_opener()
            else:
                import pillow_jxl  # noqa: F401 - which registers itself
