"""``invgray train``."""

from __future__ import annotations

import json
from pathlib import Path

import click
import numpy as np
from click.core import ParameterSource

from invgray import engines, images, presets
from invgray.cli.messages import say
from invgray.errors import InputError, UsageError
from invgray.training.settings import Settings


@click.command()
@click.argument(
    "inputs", nargs=-1, required=True, metavar="IMAGES...", type=click.Path(path_type=Path)
)
@click.option("--network", type=click.Choice(["subpixel"]), default="subpixel", show_default=True)
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
    "--resume",
    is_flag=True,
    help="Go on with the run in DIR; options given anew replace its settings.",
)
@click.option("--seed", type=int, default=Settings.seed, show_default=True)
@click.option(
    "--width", type=click.IntRange(8), default=Settings.width, show_default=True, help="Channels."
)
@click.option(
    "--batch",
    type=click.IntRange(1),
    default=Settings.batch,
    show_default=True,
    help="Patches a step.",
)
@click.option(
    "--patch",
    type=click.IntRange(16),
    default=Settings.patch,
    show_default=True,
    help="Pixels a side.",
)
@click.option(
    "--learning-rate",
    type=click.FloatRange(0, min_open=True),
    default=Settings.learning_rate,
    show_default=True,
)
@click.option(
    "--gray-weight",
    type=click.FloatRange(0),
    default=Settings.gray_weight,
    show_default=True,
    help="How closely the gray keeps to the luminance.",
)
@click.option(
    "--structure-weight",
    type=click.FloatRange(0),
    default=Settings.structure_weight,
    show_default=True,
    help="How well the gray hides its pattern.",
)
@click.option(
    "--interval",
    type=click.IntRange(1),
    default=Settings.interval,
    show_default=True,
    help="Steps between checkpoints.",
)
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
    if not resume and (chosen["minutes"] is None) == (chosen["steps"] is None):
        raise UsageError("the length of the run is open", "give --minutes or --steps, one of them")
    files = _pictures(inputs)
    held_out = _pictures(validation) if validation else files[::20]
    files = files if validation else [path for path in files if path not in set(held_out)]

    with engines.quietly():
        from invgray.training import codec, data, precisions

    if resume:
        given = [name for name in chosen if context.get_parameter_source(name) == _GIVEN]
        before = json.loads(settings_file.read_text())
        settings = Settings(**before | {name: chosen[name] for name in given})
    else:
        settings = Settings(network=network, **chosen)

    pictures = data.load(files, settings.patch, say)
    validated = data.load(held_out, 16, say)
    if not pictures or not validated:
        raise InputError(
            f"{len(pictures)} pictures to train on and {len(validated)} to validate on",
            "at least one of each is needed",
        )
    policy = precisions.policy(device, precision)
    say(f"{len(pictures)} pictures to train on, {len(validated)} to validate on, {policy}")
    encoder, decoder, summary = codec.train(
        settings, pictures, validated, run, policy=policy, quiet=quiet, report=say
    )
    card = codec.card(settings, encoder, summary | {"precision": policy})
    card["data"] = {
        "pictures": len(pictures),
        "megapixels": round(sum(np.prod(p.size) for p in pictures) / 1e6),
        "validation_pictures": len(validated),
    }
    card["figures"] = {"validation_256": codec.evaluate(encoder, decoder, validated)}
    preset = presets.save(output, encoder, decoder, card)
    say(f"trained networks are in {preset.directory}: use them with --weights {output}")


_GIVEN = ParameterSource.COMMANDLINE


def _pictures(paths: tuple[Path, ...]) -> list[Path]:
    files = []
    for path in paths:
        found = list(images.pictures_in(path)) if path.is_dir() else [path]
        if not found:
            raise InputError(f"{path}: has no pictures in it", "name another folder")
        files += found
    return files
