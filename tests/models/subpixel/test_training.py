"""Training of the ``subpixel`` networks."""

from __future__ import annotations

import pytest

from invgray.models.subpixel.settings import Channel, SubpixelSettings
from invgray.models.subpixel.training import train
from invgray.training import log
from invgray.training.length import Length, Unit


def settings(steps, **changes):
    given = {"width": 8, "batch": 2, "patch": 32, "seed": 3} | changes
    return SubpixelSettings(length=Length(steps, Unit.STEPS), **given)


def rows(run):
    return log.read(run.directory / "log.csv")


@pytest.mark.long
def test_training_learns_color(run):
    trained = train(settings(80, interval=40, learning_rate=5e-3), run)
    first, last = rows(run)
    assert last["color"] < 0.9 * first["color"]
    assert trained.figures["psnr"] == pytest.approx(last["validation_psnr"], abs=1e-4)
    assert trained.figures["psnr"] > first["validation_psnr"] + 0.5
    assert [network.name for network in trained.networks] == ["encoder", "decoder"]
    assert trained.colors is None


@pytest.mark.long
def test_a_handled_run_keeps_the_weights_that_survive_jpeg_and_hide(run):
    handled = settings(2, interval=1, channel=Channel.HANDLED, levels=3)
    trained = train(handled, run)
    validated = [row["validation_balance"] for row in rows(run)]
    assert len(set(validated)) > 1
    assert trained.figures["balance"] == pytest.approx(max(validated), rel=1e-6)
