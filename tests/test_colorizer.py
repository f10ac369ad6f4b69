"""The colorizer: gray arrays in, plausible colours out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import invgray
from invgray import errors, metrics
from invgray.color.lab import gray_of
from invgray.color.levels import neutral, to_8_bits


def test_engines_agree_and_lightness_stays(colorizer, photo):
    gray = to_8_bits(gray_of(photo))[:100, :140]
    other = invgray.load_colorizer(engine="tensorflow", device="cpu", precision="float32")
    mine, its = (c.colorize(gray) for c in (colorizer, other))
    assert np.abs(mine.astype(int) - its).mean() < 0.1
    for rgb in (mine, its):
        assert np.abs(gray_of(rgb) - gray).max() <= 1.05


def test_bfloat16_gives_nearly_the_same_colours(colorizer, photo):
    gray = photo[:96, :96, 1]
    other = invgray.load_colorizer(engine="openvino", device="cpu", precision="bfloat16")
    assert metrics.psnr(colorizer.colorize(gray), other.colorize(gray)) > 35


def test_kinds_of_presets_are_told_apart():
    with pytest.raises(errors.WeightsError, match="'colorizer' is a colorizer, not a codec"):
        invgray.load("colorizer")
    with pytest.raises(errors.WeightsError, match="'standard' is a codec, not a colorizer"):
        invgray.load_colorizer("standard")


@pytest.mark.parametrize("name", ["astronaut", "coffee", "cat"])
def test_shipped_weights_make_colours_up(photos, name, colorizer):
    rgb = photos[name]
    gray = to_8_bits(gray_of(rgb))
    made_up = colorizer.colorize(gray)
    assert np.abs(gray_of(made_up) - gray).max() <= 1.05
    colors = colorizer.colors
    plain, found = (
        metrics.colorization(rgb, x, colors.centres, colors.rarity)
        for x in (neutral(gray), made_up)
    )
    assert found.auc_rebalanced > plain.auc_rebalanced + 5
    assert found.colorfulness > 0.5 * found.colorfulness_original


@pytest.mark.parametrize("name", ["astronaut", "coffee", "cat"])
def test_colours_pale_with_the_temperature(photos, name, colorizer):
    gray = to_8_bits(gray_of(photos[name]))
    vivid, usual, pale = (
        metrics.colorfulness(colorizer.colorize(gray, temperature)) for temperature in (0, 0.38, 1)
    )
    assert vivid > usual + 2
    assert usual > pale + 3


def test_a_colorizer_is_shared_by_threads(colorizer, photos):
    shared = invgray.load_colorizer(device="cpu", precision="float32")
    grays = [np.roll(rgb[:64, :48, 1], 7 * i, axis=0) for i in range(3) for rgb in photos.values()]
    with ThreadPoolExecutor(6) as pool:
        for gray, rgb in zip(grays, pool.map(shared.colorize, grays), strict=True):
            assert np.abs(rgb.astype(int) - colorizer.colorize(gray)).max() <= 1


@pytest.mark.parametrize(
    "array",
    [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.float32), np.zeros((0, 4), np.uint8)],
)
def test_wrong_arrays_are_refused(colorizer, array):
    with pytest.raises(ValueError, match=r"gray must be uint8 \(H, W\), not"):
        colorizer.colorize(array)


def test_a_colorizer_tells_what_it_is(colorizer):
    assert repr(colorizer) == (
        "Colorizer('colorizer', version=1, weights='6e5957a8c3db706f', engine='auto', "
        "device='cpu', precision='float32', abilities=('colorizes',))"
    )


def test_a_colorizer_is_loaded_from_a_folder(colorizer, photo):
    other = invgray.load_colorizer(
        str(colorizer.preset.directory), device="cpu", precision="float32"
    )
    gray = photo[:40, :40, 1]
    np.testing.assert_array_equal(other.colorize(gray), colorizer.colorize(gray))
