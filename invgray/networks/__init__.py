"""Keras definitions of the networks, one architecture a file. Tensors in, tensors out."""

from __future__ import annotations

import importlib


def architecture(name: str):
    """The module that defines a network: its functions, ``receptive_radius`` and ``ratio``.

    Importing it imports TensorFlow.
    """
    return importlib.import_module(f"{__name__}.{name}")


def build(card: dict, name: str, dtype: str | None = None):
    """The network ``name`` (such as ``"encoder"``) of a preset's card, without weights."""
    return getattr(architecture(card["network"]), name)(**card["arguments"], dtype=dtype)
