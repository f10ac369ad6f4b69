"""Training of the ``colorizer`` network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from skimage.color import rgb2lab

from invgray import metrics
from invgray.color import gamut
from invgray.color.quantized import QuantizedColors
from invgray.models.colorizer import network
from invgray.models.colorizer.architecture import ColorizerArchitecture
from invgray.models.colorizer.settings import ColorizerSettings, ColorObjective
from invgray.models.colorizer.training import color_counts, evaluate, train
from invgray.tensorflow import keras
from invgray.training import log
from invgray.training.length import Length, Unit


@pytest.fixture
def small(monkeypatch):
    """Stacks of few channels."""
    monkeypatch.setattr(network, "STACKS", {1: (8,), 2: (16,), 3: (16,), 4: (16,), 5: (16,)})


def test_colors_are_counted_in_their_bins():
    red = Image.new("RGB", (10, 20), "red")
    centres = gamut.bins()
    counts = color_counts([red], centres, side=4)
    assert counts.sum() == counts.max() == 16
    where = np.rint(rgb2lab(np.uint8([[[255, 0, 0]]]))[0, 0, 1:] / 10) * 10
    np.testing.assert_array_equal(centres[counts.argmax()], where)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "objective",
    [ColorObjective.REBALANCED, pytest.param(ColorObjective.L2, marks=pytest.mark.long)],
)
def test_training_learns_a_color(run, photo, objective):
    tinted = [Image.fromarray(np.clip(photo * [1.0, 0.75, 0.45], 0, 255).astype(np.uint8))]
    settings = ColorizerSettings(
        length=Length(150, Unit.STEPS),
        objective=objective,
        interval=75,
        batch=2,
        patch=32,
        learning_rate=5e-3,
    )
    trained = train(settings, replace(run, pictures=tinted, validation=tinted))
    first, last = log.read(run.directory / "log.csv")
    assert last["loss"] < 0.8 * first["loss"]
    assert last["validation_auc"] > first["validation_auc"]
    assert list(trained.figures) == [
        "auc",
        "auc_rebalanced",
        "psnr",
        "colorfulness",
        "colorfulness_original",
    ]
    assert trained.colors.regression == (objective is ColorObjective.L2)
    assert sum(trained.colors.distribution) == pytest.approx(1, abs=1e-3)
    assert len(trained.colors.distribution) == 261


def test_figures_pool_the_pixels_of_all_pictures(photo):
    """The network always says a = 50, b = 0."""
    colors = QuantizedColors(
        grid=10, count=None, distribution=tuple(np.full(261, 1 / 261)), regression=True
    )
    net = keras.Sequential(
        [keras.Input((None, None, 1)), keras.layers.AveragePooling2D(4), keras.layers.Conv2D(2, 1)]
    )
    net.set_weights([np.zeros((1, 1, 1, 2)), np.array([0.5, 0.0])])
    architecture = ColorizerArchitecture(outputs=2, width=4)
    pictures = [Image.fromarray(photo), Image.new("RGB", (256, 256), "gray")]
    both, *each = (evaluate(net, architecture, colors, p) for p in (pictures, *zip(pictures)))
    rgb = [np.asarray(picture) for picture in pictures]
    rarity = [colors.rarity[gamut.nearest(rgb2lab(x)[..., 1:], colors.centres)] for x in rgb]
    pooled = np.average(
        [figures["auc_rebalanced"] for figures in each], weights=[r.sum() for r in rarity]
    )
    assert both["auc_rebalanced"] == pytest.approx(pooled, rel=1e-6)
    assert both["psnr"] == pytest.approx(np.mean([figures["psnr"] for figures in each]))
    assert each[1]["colorfulness_original"] == metrics.colorfulness(rgb[1]) == 0
    assert each[1]["colorfulness"] > 20
