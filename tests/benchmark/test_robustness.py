"""What is left of the colours when the gray is handled."""

from __future__ import annotations

import numpy as np
import pytest

from invgray import metrics
from invgray.benchmark import methods, quality, robustness
from invgray.benchmark.handling import HANDLINGS
from invgray.files import reading
from invgray.presets import store


@pytest.fixture
def standard(machine):
    return methods.trained(store.find("standard"), machine)


@pytest.fixture
def trip(standard, photo):
    return quality.measure(standard, "", np.ascontiguousarray(photo[:64, :80]), None)


def test_colours_are_those_decoded_from_the_handled_file(standard, trip, codec):
    found = robustness.measure(standard, trip)
    assert found.keys() == HANDLINGS.keys()
    assert found["none"] == trip.figures.psnr
    handled = HANDLINGS["jpeg-90"].apply(trip.gray)
    assert found["jpeg-90"] == metrics.psnr(trip.rgb, codec.decode(handled))
    turned = np.rot90(codec.decode(np.rot90(trip.gray).copy()), k=-1)
    assert found["rotate-90"] == metrics.psnr(trip.rgb, turned)
    assert found["noise-1"] > found["noise-2"] > found["noise-4"] > 15


def test_a_handled_file_goes_on_telling_what_made_it(trip):
    before = reading.read(trip.stored)
    after = reading.read(robustness.handled(trip.stored, HANDLINGS["blur-1.0"]))
    assert after.record == before.record is not None
    np.testing.assert_array_equal(after.pixels, HANDLINGS["blur-1.0"].apply(before.pixels))


def test_a_baseline_s_file_tells_nothing(photo):
    stored = robustness.handled(methods.LUMINANCE.encode(photo), HANDLINGS["jpeg-50"])
    assert reading.read(stored).record is None


def test_means_are_by_handling():
    rows = [dict.fromkeys(HANDLINGS, value) for value in (20.0, 30.0)]
    rows[1]["none"] = np.inf
    found = robustness.over_pictures(rows)
    assert found.keys() == HANDLINGS.keys()
    assert (found["jpeg-75"].psnr.mean, found["jpeg-75"].psnr.std) == (25, 5)
    assert found["none"].psnr.mean == 20
