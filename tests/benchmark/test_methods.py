"""Ways to gray and back go through the files that users have."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace

import numpy as np

from invgray.benchmark import methods
from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance
from invgray.files import reading
from invgray.presets import card as cards
from invgray.presets import store


def test_a_preset_is_measured_as_its_users_have_it(codec, machine, photo):
    rgb = np.ascontiguousarray(photo[:64, :80])
    method = methods.trained(store.find("standard-1"), machine)
    stored = method.encode(rgb)
    picture = reading.read(stored)
    np.testing.assert_array_equal(picture.pixels, codec.encode(rgb))
    assert picture.record.weights == codec.preset.digest
    decoded, restored = method.decode(stored), codec.restore(picture.pixels)
    np.testing.assert_array_equal(decoded.rgb, restored.rgb)
    assert (decoded.fine, decoded.exact) == (restored.fine, restored.exact) == (1, False)


def test_of_shipped_weights_it_has_to_be_found_out_whose_a_gray_is(robust, machine, photo):
    stored = methods.to_png(robust.encode(np.ascontiguousarray(photo[:64, :80])))
    asked = methods.trained(store.find("standard-1"), machine).decode(stored)
    np.testing.assert_array_equal(asked.rgb, robust.decode(reading.read(stored).pixels))


def test_weights_that_are_not_shipped_are_named(codec, machine, photo, tmp_path):
    trained = store.find("standard-1")
    copy = shutil.copytree(trained.directory, tmp_path / "mine")
    network = copy / "decoder.bin"
    card, weights = trained.card, bytearray(network.read_bytes())
    weights[card.offsets["decoder"][0]] ^= 1  # hardly another number
    network.write_bytes(weights)
    files = {**card.files, "decoder.bin": hashlib.sha256(network.read_bytes()).hexdigest()}
    cards.write(copy / "card.json", replace(card, files=files))
    preset = store.open_directory(copy)
    assert store.by_digest(preset.digest) is None
    method = methods.trained(preset, machine)
    rgb = np.ascontiguousarray(photo[:64, :80])
    assert method.decode(method.encode(rgb)).fine == 1


def test_what_has_no_fine_layer_says_so(machine, photo):
    rgb = np.ascontiguousarray(photo[:32, :40])
    for method in (methods.trained(store.find("paper"), machine), *methods.BASELINES):
        decoded = method.decode(method.encode(rgb))
        assert (decoded.fine, decoded.exact) == (None, None)


def test_a_picture_without_colour_comes_back_in_three_channels(machine, photo):
    rgb = np.repeat(photo[:32, :32, 1:2], 3, axis=-1)
    method = methods.trained(store.find("standard-1"), machine)
    np.testing.assert_array_equal(method.decode(method.encode(rgb)).rgb, rgb)


def test_luminance_decoded_as_gray_loses_all_colour(photo):
    stored = methods.LUMINANCE.encode(photo)
    np.testing.assert_array_equal(reading.read(stored).pixels, to_8_bits(luminance(photo)))
    assert np.ptp(methods.LUMINANCE.decode(stored).rgb, axis=-1).max() == 0
