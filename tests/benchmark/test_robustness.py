"""What is left of the colours when the gray is handled."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from invgray import metrics
from invgray.benchmark import methods, quality, robustness
from invgray.benchmark.handling import HANDLINGS, handlings
from invgray.benchmark.robustness import Left
from invgray.files import reading
from invgray.presets import store

WHOLE = ("rotate-90", "rotate-180", "rotate-270", "mirror")
KEPT = ("none", "optimised-png", "stripped", "16-bit", "palette", "tiff", "webp-lossless", *WHOLE)


@pytest.fixture(scope="module")
def standard(machine):
    return methods.trained(store.find("standard-1"), machine)


@pytest.fixture(scope="module")
def trip(standard, photo):
    return quality.measure(standard, "", np.ascontiguousarray(photo[:64, :80]), None)


@pytest.fixture(scope="module")
def left(standard, trip):
    """What is left after every handling."""
    return robustness.measure(standard, trip)


def test_colours_are_those_decoded_from_the_handled_file(left, trip, codec):
    found = left
    assert found.keys() == HANDLINGS.keys()
    assert found["none"] == Left(trip.figures.psnr, trip.figures.fine)
    handled = HANDLINGS["jpeg-90"].apply(trip.gray)
    assert found["jpeg-90"] == Left(metrics.psnr(trip.rgb, codec.decode(handled)), 0)
    turned = np.rot90(codec.decode(np.rot90(trip.gray).copy()), k=-1)
    assert found["rotate-90"].psnr == pytest.approx(metrics.psnr(trip.rgb, turned))
    assert found["noise-1"].psnr > found["noise-2"].psnr > found["noise-4"].psnr > 15


@pytest.mark.parametrize("name", KEPT)
def test_the_fine_layer_survives_what_keeps_the_levels(name, left, trip):
    assert left[name].fine == 1
    assert left[name].psnr == pytest.approx(trip.figures.psnr, abs=0.1)


def test_crops_are_compared_with_what_is_left_of_the_original(left, trip, codec):
    way = handlings(zlib.crc32(trip.rgb.tobytes()))["crop"]
    restored = codec.decode(np.ascontiguousarray(way.apply(trip.gray)))
    assert left["crop"].psnr == metrics.psnr(way.expected(trip.rgb), restored)


def test_a_handled_file_goes_on_telling_what_made_it(trip):
    before = reading.read(trip.stored)
    after = reading.read(robustness.handled(trip.stored, HANDLINGS["blur-1.0"]))
    assert after.record == before.record is not None
    np.testing.assert_array_equal(after.pixels, HANDLINGS["blur-1.0"].apply(before.pixels))


def test_a_baseline_s_file_tells_nothing(photo):
    stored = robustness.handled(methods.LUMINANCE.encode(photo), HANDLINGS["jpeg-50"])
    assert reading.read(stored).record is None


def test_means_are_by_handling():
    rows = [dict.fromkeys(HANDLINGS, Left(value, value / 40)) for value in (20.0, 30.0)]
    rows[1]["none"] = Left(np.inf, None)
    found = robustness.over_pictures(rows)
    assert found.keys() == HANDLINGS.keys()
    assert (found["jpeg-75"].psnr.mean, found["jpeg-75"].psnr.std) == (25, 5)
    assert found["jpeg-75"].fine.mean == 0.625
    assert (found["none"].psnr.mean, found["none"].fine.mean) == (20, 0.5)
