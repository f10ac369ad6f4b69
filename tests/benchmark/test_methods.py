"""Ways to gray and back go through the files that users have."""

from __future__ import annotations

import numpy as np

from invgray.benchmark import methods
from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance
from invgray.files import reading
from invgray.presets import store


def test_a_preset_is_measured_as_its_users_have_it(codec, machine, photo):
    rgb = np.ascontiguousarray(photo[:64, :80])
    method = methods.trained(store.find("standard"), machine)
    stored = method.encode(rgb)
    picture = reading.read(stored)
    np.testing.assert_array_equal(picture.pixels, codec.encode(rgb))
    assert picture.record.weights == codec.preset.digest
    np.testing.assert_array_equal(method.decode(stored), codec.decode(picture.pixels))


def test_a_picture_without_colour_comes_back_in_three_channels(machine, photo):
    rgb = np.repeat(photo[:32, :32, 1:2], 3, axis=-1)
    method = methods.trained(store.find("standard"), machine)
    np.testing.assert_array_equal(method.decode(method.encode(rgb)), rgb)


def test_luminance_decoded_as_gray_loses_all_colour(photo):
    stored = methods.LUMINANCE.encode(photo)
    np.testing.assert_array_equal(reading.read(stored).pixels, to_8_bits(luminance(photo)))
    assert np.ptp(methods.LUMINANCE.decode(stored), axis=-1).max() == 0
