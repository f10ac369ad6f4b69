"""``invgray train``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from invgray import train as trainer
from invgray.cli.messages import say
from invgray.errors import Interrupted, UsageError
from invgray.inference.machine import Device, Precision
from invgray.models import MODELS, Model, NetworkSettings, model_of
from invgray.models.colorizer.settings import ColorObjective
from invgray.models.paper.settings import ContrastNetwork, Optimizer, Part, Schedule
from invgray.models.subpixel.settings import Channel
from invgray.presets.store import Preset
from invgray.train import TrainOptions
from invgray.training.length import Length, Unit

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_LENGTHS = ", ".join(f"--{unit}" for unit in Unit)


class _Words(click.Choice[Any]):
    """The members of a StrEnum by their values; Click takes their names."""

    def normalize_choice(self, choice: Any, ctx: click.Context | None) -> str:  # noqa: ANN401
        """What is typed for a choice."""
        return super().normalize_choice(str(choice), ctx)


def _setting(option: str, kind: Any, text: str, **more: Any) -> Decorator:  # noqa: ANN401
    """An option for a field of settings; its help tells the default for each family."""
    name = option.removeprefix("--").replace("-", "_")
    defaults = {
        model.name: field.default
        for model in MODELS.values()
        for field in fields(model.settings)
        if field.name == name and field.default not in (None, ())
    }
    shown = ", ".join(f"{network}: {default}" for network, default in defaults.items())
    return click.option(option, type=kind, help=f"{text}  [{shown}]" if shown else text, **more)


@click.command()
@click.argument(
    "inputs", nargs=-1, required=True, metavar="IMAGES...", type=click.Path(path_type=Path)
)
@click.option(
    "--network",
    type=click.Choice(list(MODELS)),
    default="subpixel",
    show_default=True,
    help="Family of networks to train.",
)
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
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Minutes to train for.")
@click.option("--steps", type=click.IntRange(1), help="Steps to train for.")
@click.option(
    "--epochs",
    type=click.FloatRange(0, min_open=True),
    help="Patches to train on for each picture.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with the run in DIR, on the pictures that it began with; options given anew "
    "replace its settings.",
)
@_setting("--seed", int, "Seed of the random generator.")
@_setting("--batch", click.IntRange(1), "Number of patches in a step.")
@_setting("--patch", click.IntRange(16), "Side of a patch in pixels.")
@_setting("--learning-rate", click.FloatRange(0, min_open=True), "Highest learning rate.")
@_setting("--interval", click.IntRange(1), "Number of steps between checkpoints.")
@_setting("--start", str, "Preset, or folder of trained networks, to begin with.")
@_setting("--width", click.IntRange(8), "Number of channels at half the resolution.")
@_setting("--levels", click.IntRange(1, 3), "Number of resolutions, each half of the one before.")
@_setting("--channel", _Words(Channel), "What grays must survive.")
@_setting("--pilot", click.FloatRange(0), "Strength in levels of what tells where a gray was cut.")
@_setting("--gray-weight", click.FloatRange(0), "Weight of the gray's distance to the luminance.")
@_setting("--structure-weight", click.FloatRange(0), "Weight of how well the pattern is hidden.")
@_setting("--visibility-weight", click.FloatRange(0), "Weight of what an eye sees of the pattern.")
@_setting("--schedule", _Words(Schedule), "Stages of the training.")
@_setting("--optimizer", _Words(Optimizer), "Optimizer; Muon learns colours in fewer steps.")
@_setting("--contrast-network", _Words(ContrastNetwork), "Network that judges the gray's contrast.")
@_setting(
    "--contrast-weights",
    click.Path(exists=True, dir_okay=False),
    "Weights of that network, .h5 (Keras) or .npz (torchvision); downloaded if not given.",
)
@_setting("--objective", _Words(ColorObjective), "What a colorizer learns.")
@_setting("--grid", click.IntRange(4, 40), "Distance of a colorizer's quantised colours in ab.")
@_setting("--bins", click.IntRange(16), "Number of these colours (default: all that sRGB has).")
@_setting(
    "--uniform", click.FloatRange(0, 1), "Share of the uniform distribution in their rebalancing."
)
@_setting(
    "--smoothing", click.FloatRange(0.1), "Spread over their neighbours when they are counted."
)
@_setting(
    "--backbone",
    click.Path(exists=True, dir_okay=False),
    "VGG-16's weights for a colorizer to start from, .npz (torchvision).",
)
@_setting("--without", _Words(Part), "Part to leave out (may be repeated).", multiple=True)
@click.option(
    "--device",
    type=_Words(Device),
    default=Device.AUTO,
    help="Where to train: on a GPU if there is one that works, or on the CPU.",
)
@click.option(
    "--precision",
    type=_Words(Precision),
    default=Precision.AUTO,
    help="Numbers that are computed in: those that the device is faster with, by default.",
)
@click.option(
    "--ray",
    metavar="ADDRESS",
    help="Train on a Ray cluster: 'local' for this machine, 'auto' for the cluster that it is part "
    "of, or ray://HOST:PORT. All nodes must find IMAGES and DIR under the same names.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    metavar="N",
    help="Processes on it that share every batch, each with a GPU of its own if there are enough.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
@click.pass_context
def train(
    context: click.Context,
    /,
    inputs: tuple[Path, ...],
    network: str,
    output: Path,
    validation: tuple[Path, ...],
    resume: bool,
    device: Device,
    precision: Precision,
    ray: str | None,
    workers: int | None,
    quiet: bool,
    **chosen: Any,  # noqa: ANN401
) -> None:
    """Train networks on your own pictures.

    \b
        invgray train photos/ --minutes 120 -o mine
        invgray train photos/ -o mine --resume          after Ctrl-C, or a power cut
        invgray train photos/ -o mine --steps 9000 --ray auto --workers 4
        invgray encode photo.jpg --weights mine
    """
    given = {name: value for name, value in chosen.items() if _given(context, name)}
    if resume:
        before = trainer.settings_of(output)
        if _given(context, "network") and network != model_of(before).name:
            raise UsageError(
                f"{output}: the run is one of '{model_of(before).name}' networks",
                "leave --network out",
            )
        settings = replace(before, **_fitting(given, model_of(before)))
    else:
        settings = _begun(MODELS[network], given)
    options = TrainOptions(
        validation=validation,
        resume=resume,
        device=device,
        precision=precision,
        quiet=quiet,
        report=say,
    )
    learn = _trainer(ray, workers)
    try:
        preset = learn(inputs, output, settings, options)
    except Interrupted as error:
        raise Interrupted(f"{error.cause}; go on with --resume") from error
    if preset is None:
        say("trained; the first worker saves the networks")
    else:
        say(f"trained networks are in {preset.directory}: use them with --weights {output}")


def _trainer(ray: str | None, workers: int | None) -> Callable[..., Preset | None]:
    """What trains: this process, or workers on a cluster."""
    if (ray is None) != (workers is None):
        raise UsageError("--ray and --workers are for each other", "give both or neither")
    if ray is None or workers is None:
        return trainer.train
    from invgray.cluster import training

    return partial(training.train, crew=training.Crew(ray, workers))


def _given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _begun(model: Model, given: dict[str, Any]) -> NetworkSettings:
    """The settings of a new run."""
    values = _fitting(given, model)
    (length,) = (field for field in fields(model.settings) if field.name == "length")
    if "length" not in values and length.default is MISSING:
        raise UsageError("the length of the run is open", f"give one of {_LENGTHS}")
    return model.settings(**values)


def _fitting(given: dict[str, Any], model: Model) -> dict[str, Any]:
    """Options as fields of a family's settings."""
    lengths = [Length(given[unit], unit) for unit in Unit if unit in given]
    if len(lengths) > 1:
        raise UsageError("the length of the run is given twice", f"give one of {_LENGTHS}")
    values = {name: value for name, value in given.items() if name not in set(Unit)}
    known = {field.name for field in fields(model.settings)}
    for name in values.keys() - known:
        option = "--" + name.replace("_", "-")
        raise UsageError(f"{option} is not for the network '{model.name}'", "leave it out")
    return values | ({"length": lengths[0]} if lengths else {})
