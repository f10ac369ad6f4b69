"""What the ``paper`` networks are trained for: Xia, Liu and Wong 2018, section 5.

The terms are those of Eqs. 4 to 9: of colours, gray and restored colours ``(N, H, W, C)`` in
[0, 255], one value a patch, ``(N,)``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from invgray.color import tensors
from invgray.models.paper import vgg
from invgray.models.paper.settings import PaperSettings, Part, Schedule
from invgray.tensorflow import Tensor, tf
from invgray.training import channel, losses
from invgray.training.objective import Objective, Term

ALPHA, BETA = 1e-7, 0.5
"""Weights of contrast and structure, Eq. 8."""

SECOND_STAGE = 90 / 120
"""Progress at which the second of two stages begins (Table 1)."""

Features = Callable[[Tensor], Tensor]
"""From RGB ``(N, H, W, 3)`` in [0, 255] to features ``(N, H/8, W/8, 512)``."""


def objective(settings: PaperSettings) -> Objective:
    """Eq. 3, with the paper's constants.

    The gray is not rounded on its way to the decoder: the quantisation term sees to that.

    Raises:
        WeightsError: the contrast term has no VGG weights.
    """

    def conformity(progress: float) -> float:
        return stage_weights(settings.schedule, progress)[0]

    def quantized(progress: float) -> float:
        return stage_weights(settings.schedule, progress)[1]

    terms: dict[Part, Callable[[], Term]] = {
        Part.LIGHTNESS: lambda: Term("lightness", _lightness, conformity),
        Part.CONTRAST: lambda: Term(
            "contrast", _contrast(_features(settings)), lambda p: ALPHA * conformity(p)
        ),
        Part.STRUCTURE: lambda: Term("structure", _structure, lambda p: BETA * conformity(p)),
        Part.QUANTIZATION: lambda: Term("quantization", _quantization, quantized),
    }
    kept = tuple(term() for part, term in terms.items() if part not in settings.without)
    two = settings.schedule is Schedule.TWO_STAGE
    return Objective(
        (Term("invertibility", _invertibility, lambda _: 1.0), *kept),
        channel.untouched,
        boundaries=(SECOND_STAGE,) if two else (),
    )


def stage_weights(schedule: Schedule, progress: float) -> tuple[float, float]:
    """omega_1 and omega_2 of Eq. 3: the weights of gray conformity and of quantisation (Table 1).

    One stage has those of the second from the start; the paper does not give its own.

    Args:
        schedule: of the stages.
        progress: of the run, from 0 to 1.
    """
    first = schedule is Schedule.TWO_STAGE and progress < SECOND_STAGE
    return (1.0, 0.0) if first else (0.5, 10.0)


def lightness_deviation(gray: Tensor, luminance: Tensor, threshold: float = 70.0) -> Tensor:
    """Lightness, Eq. 5: mean of what ``|G - L(I)|`` exceeds theta by."""
    excess = tf.nn.relu(tf.abs(gray - luminance) - threshold)
    return tf.reduce_mean(excess, axis=(1, 2, 3))


def contrast_difference(gray: Tensor, rgb: Tensor, features: Features) -> Tensor:
    """Contrast, Eq. 6: L1 distance of VGG features, as of a 256x256 picture.

    Args:
        gray: ``(N, H, W, 1)``, shown to VGG in three equal channels.
        rgb: ``(N, H, W, 3)``.
        features: see :mod:`invgray.models.paper.vgg`.
    """
    difference = features(tf.repeat(gray, 3, axis=-1)) - features(rgb)
    count = 512 * (256 // 8) ** 2
    return count * tf.reduce_mean(tf.abs(difference), axis=(1, 2, 3))


def variation_difference(gray: Tensor, rgb: Tensor) -> Tensor:
    """Local structure, Eq. 7: how far apart the mean local variations of gray and colours are."""
    return tf.abs(local_variation(gray) - local_variation(rgb))


def local_variation(x: Tensor) -> Tensor:
    """Var of Eq. 7: mean absolute difference of vertical plus that of horizontal neighbours."""
    vertical = tf.reduce_mean(tf.abs(x[:, 1:] - x[:, :-1]), axis=(1, 2, 3))
    return vertical + tf.reduce_mean(tf.abs(x[:, :, 1:] - x[:, :, :-1]), axis=(1, 2, 3))


def quantization(gray: Tensor) -> Tensor:
    """Quantisation, Eq. 9: mean distance to the nearest of the levels 0 to 255.

    The nearest level is found by rounding, which spares the paper's stack of 256 pictures.
    """
    nearest = tf.stop_gradient(tf.round(tf.clip_by_value(gray, 0.0, 255.0)))
    return tf.reduce_mean(tf.abs(gray - nearest), axis=(1, 2, 3))


def _features(settings: PaperSettings) -> Features:
    file = settings.contrast_weights
    return vgg.features(settings.contrast_network, Path(file) if file else None)


def _invertibility(rgb: Tensor, gray: Tensor, restored: Tensor) -> Tensor:
    """Eq. 4."""
    return losses.mean_square(255.0 * (restored - rgb))


def _lightness(rgb: Tensor, gray: Tensor, restored: Tensor) -> Tensor:
    return lightness_deviation(255.0 * gray, 255.0 * tensors.luminance(rgb))


def _contrast(features: Features) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    def value(rgb: Tensor, gray: Tensor, restored: Tensor) -> Tensor:
        return contrast_difference(255.0 * gray, 255.0 * rgb, features)

    return value


def _structure(rgb: Tensor, gray: Tensor, restored: Tensor) -> Tensor:
    return variation_difference(255.0 * gray, 255.0 * rgb)


def _quantization(rgb: Tensor, gray: Tensor, restored: Tensor) -> Tensor:
    return quantization(255.0 * gray)
