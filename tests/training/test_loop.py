"""The loop: resumed, interrupted, ruined and averaged, with a toy that learns in no time."""

from __future__ import annotations

import signal
from dataclasses import dataclass, replace
from threading import Event

import numpy as np
import pytest

from invgray.errors import Interrupted, TrainingError
from invgray.tensorflow import keras, tf
from invgray.training import log, loop
from invgray.training.length import Length, Unit
from invgray.training.optimizers import adam, muon
from invgray.training.settings import Settings
from invgray.training.trained import Run

SETTINGS = Settings(
    length=Length(12, Unit.STEPS), batch=2, patch=8, interval=5, seed=3, learning_rate=0.05
)


def toy():
    return keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Conv2D(3, 1, use_bias=False)], name="toy"
    )


class Toy:
    """Learns to give back what it is shown.

    Args:
        optimizer: of its weights.
        at: is called before every step, with its number from 0.
        ruined: steps whose loss is not finite, by number from 1; None stands for all.
    """

    boundaries = ()

    def __init__(self, optimizer=None, at=lambda step: None, ruined=()):
        keras.utils.set_random_seed(0)
        self.networks = (toy(),)
        self.optimizer = optimizer or adam(0.05, "float32")
        self.trainable_variables = self.networks[0].trainable_variables
        self.optimizer.build(self.trainable_variables)
        self.at, self.progress = at, []
        self.calls = tf.Variable(0)
        self.ruined = ruined

    def set_progress(self, progress):
        self.progress.append(progress)
        self.at(int(self.optimizer.iterations))

    def train_step(self, rgb):
        self.calls.assign_add(1)
        ruin = True if self.ruined is None else tf.reduce_any(self.calls == [0, *self.ruined])
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(self.networks[0](rgb) - rgb))
            loss *= tf.where(ruin, np.float32(np.nan), np.float32(1))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables))
        return {"loss": loss}


@dataclass
class Session:
    """Trains toys in one folder."""

    run: Run
    lines: list[str]
    merits: list[float]

    def train(self, trainee, settings=SETTINGS, run=None):
        twin = toy()
        merits = iter(self.merits)
        return loop.train(
            trainee,
            (twin,),
            settings,
            run or replace(self.run, stop=Event()),
            tf.distribute.get_strategy(),
            lambda: {"psnr": next(merits, 0.0), "mae": float(np.sum(twin.get_weights()[0]))},
        )

    @property
    def rows(self):
        return log.read(self.run.directory / "log.csv")


@pytest.fixture
def session(tmp_path, pictures, monkeypatch):
    monkeypatch.setattr(loop.curves, "plot", lambda *_: None)
    lines = []
    run = Run(
        pictures=pictures,
        validation=pictures[:1],
        directory=tmp_path / "run",
        quiet=True,
        report=lines.append,
    )
    run.directory.mkdir()
    return Session(run, lines, [])


def weights(network):
    return network.get_weights()[0]


def interrupt_at(*steps):
    def at(step):
        for _ in range(steps.count(step)):
            signal.raise_signal(signal.SIGINT)

    return at


def test_a_run_learns_logs_and_says_how_long_it_took(session):
    toy = Toy()
    long = replace(SETTINGS, length=Length(90, Unit.STEPS), interval=30)
    trained = session.train(toy, long)
    assert trained.steps == 90
    assert 0 <= trained.seconds < 60
    assert trained.precision == "float32"
    assert [row["step"] for row in session.rows] == [30, 60, 90]
    assert [row["progress"] for row in session.rows] == pytest.approx([1 / 3, 2 / 3, 1])
    assert session.rows[-1]["loss"] < 0.5 * session.rows[0]["loss"]
    assert toy.progress == pytest.approx(np.arange(90) / 90)
    assert [line.split(",")[0] for line in session.lines] == ["step 30", "step 60", "step 90"]


def test_epochs_are_as_many_patches_as_there_are_pictures(session):
    assert session.train(Toy(), replace(SETTINGS, length=Length(5, Unit.EPOCHS))).steps == 8


def test_a_run_of_minutes_ends_by_the_clock(session):
    trained = session.train(Toy(), replace(SETTINGS, length=Length(1 / 60, Unit.MINUTES)))
    assert trained.seconds >= 1
    assert session.rows[-1]["progress"] == 1


