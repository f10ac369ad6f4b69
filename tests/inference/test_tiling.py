"""Tiles give what the whole picture gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import uniform_filter

from invgray.inference import tiling
from invgray.models import Architecture


@dataclass(frozen=True, kw_only=True)
class Local(Architecture):
    """Sees a given number of pixels, on a given grid."""

    radius: int
    multiple: int

    @property
    def ratio(self):
        return self.multiple

    @property
    def receptive_radius(self):
        return self.radius


def average(radius, multiple):
    """A network that averages what it sees, and refuses sizes off its grid."""

    def network(x):
        assert x.shape[1] % multiple == x.shape[2] % multiple == 0
        return uniform_filter(x[0, ..., 0], 2 * radius + 1, mode="constant")[None, ..., None]

    return network


def run(image, radius, multiple, tile, watch=tiling.unwatched):
    output = np.empty(image.shape, np.float32)
    tiling.run(
        average(radius, multiple),
        Local(radius=radius, multiple=multiple),
        image.astype(np.float32),
        output,
        after=lambda x: x,
        tile=tile,
        watch=watch,
    )
    return output


@given(
    st.integers(1, 90),
    st.integers(1, 90),
    st.integers(8, 64),
    st.sampled_from([1, 2, 4]),
    st.integers(0, 5),
)
def test_tiles_equal_the_whole_for_any_local_network(height, width, tile, multiple, radius):
    image = np.random.default_rng(height * width).integers(0, 256, (height, width, 1), np.uint8)
    whole = run(image, radius, multiple, 1000)
    np.testing.assert_allclose(run(image, radius, multiple, tile), whole, atol=1e-3)


def test_a_halo_that_is_too_small_shows():
    image = np.random.default_rng(0).integers(0, 256, (60, 60, 1), np.uint8)
    output = np.empty(image.shape, np.float32)
    shy = Local(radius=2, multiple=4)
    tiling.run(average(9, 4), shy, image, output, lambda x: x, tile=16)
    assert np.abs(output - run(image, 9, 4, 1000)).max() > 10


def test_edges_are_repeated_up_to_the_grid():
    seen = []

    def network(x):
        seen.append(x[0, ..., 0])
        return x

    image, output = np.arange(6).reshape(2, 3, 1), np.empty((2, 3, 1), int)
    tiling.run(network, Local(radius=1, multiple=4), image, output, lambda x: x)
    assert seen[0].tolist() == [[0, 1, 2, 2], [3, 4, 5, 5], [3, 4, 5, 5], [3, 4, 5, 5]]
    np.testing.assert_array_equal(output, image)


def test_a_watch_hears_of_every_tile_and_may_stop():
    heard = []
    image = np.zeros((50, 40, 1), np.uint8)
    run(image, 1, 4, 32, watch=lambda *progress: heard.append(progress))
    assert heard == [(0, 2000), (32 * 32, 2000), (32 * 40, 2000), (32 * 40 + 18 * 32, 2000)]

    def stop(done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(image, 1, 4, 32, watch=stop)


def test_the_default_tile_goes_by_the_memory(monkeypatch):
    assert 256 <= tiling.default_tile() <= 1024
    free = {"SC_PAGE_SIZE": 4096}
    monkeypatch.setattr("os.sysconf", free.__getitem__)
    for megabytes, side in ((100, 256), (2048, 640), (10**6, 1024)):
        free["SC_AVPHYS_PAGES"] = megabytes * 256
        assert tiling.default_tile() == side
    monkeypatch.delattr("os.sysconf")
    assert tiling.default_tile() == 448
