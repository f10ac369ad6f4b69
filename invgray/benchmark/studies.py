"""What a benchmark measures, picture by picture and network by network, and sums up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from msgspec.structs import replace
from tqdm import tqdm

from invgray import metrics
from invgray.benchmark import (
    colorization,
    hinting,
    methods,
    quality,
    recognition,
    robustness,
    timing,
    userstudy,
)
from invgray.benchmark.quality import Distance, RoundTrip
from invgray.benchmark.recognition import Judgement
from invgray.benchmark.results import (
    Colorization,
    Handled,
    Hinted,
    ImageColorization,
    ImageHinted,
    ImageQuality,
    Number,
    Protocol,
    Quality,
    Recognition,
    Timing,
)
from invgray.benchmark.robustness import Left
from invgray.inference.machine import Machine
from invgray.loading import load_codec
from invgray.presets.store import Preset
from invgray.types import Pixels

GALLERY, PAIRS = 6, 40
"""Pictures that a report shows, and pairs that a real-or-fake page shows."""


class RoundTrips:
    """Colours hidden and brought back by presets and baselines.

    Args:
        presets: hide colours; without any, nothing is measured.
        machine: what they are run on.
        lpips: perceptual distance, if it is to be measured.
        handled: whether to measure what handling the gray does, too.
        protocol: how pictures are scored.
        study: whether to keep all pictures of the first preset for a user study.

    Attributes:
        figures: of each picture, by the method's name.
        shown: the first pictures, by the first preset.
        study: all of them, for a user study.
    """

    def __init__(
        self,
        presets: Sequence[Preset],
        machine: Machine,
        lpips: Distance | None,
        handled: bool,
        protocol: Protocol,
        study: bool = False,
    ) -> None:
        self._trained = [methods.trained(preset, machine) for preset in presets]
        self._methods = [*self._trained, *methods.BASELINES] if presets else []
        self._codecs = [load_codec(preset, machine) for preset in presets]
        self._lpips, self._handled, self._protocol = lpips, handled, protocol
        self._left: defaultdict[str, list[dict[str, Left]]] = defaultdict(list)
        self._judgements: list[Judgement] = []
        self.figures: defaultdict[str, list[ImageQuality]] = defaultdict(list)
        self.shown: list[RoundTrip] = []
        self._study = study
        self.study: list[userstudy.Shown] = []

    def measure(self, image: str, rgb: Pixels) -> None:
        """One picture, uint8 ``(H, W, 3)``."""
        trips = [
            quality.measure(method, image, rgb, self._lpips, self._protocol)
            for method in self._methods
        ]
        if len(self.shown) < GALLERY:
            self.shown += trips[:1]
        if self._study:
            self.study += [userstudy.shown(trip) for trip in trips[:1]]
        for method, trip in zip(self._methods, trips, strict=True):
            figures = trip.figures
            if self._handled:
                left = robustness.measure(method, trip)
                self._left[method.name].append(left)
                decibels = Number(left[robustness.TYPICAL].psnr)
                figures = replace(figures, psnr_jpeg_75=decibels)
            self.figures[method.name].append(figures)
        if self._handled and trips:
            judged = {m.name for m in (*self._trained, methods.LUMINANCE)}
            grays = {trip.method: trip.gray for trip in trips if trip.method in judged}
            self._judgements += recognition.measure(self._codecs, grays)

    @property
    def names(self) -> list[str]:
        """Of the methods that were measured."""
        return list(self.figures)

    def quality(self, name: str) -> Quality | None:
        """Of a method over all pictures; None if it was not measured."""
        rows = self.figures.get(name)
        return quality.over_pictures(rows) if rows else None

    def robustness(self, name: str) -> dict[str, Handled]:
        """Of a method over all pictures, by the name of the handling."""
        rows = self._left.get(name)
        return robustness.over_pictures(rows) if rows else {}

    def recognition(self) -> tuple[Recognition, ...]:
        """Of all grays."""
        return recognition.over_pictures(self._judgements)


class Colorizations:
    """Colours made up by colorizers and baselines.

    Args:
        presets: colorize; without any, nothing is measured.
        machine: what they are run on.
        lpips: perceptual distance, if it is to be measured.
        recognised: a classifier's opinion, if it is asked.

    Attributes:
        shown: the first originals and what the first colorizer made of their lightness.
    """

    def __init__(
        self,
        presets: Sequence[Preset],
        machine: Machine,
        lpips: Distance | None,
        recognised: Distance | None,
    ) -> None:
        self._colors = next((preset.card.colors for preset in presets), None)
        baselines = colorization.baselines(self._colors) if self._colors else ()
        self._methods = [*baselines, *(colorization.trained(p, machine) for p in presets)]
        self._first = presets[0].name if presets else None
        self._lpips, self._recognised = lpips, recognised
        self._figures: defaultdict[str, list[ImageColorization]] = defaultdict(list)
        self._pooled: defaultdict[str, list[metrics.Colorization]] = defaultdict(list)
        self.shown: list[tuple[Pixels, Pixels]] = []

    def measure(self, image: str, rgb: Pixels) -> None:
        """One picture, uint8 ``(H, W, 3)``."""
        if self._colors is None:
            return
        for method in self._methods:
            found = colorization.measure(
                method,
                image,
                rgb,
                self._colors,
                lpips=self._lpips,
                recognised=self._recognised,
            )
            self._figures[method.name].append(found.figures)
            self._pooled[method.name].append(found.pooled)
            if method.name == self._first and len(self.shown) < PAIRS:
                self.shown.append((rgb, found.colorized))

    def over_pictures(self) -> dict[str, Colorization]:
        """Figures by the method's name."""
        return {
            name: colorization.over_pictures(rows, self._pooled[name])
            for name, rows in self._figures.items()
        }


