"""Stand-ins for what happens to grays, against what really happens to them."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage import data

from invgray.benchmark import handling
from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance
from invgray.tensorflow import tf
from invgray.training import channel


@pytest.fixture
def gray(photos):
    """Luminance of three photographs in [0, 1], float32 (3, 96, 88, 1)."""
    crops = [luminance(rgb[:96, :88]) for rgb in photos.values()]
    return (np.rint(np.stack(crops)) / 255).astype(np.float32)[..., None]


def test_png_rounds_forward_and_is_straight_backward():
    gray = tf.Variable([-0.2, 0.0, 0.1, 0.5004, 0.9999, 1.3])
    with tf.GradientTape() as tape:
        stored = channel.png(gray)
    levels = np.array([0, 0, 26, 128, 255, 255])
    np.testing.assert_allclose(255 * stored.numpy(), levels, atol=1e-4)
    np.testing.assert_array_equal(tape.gradient(stored, gray), np.ones(6))


@pytest.mark.parametrize("quality", [50, 60, 75, 90, 95])
def test_jpeg_is_pillow_s_within_a_third_of_a_level(gray, quality):
    """Pillow's encoder computes with integers: coefficients near half a step may go either way.

    SciPy's DCT in double precision is as far from it, up to 0.31 levels at quality 95.
    """
    stand_in = 255 * channel.jpeg(gray, np.full(3, quality, np.int32)).numpy()[..., 0]
    for ours, levels in zip(stand_in, to_8_bits(255 * gray[..., 0]), strict=True):
        real = handling.compressed(levels, "JPEG", quality)
        difference = np.abs(ours - real)
        assert difference.mean() < 0.33
        assert (difference > 1.5).mean() < 0.07
        assert np.abs(real.astype(float) - levels).mean() > 4 * difference.mean()


def test_every_patch_has_its_own_quality(gray):
    qualities = np.array([50, 75, 95], np.int32)
    together = channel.jpeg(gray, qualities).numpy()
    for i, quality in enumerate(qualities):
        alone = channel.jpeg(gray[i : i + 1], quality[None]).numpy()
        np.testing.assert_array_equal(together[i], alone[0])


@pytest.mark.parametrize("make", [lambda x: channel.png(x), lambda x: channel.jpeg(x, [60] * 3)])
def test_rounding_is_straight_through(gray, make):
    x = tf.Variable(0.8 * gray + 0.1)
    weights = np.random.default_rng(0).random(gray.shape, np.float32)
    with tf.GradientTape() as tape:
        y = make(x)
        total = tf.reduce_sum(weights * y)
    np.testing.assert_allclose(tape.gradient(total, x), weights, atol=1e-4)
    levels = 255 * y.numpy()
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-3)


def test_blur_keeps_means_and_flat_areas(gray):
    blurred = channel.blurred(gray, np.full((3, 1, 1, 1), 0.2, np.float32)).numpy()
    assert np.ptp(blurred) < np.ptp(gray)
    np.testing.assert_allclose(blurred.mean((1, 2)), gray.mean((1, 2)), atol=1e-3)
    row = np.array([[0, 0, 1, 0, 0]], np.float32).reshape(1, 1, 5, 1)
    share = np.full((1, 1, 1, 1), 0.25, np.float32)
    np.testing.assert_allclose(channel.blurred(row, share)[0, 0, :, 0], [0, 0.25, 0.5, 0.25, 0])


@pytest.mark.parametrize("scale", [0.4, 0.9, 1.1])
def test_resampling_is_pillow_s(gray, scale):
    ours = 255 * channel.resampled(gray, scale, np.zeros(2, np.float32)).numpy()[0, ..., 0]
    image = Image.fromarray(np.pad(255 * gray[0, ..., 0], channel.MARGIN, "symmetric"))
    other = tuple(round(n * scale) for n in image.size)
    there = image.resize(other, Image.Resampling.LANCZOS)
    back = np.asarray(there.resize(image.size, Image.Resampling.LANCZOS))
    inside = np.s_[channel.MARGIN : -channel.MARGIN]
    assert np.abs(ours - back[inside, inside]).max() < 0.1


def test_turning_there_and_back_loses_about_what_programs_lose():
    gray = luminance(data.astronaut()[:192, :192]).astype(np.float32)
    ours = 255 * np.array(channel.turned(gray[None, ..., None] / 255, 2.0))[0, ..., 0]
    image = Image.fromarray(gray)
    theirs = image.rotate(2, Image.Resampling.BICUBIC).rotate(-2, Image.Resampling.BICUBIC)
    inside = np.s_[40:-40, 40:-40]
    loss = [np.std((turned - gray)[inside]) for turned in (ours, np.asarray(theirs))]
    assert 0 < loss[0] < 3
    assert loss[0] == pytest.approx(loss[1], rel=0.25)


def test_webp_is_pillow_s_forward_and_the_identity_backward(gray):
    x = tf.Variable(gray)
    weights = np.random.default_rng(1).normal(size=gray.shape).astype(np.float32)
    with tf.GradientTape() as tape:
        stored = channel.webp(x, tf.constant([30, 60, 90]))
        total = tf.reduce_sum(weights * stored)
    np.testing.assert_allclose(tape.gradient(total, x), weights, atol=1e-4)
    errors = np.std(255 * (stored.numpy() - gray), axis=(1, 2, 3))
    assert errors[0] > 1.2 * errors[2] > 0
    file = BytesIO()
    Image.fromarray(to_8_bits(255 * gray[1, ..., 0])).save(file, "WEBP", quality=60)
    theirs = np.asarray(Image.open(file).convert("L"))
    np.testing.assert_array_equal(np.rint(255 * stored.numpy()[1, ..., 0]), theirs)


@pytest.mark.parametrize("scale", [0.5, 0.77, 1.0, 1.1])
@pytest.mark.parametrize("shift", [(0.5, 0.5), (-0.5, 0.3), (0.0, -0.5)])
def test_flat_areas_stay_flat_to_the_last_row(scale, shift):
    flat = np.full((1, 64, 48, 1), 0.7, np.float32)
    np.testing.assert_allclose(channel.resampled(flat, scale, np.float32(shift)), flat, atol=1e-4)


def test_shifted_grids_come_back(gray):
    shifted = channel.resampled(gray, 1.0, np.array([0.5, -0.3], np.float32)).numpy()
    inside = np.s_[:, 6:-6, 6:-6]
    assert 0 < 255 * np.abs(shifted - gray)[inside].mean() < 3


@pytest.mark.parametrize("way", [channel.mailed, channel.printed, channel.handled])
def test_handling_is_random_by_seed_and_every_result_is_a_file_s(gray, way):
    handled = tf.function(way)
    results = [handled(gray, tf.constant([0, i])).numpy() for i in range(20)]
    again = handled(gray, tf.constant([0, 3])).numpy()
    np.testing.assert_array_equal(results[3], again)
    assert len({result.tobytes() for result in results}) == 20
    for result in results:
        assert result.shape == gray.shape
        assert result.min() >= 0
        assert result.max() <= 1
        np.testing.assert_allclose(255 * result, np.rint(255 * result), atol=1e-3)
        assert 255 * np.abs(result - gray).mean() < 25


@pytest.mark.parametrize("way", [channel.mailed, channel.printed])
def test_gradients_pass_all_handlings(gray, way):
    x = tf.Variable(gray)
    for i in range(10):
        with tf.GradientTape() as tape:
            total = tf.reduce_mean(way(x, tf.constant([1, i])))
        gradient = tape.gradient(total, x).numpy()
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).sum() > 0.1


def test_prints_lose_as_much_detail_as_those_of_the_benchmark(gray):
    """From a scan at 300 dots an inch to one at 150."""

    def detail(x):
        return (x - gaussian_filter(x, 1))[8:-8, 8:-8].ravel()

    before = 255.0 * gray[0, ..., 0]
    kept = [
        detail(before) @ detail(np.asarray(after, float)) / np.square(detail(before)).sum()
        for after in (
            *(handling.printed_and_scanned(to_8_bits(before), dpi) for dpi in (300, 150)),
            *(255 * channel.printed(gray, tf.constant([0, i]))[0, ..., 0] for i in range(60)),
        )
    ]
    sharp, soft, *ours = kept
    assert 0.1 < soft < min(ours) < 1.4 * soft
    assert sharp < max(ours) < 1.4 * sharp
