"""The families of networks, a folder each: architecture, settings, network, objective, training."""

from __future__ import annotations

from invgray.models import colorizer, paper, subpixel
from invgray.models.model import Abilities, Architecture, Model, NetworkSettings

__all__ = ["MODELS", "Abilities", "Architecture", "Model", "NetworkSettings", "model_of"]

MODELS = {model.name: model for model in (subpixel.MODEL, paper.MODEL, colorizer.MODEL)}
"""Every family of networks by its name."""


def model_of(settings: NetworkSettings) -> Model:
    """The family that settings are for."""
    return next(model for model in MODELS.values() if model.settings is type(settings))
