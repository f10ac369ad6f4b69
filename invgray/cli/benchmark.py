"""``invgray benchmark``."""

from __future__ import annotations

import json
from pathlib import Path

import click
from tqdm import tqdm

from invgray import engines
from invgray.cli import options
from invgray.cli.messages import say
from invgray.errors import InputError
from invgray.images import pictures_in


@click.command()
@click.argument("inputs", nargs=-1, metavar="IMAGES...", type=click.Path(path_type=Path))
@options.machine
@click.option(
    "--protocol",
    type=click.Choice(["full", "paper"]),
    default="full",
    show_default=True,
    help="Full size, or the paper's centre square at 256x256.",
)
@click.option("--timing", is_flag=True, help="Time the networks, beside the paper's encoder.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write all figures as JSON; '-' is standard output.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def benchmark(inputs, preset, weights, protocol, timing, json_file, quiet, **machine):
    """Measure a preset on pictures of yours: restored colours, gray, and speed.

    \b
        invgray benchmark photos/
        invgray benchmark photos/ --protocol paper
        invgray benchmark --timing
    """
    if not inputs and not timing:
        raise click.UsageError("give pictures, --timing, or both")
    paths = [p for path in inputs for p in (pictures_in(path) if path.is_dir() else [path])]

    from invgray.benchmark import quality

    codec = options.load_codec(preset, weights, **machine)
    result: dict = {"preset": codec.preset.name, "digest": codec.preset.digest}
    if inputs:
        with tqdm(paths, unit="picture", disable=quiet or None) as bar:
            rows = quality.measure(codec, bar, protocol, say)
        if not rows:
            raise InputError("none of the inputs is a picture", "name pictures or a folder of them")
        result |= {"protocol": protocol, "quality": quality.summary(rows), "per_image": rows}
        _tell(f"{len(rows)} of {len(paths)} pictures, protocol {protocol}")
        for name, unit in _UNITS.items():
            figure = result["quality"][name]
            _tell(f"{name:10} {figure['mean']:9.4f} ± {figure['std']:.4f} {unit}")
    if timing:
        with engines.quietly():
            from invgray.benchmark import timing as speed

        result["timing"] = speed.measure(codec.preset)
        _tell(f"{'network':10} {'engine':10} {'precision':9} {'stage':6} seconds    MP/s  ratio")
        for row in result["timing"]:
            _tell(
                f"{row['network']:10} {row['engine']:10} {row['precision']:9} {row['stage']:6}"
                f" {row['median_s']:7.4f} {row['megapixels_per_s']:7.2f}"
                f" {row['ratio_to_paper']:6.1f}"
            )
    if json_file:
        text = json.dumps(result, indent=2).replace("Infinity", '"inf"')
        with click.open_file(json_file, "w", encoding="utf-8", atomic=json_file != "-") as file:
            file.write(text + "\n")


def _tell(line: str) -> None:
    click.echo(line, err=True)


_UNITS = {
    "psnr": "dB",
    "ssim": "",
    "mae": "levels",
    "structure": "against CIE L",
    "gray_psnr": "dB against luminance",
}