def test_a_resumed_run_equals_an_unbroken_one(session, tmp_path):
    whole = tmp_path / "whole"
    whole.mkdir()
    unbroken = session.train(Toy(muon(0.05, "float32")), run=replace(session.run, directory=whole))
    session.lines.clear()
    with pytest.raises(Interrupted, match="stopped at step 8, checkpoint saved"):
        session.train(Toy(muon(0.05, "float32"), at=interrupt_at(7)))
    assert session.lines[-1] == "stopping, with a checkpoint; Ctrl-C again ends at once"
    resumed = session.train(Toy(muon(0.05, "float32")))
    assert "resuming at step 8" in session.lines
    assert resumed.steps == 12
    np.testing.assert_array_equal(weights(*resumed.networks), weights(*unbroken.networks))


def test_an_event_stops_a_run_as_ctrl_c_does(session):
    stop = Event()

    def at(step):
        if step == 6:
            stop.set()

    with pytest.raises(Interrupted, match="stopped at step 7, checkpoint saved"):
        session.train(Toy(at=at), run=replace(session.run, stop=stop))


def test_a_second_ctrl_c_ends_at_once_and_the_last_checkpoint_stays(session):
    with pytest.raises(KeyboardInterrupt):
        session.train(Toy(at=interrupt_at(8, 8)))
    assert session.train(Toy()).steps == 12
    assert "resuming at step 5" in session.lines


def test_a_run_that_is_over_stays_so(session):
    first = session.train(Toy())
    again = session.train(Toy())
    assert again.steps == 12
    np.testing.assert_array_equal(weights(*again.networks), weights(*first.networks))


def test_a_loss_that_is_not_finite_goes_back_to_the_checkpoint(session):
    trained = session.train(Toy(ruined=[7]))
    assert "loss not finite: back to step 5, learning rate 2.50e-02" in session.lines
    assert trained.steps == 12
    assert np.isfinite(weights(*trained.networks)).all()


def test_a_loss_that_stays_not_finite_is_an_error(session):
    with pytest.raises(TrainingError, match="try a lower learning rate"):
        session.train(Toy(ruined=None))
    assert session.lines[-1] == "loss not finite: back to step 0, learning rate 7.81e-04"


def test_the_best_weights_are_those_of_the_highest_merit(session):
    session.merits = [10.0, 30.0, 20.0]
    trained = session.train(Toy(), replace(SETTINGS, interval=4))
    of_each = [row["validation_mae"] for row in session.rows]
    assert len(set(of_each)) == 3
    assert trained.figures["mae"] == pytest.approx(of_each[1])


def test_figures_that_are_no_numbers_pick_no_weights(session):
    session.merits = [np.nan, 3.0, np.nan]
    trained = session.train(Toy(), replace(SETTINGS, interval=4))
    assert trained.figures["mae"] == pytest.approx(session.rows[1]["validation_mae"])


def test_another_merit_begins_anew(session):
    """A run resumed for handled grays kept the weights that were best for untouched ones."""
    session.merits = [99.0]
    session.train(Toy(), replace(SETTINGS, interval=12))

    class Other(Settings):
        merit = "mae"

    longer = Other(length=Length(24, Unit.STEPS), batch=2, patch=8, interval=12)
    trained = session.train(Toy(), longer)
    assert trained.figures["mae"] == pytest.approx(session.rows[1]["validation_mae"])


def test_averages_go_to_the_twins_and_leave_the_trainee_alone():
    optimizer = muon(0.1, "float32")
    optimizer.ema_momentum = 0.5
    trainee, twin = Toy(optimizer), toy()
    for _ in range(2):
        optimizer.apply([tf.ones_like(v) for v in trainee.trainable_variables])
    before = weights(trainee.networks[0])
    loop.copy_averages(trainee, [twin])
    np.testing.assert_array_equal(weights(trainee.networks[0]), before)
    assert np.abs(weights(twin) - before).max() > 0.01


def test_without_averages_the_twins_get_the_weights():
    trainee, twin = Toy(), toy()
    loop.copy_averages(trainee, [twin])
    np.testing.assert_array_equal(weights(twin), weights(trainee.networks[0]))
