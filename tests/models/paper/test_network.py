"""The ``paper`` networks: as large as the paper's, and what they see."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.models.paper import network
from invgray.models.paper.architecture import RATIO, PaperArchitecture

WHOLE = PaperArchitecture(down_up=True)


@pytest.mark.parametrize("down_up", [True, False])
def test_receptive_radius_covers_the_encoder_s_view(view, randomised, down_up):
    architecture = PaperArchitecture(down_up=down_up)
    built = randomised(network.encoder(architecture), 0.02)
    radius = architecture.receptive_radius
    assert radius % RATIO == 0
    assert radius - 3 * RATIO <= view(built, 3, 160) <= radius


def test_the_decoder_sees_18_pixels_around(view, randomised):
    assert view(randomised(network.decoder(WHOLE), 0.02), 1, 64) == 18 < WHOLE.receptive_radius


def test_networks_have_the_paper_s_size():
    # Fig. 2 counted by hand: weights and biases of every convolution.
    def convolution(inputs, outputs, kernel=3):
        return inputs * outputs * kernel**2 + outputs

    def blocks(count, width):
        return 2 * count * convolution(width, width)

    encoder = (
        convolution(3, 64)
        + blocks(2, 64)
        + convolution(64, 128)
        + convolution(128, 128)
        + convolution(128, 256)
        + convolution(256, 256)
        + blocks(4, 256)
        + convolution(256, 128)
        + convolution(128, 128)
        + convolution(128, 64)
        + convolution(64, 64)
        + blocks(2, 64)
        + convolution(64, 1)
    )
    decoder = convolution(1, 64) + blocks(8, 64) + convolution(64, 256) + convolution(256, 3, 1)
    assert network.encoder(WHOLE).count_params() == encoder
    assert network.decoder(WHOLE).count_params() == decoder
    assert network.encoder(WHOLE)(np.zeros((1, 16, 24, 3), np.float32)).shape == (1, 16, 24, 1)
    assert network.decoder(WHOLE)(np.zeros((1, 16, 24, 1), np.float32)).shape == (1, 16, 24, 3)


def test_without_down_and_up_all_blocks_have_64_channels():
    flat = network.encoder(PaperArchitecture(down_up=False))
    shapes = [w.shape for w in flat.get_weights() if w.ndim == 4]
    assert shapes == [(3, 3, 3, 64), *16 * [(3, 3, 64, 64)], (3, 3, 64, 1)]
