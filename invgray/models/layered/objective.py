"""What the ``layered`` networks are trained for."""

from __future__ import annotations

from invgray.color import tensors
from invgray.models.layered.settings import LayeredSettings
from invgray.models.subpixel import objective as subpixel
from invgray.tensorflow import Tensor
from invgray.training import channel, losses
from invgray.training.objective import Objective, Term

UNTIL = 0.25
"""Progress at which the gray's conformity counts in full; half of it counts from the start."""


def objective(settings: LayeredSettings) -> Objective:
    """Colours from handled grays, whose lowest bit is taken, under a pattern that hides.

    Untouched grays have no part in it: their colours come from the fine layer.
    """

    def conformity(progress: float) -> float:
        return min(1.0, 0.5 + 0.5 * progress / UNTIL)

    return Objective(
        (
            Term("color", subpixel.color, lambda _: 1.0),
            Term("gray", subpixel.gray, lambda p: conformity(p) * settings.gray_weight),
            Term(
                "structure", subpixel.structure, lambda p: conformity(p) * settings.structure_weight
            ),
            Term("visibility", _visibility, lambda p: conformity(p) * settings.visibility_weight),
            Term("overshoot", subpixel.overshoot, lambda _: subpixel.OVERSHOOT_WEIGHT),
        ),
        channel.layered,
    )


def _visibility(rgb: Tensor, gray: Tensor, restored: Tensor) -> Tensor:
    """Root mean square of what an eye sees of the pattern."""
    plain = tensors.luminance(rgb)
    return losses.root_mean_square(tensors.visible(gray - plain, plain))
