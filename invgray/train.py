"""The one way of a training run: from pictures to a preset on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PIL import Image

from invgray.errors import DeviceError, InputError, UsageError, WeightsError
from invgray.files import place
from invgray.inference.machine import Device, Precision
from invgray.inference.processor import fastest_precision
from invgray.models import MODELS, NetworkSettings, model_of, sitting
from invgray.models.sitting import Sitting
from invgray.presets import export, provenance, store
from invgray.presets.store import CARD, Preset
from invgray.training import data, split, workers
from invgray.training.split import Split
from invgray.training.trained import Run

if TYPE_CHECKING:
    import keras

SMALLEST = 16
"""Least height and width in pixels of a picture to validate on."""

_SETTINGS, _SPLIT = "settings.json", "split.json"
"""Files in the folder of a run."""


@dataclass(frozen=True, kw_only=True)
class TrainOptions:
    """What :func:`train` can be told beside what to train.

    Attributes:
        validation: files and folders with pictures that pick the best weights and are not trained
            on; if there are none, one in twenty of the others is held out.
        resume: go on with the run that is in the output folder.
        device: ``auto`` is a GPU if there is one that works, else the CPU.
        precision: ``auto`` is the one that the device is faster in.
        quiet: show no progress bar.
        stop: once it is set, the run stops with a checkpoint, as by Ctrl-C; None if only Ctrl-C
            stops it.
        report: takes one line of news.
    """

    validation: Sequence[Path] = ()
    resume: bool = False
    device: Device = Device.AUTO
    precision: Precision = Precision.AUTO
    quiet: bool = False
    stop: Event | None = None
    report: Callable[[str], None] = print


def train(
    inputs: Sequence[Path],
    output: Path,
    settings: NetworkSettings,
    options: TrainOptions = TrainOptions(),
) -> Preset | None:
    """Train networks, and save them as a preset.

    Which pictures are trained on and which are validated on is fixed when a run begins, and kept in
    its folder: a run that is resumed takes no others, whatever is named.

    Args:
        inputs: files and folders with pictures.
        output: folder for the preset; checkpoints, log and curves go to ``run`` in it.
        settings: of the networks; to resume a run, those of :func:`settings_of` or some like them.
        options: validation, device, and so on.

    Returns:
        The preset; None on all machines but the first of several that train together.

    Raises:
        UsageError: the folder holds a run, or none to resume; or settings do not fit together.
        InputError: there are no pictures to train or to validate on, or a resumed run lacks some.
        OutputError: the folder cannot be written to.
        MissingExtraError: TensorFlow or Matplotlib is not installed.
        DeviceError: there is no GPU that works.
        WeightsError: weights to begin with, or pretrained ones, are missing or do not fit.
        TrainingError: the loss stopped being finite, or the run's files are damaged.
        Interrupted: by Ctrl-C or the options' event, once a checkpoint is safe.
    """
    folder, report = _run_folder(output), options.report
    check(output, settings, options.resume)
    pictures = split.listed(inputs, report)
    validation = split.listed(options.validation, report)
    if options.resume:
        current = sitting.read(folder / _SETTINGS).resumed(settings)
        parts = split.read(folder / _SPLIT)
        split.resume(parts, pictures, validation, report)
    else:
        current = Sitting(settings)
        parts = split.draw(pictures, validation)
    policy = choose_policy(options.device, options.precision)
    training, validating = _load(parts, settings, report)
    report(f"{len(training)} pictures to train on, {len(validating)} to validate on, {policy}")
    split.write(folder / _SPLIT, parts)
    sitting.write(folder / _SETTINGS, current)
    run = Run(
        pictures=training,
        validation=validating,
        directory=folder,
        policy=policy,
        start=_start(settings),
        quiet=options.quiet or workers.number() > 0,
        stop=options.stop or Event(),
        report=report,
    )
    trained = model_of(settings).train(settings, run)
    if workers.number():
        return None
    return export.save(output, trained.networks, provenance.card(current, parts, run, trained))


def check(output: Path, settings: NetworkSettings, resume: bool) -> None:
    """See to it that a run can begin, or go on, before any work is done for it.

    Raises:
        UsageError: the folder holds a run, or none to resume; or settings do not fit together.
        OutputError: the folder cannot be written to.
    """
    _check_run(output, resume)
    place.check(output / CARD, overwrite=True)
    if settings.patch % settings.multiple:
        raise UsageError(
            f"patches of {settings.patch} pixels do not fit these networks",
            f"choose a multiple of {settings.multiple}",
        )


def settings_of(output: Path) -> NetworkSettings:
    """The settings of the run in a folder, to resume it with.

    Raises:
        UsageError: there is no run.
        TrainingError: the file with its settings is damaged.
    """
    _check_run(output, resume=True)
    return sitting.read(_run_folder(output) / _SETTINGS).settings


def choose_policy(device: Device, precision: Precision) -> str:
    """The Keras dtype policy of hidden layers; hides GPUs from TensorFlow for the CPU.

    ``auto`` is bfloat16 on GPUs since Ampere, float16 on Volta and Turing, float32 on older ones,
    and on a CPU what :func:`invgray.inference.processor.fastest_precision` says.

    Raises:
        MissingExtraError: TensorFlow is not installed.
        DeviceError: there is no GPU that works.
    """
    from invgray.tensorflow import tf

    gpus = tf.config.list_physical_devices("GPU")
    if device is Device.GPU and not gpus:
        raise DeviceError("TensorFlow finds no GPU", "choose the device cpu, or install a driver")
    if device is Device.CPU and gpus:
        tf.config.set_visible_devices([], "GPU")
        gpus = []
    if precision is Precision.AUTO and gpus:
        capability = tf.config.experimental.get_device_details(gpus[0])["compute_capability"]
        if (7, 0) <= capability < (8, 0):
            return "mixed_float16"
        precision = Precision.BFLOAT16 if capability >= (8, 0) else Precision.FLOAT32
    if precision is Precision.AUTO:
        precision = fastest_precision()
    return {Precision.FLOAT32: "float32", Precision.BFLOAT16: "mixed_bfloat16"}[precision]


def _start(settings: NetworkSettings) -> Callable[[keras.Model], None]:
    """What gives the networks the weights that they begin with."""
    if settings.start is None:
        return lambda network: None
    preset = store.load(store.folder_of(settings.start) or settings.start)

    def begin(network: keras.Model) -> None:
        card = preset.card
        try:
            trained = MODELS[card.network].build(card.architecture, network.name)
            export.load_weights(preset, trained)
            network.set_weights(trained.get_weights())
        except (KeyError, AttributeError, ValueError) as error:
            raise WeightsError(
                f"preset '{preset.name}' has networks of another size or kind", "begin without it"
            ) from error

    return begin


def _run_folder(output: Path) -> Path:
    """Every worker has a folder of its own in the chief's."""
    run, worker = output / "run", workers.number()
    return run / f"worker-{worker}" if worker else run


def _check_run(output: Path, resume: bool) -> None:
    begun = (_run_folder(output) / _SETTINGS).exists()
    if resume and not begun:
        raise UsageError(f"{output}: there is no run to resume", "begin one")
    if begun and not resume:
        raise UsageError(f"{output}: there is a run in it", "resume it, or choose another folder")
    if not resume and (output / CARD).exists():
        raise UsageError(f"{output}: holds trained networks already", "choose another folder")


def _load(
    parts: Split, settings: NetworkSettings, report: Callable[[str], None]
) -> tuple[tuple[Image.Image, ...], tuple[Image.Image, ...]]:
    """The pictures to train on and to validate on; there is one of each at least."""
    training, validation = (
        data.load([Path(name) for name in names], smallest, report)
        for names, smallest in ((parts.training, settings.patch), (parts.validation, SMALLEST))
    )
    if not training or not validation:
        raise InputError(
            f"{len(training)} pictures to train on and {len(validation)} to validate on",
            "at least one of each is needed",
        )
    return training, validation
