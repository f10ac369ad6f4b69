"""The curves of a run."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from invgray.training import curves

ROWS = [
    {"step": s, "seconds": 60.0 * s, "progress": s / 4, "loss": 1 / s, "validation_auc": s}
    for s in range(1, 5)
]


@pytest.fixture
def drawn(monkeypatch):
    """Axes of the figure that is drawn."""
    axes = []

    class Figure(curves.Figure):
        def subplots(self, *args, **kwargs):
            axes.extend(super().subplots(*args, **kwargs))
            return axes

    monkeypatch.setattr(curves, "Figure", Figure)
    return axes


def test_loss_and_merit_are_drawn_over_minutes(tmp_path, drawn):
    curves.plot(ROWS, tmp_path / "curves.png", "validation_auc")
    loss, merit = drawn
    (line,) = loss.lines
    np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 4])
    np.testing.assert_allclose(line.get_ydata(), [1, 1 / 2, 1 / 3, 1 / 4])
    (line,) = merit.lines
    np.testing.assert_array_equal(line.get_ydata(), [1, 2, 3, 4])
    assert merit.get_ylabel() == "auc"
    assert np.ptp(np.asarray(Image.open(tmp_path / "curves.png"))) == 255


def test_stages_that_are_over_end_in_a_line(tmp_path, drawn):
    curves.plot(ROWS[:3], tmp_path / "curves.png", "validation_auc", (0.625, 0.9))
    _, (_, end) = (axes.lines for axes in drawn)
    np.testing.assert_allclose(end.get_xdata(), [2.5, 2.5])
