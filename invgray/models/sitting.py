"""A sitting of a training run: the settings that it keeps in its folder, to be resumed with."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import msgspec

from invgray.errors import DamagedRunError, UsageError
from invgray.files import content, place
from invgray.models import MODELS, NetworkSettings, model_of


@dataclass(frozen=True)
class Sitting:
    """A part of a run, from its begin or its resumption on.

    Attributes:
        settings: of this sitting.
        altered: whether an earlier one had others.
    """

    settings: NetworkSettings
    altered: bool = False

    def resumed(self, settings: NetworkSettings) -> Sitting:
        """The next sitting.

        Raises:
            UsageError: the settings are of another family of networks.
        """
        if model_of(settings) is not model_of(self.settings):
            raise UsageError(
                f"the run is one of '{model_of(self.settings).name}' networks", "begin another"
            )
        return Sitting(settings, self.altered or settings != self.settings)


@dataclass(frozen=True, kw_only=True)
class _Stored:
    """A sitting as JSON: the family's name decides what the settings are."""

    network: str
    settings: dict[str, Any]
    altered: bool


def read(path: Path) -> Sitting:
    """The sitting in a file.

    Raises:
        DamagedRunError: the file is missing or damaged.
    """
    try:
        stored = msgspec.json.decode(content.read(path), type=_Stored)
        settings = _settings(stored)
    except (OSError, KeyError, ValueError, RecursionError) as error:
        raise DamagedRunError(
            f"{path}: is damaged, or of another version ({error})", "begin a new run"
        ) from error
    return Sitting(settings, stored.altered)


def write(path: Path, sitting: Sitting) -> None:
    """Write a sitting as JSON."""
    stored = _Stored(
        network=model_of(sitting.settings).name,
        settings=msgspec.to_builtins(sitting.settings),
        altered=sitting.altered,
    )
    with place.writing(path, overwrite=True) as file:
        file.write(msgspec.json.format(msgspec.json.encode(stored)))


def _settings(stored: _Stored) -> NetworkSettings:
    kind = MODELS[stored.network].settings
    unknown = stored.settings.keys() - {field.name for field in fields(kind)}
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
    return msgspec.convert(stored.settings, type=kind)
