"""What training minimises: a weighted sum of terms, and the channel between the two networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf

from invgray.networks import vgg
from invgray.networks.subpixel import Luminance
from invgray.training import channel, lab, losses
from invgray.training.schedules import STAGES, fade_in, fade_out, stage_weights
from invgray.training.settings import PaperSettings, Settings, SubpixelSettings

Terms = dict[str, tf.Tensor]


@dataclass(frozen=True)
class Objective:
    """The sum over ``terms`` of each one's mean over the batch times its weight.

    Attributes:
        terms: names and ``(N,)``, of colours, gray and restored colours ``(N, H, W, C)`` in [0, 1].
        weights: names and weights, of the progress of a run from 0 to 1.
        channel: what happens to the gray, by a seed ``(2,)``, before the decoder sees it.
        boundaries: progress at which stages of the training end.
    """

    terms: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], Terms]
    weights: Callable[[float], dict[str, float]]
    channel: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    boundaries: tuple[float, ...] = ()


def objective(settings: Settings) -> Objective:
    """The objective of the network that the settings name.

    Raises:
        WeightsError: the contrast term has no VGG weights.
    """
    if isinstance(settings, PaperSettings):
        return xia2018(settings)
    assert isinstance(settings, SubpixelSettings)
    return fidelity(settings)


def fidelity(settings: SubpixelSettings) -> Objective:
    """Colours and gray as close as can be, whatever happens to the gray on its way.

    The errors of both are root mean squares, beside the gray's structure term against CIE L. If the
    gray is handled, colours start with mean squares: under roots, which count the little to be won
    in dull patches as much as the much in colourful ones, no colour ever got through.
    """
    handled = settings.channel == "handled"

    def terms(rgb, gray, restored):
        values = {
            "color": losses.root_mean_square(restored - rgb),
            "gray": losses.root_mean_square(gray - _luminance(rgb)),
            "structure": losses.structure_dissimilarity(gray, lab.lightness(rgb)),
            "overshoot": losses.overshoot(gray),
        }
        start = {"start": losses.relative_mean_square(restored - rgb)} if handled else {}
        return values | start

    def weights(progress):
        conformity = fade_in(progress)
        start = fade_out(progress) if handled else 0.0
        values = {
            "color": 1.0 - start,
            "gray": (1.0 - start) * conformity * settings.gray_weight,
            "structure": conformity * settings.structure_weight,
            "overshoot": 10.0,
        }
        return values | ({"start": start} if handled else {})

    return Objective(terms, weights, channel.handled if handled else channel.png)


ALPHA, BETA = 1e-7, 0.5
"""The paper's weights of contrast and structure, Eq. 8."""


def xia2018(settings: PaperSettings) -> Objective:
    """Eq. 3 of Xia, Liu and Wong 2018, with values in [0, 255] and the paper's constants.

    The gray is not rounded on its way to the decoder: the quantisation term sees to that.
    """
    without, features = settings.without, None
    if "contrast" not in without:
        file = settings.contrast_weights
        features = vgg.features(settings.contrast_network, Path(file) if file else None)

    def terms(rgb, gray, restored):
        rgb, gray, restored = 255.0 * rgb, 255.0 * gray, 255.0 * restored
        values = {
            "invertibility": lambda: losses.mean_square(restored - rgb),
            "lightness": lambda: losses.lightness_deviation(gray, _luminance(rgb)),
            "contrast": lambda: losses.contrast_difference(gray, rgb, features),
            "structure": lambda: losses.variation_difference(gray, rgb),
            "quantization": lambda: losses.quantization(gray),
        }
        return {name: value() for name, value in values.items() if name not in without}

    def weights(progress):
        conformity, quantization = stage_weights(settings.schedule, progress)
        values = {
            "invertibility": 1.0,
            "lightness": conformity,
            "contrast": conformity * ALPHA,
            "structure": conformity * BETA,
            "quantization": quantization,
        }
        return {name: value for name, value in values.items() if name not in without}

    return Objective(terms, weights, channel.untouched, STAGES[settings.schedule])


_luminance = Luminance(dtype="float32")
