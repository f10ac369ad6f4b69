"""Learning rates and weights by the progress of a run."""

from __future__ import annotations

import pytest

from invgray.training.schedules import fade_in, fade_out, linear, warmup_cosine


def test_warmup_and_cosine():
    assert warmup_cosine(0, 0) == pytest.approx(1 / 200)
    assert warmup_cosine(0, 500) == 1
    assert warmup_cosine(0.5, 500) == pytest.approx(0.5)
    assert warmup_cosine(1, 500) == pytest.approx(0)


def test_the_paper_s_rate_goes_straight_down_to_a_hundredth():
    assert 2e-4 * linear(0.0, 49) == pytest.approx(2e-4)
    assert 2e-4 * linear(0.5, 1000) == pytest.approx(1.01e-4)
    assert 2e-4 * linear(1.0, 1000) == pytest.approx(2e-6)
    assert linear(0.0, 0) == pytest.approx(1 / 50)


def test_weights_that_fade():
    assert fade_in(0) == 0.25
    assert fade_in(0.1) == fade_in(1) == 1
    assert (fade_out(0), fade_out(0.05), fade_out(0.1), fade_out(1)) == (1, 0.5, 0, 0)
