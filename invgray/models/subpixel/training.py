"""Training of the ``subpixel`` networks."""

from __future__ import annotations

from invgray.models.subpixel import network
from invgray.models.subpixel.objective import objective
from invgray.models.subpixel.settings import SubpixelSettings
from invgray.training import autoencoder
from invgray.training.optimizers import muon
from invgray.training.trained import Run, Trained


def train(settings: SubpixelSettings, run: Run) -> Trained:
    """Train encoder and decoder: see :func:`invgray.training.autoencoder.train`."""
    return autoencoder.train(
        settings,
        run,
        settings.architecture,
        (network.encoder, network.decoder),
        lambda: objective(settings),
        lambda: muon(settings.learning_rate, run.policy),
        handled=settings.handled,
    )
