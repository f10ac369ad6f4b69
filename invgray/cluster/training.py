"""A training run on Ray, whose workers share every batch.

Ray Train starts the workers and tells each which it is (``TF_CONFIG``); each then trains as one of
several machines does. It is called in a task, so that what it logs stays on the cluster.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

from invgray import train as trainer
from invgray.cluster.session import connected, first_line
from invgray.errors import (
    DeviceError,
    Interrupted,
    InvgrayError,
    MissingExtraError,
    TrainingError,
    UsageError,
    extra_installed,
)
from invgray.inference.machine import Device
from invgray.models import NetworkSettings
from invgray.presets import store
from invgray.presets.store import CARD, Preset
from invgray.train import TrainOptions
from invgray.training import workers
from invgray.training.stopping import interruptible

with extra_installed("cluster"):
    import ray
    from ray.exceptions import RayError, RayTaskError

_LOOK = 0.2
"""Seconds between looks at what the workers tell."""


@dataclass(frozen=True)
class Crew:
    """Who trains.

    Attributes:
        address: of the cluster; see :func:`invgray.cluster.session.connected`.
        workers: number of processes, each of which takes its share of every batch.
    """

    address: str
    workers: int


@dataclass(frozen=True)
class _Job:
    """What each worker is to do: the arguments of :func:`invgray.train.train`."""

    inputs: Sequence[Path]
    output: Path
    settings: NetworkSettings
    options: TrainOptions


def train(
    inputs: Sequence[Path],
    output: Path,
    settings: NetworkSettings,
    options: TrainOptions,
    crew: Crew,
) -> Preset:
    """Train networks on a cluster, as :func:`invgray.train.train` does in this process.

    All nodes must find the pictures, and the folder for the preset, under the same names.

    Args:
        inputs: files and folders with pictures.
        output: folder for the preset.
        settings: of the networks.
        options: validation, device, and so on; there is no progress bar.
        crew: where, and how many train.

    Raises:
        UsageError: as there; or the cluster is not there, or too small.
        TrainingError: as there; or a worker was lost.
        InvgrayError: whatever else may be raised there.
    """
    trainer.check(output, settings, options.resume)
    workers.check_batch(settings.batch, crew.workers)
    with connected(crew.address):
        sent = replace(
            options,
            validation=[path.absolute() for path in options.validation],
            device=_device(options.device, crew.workers),
            quiet=True,
            stop=None,
            report=print,
        )
        job = _Job(
            inputs=[path.absolute() for path in inputs],
            output=output.absolute(),
            settings=_absolute(settings),
            options=sent,
        )
        _follow(job, crew.workers, options.stop or Event(), options.report)
    return store.open_directory(output)


def _absolute(settings: NetworkSettings) -> NetworkSettings:
    """Settings whose files have absolute names."""
    given = {name: getattr(settings, name) for name in settings.files}
    paths = {name: Path(value) for name, value in given.items() if value is not None}
    there: dict[str, Any] = {
        name: str(path.absolute())
        for name, path in paths.items()
        if path.is_file() or (path / CARD).exists()
    }
    return replace(settings, **there)


def _device(device: Device, count: int) -> Device:
    """What all workers train on.

    Raises:
        UsageError: the cluster has too few cores.
        DeviceError: it has too few GPUs.
    """
    resources = ray.cluster_resources()
    cores, gpus = int(resources.get("CPU", 0)), int(resources.get("GPU", 0))
    if cores < count:
        raise UsageError(
            f"{count} workers need as many cores, and the cluster has {cores}",
            "let fewer work, or add nodes",
        )
    if device is Device.GPU and gpus < count:
        raise DeviceError(
            f"{count} workers need as many GPUs, and the cluster has {gpus}",
            "let fewer work, or choose the device cpu",
        )
    return Device.CPU if device is Device.CPU or gpus < count else Device.GPU


def _follow(job: _Job, count: int, stop: Event, report: Callable[[str], None]) -> None:
    """Let workers train; pass on what they tell to the user, and Ctrl-C to them."""
    desk: Any = _DeskActor.remote()
    with interruptible(stop, report):
        fitting = _fit_remotely.remote(job, desk, count)
        over = False
        while not over:
            over = bool(ray.wait([fitting], timeout=_LOOK)[0])
            if stop.is_set():
                desk.stop.remote()
            for line in ray.get(desk.lines.remote()):
                report(line)
    error: InvgrayError | None = ray.get(desk.error.remote())
    if error is not None:
        raise error
    try:
        ray.get(fitting)
    except RayTaskError as failure:
        raise _lost(failure.cause) from failure
    except RayError as failure:
        raise _lost(failure) from failure


def _lost(failure: BaseException) -> TrainingError:
    """What ended a run whose workers could not tell."""
    return TrainingError(
        f"the run on Ray has ended ({first_line(failure)})",
        "resume it; if it ends so again, look into Ray's logs",
    )


class _Desk:
    """Where workers tell what the user is to hear, and hear whether they are to stop; an actor."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._error: InvgrayError | None = None
        self._stop = asyncio.Event()

    async def tell(self, line: str) -> None:
        """Take a line of news."""
        self._lines.append(line)

    async def lines(self) -> list[str]:
        """All lines since they were last asked for."""
        lines, self._lines = self._lines, []
        return lines

    async def fail(self, error: InvgrayError) -> None:
        """Take what ended a worker; the first one tells why."""
        self._error = self._error or error

    async def error(self) -> InvgrayError | None:
        """What ended the run before its end, if a worker could tell."""
        return self._error

    async def stop(self) -> None:
        """Let all workers stop."""
        self._stop.set()

    async def stopped(self) -> None:
        """Wait until they are to stop."""
        await self._stop.wait()


_DeskActor = ray.remote(num_cpus=0)(_Desk)


def _fit(job: _Job, desk: Any, count: int) -> None:  # noqa: ANN401 - a handle, which has no type
    """Let Ray Train start the workers, and wait for their end."""
    try:
        with extra_installed("train"):
            from ray.train import RunConfig, ScalingConfig
            from ray.train.tensorflow import TensorflowTrainer
    except MissingExtraError as error:
        ray.get(desk.fail.remote(error))
        raise

    scaling = ScalingConfig(
        num_workers=count,
        use_gpu=job.options.device is Device.GPU,
        placement_strategy="SPREAD",
    )
    with TemporaryDirectory(prefix="invgray-") as folder:  # for notes of Ray's that nobody reads
        run = RunConfig(name="train", storage_path=folder)
        TensorflowTrainer(lambda: _work(job, desk), scaling_config=scaling, run_config=run).fit()


_fit_remotely = ray.remote(num_cpus=0, max_retries=0)(_fit)


def _work(job: _Job, desk: Any) -> None:  # noqa: ANN401
    """Train in a worker.

    A worker that is interrupted ends as one that is done: Ray would kill the others, who may be
    writing their checkpoints still.
    """
    os.environ.pop("TF_USE_LEGACY_KERAS", None)  # Ray Train sets it; our Keras is the current one
    first, stop = workers.number() == 0, Event()

    def heed() -> None:
        ray.get(desk.stopped.remote())
        stop.set()

    def tell(line: str) -> None:
        if first:
            ray.get(desk.tell.remote(line))

    Thread(target=heed, daemon=True).start()
    options = replace(job.options, stop=stop, report=tell)
    try:
        trainer.train(job.inputs, job.output, job.settings, options)
    except Interrupted as error:
        ray.get(desk.fail.remote(error))
    except InvgrayError as error:
        ray.get(desk.fail.remote(error))
        raise
