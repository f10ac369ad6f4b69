"""What the ``subpixel`` networks are trained for."""

from __future__ import annotations

import numpy as np
import pytest

from invgray import metrics
from invgray.color.luminance import luminance
from invgray.models.subpixel.objective import objective
from invgray.models.subpixel.settings import Channel, SubpixelSettings
from invgray.tensorflow import tf
from invgray.training import channel
from invgray.training.length import Length, Unit


def settings(**changes):
    return SubpixelSettings(length=Length(9, Unit.STEPS), **changes)


def weights(chosen, progress):
    return {term.name: term.weight(progress) for term in objective(chosen).terms}


def test_terms_are_the_errors_of_colors_and_gray(photo):
    rgb = photo[None, :64, :64] / np.float32(255)
    gray = (luminance(rgb) + 0.1)[..., None].astype(np.float32)
    gray[0, 0, 0] = 1.5
    restored = rgb + np.float32(0.2)
    terms = objective(settings()).terms
    values = {t.name: float(t.value(*map(tf.constant, (rgb, gray, restored)))[0]) for t in terms}
    off = gray[..., 0] - luminance(rgb)
    assert values["color"] == pytest.approx(0.2, rel=1e-3)
    assert values["gray"] == pytest.approx(np.sqrt(np.square(off).mean()), rel=1e-3)
    assert values["overshoot"] == pytest.approx(np.square(np.maximum(gray - 1, 0)).mean(), rel=1e-3)
    stored = np.clip(np.rint(255 * gray[0, ..., 0]), 0, 255).astype(np.uint8)
    structure = metrics.structure(stored, photo[:64, :64])
    assert values["structure"] == pytest.approx(1 - structure, abs=0.03)


def test_the_gray_is_given_room_at_the_start():
    chosen = settings(gray_weight=0.2, structure_weight=0.4)
    assert weights(chosen, 0.0) == pytest.approx(
        {"color": 1.0, "gray": 0.05, "structure": 0.1, "overshoot": 50.0}
    )
    assert weights(chosen, 0.1) == pytest.approx(
        {"color": 1.0, "gray": 0.2, "structure": 0.4, "overshoot": 50.0}
    )


def test_colors_of_handled_grays_start_with_mean_squares():
    chosen = settings(channel=Channel.HANDLED, gray_weight=0.1)
    first, later = weights(chosen, 0), weights(chosen, 0.1)
    assert [first[name] for name in ("start", "color", "gray")] == [1, 0, 0]
    assert [later[name] for name in ("start", "color", "gray")] == [0, 1, 0.1]
    assert "start" not in weights(settings(), 0)


def test_trained_networks_need_no_start():
    begun = settings(channel=Channel.HANDLED, gray_weight=0.1, start="robust")
    assert weights(begun, 0) == weights(begun, 1)
    assert weights(begun, 0)["color"] == 1
    assert weights(begun, 0)["gray"] == 0.1


def test_channels():
    assert objective(settings()).channel is channel.png
    gray, seed = tf.random.stateless_uniform((2, 16, 16, 1), (1, 2)), tf.constant([3, 4])
    through = objective(settings(channel=Channel.HANDLED)).channel(gray, seed)
    layered = channel.with_random_bit(gray, seed)
    np.testing.assert_array_equal(through, channel.handled(layered, seed))
