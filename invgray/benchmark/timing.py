"""Speed (Xia et al. 2018, Table 3), beside the paper's network in TensorFlow float32.

Each case is measured in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import multiprocessing
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from PIL import Image

from invgray.benchmark.methods import to_png
from invgray.benchmark.results import Scope, Stage, Timing
from invgray.convert import decode_file, encode_file
from invgray.inference.machine import Device, Engine, Machine, Precision
from invgray.inference.network import open_network
from invgray.models import MODELS, Architecture
from invgray.models.paper.architecture import PaperArchitecture
from invgray.options import DecodeOptions, EncodeOptions
from invgray.presets.store import Preset
from invgray.types import Pixels

REFERENCE = "paper's network"
"""What speeds are compared with."""

SIZES = (256, 512, 1024, 2048)
ENGINES = (
    (Engine.OPENVINO, Precision.BFLOAT16),
    (Engine.OPENVINO, Precision.FLOAT32),
    (Engine.TENSORFLOW, Precision.BFLOAT16),
    (Engine.TENSORFLOW, Precision.FLOAT32),
)
SECONDS, WARM_UP_SECONDS = 5.0, 0.5
"""After which a row, and its warming up, end."""

FRESH_RUNS = 5

Run = Callable[[], object]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Case:
    """What one process measures.

    Attributes:
        preset: trained networks; None is the paper's network with fresh weights, which are as fast.
        engine: that runs the network.
        precision: that it computes in.
        stage: to gray or back.
        size: side of the picture in pixels.
        runs: how often at most.
    """

    preset: Preset | None
    engine: Engine
    precision: Precision
    stage: Stage
    size: int
    runs: int

    @property
    def machine(self) -> Machine:
        """What the case is run on."""
        return Machine(engine=self.engine, device=Device.CPU, precision=self.precision)


def cases(presets: Sequence[Preset], sizes: Sequence[int], runs: int) -> list[Case]:
    """The paper's network first, then each preset in each engine and precision there is.

    To presets without networks, all engines are one.
    """
    available = [(engine, precision) for engine, precision in ENGINES if find_spec(engine)]
    networks: list[tuple[Preset | None, Engine, Precision]] = [
        (preset, *choice)
        for preset in presets
        for choice in (available if preset.card.architecture.networks else available[:1])
    ]
    if has_reference():
        networks.insert(0, (None, Engine.TENSORFLOW, Precision.FLOAT32))
    return [
        Case(*network, stage, size, runs)
        for network in networks
        for size in sizes
        for stage in Stage
    ]


def has_reference() -> bool:
    """Whether the paper's network can be timed: TensorFlow is installed."""
    return find_spec(Engine.TENSORFLOW) is not None


def measure(wanted: Sequence[Case]) -> Iterator[tuple[Case, list[Timing]]]:
    """Rows of each case: the network only, if there is one, and presets from file to file, too."""
    reference: dict[tuple[Stage, int], float] = {}
    for case in wanted:
        rows = _in_a_process_of_its_own(_measure, case)
        if case.preset is None:
            reference[case.stage, case.size] = rows[0].median_s
        base = reference.get((case.stage, case.size))
        yield case, [_beside(row, base) for row in rows]


def fresh_process(preset: Preset) -> float:
    """Median seconds of ``invgray encode`` on a 768x512 photo, from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.png"
        Image.fromarray(_photo(768, 512)).save(photo)
        command = [sys.executable, "-m", "invgray", "encode", str(photo), "--overwrite", "-q"]
        command += ["--weights", str(preset.directory)]
        run = partial(subprocess.run, command, check=True, capture_output=True)
        run()
        return statistics.median(_seconds(run) for _ in range(FRESH_RUNS))


def _beside(row: Timing, base: float | None) -> Timing:
    ratio = None if base is None else base / row.median_s
    return msgspec.structs.replace(row, ratio_to_paper=ratio)


def _in_a_process_of_its_own(job: Callable[..., _T], *arguments: object) -> _T:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(job, *arguments).result()


def _network(architecture: Architecture, stage: Stage) -> str:
    """Name of the network that is run at a stage: the first makes grays, the second reads them."""
    first, second = architecture.networks
    return first if stage is Stage.ENCODE else second


def _measure(case: Case) -> list[Timing]:
    if case.preset is None:
        return [_row(case, Scope.NETWORK, _papers_network(case))]
    preset, rows = case.preset, []
    if preset.card.architecture.networks:
        name, levels = _network(preset.card.architecture, case.stage), _levels(case)
        network = open_network(preset, name, case.machine)
        rows.append(_row(case, Scope.NETWORK, lambda: network(levels)))
    return [*rows, _row(case, Scope.END_TO_END, _conversion(case, preset))]


def _papers_network(case: Case) -> Run:
    from invgray.inference import tensorflow

    model, architecture = MODELS["paper"], PaperArchitecture(down_up=True)
    built = model.build(architecture, _network(architecture, case.stage))
    network = tensorflow.forward(built, Device.CPU)
    levels = _levels(case)
    return lambda: network(levels)


def _conversion(case: Case, preset: Preset) -> Run:
    """From the bytes of a PNG to the bytes of a PNG, with pattern and fine layer."""
    photo, directory, machine = to_png(_photo(case.size, case.size)), preset.directory, case.machine
    encoding = EncodeOptions(preset=directory, machine=machine)
    if case.stage is Stage.ENCODE:
        return lambda: encode_file(photo, BytesIO(), encoding)
    gray = _in_a_process_of_its_own(_gray, photo, encoding)  # for its memory is not decoding's
    decoding = DecodeOptions(preset=directory, machine=machine)
    return lambda: decode_file(gray, BytesIO(), decoding)


def _gray(photo: bytes, encoding: EncodeOptions) -> bytes:
    """The bytes of a photo's gray, untouched."""
    gray = BytesIO()
    encode_file(photo, gray, encoding)
    return gray.getvalue()


def _row(case: Case, scope: Scope, run: Run) -> Timing:
    start = time.perf_counter()
    run()
    while time.perf_counter() - start < WARM_UP_SECONDS:
        run()
    start, times = time.perf_counter(), [_seconds(run)]
    while len(times) < case.runs and time.perf_counter() - start < SECONDS:
        times.append(_seconds(run))
    median = statistics.median(times)
    low, high = np.percentile(times, [25, 75])
    return Timing(
        stage=case.stage,
        size=case.size,
        engine=case.engine,
        precision=case.precision,
        scope=scope,
        median_s=median,
        spread_s=float(high - low),
        runs=len(times),
        megapixels_per_s=case.size**2 / median / 1e6,
        peak_mb=_peak_megabytes(),
    )


def _seconds(run: Run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _peak_megabytes() -> float | None:
    try:
        found = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.M)
    except OSError:
        return None
    return round(int(found[1]) / 1024, 1) if found else None


def _levels(case: Case) -> Pixels:
    channels = 3 if case.stage is Stage.ENCODE else 1
    shape = (1, case.size, case.size, channels)
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def _photo(width: int, height: int) -> Pixels:
    """Smooth colours with a little noise: as hard to compress as a photo."""
    y, x = np.mgrid[:height, :width] / 40
    waves = np.stack([np.sin(x), np.cos(y), np.sin(x + y)], axis=-1)
    noise = np.random.default_rng(0).normal(0, 4, waves.shape)
    return np.clip(128 + 80 * waves + noise, 0, 255).astype(np.uint8)
