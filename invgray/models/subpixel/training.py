"""Training of the ``subpixel`` networks."""

from __future__ import annotations

from invgray.models.subpixel import network
from invgray.models.subpixel.objective import objective
from invgray.models.subpixel.settings import SubpixelSettings
from invgray.training import autoencoder, distribution, loop
from invgray.training.autoencoder import Autoencoder
from invgray.training.optimizers import muon
from invgray.training.trained import Run, Trained


def train(settings: SubpixelSettings, run: Run) -> Trained:
    """Train encoder and decoder, or go on with the run whose checkpoints are in its folder.

    Args:
        settings: what to train and how.
        run: pictures, and a folder for the run's files.

    Returns:
        Encoder and decoder with the best averaged weights.

    Raises:
        UsageError: the batch cannot be shared equally by all that train.
        TrainingError: the loss stopped being finite and lower learning rates did not help, or the
            checkpoints do not fit.
        Interrupted: by Ctrl-C, once a checkpoint is safe.
    """
    strategy, architecture = distribution.begin(settings), settings.architecture
    with strategy.scope():
        encoder = network.encoder(architecture, run.policy)
        decoder = network.decoder(architecture, run.policy)
        autoencoder.start_positive(encoder, decoder, run.pictures)
        optimizer = muon(settings.learning_rate, run.policy)
        trainee = Autoencoder(encoder, decoder, objective(settings), optimizer)
    averaged = network.encoder(architecture), network.decoder(architecture)
    return loop.train(
        trainee,
        averaged,
        settings,
        run,
        strategy,
        lambda: autoencoder.evaluate(*averaged, run.validation, settings.handled),
    )
