"""Round trips with the shipped weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import invgray
from invgray import metrics
from invgray.benchmark import robustness
from invgray.images import to_8_bits

BOUNDS = {
    "standard": {"psnr": 37, "ssim": 0.96, "structure": 0.94, "gray_psnr": 36},
    "robust": {"psnr": 36.5, "ssim": 0.96, "structure": 0.92, "gray_psnr": 31.5},
    "paper": {"psnr": 38, "ssim": 0.96, "structure": 0.68, "gray_psnr": 24},
}


def round_trip(codec, rgb):
    gray = to_8_bits(codec.encode(rgb))
    return metrics.round_trip(rgb, gray, codec.decode(gray))


@pytest.fixture(scope="module", params=BOUNDS)
def shipped(request):
    return invgray.load(request.param, precision="float32")


@pytest.mark.parametrize("name", ["astronaut", "coffee", "cat"])
def test_colours_come_back_and_the_gray_is_one(shipped, photos, name):
    figures = round_trip(shipped, photos[name])
    bounds = BOUNDS[shipped.preset.name]
    assert all(figures[figure] > bound for figure, bound in bounds.items())


def test_saturated_colours_come_back(codec):
    rows = np.linspace(0, 1, 128)
    hues = np.stack([np.full((128, 128), 1.0), rows[:, None] * np.ones(128), np.ones((128, 128))])
    hues[0] = rows[None]
    rgb = np.asarray(
        Image.fromarray(to_8_bits(255 * hues.transpose(1, 2, 0)), "HSV").convert("RGB")
    )
    assert round_trip(codec, rgb)["psnr"] > 30


def test_gray_stays_as_it_is(codec, photo):
    gray = photo[..., 1]
    assert (codec.encode(np.dstack([gray] * 3)) == gray).all()
    assert (codec.encode(gray) == gray).all()


def test_plain_gray_decodes_to_nearly_neutral_colours(codec, photo):
    restored = codec.decode(photo[..., 1]).astype(int)
    assert np.ptp(restored, axis=-1).mean() < 6


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 40), st.integers(1, 40))
def test_any_size(codec, height, width):
    rgb = np.random.default_rng(height * 41 + width).integers(0, 256, (height, width, 3), np.uint8)
    gray = codec.encode(rgb)
    assert gray.shape == (height, width)
    assert gray.dtype == np.float32
    assert 0 <= gray.min() <= gray.max() <= 255
    restored = codec.decode(gray)
    assert restored.shape == rgb.shape
    assert restored.dtype == np.uint8


def test_tiles_equal_the_whole(codec, photo):
    rgb = photo[:250, :201]
    tiled = invgray.load("standard", precision="float32", tile=64)
    gray = to_8_bits(codec.encode(rgb))
    assert np.abs(gray.astype(int) - to_8_bits(tiled.encode(rgb))).max() <= 1
    assert np.abs(codec.decode(gray).astype(int) - tiled.decode(gray)).max() <= 1


@pytest.mark.parametrize(
    ("engine", "precision", "cost"),
    [
        ("openvino", "bfloat16", 0.3),
        ("tensorflow", "float32", 0.1),
        ("tensorflow", "bfloat16", 0.3),
    ],
)
def test_engines_and_precisions_agree(codec, photos, engine, precision, cost):
    other = invgray.load("standard", engine=engine, precision=precision, device="cpu")
    crops = [rgb[:160, :160] for rgb in photos.values()]
    mine, its = (np.mean([round_trip(c, x)["psnr"] for x in crops]) for c in (codec, other))
    assert abs(mine - its) < cost


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros(4, np.uint8),
    ],
)
def test_wrong_arrays_are_refused(codec, array):
    with pytest.raises(ValueError, match="must be"):
        codec.encode(array)


def test_decode_refuses_colour(codec, photo):
    with pytest.raises(ValueError, match=r"gray must be \(H, W\)"):
        codec.decode(photo)


@pytest.mark.parametrize(
    ("handling", "decibels"),
    [("jpeg-90", 36), ("jpeg-75", 33.5), ("jpeg-50", 31), ("resize-90%", 34), ("noise-2", 36)],
)
def test_robust_grays_survive_handling(robust, photos, handling, decibels):
    handled = robustness.HANDLINGS[handling].apply
    grays = {name: to_8_bits(robust.encode(rgb)) for name, rgb in photos.items()}
    found = [metrics.psnr(photos[n], robust.decode(handled(gray))) for n, gray in grays.items()]
    assert np.mean(found) > decibels
