"""What the ``colorizer`` network is trained for, against its definitions."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2lab

from invgray.color import gamut
from invgray.models.colorizer.objective import objective, soft_encoding
from invgray.models.colorizer.settings import ColorizerSettings, ColorObjective
from invgray.tensorflow import tf
from invgray.training.length import Length, Unit


def settings(which):
    return ColorizerSettings(length=Length(1, Unit.STEPS), objective=which)


def test_soft_encoding_is_that_of_its_definition():
    centres = gamut.bins()
    ab = rgb2lab(np.random.default_rng(0).random((1, 3, 4, 3)))[..., 1:].astype(np.float32)
    indices, shares = (x.numpy() for x in soft_encoding(tf.constant(ab), centres))
    for where in np.ndindex(1, 3, 4):
        distances = np.linalg.norm(centres - ab[where], axis=-1)
        nearest = np.argsort(distances, kind="stable")[:5]
        weights = np.exp(-(distances[nearest] ** 2) / (2 * 5**2))
        assert indices[where][0] == nearest[0]
        assert set(indices[where]) == set(nearest)
        expected = dict(zip(nearest, weights / weights.sum(), strict=True))
        np.testing.assert_allclose(shares[where], [expected[i] for i in indices[where]], atol=1e-4)


@pytest.mark.parametrize("which", [ColorObjective.CLASSIFICATION, ColorObjective.REBALANCED])
def test_cross_entropy_is_that_of_its_definition(which):
    centres = gamut.bins()
    random = np.random.default_rng(0)
    outputs = random.normal(size=(1, 2, 3, len(centres))).astype(np.float32)
    ab = random.uniform(-60, 60, (1, 2, 3, 2)).astype(np.float32)
    weights = random.uniform(0.5, 2, len(centres)).astype(np.float32)
    loss = objective(settings(which), centres, weights)(tf.constant(outputs), tf.constant(ab))
    for where in np.ndindex(1, 2, 3):
        distances = np.linalg.norm(centres - ab[where], axis=-1)
        target = np.where(
            np.isin(distances, np.sort(distances)[:5]), np.exp(-(distances**2) / 50), 0
        )
        target /= target.sum()
        predicted = np.exp(outputs[where]) / np.exp(outputs[where]).sum()
        rarity = weights[distances.argmin()] if which is ColorObjective.REBALANCED else 1
        expected = -rarity * (target * np.log(predicted)).sum()
        assert loss[where].numpy() == pytest.approx(expected, rel=1e-3)


def test_l2_is_the_squared_distance_in_ab():
    loss = objective(settings(ColorObjective.L2), gamut.bins(), np.ones(261))
    outputs, ab = tf.constant([[[[0.3, -0.4]]]]), tf.constant([[[[0.0, 0.0]]]])
    assert float(loss(outputs, ab)[0, 0, 0]) == pytest.approx(0.25)
