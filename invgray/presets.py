"""Trained networks on disk: find, verify, describe, save.

A preset is a folder with ``encoder.xml``/``.bin`` and ``decoder.xml``/``.bin``, or with
``colorizer.xml``/``.bin``, as OpenVINO reads them, and ``card.json``: the network and its
arguments, how it was trained, what it reaches, a digest of every file, and where in the ``.bin``
files TensorFlow finds each weight. Weights are float16.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from invgray.errors import WeightsError

DEFAULT = "standard"
"""The preset used when none is named."""

ROBUST = "robust"
"""The preset that prints are taken for when none is named."""

COLORIZER = "colorizer"
"""The preset that colorizes when none is named."""

CARD = "card.json"

KINDS = {"codec": ("encoder", "decoder"), "colorizer": ("colorizer",)}
"""The networks that each kind of preset has."""


@dataclass(frozen=True)
class Preset:
    """A folder of trained networks whose card has been read.

    Attributes:
        name: what it is called on the command line and in gray pictures.
        directory: where its files are.
        card: the parsed ``card.json``.
    """

    name: str
    directory: Path
    card: dict

    @property
    def kind(self) -> str:
        """``"codec"`` or ``"colorizer"``."""
        return _kind(self.card)

    @property
    def robust(self) -> bool:
        """Whether its grays were trained to survive JPEG and editing."""
        return self.card.get("training", {}).get("channel") == "handled"

    @property
    def digest(self) -> str:
        """Short digest of the trained weights; recorded in every gray picture."""
        digests = [self.card["files"][f"{name}.bin"] for name in KINDS[self.kind]]
        return _sha256("".join(digests).encode())[:16]

    def file(self, name: str) -> Path:
        """Path of one of the preset's files, once its content matches the card.

        Raises:
            WeightsError: the file is missing or is not the one that the card describes.
        """
        path = self.directory / name
        try:
            digest = _sha256(path.read_bytes())
        except OSError as error:
            raise WeightsError(f"{path}: weights are missing", _REINSTALL) from error
        if digest != self.card["files"].get(name):
            raise WeightsError(f"{path}: weights do not match the card's checksum", _REINSTALL)
        return path

    def load_weights(self, network) -> None:
        """Give a Keras network, built as the card says, its trained weights.

        Raises:
            WeightsError: the file is missing or altered, or does not fit the network.
        """
        path = self.file(f"{network.name}.bin")
        data = path.read_bytes()
        try:
            offsets = self.card["offsets"][network.name]
            weights = [
                np.frombuffer(data, np.float16, math.prod(variable.shape), offset)
                for variable, offset in zip(network.weights, offsets, strict=True)
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise WeightsError(f"{path}: not the card's network", _REINSTALL) from error
        for variable, values in zip(network.weights, weights, strict=True):
            variable.assign(_from_stored(values, variable.shape))


def names(kind: str | None = None) -> list[str]:
    """The shipped presets, all or those of a kind."""
    found = sorted(card.parent for card in _root().glob(f"*/{CARD}"))
    return [d.name for d in found if kind is None or open_directory(d).kind == kind]


def load(which: str | Path, kind: str) -> Preset:
    """A preset of a kind: a shipped one by its name, or one in any folder by its path.

    Raises:
        WeightsError: there is none, its card is damaged, or it is of another kind.
    """
    preset = open_directory(which) if isinstance(which, Path) else find(which)
    if preset.kind != kind:
        remedy = {"codec": "'invgray encode' and 'decode'", "colorizer": "'invgray colorize'"}
        raise WeightsError(
            f"preset '{preset.name}' is a {preset.kind}, not a {kind}",
            f"it is for {remedy[preset.kind]}",
        )
    return preset


def find(name: str = DEFAULT) -> Preset:
    """A shipped preset by name.

    Raises:
        WeightsError: there is none of that name, or its card is damaged.
    """
    if name not in names():
        raise WeightsError(
            f"there is no preset '{name}' (shipped: {', '.join(names()) or 'none'})",
            "name one of these with --preset, or a folder with --weights",
        )
    return open_directory(_root() / name)


def open_directory(directory: Path) -> Preset:
    """A preset in any folder, as ``invgray train`` leaves it; named after the folder.

    Raises:
        WeightsError: there is no card in it, or the card is damaged.
    """
    path = directory / CARD
    try:
        card = json.loads(path.read_text("utf-8"))
        ratio, radius = card["ratio"], card["receptive_radius"]
        if not (isinstance(card["network"], str) and isinstance(card["arguments"], dict)):
            raise ValueError("network")
        if not (0 < ratio == int(ratio) and 0 < radius == int(radius)):
            raise ValueError("ratio")
        if not all(isinstance(card["files"][name], str) for name in _files(card)):
            raise ValueError("files")
        if _kind(card) == "colorizer" and not isinstance(card["colors"], dict):
            raise ValueError("colors")
    except OSError as error:
        raise WeightsError(
            f"{path}: not found", "give a folder that 'invgray train' has finished"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{path}: the card is damaged", _REINSTALL) from error
    return Preset(directory.resolve().name, directory, card)


def save(directory: Path, networks: list, card: dict) -> Preset:
    """Write Keras networks and the card that describes them.

    Weights are rounded to float16 values, which costs nothing measurable.

    Args:
        directory: made if missing; files of the same names are replaced.
        networks: Keras models, those of a kind in the order of ``KINDS``.
        card: everything but offsets and digests.
    """
    directory.mkdir(parents=True, exist_ok=True)
    offsets = {}
    for network in networks:
        network.set_weights([w.astype(np.float16).astype(w.dtype) for w in network.get_weights()])
        path = directory / f"{network.name}.xml"
        _export(network, path)
        data = path.with_suffix(".bin").read_bytes()
        stored = [_to_stored(weights).tobytes() for weights in network.get_weights()]
        offsets[network.name] = [data.index(weights) for weights in stored]
    digests = {name: _sha256((directory / name).read_bytes()) for name in _files(card)}
    text = json.dumps(card | {"offsets": offsets, "files": digests}, indent=2)
    (directory / CARD).write_text(text + "\n", "utf-8")
    return open_directory(directory)


def _kind(card: dict) -> str:
    return "colorizer" if card["network"] == "colorizer" else "codec"


def _files(card: dict) -> list[str]:
    return [f"{name}.{suffix}" for name in KINDS[_kind(card)] for suffix in ("xml", "bin")]


_REINSTALL = "reinstall invgray, or train again"


def _root() -> Path:
    package = Path(__file__).parent
    installed = package / "weights"
    return installed if installed.is_dir() else package.parent / "weights"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _export(network, path: Path) -> None:
    import openvino
    import tensorflow as tf

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


def _to_stored(weights: np.ndarray) -> np.ndarray:
    """Keras' kernels are ``(kh, kw, in, out)``, OpenVINO's ``(out, in, kh, kw)``."""
    kernel = weights.ndim == 4
    return (weights.transpose(3, 2, 0, 1) if kernel else weights).astype(np.float16)


def _from_stored(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if len(shape) != 4:
        return values.reshape(shape)
    height, width, inputs, outputs = shape
    return values.reshape(outputs, inputs, height, width).transpose(2, 3, 1, 0)
