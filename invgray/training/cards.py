"""What a training run hands over: networks, and a card that says how they came about."""

from __future__ import annotations

from dataclasses import asdict
from typing import NamedTuple

import keras

from invgray.networks import architecture
from invgray.training.settings import Settings


class Trained(NamedTuple):
    """The result of a run.

    Attributes:
        networks: float32, with their best weights.
        card: for the preset; see :mod:`invgray.presets`.
        worker: number of the machine that trained; 0 saves the networks.
    """

    networks: list[keras.Model]
    card: dict
    worker: int


def card(settings: Settings, network: keras.Model, summary: dict, figures: dict) -> dict:
    """What a preset's card says of a run.

    Args:
        settings: of the run.
        network: the first one trained.
        summary: ``steps``, ``seconds`` and ``precision``.
        figures: of the validation.
    """
    defaults = asdict(type(settings)())
    changed = {k: v for k, v in asdict(settings).items() if v != defaults[k] and v is not None}
    options = [
        f"--{name.replace('_', '-')} {one}"
        for name, value in changed.items()
        for one in (value if isinstance(value, tuple) else [value])
    ]
    command = ["invgray train IMAGES", f"--network {settings.network}", *options]
    module, arguments = architecture(settings.network), settings.arguments
    return {
        "network": settings.network,
        "arguments": arguments,
        "ratio": module.ratio(**arguments),
        "receptive_radius": module.receptive_radius(**arguments),
        "parameters": network.count_params(),
        "command": " ".join(command),
        "training": asdict(settings) | summary,
        "figures": {"validation_256": figures},
    }
