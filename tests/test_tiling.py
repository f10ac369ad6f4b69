"""Tiles give what the whole picture gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import uniform_filter

from invgray import tiling


@given(st.integers(1, 90), st.integers(1, 90), st.integers(8, 64), st.sampled_from([1, 2, 4]))
def test_tiles_equal_the_whole_for_any_local_network(height, width, tile, multiple):
    image = np.random.default_rng(height * width).integers(0, 256, (height, width, 1), np.uint8)

    def network(x):
        assert x.shape[1] % multiple == x.shape[2] % multiple == 0
        return uniform_filter(x[0, ..., 0], 11, mode="constant")[None, ..., None]

    def run(side):
        output = np.empty((height, width, 1), np.float32)
        tiling.run(
            network,
            image,
            output,
            tile=side,
            halo=5,
            multiple=multiple,
            before=lambda x: x.astype(np.float32),
            after=lambda x: x,
        )
        return output

    np.testing.assert_allclose(run(tile), run(1000), atol=1e-3)


def test_pad_repeats_the_edge():
    image = np.arange(6).reshape(2, 3, 1)
    padded = tiling.pad(image, 4)
    assert padded.shape == (4, 4, 1)
    np.testing.assert_array_equal(padded[:2, :3], image)
    assert (padded[2:, :3] == image[1]).all()
    assert (padded[:2, 3] == image[:, 2]).all()


def test_default_tile_is_sensible():
    assert 256 <= tiling.default_tile() <= 1024
    assert tiling.default_tile() % 64 == 0
