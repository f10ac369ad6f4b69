"""Training of the ``layered`` networks."""

from __future__ import annotations

from invgray.models.layered import network
from invgray.models.layered.objective import objective
from invgray.models.layered.settings import LayeredSettings
from invgray.training import autoencoder, distribution, loop
from invgray.training.autoencoder import Autoencoder
from invgray.training.optimizers import muon
from invgray.training.trained import Run, Trained


def train(settings: LayeredSettings, run: Run) -> Trained:
    """Train pattern and decoder, or go on with the run whose checkpoints are in its folder.

    Args:
        settings: what to train and how.
        run: pictures, and a folder for the run's files.

    Returns:
        Pattern and decoder with the best averaged weights.

    Raises:
        UsageError: the batch cannot be shared equally by all that train.
        TrainingError: the loss stopped being finite and lower learning rates did not help, or the
            checkpoints do not fit.
        Interrupted: by Ctrl-C, once a checkpoint is safe.
    """
    strategy, architecture = distribution.begin(settings), settings.architecture
    with strategy.scope():
        pattern = network.pattern(architecture, run.policy)
        decoder = network.decoder(architecture, run.policy)
        encoder = network.encoder(pattern)
        autoencoder.start_positive(encoder, decoder, run.pictures)
        optimizer = muon(settings.learning_rate, run.policy)
        trainee = Autoencoder(encoder, decoder, objective(settings), optimizer)
    averaged = network.pattern(architecture), network.decoder(architecture)
    gray_of = network.encoder(averaged[0])
    return loop.train(
        trainee,
        averaged,
        settings,
        run,
        strategy,
        lambda: autoencoder.evaluate(gray_of, averaged[1], run.validation, handled=True),
    )
