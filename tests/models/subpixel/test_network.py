"""The ``subpixel`` networks: what they see, and where they start from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from invgray.color.luminance import luminance
from invgray.models.subpixel import network
from invgray.models.subpixel.architecture import SubpixelArchitecture
from invgray.tensorflow import keras

SMALL = SubpixelArchitecture(width=8, levels=2, before=1, deep=2, after=2, slope=0.0)


@pytest.mark.parametrize(("name", "channels"), [("encoder", 3), ("decoder", 1)])
@pytest.mark.parametrize(("levels", "pilot"), [(2, 0.0), (3, 0.0), (2, 0.8), (3, 0.8)])
def test_receptive_radius_covers_the_view(view, randomised, name, channels, levels, pilot):
    architecture = replace(SMALL, levels=levels, pilot=pilot)
    built = randomised(getattr(network, name)(architecture), 0.1)
    radius, ratio = architecture.receptive_radius, architecture.ratio
    assert radius % ratio == 0
    assert radius - 3 * ratio <= view(built, channels, 200) <= radius


def test_networks_start_near_the_identity(photo):
    x = photo[None, :64, :64] / np.float32(255)
    gray = network.encoder(replace(SMALL, width=16, deep=5))(x).numpy()
    assert np.abs(gray[0, ..., 0] - luminance(x[0])).mean() < 0.15
    restored = network.decoder(replace(SMALL, width=16, deep=5))(gray).numpy()
    assert np.abs(restored - gray).mean() < 0.15


def test_mixed_precision_keeps_float32_ends():
    built = network.encoder(SMALL, "mixed_bfloat16")
    assert built(np.zeros((1, 8, 8, 3), np.float32)).dtype == np.float32
    inner = {layer.compute_dtype for layer in built.layers}
    assert inner == {"float32", "bfloat16"}


@pytest.mark.parametrize("name", ["encoder", "decoder"])
@pytest.mark.parametrize("change", [{"levels": 3}, {"width": 16}, {"before": 2}, {"deep": 3}])
def test_every_argument_counts(name, change):
    build = getattr(network, name)
    sizes = [build(a).count_params() for a in (SMALL, replace(SMALL, **change))]
    assert sizes[0] < sizes[1]


def test_unshuffling_and_shuffling_lose_no_value():
    x = np.random.default_rng(0).random((2, 8, 12, 3), np.float32)
    there = network.PixelUnshuffle()(x)
    assert there.shape == (2, 4, 6, 12)
    np.testing.assert_array_equal(there[0, 1, 2], x[0, 2:4, 4:6].ravel())
    np.testing.assert_array_equal(network.PixelShuffle()(there), x)


def test_the_pilot_is_all_that_there_is_at_its_frequencies(randomised, waves, photo):
    built = randomised(network.encoder(replace(SMALL, pilot=0.8)), 0.1)
    rgb = photo[None] / np.float32(255)
    pattern = 255 * (built(rgb).numpy()[0, ..., 0] - luminance(rgb[0]))
    assert np.abs(pattern).max() > 10
    np.testing.assert_allclose(waves(pattern), -0.8 * 2**-0.5 / 2, atol=0.01)


@pytest.mark.parametrize("name", ["encoder", "decoder"])
def test_every_kernel_is_drawn_from_the_seed(name):
    """Small kernels had a seed of the import's: one for all of them, another in every process."""

    def kernels(seed):
        keras.utils.set_random_seed(seed)
        return [w for w in getattr(network, name)(SMALL).get_weights() if w.ndim == 4]

    for one, same, other in zip(kernels(1), kernels(1), kernels(2), strict=True):
        np.testing.assert_array_equal(one, same)
        assert np.abs(one - other).max() > 0.01
    drawn = kernels(1)
    assert len({kernel.tobytes() for kernel in drawn}) == len(drawn)
