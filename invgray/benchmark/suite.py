"""One benchmark: methods on pictures, and presets on the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

import invgray
from invgray.benchmark import classifier, lpips, machine, quality, userstudy
from invgray.benchmark.quality import Distance, RoundTrip
from invgray.benchmark.results import Benchmark, Method, Protocol
from invgray.benchmark.studies import Colorizations, Hintings, RoundTrips, Timings
from invgray.errors import InputError, WeightsError
from invgray.inference.machine import Machine
from invgray.presets.store import Preset
from invgray.types import Pixels

Report = Callable[[str], None]
"""Takes one line for each picture or measure left out."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to measure.

    Attributes:
        presets: hide colours, or make them up; pages tell of the first one most.
        pictures: colour pictures; none for a timing alone.
        machine: what networks are run on.
        protocol: which part of the pictures is measured.
        robustness: whether to measure what is left of the colours when grays are handled.
        hints: whether to measure colours from random hints.
        study: whether to keep what a user study shows.
        sizes: sides of pictures to time networks on; none for no timing.
        runs: how often to time at most.
        lpips: file of weights for the perceptual distance, if it is to be measured.
        classifier: whether to ask a classifier about colorized pictures.
        classifier_weights: file of its weights; None downloads them.
    """

    presets: tuple[Preset, ...]
    pictures: tuple[Path, ...] = ()
    machine: Machine = field(default_factory=Machine)
    protocol: Protocol = Protocol.FULL
    robustness: bool = False
    hints: bool = False
    study: bool = False
    sizes: tuple[int, ...] = ()
    runs: int = 100
    lpips: Path | None = None
    classifier: bool = False
    classifier_weights: Path | None = None

    @property
    def codecs(self) -> list[Preset]:
        """Presets that hide colours."""
        return [preset for preset in self.presets if preset.card.abilities.hides_colors]

    @property
    def colorizers(self) -> list[Preset]:
        """Presets that make colours up."""
        return [preset for preset in self.presets if preset.card.abilities.colorizes]

    @property
    def led(self) -> list[Preset]:
        """Presets whose colours follow hints."""
        return [preset for preset in self.presets if preset.card.abilities.takes_hints]


@dataclass(frozen=True)
class Shown:
    """What a measurement looked like.

    Attributes:
        round_trips: of the first preset that hides colours.
        colorized: originals and what the first colorizer made of their lightness.
        study: what a user study shows of the first preset that hides colours.
    """

    round_trips: list[RoundTrip]
    colorized: list[tuple[Pixels, Pixels]]
    study: list[userstudy.Shown]


def run(plan: Plan, report: Report, quiet: bool = False) -> tuple[Benchmark, Shown]:
    """Measure all that is planned.

    Args:
        plan: what.
        report: takes one line for each picture or measure left out.
        quiet: show no progress bar.

    Raises:
        InputError: none of the pictures can be read.
        WeightsError: the weights of LPIPS or of a preset are missing or damaged.
        MissingExtraError: a classifier is asked for, and Keras is not installed.
        DeviceError: networks cannot be run on the machine that is asked for.
    """
    distance = lpips.load(plan.lpips) if plan.lpips else None
    round_trips = RoundTrips(
        plan.codecs, plan.machine, distance, plan.robustness, plan.protocol, plan.study
    )
    colorizations = Colorizations(plan.colorizers, plan.machine, distance, _opinion(plan, report))
    hintings = Hintings(plan.led, plan.machine) if plan.hints else None
    images = 0
    for image, rgb in _readable(plan, report, quiet):
        round_trips.measure(image, rgb)
        colorizations.measure(image, rgb)
        if hintings:
            hintings.measure(image, rgb)
        images += 1
    if plan.pictures and not images:
        raise InputError("none of the inputs is a picture", "name pictures or a folder of them")
    timings = Timings()
    if plan.sizes:
        timings.measure(plan.codecs, plan.sizes, plan.runs, report, quiet)
    digests = {preset.name: preset.digest for preset in plan.presets}
    methods = {
        name: Method(
            digest=digests.get(name),
            quality=round_trips.quality(name),
            per_image=tuple(round_trips.figures.get(name, ())),
            robustness=round_trips.robustness(name),
            timing=tuple(timings.rows.get(name, ())),
            fresh_process_s=timings.fresh_process_s.get(name),
        )
        for name in dict.fromkeys([*digests, *round_trips.names, *timings.names])
    }
    benchmark = Benchmark(
        invgray=invgray.__version__,
        machine=machine.describe(),
        protocol=plan.protocol if plan.pictures else None,
        images=images,
        skipped=len(plan.pictures) - images,
        presets={name: method for name, method in methods.items() if name in digests},
        baselines={name: method for name, method in methods.items() if name not in digests},
        recognition=round_trips.recognition(),
        colorization=colorizations.over_pictures(),
        hinted=hintings.over_pictures() if hintings else {},
    )
    return benchmark, Shown(round_trips.shown, colorizations.shown, round_trips.study)


def _opinion(plan: Plan, report: Report) -> Distance | None:
    """A classifier's, if it is asked for and can be had."""
    if not plan.classifier:
        return None
    try:
        return classifier.load(plan.classifier_weights)
    except WeightsError as error:
        report(f"the classifier test is left out: {error}")
        return None


def _readable(plan: Plan, report: Report, quiet: bool) -> Iterator[tuple[str, Pixels]]:
    """Names and pixels of the pictures, those that cannot be read left out."""
    for path in tqdm(plan.pictures, unit="picture", disable=quiet or not plan.pictures or None):
        try:
            rgb = quality.load(path, plan.protocol)
        except InputError as error:
            report(str(error))
            continue
        yield path.name.encode("utf-8", "replace").decode(), rgb  # as any JSON can hold it
