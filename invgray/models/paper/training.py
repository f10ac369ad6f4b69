"""Training of the ``paper`` networks: Xia, Liu and Wong 2018, section 6."""

from __future__ import annotations

from invgray.models.paper import network
from invgray.models.paper.objective import objective
from invgray.models.paper.settings import Optimizer, PaperSettings
from invgray.tensorflow import keras
from invgray.training import autoencoder, distribution, loop
from invgray.training.autoencoder import Autoencoder
from invgray.training.optimizers import adam, muon
from invgray.training.trained import Run, Trained


def train(settings: PaperSettings, run: Run) -> Trained:
    """Train encoder and decoder, or go on with the run whose checkpoints are in its folder.

    Args:
        settings: what to train and how.
        run: pictures, and a folder for the run's files.

    Returns:
        Encoder and decoder with the best weights.

    Raises:
        UsageError: the batch cannot be shared equally by all that train.
        WeightsError: the contrast term has no VGG weights.
        TrainingError: the loss stopped being finite and lower learning rates did not help, or the
            checkpoints do not fit.
        Interrupted: by Ctrl-C, once a checkpoint is safe.
    """
    strategy, architecture = distribution.begin(settings), settings.architecture
    with strategy.scope():
        encoder = network.encoder(architecture, run.policy)
        decoder = network.decoder(architecture, run.policy)
        autoencoder.start_positive(encoder, decoder, run.pictures)
        optimizer = _optimizer(settings, run.policy)
        trainee = Autoencoder(encoder, decoder, objective(settings), optimizer)
    averaged = network.encoder(architecture), network.decoder(architecture)
    return loop.train(
        trainee,
        averaged,
        settings,
        run,
        strategy,
        lambda: autoencoder.evaluate(*averaged, run.validation),
    )


def _optimizer(settings: PaperSettings, policy: str) -> keras.optimizers.Optimizer:
    match settings.optimizer:
        case Optimizer.ADAM:
            return adam(settings.learning_rate, policy)
        case Optimizer.MUON:
            return muon(settings.learning_rate, policy, averaged=False)
