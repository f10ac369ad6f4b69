"""Muon for convolutions, and who keeps averages and scales losses."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.tensorflow import keras, tf
from invgray.training.optimizers import ConvolutionMuon, adam, adamw, muon


def test_muon_makes_kernel_steps_orthogonal():
    kernel = keras.Variable(np.zeros((3, 3, 16, 32), np.float32))
    bias = keras.Variable(np.zeros(32, np.float32))
    optimizer = ConvolutionMuon(0.01, weight_decay=None, adam_weight_decay=None)
    random = np.random.default_rng(0)
    gradient = random.normal(size=(3, 3, 16, 32)).astype(np.float32)
    optimizer.apply([tf.constant(gradient), tf.ones(32)], [kernel, bias])
    step = kernel.numpy().reshape(-1, 32)
    singular = np.linalg.svd(step, compute_uv=False)
    assert singular.max() / singular.min() < 2
    reference = keras.optimizers.Muon.zeropower_via_newtonschulz5(
        optimizer, tf.constant(gradient.reshape(-1, 32)), 5
    )
    scale = -0.01 * 0.2 * np.sqrt(144)
    np.testing.assert_allclose(step, scale * reference, atol=2e-4)
    np.testing.assert_allclose(bias, -0.01 * np.ones(32), rtol=1e-3)


@pytest.mark.parametrize(
    ("optimizer", "averaged"),
    [
        (muon(0.1, "float32"), True),
        (muon(0.1, "float32", averaged=False), False),
        (adam(0.1, "mixed_bfloat16"), False),
        (adamw(0.1, "float32"), True),
    ],
)
def test_who_keeps_averages(optimizer, averaged):
    assert optimizer.use_ema == averaged


def test_the_loss_is_scaled_under_float16_only():
    loss = tf.constant(1.0)
    assert float(adam(0.1, "mixed_bfloat16").scale_loss(loss)) == 1
    scaling = muon(0.1, "mixed_float16")
    scaling.build([keras.Variable(np.zeros(3, np.float32))])
    assert float(scaling.scale_loss(loss)) > 1000
