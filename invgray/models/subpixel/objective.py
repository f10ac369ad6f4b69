"""What the ``subpixel`` networks are trained for."""

from __future__ import annotations

from invgray.color import tensors
from invgray.models.subpixel.settings import SubpixelSettings
from invgray.tensorflow import Tensor
from invgray.training import channel, losses
from invgray.training.objective import Objective, Term
from invgray.training.schedules import fade_in, fade_out

OVERSHOOT_WEIGHT = 50.0


def objective(settings: SubpixelSettings) -> Objective:
    """Colours and gray as close as can be, whatever happens to the gray on its way.

    The errors of both are root mean squares, beside the gray's structure term against CIE L. If the
    gray is handled, colours start with mean squares: under roots, which count the little to be won
    in dull patches as much as the much in colourful ones, no colour ever got through.
    """

    def start(progress: float) -> float:
        return fade_out(progress) if settings.handled and not settings.start else 0.0

    def entry(progress: float) -> float:
        return 1.0 if settings.start else fade_in(progress)

    def gray_weight(progress: float) -> float:
        return (1.0 - start(progress)) * entry(progress) * settings.gray_weight

    terms = (
        Term("color", color, lambda progress: 1.0 - start(progress)),
        Term("gray", gray, gray_weight),
        Term("structure", structure, lambda p: entry(p) * settings.structure_weight),
        Term("overshoot", overshoot, lambda _: OVERSHOOT_WEIGHT),
    )
    if not settings.handled:
        return Objective(terms, channel.png)
    return Objective(
        (*terms, Term("start", _colors_at_the_start, start)),
        channel.layered,
    )


def color(rgb: Tensor, gray: Tensor, restored: Tensor) -> Tensor:
    """Root mean square error of the restored colours."""
    return losses.root_mean_square(restored - rgb)


def gray(rgb: Tensor, gray: Tensor, restored: Tensor) -> Tensor:
    """Root mean square of what is added to the luminance."""
    return losses.root_mean_square(gray - tensors.luminance(rgb))


def structure(rgb: Tensor, gray: Tensor, restored: Tensor) -> Tensor:
    """One minus the gray's structure term against CIE L."""
    return losses.structure_dissimilarity(gray, tensors.lightness(rgb))


def overshoot(rgb: Tensor, gray: Tensor, restored: Tensor) -> Tensor:
    """Mean square of what clipping takes from the gray."""
    return losses.overshoot(gray)


def _colors_at_the_start(rgb: Tensor, gray: Tensor, restored: Tensor) -> Tensor:
    return losses.relative_mean_square(restored - rgb)
