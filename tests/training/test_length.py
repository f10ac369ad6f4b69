"""How long a run lasts: one number and its unit, and nothing beside them."""

from __future__ import annotations

import pytest

from invgray.models.paper.settings import PaperSettings
from invgray.training.length import Budget, Length, Unit


@pytest.mark.parametrize(
    ("amount", "unit", "budget"),
    [
        (10, Unit.STEPS, Budget(steps=10)),
        (2, Unit.MINUTES, Budget(seconds=120)),
        (3, Unit.EPOCHS, Budget(steps=8)),  # 3 * 10 patches, 4 in a step
        (0.1, Unit.EPOCHS, Budget(steps=1)),
    ],
)
def test_a_length_is_steps_or_seconds(amount, unit, budget):
    assert Length(amount, unit).budget(pictures=10, batch=4) == budget


def test_progress_goes_by_steps_or_by_seconds():
    assert Budget(steps=10).progress(5, 1e9) == 0.5
    assert Budget(steps=10).progress(11, 0) == 1
    assert Budget(seconds=60).progress(10**9, 15) == 0.25
    assert Budget(seconds=60).progress(0, 90) == 1


def test_the_paper_s_epochs_give_way_to_another_length():
    """``PaperSettings(steps=30)`` trained for 120 epochs."""
    assert PaperSettings().length == Length(120, Unit.EPOCHS)
    chosen = PaperSettings(length=Length(30, Unit.STEPS))
    assert chosen.length.budget(pictures=1300, batch=chosen.batch) == Budget(steps=30)
