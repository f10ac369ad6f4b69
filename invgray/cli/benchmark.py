"""``invgray benchmark``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from invgray.cli import options
from invgray.cli.messages import say
from invgray.cli.streams import standard_output
from invgray.errors import (
    DONE,
    SOME_FAILED,
    ExistsError,
    InputError,
    OutputError,
    UsageError,
    extra_installed,
)
from invgray.files import place
from invgray.files.listing import pictures_in
from invgray.inference.machine import Machine
from invgray.presets import store
from invgray.presets.store import Preset

if TYPE_CHECKING:
    from invgray.benchmark.results import Benchmark
    from invgray.benchmark.suite import Plan

_FILE = click.Path(dir_okay=False, allow_dash=True)
_PIPE = "-"


@dataclass(frozen=True, kw_only=True)
class Files:
    """Where results go: paths, or ``-`` for standard output; None writes nothing.

    Attributes:
        json_file: all figures.
        csv_file: figures of each picture.
        html_file: the page of the benchmark.
        turing_file: the page of the real-or-fake test.
        study_file: the page of the user study.
        chart_file: charts of what a user study found.
    """

    json_file: str | None
    csv_file: str | None
    html_file: str | None
    turing_file: str | None
    study_file: str | None
    chart_file: str | None

    @property
    def named(self) -> list[str]:
        """Those that are asked for."""
        return [file for file in vars(self).values() if file]


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
    type=click.Choice(["full", "paper", "idn"]),
    default="full",
    show_default=True,
    help="Full size, the paper's centre square at 256x256, or as IDN's log scores its grays: the "
    "centre 500x500, padded to 512x512.",
)
@click.option(
    "--robustness",
    is_flag=True,
    help="Measure what is left of the colours when grays are handled: JPEG, cropping and so on.",
)
@click.option(
    "--hints",
    is_flag=True,
    help="Measure colours from 0, 10, 50 and 500 random hints, beside those that grays hide.",
)
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
    help="Time each network so often, or for five seconds if that is less.",
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
    help="Weights of VGG-16 with its top layers, .h5 (Keras); downloaded if not given.",
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
@click.option(
    "--user-study",
    "study_file",
    type=_FILE,
    metavar="FILE",
    help="Write a page that asks people how similar restored colours and grays are to the photo.",
)
@click.option(
    "--study-results",
    is_flag=True,
    help="IMAGES are what such a page exported as JSON: tell what people answered.",
)
@click.option(
    "--chart",
    "chart_file",
    type=_FILE,
    metavar="FILE",
    help="Draw the answers of --study-results, as .svg or .png.",
)
@click.option("--overwrite", is_flag=True, help="Replace files that exist.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
@click.pass_context
def benchmark(context: click.Context, /, quiet: bool, overwrite: bool, **values: Any) -> None:  # noqa: ANN401
    """Measure presets on pictures of yours: colours, gray, robustness, speed.

    \b
        invgray benchmark photos/
        invgray benchmark photos/ --protocol paper --robustness --html report.html
        invgray benchmark --timing
        invgray benchmark photos/ --protocol paper --preset colorizer --turing-test page.html
        invgray benchmark photos/ --preset standard --user-study page.html
        invgray benchmark --study-results answers/*.json --chart answers.svg

    Tables go to standard error; a FILE of '-' is standard output.
    """
    with extra_installed("benchmark"):
        from invgray.benchmark import report, results, suite, tables, turing, userstudy
    files = Files(**{name: values.pop(name) for name in Files.__dataclass_fields__})
    if values.pop("study_results"):
        _tell_answers(context, values["inputs"], files, overwrite)
        context.exit(DONE)
    if files.chart_file:
        raise click.UsageError("--chart is for --study-results")
    plan = _plan({**values, "study": files.study_file is not None})
    _check(files, plan, overwrite)
    measured, shown = suite.run(plan, say, quiet)
    for table in _tables(plan, measured):
        click.echo(f"\n{table}", err=True)
    texts: list[tuple[str | None, Callable[[], str]]] = [
        (files.json_file, lambda: results.to_json(measured)),
        (files.csv_file, lambda: tables.to_csv(measured)),
        (files.html_file, lambda: report.render(measured, shown.round_trips, shown.colorized)),
        (files.turing_file, lambda: turing.render(shown.colorized)),
        (files.study_file, lambda: userstudy.render(shown.study, plan.codecs[0])),
    ]
    for file, text in texts:
        if file:
            _write(file, text().encode(), overwrite)
    context.exit(SOME_FAILED if measured.skipped else DONE)


def _plan(values: dict[str, Any]) -> Plan:
    """What the options ask for, the default preset first."""
    from invgray.benchmark import timing
    from invgray.benchmark.results import Protocol
    from invgray.benchmark.suite import Plan

    machine = Machine(**{name: values.pop(name) for name in Machine.__dataclass_fields__})
    inputs, timed, sizes = values.pop("inputs"), values.pop("timing"), values.pop("sizes")
    if not inputs and not timed:
        raise click.UsageError("give pictures, --timing, or both")
    if sizes and not timed:
        raise click.UsageError("--size is for --timing")
    if values["protocol"] == "idn" and values["robustness"]:
        raise click.UsageError("--protocol idn is for untouched grays; leave --robustness out")
    return Plan(
        presets=_presets(values.pop("names"), values.pop("folders")),
        pictures=tuple(picture for path in inputs for picture in _pictures(path)),
        machine=machine,
        protocol=Protocol(values.pop("protocol")),
        sizes=(sizes or timing.SIZES) if timed else (),
        **values,
    )


def _tell_answers(
    context: click.Context, inputs: tuple[Path, ...], files: Files, overwrite: bool
) -> None:
    """What people answered to a user study, as a table and charts."""
    from invgray.benchmark import answers, figure11

    own = {"inputs", "study_results", "chart_file", "overwrite", "quiet"}
    given = [
        max(parameter.opts, key=len)
        for parameter in context.command.params
        if context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        and parameter.name not in own
    ]
    if given:
        raise click.UsageError(f"{given[0]} is not for --study-results")
    if not inputs:
        raise click.UsageError("give files of answers")
    chart, form = files.chart_file, Path(files.chart_file or ".svg").suffix.lower()
    if chart:
        if chart != _PIPE and form not in figure11.FORMATS:
            raise UsageError(f"{chart}: charts are .svg or .png", "name such a file")
        _check_place(chart, inputs, overwrite)
    found = answers.findings(answers.load(inputs))
    people = f"{found.participants} participant{'s' if found.participants != 1 else ''}"
    click.echo(f"{people}, {found.pictures} pictures, preset {found.preset}", err=True)
    click.echo(f"\n{figure11.text(found)}", err=True)
    if chart:
        content = figure11.chart(found, "svg" if chart == _PIPE else form[1:])
        _write(chart, content, overwrite)


def _presets(names: tuple[str, ...], folders: tuple[Path, ...]) -> tuple[Preset, ...]:
    from invgray.benchmark.methods import BASELINES

    named: list[str | Path] = [*names, *folders]
    chosen = [store.load(which) for which in named] or store.latest()
    default = store.find().digest
    presets = sorted(chosen, key=lambda preset: preset.digest != default)
    if len({preset.name for preset in presets}) < len(presets):
        raise UsageError("two of the presets have one name", "rename a folder, or leave one out")
    if taken := {preset.name for preset in presets} & {method.name for method in BASELINES}:
        raise UsageError(f"'{taken.pop()}' is the name of a baseline, too", "rename the folder")
    return tuple(replace(preset, name=_sound(preset.name)) for preset in presets)


def _pictures(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = list(pictures_in(path))
    if not found:
        raise InputError(f"{path}: has no pictures in it", "name another folder")
    return found


def _sound(name: str) -> str:
    """The name of a folder, which need not be valid Unicode, as any file can hold it."""
    return name.encode("utf-8", "replace").decode()


def _check(files: Files, plan: Plan, overwrite: bool) -> None:
    """Refuse results that could not be written, before anything is measured.

    Raises:
        UsageError: two results would be one file, a result would replace an input, or there is
            nothing to show on a page.
        OutputError: a file exists already, or cannot be written.
    """
    if files.study_file and not (plan.pictures and plan.codecs):
        raise UsageError(
            "the user study needs pictures and a preset that hides colours", "name both"
        )
    if files.turing_file and not (plan.pictures and plan.colorizers):
        raise UsageError("the real-or-fake page needs pictures and a colorizer", "name both")
    if len({_place(file) for file in files.named}) < len(files.named):
        raise UsageError("two of the results would be one file", "name another file for one")
    weights = [path for path in (plan.lpips, plan.classifier_weights) if path]
    for file in files.named:
        _check_place(file, (*plan.pictures, *weights), overwrite)


def _check_place(file: str, inputs: Sequence[Path], overwrite: bool) -> None:
    if any(_same_file(Path(file), path) for path in inputs):
        raise UsageError(f"{file} is an input itself", "name another file for the result")
    try:
        if file != _PIPE:
            place.check(Path(file), overwrite)
    except ExistsError as error:
        raise _exists(error) from error


def _place(file: str) -> str:
    return file if file == _PIPE else os.path.realpath(file)


def _same_file(file: Path, path: Path) -> bool:
    with suppress(OSError):
        return file.samefile(path)
    return False


def _tables(plan: Plan, benchmark: Benchmark) -> Iterator[str]:
    """What was measured, for the terminal."""
    from invgray.benchmark import tables

    if plan.pictures:
        yield f"{benchmark.images} of {len(plan.pictures)} pictures, protocol {plan.protocol}"
    if plan.pictures and plan.codecs:
        yield tables.quality(benchmark)
    if plan.robustness and benchmark.recognition:
        yield f"PSNR of the restored colours (dB)\n{tables.robustness(benchmark)}"
        yield f"Grays that do not say what made them\n{tables.recognition(benchmark)}"
    if benchmark.colorization:
        yield f"Made-up colours\n{tables.colorization(benchmark)}"
    if benchmark.hinted:
        yield f"Colours from random hints\n{tables.hinted(benchmark)}"
    if plan.sizes:
        yield tables.timing(benchmark)
    for name, preset in benchmark.presets.items():
        if preset.fresh_process_s is not None:
            seconds = f"{preset.fresh_process_s:.2f} s"
            yield f"fresh process, {name}, encode of a 768x512 photo: {seconds}"


def _write(file: str, content: bytes, overwrite: bool) -> None:
    try:
        if file == _PIPE:
            place.send(standard_output(), content)
        else:
            with place.writing(Path(file), overwrite=overwrite) as target:
                target.write(content)
    except ExistsError as error:
        raise _exists(error) from error
    except OSError as error:
        name = "standard output" if file == _PIPE else file
        raise OutputError(
            f"{name}: cannot be written ({error.strerror})",
            "check the free space and where it leads",
        ) from error


def _exists(error: ExistsError) -> OutputError:
    return OutputError(error.cause, "use --overwrite, or name another file")
