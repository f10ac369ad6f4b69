"""What a card says of the training run that a preset came from."""

from __future__ import annotations

import math
import shlex
import subprocess
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import msgspec

from invgray.models import NetworkSettings, model_of
from invgray.models.sitting import Sitting
from invgray.presets.card import Card, Provenance
from invgray.presets.store import folder_of
from invgray.training.split import Split
from invgray.training.trained import Run, Trained


def card(sitting: Sitting, split: Split, run: Run, trained: Trained) -> Card:
    """The card of a preset, but for its files, which are filled in when it is saved.

    Args:
        sitting: the last one of the run.
        split: of the run's pictures.
        run: the pictures.
        trained: what came out.
    """
    settings = sitting.settings
    pixels = sum(width * height for width, height in (picture.size for picture in run.pictures))
    return Card(
        network=model_of(settings).name,
        architecture=settings.architecture,
        abilities=settings.abilities,
        provenance=Provenance(
            command=command(settings, split),
            reproducible=not sitting.altered and not _begun_elsewhere(settings),
            settings=msgspec.to_builtins(settings),
            steps=trained.steps,
            seconds=trained.seconds,
            precision=trained.precision,
            pictures=len(run.pictures),
            megapixels=round(pixels / 1e6),
            validation_pictures=len(run.validation),
            split="named for validation" if split.named else "one in twenty was held out",
            pretrained=settings.pretrained,
            commit=commit(),
        ),
        figures={name: x for name, x in trained.figures.items() if math.isfinite(x)},
        parameters=trained.networks[0].count_params(),
        offsets={},
        files={},
        colors=trained.colors,
    )


def _begun_elsewhere(settings: NetworkSettings) -> bool:
    """Whether a run began with a preset of its user's, which others do not have."""
    return settings.start is not None and folder_of(settings.start) is not None


def command(settings: NetworkSettings, split: Split) -> str:
    """The command that trains with such settings.

    Args:
        settings: those that are not the family's defaults become options.
        split: of the pictures; whether those for validation are named.
    """
    length = settings.length
    words = ["invgray", "train", "IMAGES", "--network", model_of(settings).name]
    words += ["--validation", "IMAGES"] if split.named else []
    words += [f"--{length.unit}", f"{length.amount:.12g}"]
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name != "length" and value != field.default:
            option = f"--{field.name.replace('_', '-')}"
            for one in value if isinstance(value, tuple) else (value,):
                words += [option, shlex.quote(str(one))]
    return " ".join(words)


def commit() -> str | None:
    """The commit of the program's own checkout, marked if it is changed; None without one."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    call = ["git", "-C", str(root), "describe", "--always", "--dirty", "--exclude", "*"]
    with suppress(OSError, subprocess.SubprocessError):
        answer = subprocess.run(call, capture_output=True, text=True, check=True, timeout=60)
        return answer.stdout.strip() or None
    return None
