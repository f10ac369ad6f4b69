"""How long a training run lasts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What the length of a run is counted in."""

    MINUTES = "minutes"
    STEPS = "steps"
    EPOCHS = "epochs"


@dataclass(frozen=True)
class Length:
    """How long a run is to last.

    Attributes:
        amount: of minutes, of steps, or of epochs.
        unit: which of these; an epoch is as many patches as there are pictures.
    """

    amount: float
    unit: Unit

    def budget(self, pictures: int, batch: int) -> Budget:
        """The steps or seconds of a run on so many pictures, with so many patches in a step."""
        match self.unit:
            case Unit.MINUTES:
                return Budget(seconds=60 * self.amount)
            case Unit.STEPS:
                return Budget(steps=math.ceil(self.amount))
            case Unit.EPOCHS:
                return Budget(steps=math.ceil(self.amount * pictures / batch))


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A number of steps, or else of seconds, that all sittings of a run have together."""

    steps: int | None = None
    seconds: float = math.inf

    def progress(self, step: int, elapsed: float) -> float:
        """Share of the run that is over, from 0 to 1, after so many steps and seconds."""
        return min(1.0, step / self.steps if self.steps else elapsed / self.seconds)
