"""``invgray train``."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import numpy as np
from click.core import ParameterSource

from invgray import engines, images, presets
from invgray.cli.messages import say
from invgray.errors import InputError, UsageError
from invgray.training.schedules import STAGES
from invgray.training.settings import CHANNELS, NETWORKS, OBJECTIVES, PARTS, Settings

LENGTHS = ("minutes", "steps", "epochs")


def _setting(option: str, kind, text: str, **more):
    """An option for a field of settings; its help tells the default for each network."""
    name = option.removeprefix("--").replace("-", "_")
    defaults = {
        network: field.default
        for network, settings in NETWORKS.items()
        for field in fields(settings)
        if field.name == name and field.default not in (None, ())
    }
    shown = ", ".join(f"{network}: {default}" for network, default in defaults.items())
    return click.option(option, type=kind, help=f"{text}  [{shown}]" if shown else text, **more)


@click.command()
@click.argument(
    "inputs", nargs=-1, required=True, metavar="IMAGES...", type=click.Path(path_type=Path)
)
@click.option("--network", type=click.Choice(list(NETWORKS)), default="subpixel", show_default=True)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for the trained networks; checkpoints, log and curves go to DIR/run.",
)
@click.option(
    "--validation",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="IMAGES",
    help="Pictures or folders to validate on (default: one in twenty of IMAGES, held out).",
)
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Train for so long.")
@click.option("--steps", type=click.IntRange(1), help="Train for so many steps.")
@click.option(
    "--epochs",
    type=click.FloatRange(0, min_open=True),
    help="Train on so many patches a picture.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with the run in DIR; options given anew replace its settings.",
)
@_setting("--seed", int, "Of all random choices.")
@_setting("--batch", click.IntRange(1), "Patches a step.")
@_setting("--patch", click.IntRange(16), "Pixels a side.")
@_setting("--learning-rate", click.FloatRange(0, min_open=True), "The highest.")
@_setting("--interval", click.IntRange(1), "Steps between checkpoints.")
@_setting("--width", click.IntRange(8), "Channels.")
@_setting("--levels", click.IntRange(1, 3), "Of resolution, each half of the one before.")
@_setting("--channel", click.Choice(CHANNELS), "What grays must survive.")
@_setting("--gray-weight", click.FloatRange(0), "How closely the gray keeps to the luminance.")
@_setting("--structure-weight", click.FloatRange(0), "How well the gray hides its pattern.")
@_setting("--schedule", click.Choice(list(STAGES)), "Stages of the training.")
@_setting("--optimizer", click.Choice(["adam", "muon"]), "Muon learns colours in fewer steps.")
@_setting("--contrast-network", click.Choice(["vgg19", "vgg16"]), "Judges the gray's contrast.")
@_setting(
    "--contrast-weights",
    click.Path(exists=True, dir_okay=False),
    "Its weights, .h5 (Keras) or .npz (torchvision); downloaded if not given.",
)
@_setting("--objective", click.Choice(OBJECTIVES), "What a colorizer learns.")
@_setting("--grid", click.IntRange(4, 40), "Distance of a colorizer's quantised colours in ab.")
@_setting("--bins", click.IntRange(16), "Take so many of them (all that sRGB has, if not given).")
@_setting("--uniform", click.FloatRange(0, 1), "Evens out how much rare colours count.")
@_setting("--smoothing", click.FloatRange(0.1), "Spread over neighbours when colours are counted.")
@_setting(
    "--backbone",
    click.Path(exists=True, dir_okay=False),
    "VGG-16's weights for a colorizer to start from, .npz (torchvision).",
)
@_setting("--without", click.Choice(PARTS), "Leave this out (may be repeated).", multiple=True)
@click.option("--device", type=click.Choice(["auto", "cpu", "gpu"]), default="auto")
@click.option("--precision", type=click.Choice(["auto", "float32", "bfloat16"]), default="auto")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
@click.pass_context
def train(context, inputs, network, output, validation, resume, device, precision, quiet, **chosen):
    """Train networks on your own pictures.

    \b
        invgray train photos/ --minutes 120 -o mine
        invgray train photos/ -o mine --resume          after Ctrl-C, or a power cut
        invgray encode photo.jpg --weights mine
    """
    run = output / "run"
    settings_file = run / "settings.json"
    if resume and not settings_file.exists():
        raise UsageError(f"{output}: there is no run to resume", "leave --resume out")
    if settings_file.exists() and not resume:
        raise UsageError(f"{output}: there is a run in it", "use --resume, or another folder")
    before = json.loads(settings_file.read_text()) if resume else {"network": network}
    given = {name: chosen[name] for name in chosen if _given(context, name)}
    settings = _settings(before, given)
    files = _pictures(inputs)
    held_out = _pictures(validation) if validation else files[::20]
    files = files if validation else [path for path in files if path not in set(held_out)]

    with engines.quietly():
        from invgray.training import codec, colorizer, data, precisions

    pictures = data.load(files, settings.patch, say)
    validated = data.load(held_out, 16, say)
    if not pictures or not validated:
        raise InputError(
            f"{len(pictures)} pictures to train on and {len(validated)} to validate on",
            "at least one of each is needed",
        )
    policy = precisions.policy(device, precision)
    say(f"{len(pictures)} pictures to train on, {len(validated)} to validate on, {policy}")
    kind = colorizer if settings.network == "colorizer" else codec
    trained = kind.train(settings, pictures, validated, run, policy, quiet=quiet, report=say)
    if trained.worker:
        return say("trained; the first worker saves the networks")
    trained.card["data"] = {
        "pictures": len(pictures),
        "megapixels": round(sum(np.prod(p.size) for p in pictures) / 1e6),
        "validation_pictures": len(validated),
    }
    preset = presets.save(output, trained.networks, trained.card)
    say(f"trained networks are in {preset.directory}: use them with --weights {output}")


def _given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) == ParameterSource.COMMANDLINE


def _settings(before: dict, given: dict) -> Settings:
    """The settings of a run, or of its resumption, with those that the user gave in place."""
    kind = NETWORKS[before["network"]]
    known = {field.name for field in fields(kind)}
    for name in given:
        if name not in known:
            option = "--" + name.replace("_", "-")
            raise UsageError(
                f"{option} is not for the network '{before['network']}'", "leave it out"
            )
    lengths = [name for name in LENGTHS if name in given]
    if lengths:
        before = before | dict.fromkeys(LENGTHS)
    values: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in (before | given).items()
    }
    settings = kind(**values)
    if len(lengths) > 1 or not any(getattr(settings, name) for name in LENGTHS):
        options = ", ".join(f"--{name}" for name in LENGTHS)
        raise UsageError("the length of the run is open", f"give one of {options}")
    return settings


def _pictures(paths: tuple[Path, ...]) -> list[Path]:
    files = []
    for path in paths:
        found = list(images.pictures_in(path)) if path.is_dir() else [path]
        if not found:
            raise InputError(f"{path}: has no pictures in it", "name another folder")
        files += found
    return files
