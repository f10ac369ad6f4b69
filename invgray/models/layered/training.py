"""Training of the ``layered`` networks."""

from __future__ import annotations

from invgray.models.layered import network
from invgray.models.layered.objective import objective
from invgray.models.layered.settings import LayeredSettings
from invgray.training import autoencoder
from invgray.training.optimizers import muon
from invgray.training.trained import Run, Trained


def train(settings: LayeredSettings, run: Run) -> Trained:
    """Train pattern and decoder: see :func:`invgray.training.autoencoder.train`."""
    return autoencoder.train(
        settings,
        run,
        settings.architecture,
        (network.pattern, network.decoder),
        lambda: objective(settings),
        lambda: muon(settings.learning_rate, run.policy),
        encoder_of=network.encoder,
        handled=True,
    )
