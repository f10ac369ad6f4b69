"""Training of the ``subpixel`` networks."""

from __future__ import annotations

from invgray.models.subpixel import network
from invgray.models.subpixel.objective import objective
from invgray.models.subpixel.settings import SubpixelSettings
from invgray.tensorflow import keras
from invgray.training import autoencoder
from invgray.training.optimizers import muon
from invgray.training.trained import Run, Trained


def train(settings: SubpixelSettings, run: Run) -> Trained:
    """Train encoder and decoder: see :func:`invgray.training.autoencoder.train`."""
    architecture = settings.architecture

    def networks(policy: str | None) -> tuple[keras.Model, keras.Model]:
        return network.encoder(architecture, policy), network.decoder(architecture, policy)

    return autoencoder.train(
        settings,
        run,
        networks,
        lambda: objective(settings),
        lambda: muon(settings.learning_rate, run.policy),
        handled=settings.handled,
    )
