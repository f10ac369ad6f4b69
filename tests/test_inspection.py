"""What grays say of themselves, however they were handled."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

import invgray
from invgray import errors
from invgray.fine.cells import Box
from invgray.fine.orientation import ORIENTATIONS, Orientation
from invgray.presets import store

LUMINANCE = store.find("luminance")


def to_png(array):
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(file, "PNG")
    return file.getvalue()


def encoded(array, **options):
    target = io.BytesIO()
    invgray.encode_file(to_png(array), target, invgray.EncodeOptions(**options))
    return target.getvalue()


@pytest.fixture(scope="module")
def gray_file():
    """A gray of 400x451 pixels, in nine cells."""
    return encoded(data.astronaut()[:400, :451], preset="luminance")


@pytest.fixture(scope="module")
def gray(gray_file):
    return np.asarray(Image.open(io.BytesIO(gray_file)))


def test_an_untouched_gray(gray_file):
    assert invgray.inspect_file(gray_file) == invgray.Inspection(
        input="-",
        width=451,
        height=400,
        recorded=True,
        preset="luminance",
        weights=LUMINANCE.digest,
        cells=9,
        intact=9,
        fine=1,
        orientation=Orientation(0, False),
        original=Box(0, 0, 400, 451),
    )


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=lambda o: o.words)
def test_crops_turned_and_mirrored(gray, orientation):
    """Cells begin at 133 and 266, and at 150 and 300: four of nine are whole."""
    crop = gray[33:, 51:]
    found = invgray.inspect_file(to_png(orientation.apply(crop)))
    assert found.orientation == orientation
    assert found.original == Box(-33, -51, 400, 451)
    assert (found.cells, found.intact, found.recorded) == (9, 4, False)
    assert found.fine == pytest.approx((400 - 133) * (451 - 150) / crop.size)
    assert (found.height, found.width) == orientation.apply(crop).shape


def test_a_gray_in_a_larger_picture(gray):
    page = np.full((600, 700), 255, np.uint8)
    page[101:501, 77:528] = gray
    found = invgray.inspect_file(to_png(page))
    assert found.original == Box(101, 77, 400, 451)
    assert (found.intact, found.fine) == (9, 1)


def test_exact_is_said_of_the_whole_picture_only():
    rgb = np.zeros((300, 300, 3), np.uint8)
    rgb[::3] = (200, 60, 10)
    gray = encoded(rgb, preset="luminance")
    found = invgray.inspect_file(gray)
    assert (found.exact, found.fine, found.cells) == (True, 1, 4)
    part = np.asarray(Image.open(io.BytesIO(gray)))[:200]
    found = invgray.inspect_file(to_png(part))
    assert (found.exact, found.intact) == (False, 2)
    assert found.fine == pytest.approx(150 / 200)


def test_a_border_is_told_and_not_part_of_it(photo):
    found = invgray.inspect_file(encoded(photo, preset="luminance", border=True))
    assert found.border > 0
    assert (found.width, found.height, found.fine) == (256, 256, 1)


def test_without_a_layer_the_record_is_what_is_known(photo):
    gray = encoded(photo[:40, :40], preset="paper")
    found = invgray.inspect_file(gray)
    assert (found.preset, found.weights) == ("paper", store.find("paper").digest)
    assert (found.cells, found.intact, found.fine, found.exact) == (0, 0, 0, False)
    assert (found.orientation, found.original) == (None, None)
    colorless = invgray.inspect_file(encoded(photo[:40, :40, 0]))
    assert colorless.colorless
    assert invgray.inspect_file(to_png(photo[:40, :40, 0])).preset is None


def test_colour_pictures_are_refused(photo):
    with pytest.raises(errors.InputError, match="standard input: is a colour picture; give the"):
        invgray.inspect_file(to_png(photo))
    with pytest.raises(errors.InputError, match=r"no\.png: no such file"):
        invgray.inspect_file("no.png")
