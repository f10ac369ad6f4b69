"""``invgray benchmark``."""

from __future__ import annotations

from pathlib import Path

import click

from invgray import presets
from invgray.cli import options
from invgray.cli.messages import say
from invgray.codec import Codec
from invgray.colorizer import Colorizer
from invgray.errors import DONE, SOME_FAILED, UsageError
from invgray.images import pictures_in

_FILE = click.Path(dir_okay=False, allow_dash=True)


@click.command()
@click.argument("inputs", nargs=-1, metavar="IMAGES...", type=click.Path(path_type=Path))
@click.option(
    "--preset",
    "names",
    multiple=True,
    metavar="NAME",
    help="Trained networks to measure (may be repeated; default: all that are shipped).",
)
@click.option(
    "--weights",
    "folders",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Trained networks to measure, a folder that 'invgray train' made (may be repeated).",
)
@options.machine
@options.tile
@click.option(
    "--protocol",
    type=click.Choice(["full", "paper"]),
    default="full",
    show_default=True,
    help="Full size, or the paper's centre square at 256x256.",
)
@click.option("--robustness", is_flag=True, help="Measure what JPEG, resizing and so on do.")
@click.option("--timing", is_flag=True, help="Time the networks, beside the paper's.")
@click.option(
    "--size",
    "sizes",
    type=click.IntRange(16),
    multiple=True,
    help="Side of the pictures to time, in pixels (default: 256, 512, 1024 and 2048).",
)
@click.option(
    "--runs",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Time each network so often, or for five seconds.",
)
@click.option(
    "--lpips",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Measure LPIPS too, with AlexNet's weights from this .npz.",
)
@click.option(
    "--classifier", is_flag=True, help="Ask VGG-16 whether it recognises colorized pictures."
)
@click.option(
    "--classifier-weights",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Its weights with top layers, .h5 (Keras); downloaded if not given.",
)
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write all figures as JSON.")
@click.option("--csv", "csv_file", type=_FILE, metavar="FILE", help="Write each picture's figures.")
@click.option("--html", "html_file", type=_FILE, metavar="FILE", help="Write a page to look at.")
@click.option(
    "--turing-test",
    "turing_file",
    type=_FILE,
    metavar="FILE",
    help="Write a page that asks which of two pictures has made-up colours.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
@click.pass_context
def benchmark(
    context,
    inputs,
    names,
    folders,
    protocol,
    robustness,
    timing,
    sizes,
    runs,
    lpips,
    classifier,
    classifier_weights,
    json_file,
    csv_file,
    html_file,
    turing_file,
    tile,
    quiet,
    **machine,
):
    """Measure presets on pictures of yours: colours, gray, robustness, speed.

    \b
        invgray benchmark photos/
        invgray benchmark photos/ --protocol paper --robustness --html report.html
        invgray benchmark --timing
        invgray benchmark photos/ --protocol paper --preset colorizer --turing-test page.html

    Tables go to standard error; a FILE of '-' is standard output.
    """
    if not inputs and not timing:
        raise click.UsageError("give pictures, --timing, or both")
    if not timing and sizes:
        raise click.UsageError("--size is for --timing")
    paths = [p for path in inputs for p in (pictures_in(path) if path.is_dir() else [path])]
    chosen = [presets.find(name) for name in names or (() if folders else presets.names())]
    chosen += [presets.open_directory(folder) for folder in folders]
    if len({preset.name for preset in chosen}) < len(chosen):
        raise UsageError("two of the presets have one name", "rename a folder, or leave one out")
    codecs = [Codec(p, tile=tile, **machine) for p in chosen if p.kind == "codec"]
    colorizers = [Colorizer(p, **machine) for p in chosen if p.kind == "colorizer"]
    if turing_file and not (inputs and colorizers):
        raise UsageError("the real-or-fake page needs pictures and a colorizer", "name both")

    from invgray.benchmark import report, suite, tables, turing
    from invgray.benchmark import timing as speed

    plan = suite.Plan(
        codecs,
        colorizers,
        paths if inputs else None,
        protocol,
        robustness,
        sizes=(sizes or speed.SIZES) if timing else (),
        runs=runs,
        lpips=lpips,
        classifier=classifier,
        classifier_weights=classifier_weights,
    )
    result, pictures = suite.run(plan, quiet, say)
    if inputs:
        _tell(f"{result['images']} of {len(paths)} pictures, protocol {protocol}")
    if inputs and codecs:
        _tell(tables.quality(result))
        if robustness:
            _tell(f"PSNR of the restored colours (dB)\n{tables.robustness(result)}")
            _tell(f"Grays that do not say what made them\n{tables.recognition(result)}")
    if inputs and colorizers:
        _tell(f"Made-up colours\n{tables.colorization(result)}")
    if timing:
        _tell(tables.timing(result))
        for codec in codecs:
            seconds = result["presets"][codec.preset.name]["fresh_process_s"]
            _tell(f"fresh process, {codec.preset.name}, encode of a 768x512 photo: {seconds:.2f} s")
    _write(json_file, lambda: tables.to_json(result))
    _write(csv_file, lambda: tables.to_csv(result))
    _write(html_file, lambda: report.render(result, *pictures))
    _write(turing_file, lambda: turing.render(pictures.colorized))
    context.exit(SOME_FAILED if result.get("skipped") else DONE)


def _tell(text: str) -> None:
    click.echo(f"\n{text}", err=True)


def _write(target: str | None, text) -> None:
    if target:
        with click.open_file(target, "w", encoding="utf-8", atomic=target != "-") as file:
            file.write(text())
