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
from invgray.watching import unwatched


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


def tiled(network, architecture, image, offset=(0, 0), **options):
    """An image, ``(H, W, C)``, as a network makes it tile by tile."""
    output = np.empty(image.shape, np.float32)

    def view(rows, columns, offset):
        return tiling.forward(network, architecture, image[rows, columns], offset)

    size = image.shape[:2]
    for rows, columns, values in tiling.run(view, architecture, size, offset, **options):
        output[rows, columns] = values
    return output


def run(image, radius, multiple, tile, offset=(0, 0), watch=unwatched):
    architecture = Local(radius=radius, multiple=multiple)
    network = average(radius, multiple)
    return tiled(network, architecture, image.astype(np.float32), offset, tile=tile, watch=watch)


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
    output = tiled(average(9, 4), Local(radius=2, multiple=4), image, tile=16)
    assert np.abs(output - run(image, 9, 4, 1000)).max() > 10


def test_edges_are_repeated_up_to_the_grid():
    seen = []

    def network(x):
        seen.append(x[0, ..., 0])
        return x

    image = np.arange(6).reshape(2, 3, 1)
    output = tiled(network, Local(radius=1, multiple=4), image)
    assert seen.pop().tolist() == [[0, 1, 2, 2], [3, 4, 5, 5], [3, 4, 5, 5], [3, 4, 5, 5]]
    np.testing.assert_array_equal(output, image)
    output = tiled(network, Local(radius=1, multiple=4), image, offset=(1, 1))
    assert seen.pop().tolist() == [[0, 0, 1, 2], [0, 0, 1, 2], [3, 3, 4, 5], [3, 3, 4, 5]]
    np.testing.assert_array_equal(output, image)


@given(st.integers(0, 7), st.integers(0, 7), st.sampled_from([16, 24, 100]))
def test_tiles_lie_on_the_grid_of_the_picture_that_a_part_is_of(top, left, tile):
    """A network that averages blocks of its grid gives a part what it gives the whole."""

    def network(x):
        means = x[0, ..., 0].reshape(x.shape[1] // 8, 8, x.shape[2] // 8, 8).mean((1, 3))
        return means.repeat(8, 0).repeat(8, 1)[None, ..., None]

    image = np.random.default_rng(0).integers(0, 256, (72, 64, 1)).astype(np.float32)
    blocks = Local(radius=1, multiple=8)
    whole = tiled(network, blocks, image)
    part = tiled(network, blocks, image[top:, left:], (top, left), tile=tile)
    np.testing.assert_array_equal(
        part[-top % 8 :, -left % 8 :], whole[8 * (top > 0) :, 8 * (left > 0) :]
    )


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
