"""Terms of Xia et al. 2018, each against closed forms and its equation written out in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.models.paper import vgg
from invgray.models.paper.objective import (
    contrast_difference,
    lightness_deviation,
    local_variation,
    objective,
    quantization,
    stage_weights,
    variation_difference,
)
from invgray.models.paper.settings import PaperSettings, Part, Schedule
from invgray.tensorflow import tf
from invgray.training import channel, losses

SHAPE = (2, 8, 10)


@pytest.fixture
def rgb():
    return np.random.default_rng(0).uniform(0, 255, (*SHAPE, 3)).astype(np.float32)


@pytest.fixture
def gray():
    return np.random.default_rng(1).uniform(-2, 257, (*SHAPE, 1)).astype(np.float32)


def pooled(rgb):
    """Stands in for VGG: 512 times the mean over 8x8 pixels and three channels."""
    return tf.repeat(tf.nn.avg_pool2d(tf.reduce_mean(rgb, -1, True), 8, 8, "VALID"), 512, -1)


def test_invertibility(rgb):
    restored = rgb[:, ::-1]
    literal = [sum((r - i) ** 2) / i.size for r, i in _pairs(restored, rgb)]
    np.testing.assert_allclose(losses.mean_square(restored - rgb), literal, rtol=1e-4)
    np.testing.assert_allclose(losses.mean_square(np.full((1, 4, 4, 3), 3.0)), [9.0])


def test_lightness(gray, rgb):
    luminance = rgb.mean(-1, keepdims=True)
    literal = [
        sum(max(abs(g - y) - 70, 0) for g, y in zip(a, b, strict=True)) / a.size
        for a, b in _pairs(gray, luminance)
    ]
    result = lightness_deviation(gray, luminance)
    np.testing.assert_allclose(result, literal, rtol=1e-4)
    flat = np.full((1, 4, 4, 1), 100.0, np.float32)
    assert float(lightness_deviation(flat + 70, flat)[0]) == 0
    assert float(lightness_deviation(flat - 75, flat)[0]) == pytest.approx(5)


def test_contrast_is_the_sum_over_the_features_of_a_256_pixel_picture():
    rgb = np.full((1, 256, 256, 3), 51.0, np.float32)
    gray = np.full((1, 256, 256, 1), 102.0, np.float32)
    literal = np.abs(pooled(np.repeat(gray, 3, -1)) - pooled(rgb)).sum()
    assert float(contrast_difference(gray, rgb, pooled)[0]) == pytest.approx(literal, rel=1e-4)
    assert literal == pytest.approx(512 * 32 * 32 * 51)
    part = contrast_difference(gray[:, :64, :64], rgb[:, :64, :64], pooled)
    assert float(part[0]) == pytest.approx(literal, rel=1e-4)


def test_local_structure(gray, rgb):
    def variation(x):
        height, width, channels = x.shape
        down = sum(
            abs(x[i + 1, j, c] - x[i, j, c])
            for i in range(height - 1)
            for j in range(width)
            for c in range(channels)
        )
        right = sum(
            abs(x[i, j + 1, c] - x[i, j, c])
            for i in range(height)
            for j in range(width - 1)
            for c in range(channels)
        )
        return down / ((height - 1) * width * channels) + right / (height * (width - 1) * channels)

    literal = [abs(variation(g) - variation(x)) for g, x in zip(gray, rgb, strict=True)]
    np.testing.assert_allclose(variation_difference(gray, rgb), literal, rtol=1e-3)
    stripes = np.tile(np.float32([0, 10]), (1, 4, 4))[..., None]
    np.testing.assert_allclose(local_variation(stripes), [10.0])


def test_quantization_is_the_distance_to_the_nearest_of_256_levels(gray):
    stack = np.abs(gray[..., 0, None] - np.arange(256))
    literal = stack.min(-1).mean((1, 2))
    np.testing.assert_allclose(quantization(gray), literal, rtol=1e-4)
    levels = np.arange(256, dtype=np.float32).reshape(1, 16, 16, 1)
    assert float(quantization(levels)[0]) == 0
    assert float(quantization(levels + 0.25)[0]) == pytest.approx(0.25)


def test_quantization_pulls_to_the_nearest_level():
    gray = tf.Variable([[[[3.2], [3.7], [-1.0], [256.0]]]])
    with tf.GradientTape() as tape:
        loss = quantization(gray)
    slopes = tape.gradient(loss, gray).numpy().ravel()
    np.testing.assert_allclose(slopes, np.array([1, -1, -1, 1]) / 4)


@pytest.fixture
def without_vgg(monkeypatch):
    """Features of the stand-in, in place of those of a network that would be downloaded."""
    monkeypatch.setattr(vgg, "features", lambda which, weights: pooled)


def weights(chosen, progress):
    return {term.name: term.weight(progress) for term in objective(chosen).terms}


@pytest.mark.usefixtures("without_vgg")
def test_terms_are_weighed_as_in_eq_3_and_table_1():
    first = {
        "invertibility": 1.0,
        "lightness": 1.0,
        "contrast": 1e-7,
        "structure": 0.5,
        "quantization": 0.0,
    }
    second = {
        "invertibility": 1.0,
        "lightness": 0.5,
        "contrast": 0.5e-7,
        "structure": 0.25,
        "quantization": 10.0,
    }
    assert weights(PaperSettings(), 0.749) == pytest.approx(first)
    assert weights(PaperSettings(), 0.751) == pytest.approx(second)
    assert objective(PaperSettings()).boundaries == (0.75,)
    one_stage = PaperSettings(schedule=Schedule.ONE_STAGE)
    assert weights(one_stage, 0.0) == pytest.approx(second)
    assert objective(one_stage).boundaries == ()
    assert objective(one_stage).channel is channel.untouched


def test_stages_are_those_of_table_1():
    two, one = Schedule.TWO_STAGE, Schedule.ONE_STAGE
    assert stage_weights(two, 0 / 120) == (1.0, 0.0)
    assert stage_weights(two, 89.9 / 120) == (1.0, 0.0)
    assert stage_weights(two, 90 / 120) == (0.5, 10.0)
    assert stage_weights(two, 1.0) == (0.5, 10.0)
    assert {stage_weights(one, epoch / 120) for epoch in range(121)} == {(0.5, 10.0)}


@pytest.mark.usefixtures("without_vgg")
def test_the_objective_is_eq_3_written_out(gray, rgb):
    restored = rgb[..., ::-1]
    loss = sum(
        term.weight(0.0) * term.value(rgb / 255, gray / 255, restored / 255)
        for term in objective(PaperSettings(schedule=Schedule.ONE_STAGE)).terms
    )
    luminance = rgb @ np.float32([[0.299], [0.587], [0.114]])
    lightness = np.maximum(np.abs(gray - luminance) - 70, 0).mean((1, 2, 3))
    contrast = contrast_difference(gray, rgb, pooled)
    structure = variation_difference(gray, rgb)
    levels = np.abs(gray[..., 0, None] - np.arange(256)).min(-1).mean((1, 2))
    literal = np.square(restored - rgb).mean((1, 2, 3))
    literal += 0.5 * (lightness + 1e-7 * contrast + 0.5 * structure) + 10 * levels
    np.testing.assert_allclose(loss, literal, rtol=1e-3)


@pytest.mark.usefixtures("without_vgg")
@pytest.mark.parametrize("part", [part for part in Part if part is not Part.DOWN_UP])
def test_an_ablation_leaves_its_term_out(part):
    every = [term.name for term in objective(PaperSettings()).terms]
    left = [term.name for term in objective(PaperSettings(without=(part,))).terms]
    assert left == [name for name in every if name != part]
    assert len(left) == 4


@pytest.mark.usefixtures("without_vgg")
@pytest.mark.parametrize(
    "name", ["invertibility", "lightness", "contrast", "structure", "quantization"]
)
def test_every_term_falls_by_going_down_its_gradient(name, gray, rgb):
    (term,) = (term for term in objective(PaperSettings()).terms if term.name == name)
    pictures = tf.Variable(gray / 255), tf.Variable(rgb[..., ::-1] / 255)
    with tf.GradientTape() as tape:
        before = tf.reduce_sum(term.value(rgb / 255, *pictures))
    for picture, slope in zip(pictures, tape.gradient(before, pictures), strict=True):
        if slope is not None:
            picture.assign_sub(0.01 / 255 * slope / tf.reduce_max(tf.abs(slope)))
    assert float(tf.reduce_sum(term.value(rgb / 255, *pictures))) < float(before)


def test_without_contrast_no_features_are_loaded(monkeypatch):
    monkeypatch.setattr(vgg, "features", lambda *_: pytest.fail("loaded"))
    objective(PaperSettings(without=(Part.CONTRAST,)))


def _pairs(a, b):
    return [(x.ravel(), y.ravel()) for x, y in zip(a, b, strict=True)]
