"""Training of the ``paper`` networks: Xia, Liu and Wong 2018, section 6."""

from __future__ import annotations

from invgray.models.paper import network
from invgray.models.paper.objective import objective
from invgray.models.paper.settings import Optimizer, PaperSettings
from invgray.tensorflow import keras
from invgray.training import autoencoder
from invgray.training.optimizers import adam, muon
from invgray.training.trained import Run, Trained


def train(settings: PaperSettings, run: Run) -> Trained:
    """Train encoder and decoder: see :func:`invgray.training.autoencoder.train`.

    Raises:
        WeightsError: the contrast term has no VGG weights.
    """
    return autoencoder.train(
        settings,
        run,
        settings.architecture,
        (network.encoder, network.decoder),
        lambda: objective(settings),
        lambda: _optimizer(settings, run.policy),
    )


def _optimizer(settings: PaperSettings, policy: str) -> keras.optimizers.Optimizer:
    match settings.optimizer:
        case Optimizer.ADAM:
            return adam(settings.learning_rate, policy)
        case Optimizer.MUON:
            return muon(settings.learning_rate, policy, averaged=False)
