"""Speed (Xia et al. 2018, Table 3), beside the paper's network in TensorFlow float32.

Each row is measured in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import multiprocessing
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from invgray import engines, images
from invgray.codec import Codec
from invgray.presets import Preset

REFERENCE = "paper's network"
"""What speeds are compared with."""

SIZES = (256, 512, 1024, 2048)
STAGES = ("encode", "decode")
ENGINES: tuple[tuple[engines.Engine, engines.Precision], ...] = (
    ("openvino", "bfloat16"),
    ("openvino", "float32"),
    ("tensorflow", "bfloat16"),
    ("tensorflow", "float32"),
)
WARM_UP_SECONDS, FRESH_RUNS = 0.5, 5


@dataclass(frozen=True)
class Case:
    """What one process measures.

    Attributes:
        preset: trained networks; None is the paper's network with fresh weights, which are as fast.
        engine: ``"openvino"`` or ``"tensorflow"``.
        precision: ``"float32"`` or ``"bfloat16"``.
        stage: ``"encode"`` or ``"decode"``.
        size: side of the picture in pixels.
        runs: how often at most.
        seconds: stop earlier, after these.
    """

    preset: Preset | None
    engine: engines.Engine
    precision: engines.Precision
    stage: str
    size: int
    runs: int
    seconds: float


def cases(presets: list[Preset], sizes: tuple[int, ...], runs: int, seconds: float) -> list[Case]:
    """The paper's network first, then each preset in each engine and precision there is."""
    available = [(e, p) for e, p in ENGINES if find_spec(e)]
    reference: list[tuple] = [(None, "tensorflow", "float32")]
    wanted = reference + [(preset, e, p) for preset in presets for e, p in available]
    return [
        Case(preset, engine, precision, stage, size, runs, seconds)
        for preset, engine, precision in wanted
        for size in sizes
        for stage in STAGES
    ]


def measure(wanted: list[Case]) -> Iterator[tuple[Case, list[dict]]]:
    """Rows of each case: network only and, for presets, end to end from file to file.

    ``median_s`` is of one picture, ``spread_s`` the distance between the quartiles, and
    ``ratio_to_paper`` how many times the throughput of the paper's network in the same run,
    at the same size and stage. ``peak_mb`` is of the whole process, where Linux tells it.
    """
    base: dict[tuple[str, int], float] = {}
    for case in wanted:
        rows = _in_a_process_of_its_own(case)
        if case.preset is None:
            base[case.stage, case.size] = rows[0]["median_s"]
        for row in rows:
            row["ratio_to_paper"] = base[case.stage, case.size] / row["median_s"]
        yield case, rows


def fresh_process(preset: Preset) -> float:
    """Median seconds of ``invgray encode`` on a 768x512 photo, from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.png"
        Image.fromarray(_picture(768, 512)).save(photo)
        command = [sys.executable, "-m", "invgray", "encode", str(photo), "--overwrite", "-q"]
        command += ["--weights", str(preset.directory)]
        run = partial(subprocess.run, command, check=True, capture_output=True)
        run()
        return statistics.median(_seconds(run) for _ in range(FRESH_RUNS))


def _in_a_process_of_its_own(case: Case) -> list[dict]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_measure, case).result()


def _measure(case: Case) -> list[dict]:
    channels, name = (3, "encoder") if case.stage == "encode" else (1, "decoder")
    x = np.random.default_rng(0).random((1, case.size, case.size, channels), np.float32)
    if case.preset is None:
        run = _paper(name)
        return [_row(case, "network", lambda: run(x))]
    network = engines.open_network(case.preset, name, case.engine, "cpu", case.precision)
    rows = [_row(case, "network", lambda: network(x))]
    codec = Codec(case.preset, engine=case.engine, device="cpu", precision=case.precision)
    return [*rows, _row(case, "end-to-end", _conversion(codec, case.stage, case.size))]


def _paper(name: str) -> engines.Network:
    with engines.quietly():
        import tensorflow as tf

        from invgray.networks import paper

    network = getattr(paper, name)()
    forward = tf.function(lambda x: network(x, training=False))
    return lambda x: forward(tf.constant(x)).numpy()


def _conversion(codec: Codec, stage: str, size: int) -> Callable[[], None]:
    """From the bytes of a PNG to the bytes of a PNG."""
    source = BytesIO()
    if stage == "encode":
        Image.fromarray(_picture(size, size)).save(source, "PNG")
    else:
        Image.fromarray(_picture(size, size)[..., 1]).save(source, "PNG")

    def encode():
        picture = images.read(BytesIO(source.getvalue()))
        gray = codec.encode(picture.pixels)
        images.write_gray(BytesIO(), gray, picture, codec.preset.name, codec.preset.digest)

    def decode():
        picture = images.read(BytesIO(source.getvalue()))
        images.write_color(BytesIO(), codec.decode(picture.pixels), picture)

    return encode if stage == "encode" else decode


def _row(case: Case, scope: str, run: Callable[[], object]) -> dict:
    start = time.perf_counter()
    run()
    while time.perf_counter() - start < WARM_UP_SECONDS:
        run()
    start, times = time.perf_counter(), [_seconds(run)]
    while len(times) < case.runs and time.perf_counter() - start < case.seconds:
        times.append(_seconds(run))
    median = statistics.median(times)
    low, high = np.percentile(times, [25, 75])
    facts = asdict(case)
    return {
        **{name: facts[name] for name in ("stage", "size", "engine", "precision")},
        "scope": scope,
        "median_s": median,
        "spread_s": float(high - low),
        "runs": len(times),
        "megapixels_per_s": case.size**2 / median / 1e6,
        "peak_mb": _peak_megabytes(),
    }


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _peak_megabytes() -> float | None:
    try:
        found = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.M)
    except OSError:
        return None
    return round(int(found[1]) / 1024, 1) if found else None


def _picture(width: int, height: int) -> np.ndarray:
    """Smooth colours with a little noise: as hard to compress as a photo."""
    y, x = np.mgrid[:height, :width] / 40
    waves = np.stack([np.sin(x), np.cos(y), np.sin(x + y)], axis=-1)
    noise = np.random.default_rng(0).normal(0, 4, waves.shape)
    return np.clip(128 + 80 * waves + noise, 0, 255).astype(np.uint8)
