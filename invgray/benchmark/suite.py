"""One benchmark: methods on pictures, and presets on the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

import invgray
from invgray.benchmark import lpips, machine, methods, quality, robustness, timing
from invgray.benchmark.quality import RoundTrip
from invgray.codec import Codec
from invgray.errors import InputError

GALLERY = 6
"""Pictures that a report shows."""


@dataclass(frozen=True)
class Plan:
    """What to measure.

    Attributes:
        codecs: presets.
        paths: colour pictures; None measures none.
        protocol: ``"full"`` size, or ``"paper"``, the centre square at 256x256.
        robust: whether to measure what handling the gray does to the colours.
        sizes: sides of pictures to time networks on; none for no timing.
        runs: how often to time at most.
        seconds: after how many to stop timing a row.
        lpips: weights for the perceptual distance.
    """

    codecs: list[Codec]
    paths: list[Path] | None
    protocol: str = "full"
    robust: bool = False
    sizes: tuple[int, ...] = ()
    runs: int = 100
    seconds: float = 5.0
    lpips: Path | None = None


def run(plan: Plan, quiet: bool, report: Callable[[str], None]) -> tuple[dict, list[RoundTrip]]:
    """Measure all that is planned.

    Args:
        plan: what.
        quiet: show no progress bar.
        report: takes one line for each picture left out.

    Returns:
        The benchmark's JSON, and pictures for its gallery.

    Raises:
        InputError: none of the pictures can be read.
        WeightsError: the weights of LPIPS or of a preset are missing or damaged.
    """
    result: dict = {
        "invgray": invgray.__version__,
        "machine": machine.describe(),
        "presets": {codec.preset.name: {"digest": codec.preset.digest} for codec in plan.codecs},
        "baselines": {},
    }
    examples = []
    if plan.paths is not None:
        examples = _measure_pictures(plan, result, quiet, report)
    if plan.sizes:
        _measure_speed(plan, result, quiet)
    return result, examples


def _measure_pictures(plan, result, quiet, report) -> list[RoundTrip]:
    distance = lpips.load(plan.lpips) if plan.lpips else None
    trained = [methods.trained(codec) for codec in plan.codecs]
    rows: dict[str, list[dict]] = {m.name: [] for m in (*trained, *methods.BASELINES)}
    handled: dict[str, list[dict]] = {name: [] for name in rows}
    examples: list[RoundTrip] = []
    skipped = 0
    for path in tqdm(plan.paths, unit="picture", disable=quiet or None):
        try:
            rgb = quality.load(path, plan.protocol)
        except InputError as error:
            report(str(error))
            skipped += 1
            continue
        for method in (*trained, *methods.BASELINES):
            trip = quality.measure(method, path.name, rgb, distance)
            rows[method.name].append({"image": trip.image} | trip.figures)
            if plan.robust:
                handled[method.name].append(robustness.measure(method, rgb, trip.gray))
            if method in trained[:1] and len(examples) < GALLERY:
                examples.append(trip)
    if skipped == len(plan.paths):
        raise InputError("none of the inputs is a picture", "name pictures or a folder of them")
    measured = len(plan.paths) - skipped
    result |= {"protocol": plan.protocol, "images": measured, "skipped": skipped}
    for name, figures in rows.items():
        entry = result["presets" if name in result["presets"] else "baselines"]
        entry = entry.setdefault(name, {})
        numbers = [{k: v for k, v in row.items() if k != "image"} for row in figures]
        entry["quality"] = {"images": measured} | quality.summary(numbers)
        entry["per_image"] = figures
        if plan.robust:
            entry["robustness"] = {
                handling: quality.summary([row[handling] for row in handled[name]])
                for handling in robustness.HANDLINGS
            }
    return examples


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
