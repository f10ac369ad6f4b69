"""The ``colorizer`` network: its size, what it sees, and its start from VGG-16."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.errors import WeightsError
from invgray.models.colorizer import network
from invgray.models.colorizer.architecture import ColorizerArchitecture
from invgray.models.colorizer.settings import ColorizerSettings, ColorObjective
from invgray.tensorflow import tf
from invgray.training.length import Length, Unit


@pytest.mark.parametrize(
    ("objective", "outputs"), [(ColorObjective.CLASSIFICATION, 261), (ColorObjective.L2, 2)]
)
def test_the_network_has_a_quarter_of_the_resolution_and_fits_30_mb(objective, outputs):
    settings = ColorizerSettings(length=Length(1, Unit.STEPS), objective=objective)
    net = network.colorizer(settings.architecture)
    assert net(np.zeros((1, 32, 24, 1), np.float32)).shape == (1, 8, 6, outputs)
    assert 2 * net.count_params() < 29.5e6


def test_the_receptive_radius_covers_the_view(view):
    architecture = ColorizerArchitecture(outputs=2, width=4)
    net = network.colorizer(architecture)
    random = np.random.default_rng(1)
    for layer in net.layers:
        if layer.weights:  # positive, so that no unit is cut off
            layer.set_weights([random.uniform(0, 0.1, w.shape) for w in layer.get_weights()])
    assert 80 < view(net, 1, 296) <= architecture.receptive_radius


def test_the_folded_layer_sees_in_gray_what_vgg16_sees_in_equal_channels(photo):
    random = np.random.default_rng(0)
    kernel, bias = random.normal(size=(3, 3, 3, 8)), random.normal(size=8)
    gray = photo[None, :32, :32, 1:2] / 255
    rgb = (gray.repeat(3, axis=-1) - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    folded, offset = network._folded(kernel, bias)
    seen = (gray - network.MEAN) / network.DEVIATION
    np.testing.assert_allclose(
        tf.nn.conv2d(seen, folded, 1, "VALID") + offset,
        tf.nn.conv2d(rgb, kernel, 1, "VALID") + bias,
        atol=1e-9,
    )


def test_pretrained_stacks_are_taken_over_and_the_first_stay(tmp_path):
    random = np.random.default_rng(0)
    arrays, inputs = {}, 3
    for block, widths in network.STACKS.items():
        for i, filters in enumerate(widths, 1):
            shape = (3, 3, inputs, filters)
            arrays[f"block{block}_conv{i}/kernel"] = random.random(shape, np.float32)
            arrays[f"block{block}_conv{i}/bias"] = random.random(filters, np.float32)
            inputs = filters
    np.savez(tmp_path / "vgg.npz", **arrays)
    net = network.colorizer(ColorizerArchitecture(outputs=4, width=224))
    network.start_from_vgg16(net, tmp_path / "vgg.npz")
    kernel, _ = net.get_layer("block5_conv2").get_weights()
    np.testing.assert_array_equal(kernel, arrays["block5_conv2/kernel"])
    assert not net.get_layer("block2_conv2").trainable
    assert net.get_layer("block3_conv1").trainable


@pytest.mark.parametrize("name", ["other.npz", "missing.npz"])
def test_other_files_are_refused(tmp_path, name):
    np.savez(tmp_path / "other.npz", x=1)
    net = network.colorizer(ColorizerArchitecture(outputs=2, width=4))
    with pytest.raises(WeightsError, match=r"not weights of VGG-16 .*; name another file"):
        network.start_from_vgg16(net, tmp_path / name)
