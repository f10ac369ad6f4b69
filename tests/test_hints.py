"""Hints: strokes and points, in words and in pictures."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.color.lab import lab
from invgray.errors import InputError, UsageError
from invgray.files.picture import Picture
from invgray.hints import Hint, Hints, collected, drawn, parse

RED, BLUE = (208, 64, 48), (40, 80, 200)


def ab(*color):
    return lab(np.uint8(color))[1:]


def strokes(height, width, **alpha):
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:] = RED
    return Picture(pixels=pixels, **alpha)


@pytest.mark.parametrize("text", ["120,80,#d04030", "120,80,d04030", " 120,80,#D04030 "])
def test_a_hint_in_words(text):
    assert parse(text) == Hint(120, 80, RED)


@pytest.mark.parametrize(
    "text", ["", "1,2", "1,2,red", "-1,2,#d04030", "1,2,#d0403", "1,2,#d0403g"]
)
def test_other_words_are_no_hint(text):
    with pytest.raises(UsageError, match="is no hint; give column, row and colour"):
        parse(text)


def test_points_lie_over_strokes_and_transparent_pixels_are_no_hints():
    alpha = np.zeros((4, 6), np.uint8)
    alpha[1, 2:4], alpha[0, 0] = (128, 255), 127
    points = [Hint(3, 1, BLUE), Hint(5, 3, BLUE)]
    hints, notices = collected(4, 6, strokes(4, 6, alpha=alpha), points)
    assert notices == ()
    assert np.argwhere(hints.given).tolist() == [[1, 2], [1, 3], [3, 5]]
    np.testing.assert_allclose(hints.ab[1, 2], ab(*RED), atol=1e-4)
    np.testing.assert_allclose(hints.ab[1, 3], ab(*BLUE), atol=1e-4)
    assert not hints.ab[~hints.given].any()


def test_strokes_of_another_size_are_scaled_with_a_notice():
    alpha = np.zeros((4, 6), np.uint8)
    alpha[:2, :3] = 255
    hints, notices = collected(40, 60, strokes(4, 6, alpha=alpha), ())
    assert notices == ("has hints of 6x4 pixels; they are scaled to it",)
    assert hints.given[:20, :30].all()
    assert hints.given.sum() == 600


def test_gray_strokes_are_hints_of_no_colour():
    picture = Picture(pixels=np.full((3, 3), 90, np.uint8), alpha=np.full((3, 3), 255, np.uint8))
    hints, _ = collected(3, 3, picture, ())
    assert hints.given.all()
    assert np.abs(hints.ab).max() < 0.01


def test_what_cannot_be_hints_is_refused():
    with pytest.raises(InputError, match="has no transparency"):
        collected(4, 6, strokes(4, 6), ())
    alpha = np.zeros((6, 4), np.uint8)
    with pytest.raises(InputError, match=r"another shape \(4x6 pixels\) than the picture \(6x4\)"):
        collected(4, 6, strokes(6, 4, alpha=alpha), ())
    for x, y in ((6, 0), (0, 4)):
        with pytest.raises(UsageError, match=r"lies outside the picture \(6x4\)"):
            collected(4, 6, None, [Hint(x, y, RED)])


def test_a_smaller_version_has_the_means_of_its_cells():
    hints = Hints.none(4, 6)
    hints.given[0, 0] = hints.given[1, 1] = hints.given[3, 5] = True
    hints.ab[0, 0], hints.ab[1, 1], hints.ab[3, 5] = (10, 0), (20, 4), (-8, 8)
    small = hints.reduced(2, 3)
    assert np.argwhere(small.given).tolist() == [[0, 0], [1, 2]]
    assert small.ab[0, 0].tolist() == [15, 2]
    assert small.ab[1, 2].tolist() == [-8, 8]
    assert hints.reduced(4, 6) is hints


def test_random_hints_are_means_of_squares_within_the_picture(photo):
    true = lab(photo)[..., 1:]
    one = drawn(photo, 1, np.random.default_rng(3))
    rows, columns = np.nonzero(one.given)
    patch = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    assert one.given[patch].shape == (7, 7)
    assert one.given.sum() == 49
    np.testing.assert_allclose(one.ab[rows[0], columns[0]], true[patch].mean((0, 1)), rtol=1e-4)
    many = drawn(photo, 500, np.random.default_rng(3))
    assert 0.2 < many.given.mean() < 0.4
    again = drawn(photo, 500, np.random.default_rng(3))
    np.testing.assert_array_equal(many.ab, again.ab)
    assert not drawn(photo, 0, np.random.default_rng(3)).given.any()
    tiny = drawn(photo[:3, :5], 2, np.random.default_rng(3))
    assert tiny.given.all()
