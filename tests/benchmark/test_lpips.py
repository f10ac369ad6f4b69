"""LPIPS in numpy, against TensorFlow's convolutions."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.benchmark import lpips
from invgray.color.levels import to_8_bits
from invgray.errors import WeightsError


def test_it_equals_tensorflow_s_convolutions(alexnet_file, photos):
    tf = pytest.importorskip("tensorflow")
    x, y = photos["cat"][:80, :96], photos["coffee"][:80, :96]
    with np.load(alexnet_file) as arrays:
        weights = {name: arrays[name].astype(np.float32) for name in arrays.files}

    def features(rgb):
        z = (rgb[None] / 127.5 - 1 - [-0.030, -0.088, -0.188]) / [0.458, 0.448, 0.450]
        z = tf.constant(z, tf.float32)
        for number, stride, padding in ((1, 4, 2), (2, 1, 2), (3, 1, 1), (4, 1, 1), (5, 1, 1)):
            if number in (2, 3):
                z = tf.nn.max_pool2d(z, 3, 2, "VALID")
            z = tf.pad(z, [[0, 0], [padding] * 2, [padding] * 2, [0, 0]])
            z = tf.nn.conv2d(z, weights[f"conv{number}/kernel"], stride, "VALID")
            z = tf.nn.relu(z + weights[f"conv{number}/bias"])
            yield tf.math.l2_normalize(z, axis=-1, epsilon=1e-20).numpy(), number

    expected = sum(
        np.mean(((a - b) ** 2) @ weights[f"lpips{number}/weight"])
        for (a, number), (b, _) in zip(features(x), features(y), strict=True)
    )
    assert lpips.load(alexnet_file)(x, y) == pytest.approx(expected, rel=1e-3)


def test_it_grows_with_the_difference(alexnet_file, photo):
    distance = lpips.load(alexnet_file)
    assert distance(photo, photo) == 0
    noise = np.random.default_rng(0).normal(0, 1, photo.shape)
    apart = [distance(photo, to_8_bits(photo + sigma * noise)) for sigma in (2, 8, 32)]
    assert 0 < apart[0] < apart[1] < apart[2]


def test_a_picture_smaller_than_the_network_needs_has_none(alexnet_file, photo):
    distance = lpips.load(alexnet_file)
    assert distance(photo[:62], photo[:62]) is None
    assert distance(photo[:63, :63], photo[:63, :63]) == 0


@pytest.mark.parametrize("arrays", [{"nothing": 0}, {"conv1/kernel": 1}])
def test_other_files_are_refused(tmp_path, arrays):
    wrong = tmp_path / "wrong.npz"
    np.savez(wrong, **arrays)
    with pytest.raises(WeightsError, match="has no LPIPS weights"):
        lpips.load(wrong)
    with pytest.raises(WeightsError, match="has no LPIPS weights"):
        lpips.load(tmp_path / "missing.npz")
