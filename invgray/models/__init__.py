"""The families of networks, a folder each: architecture, settings, network, objective, training."""

from __future__ import annotations

from invgray.models import colorizer, hinted, layered, luminance, paper, subpixel
from invgray.models.model import Abilities, Architecture, Family, Model, NetworkSettings

__all__ = [
    "FAMILIES",
    "MODELS",
    "Abilities",
    "Architecture",
    "Family",
    "Model",
    "NetworkSettings",
    "model_of",
]

MODELS = {
    model.name: model
    for model in (layered.MODEL, subpixel.MODEL, paper.MODEL, colorizer.MODEL, hinted.MODEL)
}
"""Every family of networks by its name."""

FAMILIES: dict[str, Family] = {luminance.FAMILY.name: luminance.FAMILY, **MODELS}
"""Everything that a preset can be of, by its name: these, and what needs no networks."""


def model_of(settings: NetworkSettings) -> Model:
    """The family that settings are for."""
    return next(model for model in MODELS.values() if model.settings is type(settings))
