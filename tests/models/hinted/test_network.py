"""The ``hinted`` network: its size, what it sees, and its start from hints as spread."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from invgray.color.quantized import UNIT
from invgray.hints import Hints
from invgray.models.hinted import network
from invgray.models.hinted.architecture import HintedArchitecture
from invgray.models.hinted.prediction import levels, predict
from invgray.models.hinted.settings import HintedSettings
from invgray.models.subpixel.architecture import SubpixelArchitecture
from invgray.propagation import propagate
from invgray.training.length import Length, Unit

ARCHITECTURE = HintedArchitecture(
    trunk=SubpixelArchitecture(width=4, levels=3, before=1, deep=2, after=1, slope=0.1)
)


def test_the_network_has_the_full_resolution_and_fits_12_mb():
    settings = HintedSettings(length=Length(1, Unit.STEPS))
    net = network.colorizer(settings.architecture)
    assert net(np.zeros((1, 32, 48, 4), np.float32)).shape == (1, 32, 48, 2)
    assert 2 * net.count_params() < 12e6


def test_the_receptive_radius_covers_the_view(view):
    net = network.colorizer(ARCHITECTURE)
    random = np.random.default_rng(1)
    for layer in net.layers:
        if layer.weights:  # positive, so that no unit is cut off
            layer.set_weights([random.uniform(0, 0.1, w.shape) for w in layer.get_weights()])
    assert 80 < view(net, 4, 296) <= ARCHITECTURE.receptive_radius


def test_fresh_weights_leave_the_hints_as_spread_and_others_see_where_they_were():
    net = network.colorizer(ARCHITECTURE)
    hints, gray = Hints.none(16, 16), np.random.default_rng(0).integers(0, 256, (16, 16), np.uint8)
    hints.given[3, 4], hints.ab[3, 4] = True, (50, -30)
    hints.given[9, 9], hints.ab[9, 9] = True, (-20, 10)
    told = replace(hints, ab=propagate(gray, hints))
    seen = levels(gray, told)[None] / 255
    np.testing.assert_allclose(UNIT * np.asarray(net(seen))[0], told.ab, atol=1e-3)
    _, ab = predict(lambda x: np.asarray(net(x / 255)), gray, hints, ARCHITECTURE)
    np.testing.assert_allclose(ab, told.ab, atol=1e-3)
    last = net.layers[-3]
    last.set_weights([np.ones(w.shape) for w in last.get_weights()])
    other = seen.copy()
    other[0, 8, 8, 3] = 1
    assert np.abs(net(seen) - net(other)).max() > 0


def test_what_the_network_sees():
    hints = Hints.none(2, 3)
    hints.given[1, 2], hints.ab[1, 2] = True, (30, -20)
    seen = levels(np.full((2, 3), 77, np.uint8), hints)
    assert seen[1, 2].tolist() == [77, 158, 108, 255]
    assert seen[0, 0].tolist() == [77, 128, 128, 0]


def test_large_pictures_are_shown_small_and_edges_have_no_hints():
    shown = []

    def spy(x):
        shown.append(x)
        return np.full((*x.shape[:3], 2), (0.3, -0.2), np.float32)

    gray, hints = np.full((1000, 2000), 90, np.uint8), Hints.none(1000, 2000)
    hints.given[:], hints.ab[:] = True, (10, 10)
    small, ab = predict(spy, gray, hints, ARCHITECTURE)
    assert (shown[0].shape, small.shape, ab.shape) == ((1, 184, 368, 4), (181, 362), (181, 362, 2))
    np.testing.assert_allclose(ab[0, 0], (30, -20), rtol=1e-5)
    assert shown[0][0, 180, 361].tolist() == [90, 138, 138, 255]
    assert shown[0][0, 183, 367].tolist() == [90, 128, 128, 0]
