"""One benchmark: methods on pictures, and presets on the clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

import invgray
from invgray.benchmark import (
    classifier,
    colorization,
    lpips,
    machine,
    methods,
    quality,
    recognition,
    robustness,
    timing,
)
from invgray.benchmark.quality import RoundTrip
from invgray.codec import Codec
from invgray.colorizer import Colorizer
from invgray.errors import InputError, WeightsError

GALLERY, PAIRS = 6, 40
"""Pictures that a report shows, and pairs that a real-or-fake page shows."""


@dataclass(frozen=True)
class Plan:
    """What to measure.

    Attributes:
        codecs: presets that hide colours.
        colorizers: presets that make colours up.
        paths: colour pictures; None measures none.
        protocol: ``"full"`` size, or ``"paper"``, the centre square at 256x256.
        robust: whether to measure what handling the gray does to the colours.
        sizes: sides of pictures to time networks on; none for no timing.
        runs: how often to time at most.
        seconds: after how many to stop timing a row.
        lpips: weights for the perceptual distance.
        classifier: whether to ask a classifier about colorized pictures.
        classifier_weights: for it; None downloads them.
    """

    codecs: list[Codec]
    colorizers: list[Colorizer]
    paths: list[Path] | None
    protocol: str = "full"
    robust: bool = False
    sizes: tuple[int, ...] = ()
    runs: int = 100
    seconds: float = 5.0
    lpips: Path | None = None
    classifier: bool = False
    classifier_weights: Path | None = None


class Pictures(NamedTuple):
    """What a measurement looked like.

    Attributes:
        round_trips: of the first preset.
        colorized: originals and what the first colorizer made of their grays.
    """

    round_trips: list[RoundTrip]
    colorized: list[tuple[np.ndarray, np.ndarray]]


def run(plan: Plan, quiet: bool, report: Callable[[str], None]) -> tuple[dict, Pictures]:
    """Measure all that is planned.

    Args:
        plan: what.
        quiet: show no progress bar.
        report: takes one line for each picture or measure left out.

    Returns:
        The benchmark's JSON, and pictures to show.

    Raises:
        InputError: none of the pictures can be read.
        WeightsError: the weights of LPIPS or of a preset are missing or damaged.
    """
    presets = [c.preset for c in plan.codecs] + [c.preset for c in plan.colorizers]
    result: dict = {
        "invgray": invgray.__version__,
        "machine": machine.describe(),
        "presets": {preset.name: {"digest": preset.digest} for preset in presets},
        "baselines": {},
    }
    pictures = Pictures([], [])
    if plan.paths is not None:
        _measure_pictures(plan, result, pictures, quiet, report)
    if plan.sizes:
        _measure_speed(plan, result, quiet)
    return result, pictures


def _measure_pictures(plan, result, pictures, quiet, report) -> None:
    distance = lpips.load(plan.lpips) if plan.lpips else None
    studies: list[_RoundTrips | _Colorizations] = []
    if plan.codecs:
        studies.append(_RoundTrips(plan, distance, pictures.round_trips))
    if plan.colorizers:
        comparisons = _comparisons(plan, distance, report)
        studies.append(_Colorizations(plan, comparisons, pictures.colorized))
    skipped = 0
    for path in tqdm(plan.paths, unit="picture", disable=quiet or None):
        try:
            rgb = quality.load(path, plan.protocol)
        except InputError as error:
            report(str(error))
            skipped += 1
            continue
        for study in studies:
            study.measure(path.name, rgb)
    if skipped == len(plan.paths):
        raise InputError("none of the inputs is a picture", "name pictures or a folder of them")
    measured = len(plan.paths) - skipped
    result |= {"protocol": plan.protocol, "images": measured, "skipped": skipped}
    for study in studies:
        study.conclude(result)


class _RoundTrips:
    """Colours hidden and brought back, picture by picture; the first few are kept to show."""

    def __init__(self, plan: Plan, distance: quality.Distance | None, shown: list[RoundTrip]):
        self.codecs, self.robust = plan.codecs, plan.robust
        self.distance, self.shown = distance, shown
        self.trained = [methods.trained(codec) for codec in plan.codecs]
        self.methods = [*self.trained, *methods.BASELINES]
        self.trips: defaultdict[str, list[dict]] = defaultdict(list)
        self.handled: defaultdict[str, list[dict]] = defaultdict(list)
        self.recognised: list[dict] = []

    def measure(self, image: str, rgb: np.ndarray) -> None:
        grays: dict[str, np.ndarray] = {}
        for method in self.methods:
            trip = quality.measure(method, image, rgb, self.distance)
            self.trips[method.name].append({"image": image} | trip.figures)
            if self.robust:
                self.handled[method.name].append(robustness.measure(method, rgb, trip.gray))
            if method in (*self.trained, methods.LUMINANCE):
                grays[method.name] = trip.gray
            if method is self.trained[0] and len(self.shown) < GALLERY:
                self.shown.append(trip)
        if self.robust:
            self.recognised.append(recognition.measure(self.codecs, grays))

    def conclude(self, result: dict) -> None:
        for method in self.methods:
            kind = result["presets" if method in self.trained else "baselines"]
            entry = kind.setdefault(method.name, {})
            entry |= _summed_up(self.trips[method.name], quality.summary)
            if self.robust:
                found = self.handled[method.name]
                entry["robustness"] = {
                    handling: quality.summary([row[handling] for row in found])
                    for handling in robustness.HANDLINGS
                }
        if self.robust:
            result["recognition"] = recognition.summary(self.recognised)


class _Colorizations:
    """Colours made up, picture by picture; those of the first colorizer are kept to show."""

    def __init__(self, plan: Plan, comparisons: dict, shown: list[tuple[np.ndarray, np.ndarray]]):
        self.first, self.comparisons, self.shown = plan.colorizers[0].preset, comparisons, shown
        self.methods = colorization.methods(plan.colorizers)
        self.rows: defaultdict[str, list[dict]] = defaultdict(list)

    def measure(self, image: str, rgb: np.ndarray) -> None:
        colors = self.first.card["colors"]
        for method in self.methods:
            figures, made_up = colorization.measure(method, rgb, colors, self.comparisons)
            self.rows[method.name].append({"image": image} | figures)
            if method.name == self.first.name and len(self.shown) < PAIRS:
                self.shown.append((rgb, made_up))

    def conclude(self, result: dict) -> None:
        result["colorization"] = {
            name: _summed_up(rows, colorization.summary) for name, rows in self.rows.items()
        }


def _summed_up(rows: list[dict], summary: Callable) -> dict:
    numbers = [{k: v for k, v in row.items() if k != "image"} for row in rows]
    return {"quality": {"images": len(rows)} | summary(numbers), "per_image": rows}


def _comparisons(plan, distance, report) -> dict[str, colorization.Compare]:
    found = {"lpips": distance} if distance else {}
    if plan.classifier:
        try:
            found["recognised"] = classifier.load(plan.classifier_weights)
        except WeightsError as error:
            report(f"the classifier test is left out: {error}")
    return found


def _measure_speed(plan, result, quiet) -> None:
    presets = [codec.preset for codec in plan.codecs]
    wanted = timing.cases(presets, plan.sizes, plan.runs, plan.seconds)
    reference = result["baselines"].setdefault(timing.REFERENCE, {})
    with tqdm(total=len(wanted), unit="timing", disable=quiet or None) as bar:
        for case, rows in timing.measure(wanted):
            entry = result["presets"][case.preset.name] if case.preset else reference
            entry.setdefault("timing", []).extend(rows)
            bar.update()
    for preset in presets:
        result["presets"][preset.name]["fresh_process_s"] = timing.fresh_process(preset)
