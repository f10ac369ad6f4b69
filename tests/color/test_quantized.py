"""The colours that a colorizer tells apart."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.color import gamut
from invgray.color.quantized import QuantizedColors


@pytest.mark.parametrize("count", [None, 313])
def test_rarity_is_rebalancing_without_a_uniform_share(count):
    random = np.random.default_rng(0)
    bins = len(gamut.bins(10, count))
    shares = random.dirichlet(np.full(bins, 0.1))
    colors = QuantizedColors(grid=10, count=count, distribution=tuple(shares), regression=False)
    np.testing.assert_array_equal(colors.centres, gamut.bins(10, count))
    expected = gamut.rebalancing(shares, colors.centres, mix=0.0)
    np.testing.assert_allclose(colors.rarity, expected)
