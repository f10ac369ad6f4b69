"""The presets that are shipped, and those in folders: found by name, version or digest."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from invgray.errors import WeightsError
from invgray.files import content
from invgray.presets import card as cards
from invgray.presets.card import REINSTALL, Card

DEFAULT = "standard"
"""The preset used when none is named."""

COLORIZER = "colorizer"
"""The preset that colorizes when none is named."""

HINTED = "hinted"
"""The preset that spreads hints when a network is to do it and none is named."""

PRINTED = "robust"
"""The preset that prints are taken for when none is named."""

CARD = "card.json"


@dataclass(frozen=True)
class Preset:
    """A folder of trained networks whose card has been read.

    Attributes:
        name: what it is called on the command line and in gray pictures.
        directory: where its files are.
        card: what they are.
    """

    name: str
    directory: Path
    card: Card

    @property
    def version(self) -> int:
        """Which of its name it is, from 1, by its folder's."""
        return _name_and_version(self.directory)[1]

    def __hash__(self) -> int:
        return hash((self.name, self.directory, self.digest))

    @property
    def digest(self) -> str:
        """Short digest of the trained weights; recorded in every gray picture."""
        files = self.card.files
        digests = [files[f"{name}.bin"] for name in self.card.architecture.networks]
        return _sha256("".join(digests).encode())[:16]

    def file(self, name: str) -> Path:
        """Path of one of the preset's files, once its content matches the card.

        Raises:
            WeightsError: the file is missing or is not the one that the card describes.
        """
        path = self.directory / name
        try:
            digest = _sha256(content.read(path))
        except FileNotFoundError as error:
            raise WeightsError(f"{path}: weights are missing", REINSTALL) from error
        except OSError as error:
            cause = f"{path}: weights cannot be read ({error.strerror})"
            raise WeightsError(cause, REINSTALL) from error
        if digest != self.card.files.get(name):
            raise WeightsError(f"{path}: weights do not match the card's checksum", REINSTALL)
        return path


@cache
def shipped() -> tuple[Preset, ...]:
    """All shipped presets, every version of each, in order of their names and versions.

    The newest version has the plain name (``robust``), earlier ones have a number (``robust-1``).
    """
    folders = sorted((path.parent for path in _root().glob(f"*/{CARD}")), key=_name_and_version)
    newest = dict(_name_and_version(folder) for folder in folders)
    presets = []
    for folder in folders:
        name, version = _name_and_version(folder)
        called = name if newest[name] == version else f"{name}-{version}"
        presets.append(replace(open_directory(folder), name=called))
    return tuple(presets)


def latest() -> tuple[Preset, ...]:
    """The newest version of every shipped preset, in order of their names."""
    return tuple(p for p in shipped() if p.name == _name_and_version(p.directory)[0])


def codecs() -> tuple[Preset, ...]:
    """Every version of every shipped preset that hides colours, the newest first."""
    hiding = [preset for preset in shipped() if preset.card.abilities.hides_colors]
    return tuple(sorted(hiding, key=lambda preset: -_name_and_version(preset.directory)[1]))


def find(name: str = DEFAULT) -> Preset:
    """A shipped preset: ``robust`` is its newest version, ``robust-1`` its first, and so on.

    Raises:
        WeightsError: there is none of that name, or its card is damaged.
    """
    for preset in shipped():
        if name in (preset.name, "{}-{}".format(*_name_and_version(preset.directory))):
            return preset
    names = ", ".join(preset.name for preset in latest())
    raise WeightsError(
        f"there is no preset '{name}' (shipped: {names or 'none'})",
        "name one of these, or a folder of trained networks",
    )


def by_digest(digest: str) -> Preset | None:
    """The shipped preset, of any version, whose weights have a digest; None if there is none."""
    return next((preset for preset in shipped() if preset.digest == digest), None)


def load(which: str | Path) -> Preset:
    """A shipped preset by its name, or one in any folder by its path.

    Raises:
        WeightsError: there is none, or its card is damaged.
    """
    return open_directory(which) if isinstance(which, Path) else find(which)


def folder_of(which: str) -> Path | None:
    """The folder of one's own preset that a name or path stands for; None for a shipped one's."""
    folder = Path(which)
    return folder if (folder / CARD).exists() else None


def open_directory(directory: Path) -> Preset:
    """A preset in any folder, as ``invgray train`` leaves it; named after the folder.

    Raises:
        WeightsError: there is no card in it, or the card is damaged or of another version.
    """
    return Preset(directory.resolve().name, directory, cards.read(directory / CARD))


def _name_and_version(folder: Path) -> tuple[str, int]:
    """``robust`` is the first version of its name, ``robust-2`` the second."""
    found = re.fullmatch(r"(.+)-(\d+)", folder.name)
    return (found[1], int(found[2])) if found else (folder.name, 1)


def _root() -> Path:
    package = Path(__file__).parents[1]
    installed = package / "weights"
    return installed if installed.is_dir() else package.parent / "weights"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
