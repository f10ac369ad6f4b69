"""Terms of Xia et al. 2018, each against closed forms and its equation written out in numpy."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from invgray.errors import WeightsError
from invgray.networks import vgg
from invgray.training import losses
from invgray.training.objectives import xia2018
from invgray.training.settings import PaperSettings

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
    result = losses.lightness_deviation(gray, luminance)
    np.testing.assert_allclose(result, literal, rtol=1e-4)
    flat = np.full((1, 4, 4, 1), 100.0, np.float32)
    assert float(losses.lightness_deviation(flat + 70, flat)[0]) == 0
    assert float(losses.lightness_deviation(flat - 75, flat)[0]) == pytest.approx(5)


def test_contrast_is_the_sum_over_the_features_of_a_256_pixel_picture():
    rgb = np.full((1, 256, 256, 3), 51.0, np.float32)
    gray = np.full((1, 256, 256, 1), 102.0, np.float32)
    literal = np.abs(pooled(np.repeat(gray, 3, -1)) - pooled(rgb)).sum()
    assert float(losses.contrast_difference(gray, rgb, pooled)[0]) == pytest.approx(
        literal, rel=1e-4
    )
    assert literal == pytest.approx(512 * 32 * 32 * 51)
    part = losses.contrast_difference(gray[:, :64, :64], rgb[:, :64, :64], pooled)
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
    np.testing.assert_allclose(losses.variation_difference(gray, rgb), literal, rtol=1e-3)
    stripes = np.tile(np.float32([0, 10]), (1, 4, 4))[..., None]
    np.testing.assert_allclose(losses.local_variation(stripes), [10.0])


def test_quantization_is_the_distance_to_the_nearest_of_256_levels(gray):
    stack = np.abs(gray[..., 0, None] - np.arange(256))
    literal = stack.min(-1).mean((1, 2))
    np.testing.assert_allclose(losses.quantization(gray), literal, rtol=1e-4)
    levels = np.arange(256, dtype=np.float32).reshape(1, 16, 16, 1)
    assert float(losses.quantization(levels)[0]) == 0
    assert float(losses.quantization(levels + 0.25)[0]) == pytest.approx(0.25)


def test_quantization_pulls_to_the_nearest_level():
    gray = tf.Variable([[[[3.2], [3.7], [-1.0], [256.0]]]])
    with tf.GradientTape() as tape:
        loss = losses.quantization(gray)
    slopes = tape.gradient(loss, gray).numpy().ravel()
    np.testing.assert_allclose(slopes, np.array([1, -1, -1, 1]) / 4)


def test_the_objective_weighs_the_terms_as_eq_3_and_table_1(monkeypatch, gray, rgb):
    monkeypatch.setattr(vgg, "features", lambda name, weights: pooled)
    objective = xia2018(PaperSettings())
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
    assert objective.weights(0.749) == pytest.approx(first)
    assert objective.weights(0.751) == pytest.approx(second)
    terms = objective.terms(rgb / 255, gray / 255, rgb[..., ::-1] / 255)
    assert terms.keys() == first.keys()
    np.testing.assert_allclose(terms["quantization"], losses.quantization(gray), rtol=1e-3)
    np.testing.assert_allclose(
        terms["invertibility"], losses.mean_square(rgb[..., ::-1] - rgb), rtol=1e-4
    )


def test_the_objective_is_eq_3_written_out(monkeypatch, gray, rgb):
    monkeypatch.setattr(vgg, "features", lambda name, weights: pooled)
    objective = xia2018(PaperSettings(schedule="one-stage"))
    restored = rgb[..., ::-1]
    terms = objective.terms(rgb / 255, gray / 255, restored / 255)
    loss = sum(weight * terms[name] for name, weight in objective.weights(0.0).items())
    luminance = rgb @ np.float32([[0.299], [0.587], [0.114]])
    lightness = np.maximum(np.abs(gray - luminance) - 70, 0).mean((1, 2, 3))
    contrast = losses.contrast_difference(gray, rgb, pooled)
    structure = losses.variation_difference(gray, rgb)
    quantization = np.abs(gray[..., 0, None] - np.arange(256)).min(-1).mean((1, 2))
    literal = np.square(restored - rgb).mean((1, 2, 3))
    literal += 0.5 * (lightness + 1e-7 * contrast + 0.5 * structure) + 10 * quantization
    np.testing.assert_allclose(loss, literal, rtol=1e-3)


@pytest.mark.parametrize("part", ["lightness", "contrast", "structure", "quantization"])
def test_an_ablation_leaves_its_term_out(monkeypatch, part, gray, rgb):
    monkeypatch.setattr(vgg, "features", lambda name, weights: pooled)
    objective = xia2018(PaperSettings(without=(part,)))
    assert part not in objective.weights(1.0)
    assert objective.terms(rgb, gray, rgb).keys() == objective.weights(1.0).keys()


def test_features_of_a_file(vgg16_file, photo):
    features = vgg.features("vgg16", vgg16_file)
    rgb = photo[None, :32, :48].astype(np.float32)
    whole = keras.applications.VGG16(include_top=False, weights=None)
    with np.load(vgg16_file) as arrays:
        for layer in whole.layers:
            if f"{layer.name}/kernel" in arrays:
                layer.set_weights([arrays[f"{layer.name}/{n}"] for n in ("kernel", "bias")])
    reference = keras.Model(whole.input, whole.get_layer("block4_conv3").output)
    normalised = (rgb / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    np.testing.assert_allclose(features(rgb), 57.63 * reference(normalised), rtol=1e-3, atol=0.05)
    assert features(rgb).shape == (1, 4, 6, 512)


def test_features_say_what_to_do_without_weights(monkeypatch, tmp_path):
    def fail(**options):
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.applications, "VGG19", fail)
    with pytest.raises(WeightsError, match="vgg19 cannot be downloaded") as caught:
        vgg.features()
    assert "--contrast-weights" in caught.value.remedy
    file = tmp_path / "wrong.npz"
    np.savez(file, nothing=np.zeros(3))
    with pytest.raises(WeightsError, match=r"wrong.npz: not weights of vgg16"):
        vgg.features("vgg16", file)


def _pairs(a, b):
    return [(x.ravel(), y.ravel()) for x, y in zip(a, b, strict=True)]