class Hintings:
    """Colours from random hints, by optimisation and by colorizers that take hints.

    Args:
        presets: take hints.
        machine: what they are run on.
    """

    def __init__(self, presets: Sequence[Preset], machine: Machine) -> None:
        networks = [hinting.trained(preset, machine) for preset in presets]
        self._methods = [hinting.OPTIMIZATION, *networks]
        self._figures: defaultdict[str, list[ImageHinted]] = defaultdict(list)

    def measure(self, image: str, rgb: Pixels) -> None:
        """One picture, uint8 ``(H, W, 3)``."""
        for method in self._methods:
            for count, figures in hinting.measure(method, image, rgb).items():
                self._figures[f"{method.name}, {count} hints"].append(figures)

    def over_pictures(self) -> dict[str, Hinted]:
        """Figures by the method's name and the number of hints."""
        return {name: hinting.over_pictures(rows) for name, rows in self._figures.items()}


class Timings:
    """Presets, and the paper's network beside them, on the clock.

    Attributes:
        rows: of the timing, by the name of the preset or of the reference.
        fresh_process_s: seconds of a fresh process, by the name of the preset.
    """

    def __init__(self) -> None:
        self.rows: defaultdict[str, list[Timing]] = defaultdict(list)
        self.fresh_process_s: dict[str, float] = {}

    @property
    def names(self) -> list[str]:
        """Of the networks that were timed."""
        return list(self.rows)

    def measure(
        self,
        presets: Sequence[Preset],
        sizes: Sequence[int],
        runs: int,
        report: Callable[[str], None],
        quiet: bool,
    ) -> None:
        """Time presets on square pictures.

        Args:
            presets: that hide colours.
            sizes: sides of the pictures in pixels.
            runs: how often at most.
            report: takes a line if the reference cannot be timed.
            quiet: show no progress bar.
        """
        if not timing.has_reference():
            report("the paper's network is not timed: TensorFlow is not installed")
        wanted = timing.cases(presets, sizes, runs)
        with tqdm(total=len(wanted), unit="timing", disable=quiet or None) as bar:
            for case, rows in timing.measure(wanted):
                self.rows[case.preset.name if case.preset else timing.REFERENCE] += rows
                bar.update()
        self.fresh_process_s = {p.name: timing.fresh_process(p) for p in presets}
