"""Keras networks to a preset's files, and back. Importing this does not import TensorFlow."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from invgray.errors import WeightsError
from invgray.presets import card as cards
from invgray.presets.card import REINSTALL, Card
from invgray.presets.store import CARD, Preset, open_directory

if TYPE_CHECKING:
    import keras


def save(directory: Path, networks: Sequence[keras.Model], card: Card) -> Preset:
    """Write Keras networks as OpenVINO reads them, and the card that describes them.

    Weights are rounded to float16 values, which costs nothing measurable.

    Args:
        directory: made if missing; files of the same names are replaced.
        networks: those of the card's architecture, in its order.
        card: its offsets and files are filled in here.
    """
    directory.mkdir(parents=True, exist_ok=True)
    offsets = {}
    for network in networks:
        network.set_weights([w.astype(np.float16).astype(w.dtype) for w in network.get_weights()])
        path = directory / f"{network.name}.xml"
        _export(network, path)
        offsets[network.name] = _located(path.with_suffix(".bin"), network.get_weights())
    files = {
        name: hashlib.sha256((directory / name).read_bytes()).hexdigest()
        for name in cards.file_names(card.architecture)
    }
    cards.write(directory / CARD, replace(card, offsets=offsets, files=files))
    return open_directory(directory)


def load_weights(preset: Preset, network: keras.Model) -> None:
    """Give a Keras network, built as the preset's card says, its trained weights.

    Raises:
        WeightsError: the file is missing or altered, or does not fit the network.
    """
    path = preset.file(f"{network.name}.bin")
    data = path.read_bytes()
    try:
        offsets = preset.card.offsets[network.name]
        weights = [
            np.frombuffer(data, np.float16, math.prod(variable.shape), offset)
            for variable, offset in zip(network.weights, offsets, strict=True)
        ]
    except (KeyError, ValueError) as error:
        raise WeightsError(f"{path}: not the card's network", REINSTALL) from error
    for variable, values in zip(network.weights, weights, strict=True):
        variable.assign(_from_stored(values, variable.shape))


def _located(path: Path, weights: Sequence[npt.NDArray[np.float32]]) -> tuple[int, ...]:
    """Where in a file each of a network's weights begins.

    What OpenVINO left out, a bias of zeros for one, is appended for Keras.
    """
    data, offsets = path.read_bytes(), []
    for stored in (_to_stored(array).tobytes() for array in weights):
        if stored not in data:
            data += stored
        offsets.append(data.index(stored))
    path.write_bytes(data)
    return tuple(offsets)


def _export(network: keras.Model, path: Path) -> None:
    from invgray.openvino import openvino
    from invgray.tensorflow import tf

    signature = tf.TensorSpec(network.input_shape, tf.float32, name="x")
    function = tf.function(lambda x: network(x, training=False), input_signature=[signature])
    model = openvino.convert_model(function)
    model.reshape([-1, -1, -1, network.input_shape[-1]])
    for number, node in enumerate(model.get_ordered_ops()):
        node.set_friendly_name(f"{number}")  # TensorFlow's are long, and differ from run to run
    openvino.save_model(model, path, compress_to_fp16=True)
    path.write_text(re.sub(_NEEDLESS, "", path.read_text("utf-8"), flags=re.S), "utf-8")


_NEEDLESS = r"""<rt_info>.*?</rt_info>| names="[^"]*"|\s+(?=<|/>)"""
"""What a network's XML works without: notes, names of outputs, space between tags."""


def _to_stored(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float16]:
    """Keras' kernels are ``(kh, kw, in, out)``, OpenVINO's ``(out, in, kh, kw)``."""
    kernel = weights.ndim == 4
    return (weights.transpose(3, 2, 0, 1) if kernel else weights).astype(np.float16)


def _from_stored(
    values: npt.NDArray[np.float16], shape: tuple[int, ...]
) -> npt.NDArray[np.float16]:
    if len(shape) != 4:
        return values.reshape(shape)
    height, width, inputs, outputs = shape
    return values.reshape(outputs, inputs, height, width).transpose(2, 3, 1, 0)
