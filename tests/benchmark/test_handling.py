"""Ways that grays are handled do what their names say."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from invgray import metrics
from invgray.benchmark import handling
from invgray.benchmark.handling import HANDLINGS
from invgray.benchmark.methods import to_png
from invgray.color.levels import neutral, to_8_bits
from invgray.color.luminance import luminance
from invgray.files import reading, writing
from invgray.files.picture import Picture
from invgray.files.record import Record

FILES = {"optimised-png", "stripped", "16-bit", "palette", "tiff", "webp-lossless"}
TELLING = {"optimised-png", "16-bit", "palette"}
TURNED = {"rotate-90", "rotate-180", "rotate-270", "mirror"}
UNCHANGED = {"none", "crop", "black-box", "shrink-75%", "shrink-50%", *TURNED, *FILES}
RECORD = Record(preset="standard", weights="ab12")


@pytest.fixture
def gray(photo):
    return to_8_bits(luminance(photo))


@pytest.fixture
def file(gray):
    """A gray that tells what made it."""
    stored = io.BytesIO()
    writing.write_gray(stored, gray, Picture(pixels=gray), RECORD)
    return stored.getvalue()


@pytest.mark.parametrize("name", HANDLINGS)
def test_grays_change_a_little_and_keep_their_kind(name, gray):
    gray = gray[:200]
    way = HANDLINGS[name]
    handled = way.apply(gray)
    expected, found = way.expected(neutral(gray)), way.found(neutral(handled))
    assert handled.dtype == found.dtype == np.uint8
    assert found.shape == expected.shape
    assert found.size >= 3 * gray.size / 4
    assert metrics.psnr(expected, found) > 18
    assert (name in UNCHANGED) == np.array_equal(expected, found)


@pytest.mark.parametrize("name", FILES)
def test_other_files_have_the_same_levels(name, gray, file):
    converted = HANDLINGS[name].convert(file)
    picture = reading.read(converted)
    np.testing.assert_array_equal(picture.pixels, gray)
    assert converted != file
    assert picture.record == (RECORD if name in TELLING else None)
    np.testing.assert_array_equal(reading.read(HANDLINGS[name].convert(to_png(gray))).pixels, gray)


@pytest.mark.parametrize(
    ("name", "form", "mode"),
    [
        ("stripped", "PNG", "L"),
        ("16-bit", "PNG", "I;16"),
        ("palette", "PNG", "P"),
        ("tiff", "TIFF", "L"),
        ("webp-lossless", "WEBP", "RGB"),
    ],
)
def test_other_files_are_what_they_are_called(name, form, mode, file):
    with Image.open(io.BytesIO(HANDLINGS[name].convert(file))) as image:
        assert (image.format, image.mode) == (form, mode)


def test_a_crop_is_half_of_the_picture_and_lies_anywhere(gray):
    places = set()
    for seed in range(20):
        way = handling.handlings(seed)["crop"]
        part = way.apply(gray)
        assert part.size == pytest.approx(gray.size / 2, rel=0.01)
        np.testing.assert_array_equal(way.expected(neutral(gray)), neutral(part))
        numbered = np.arange(gray.size).reshape(gray.shape)
        places.add(int(way.apply(numbered)[0, 0]))
    tops, lefts = np.divmod(sorted(places), gray.shape[1])
    assert len(places) == 20
    assert {*(tops % 2), *(lefts % 2)} == {0, 1}
    assert min(np.ptp(tops), np.ptp(lefts)) > 40


def test_places_are_those_of_the_seed(gray):
    first, again, other = (handling.handlings(seed) for seed in (7, 7, 8))
    for name in ("crop", "black-box"):
        np.testing.assert_array_equal(first[name].apply(gray), again[name].apply(gray))
        assert not np.array_equal(first[name].apply(gray), other[name].apply(gray))


def test_a_black_box_covers_a_tenth_and_is_not_compared(gray):
    white = np.full(gray.shape, 255, np.uint8)
    way = HANDLINGS["black-box"]
    covered = way.apply(white)
    assert np.mean(covered == 0) == pytest.approx(0.1, rel=0.02)
    assert way.found(neutral(covered)).min() == 255
    assert white.min() == 255


def test_turns_are_counter_clockwise_and_undone():
    gray = np.uint8([[1, 2], [3, 4]])
    assert HANDLINGS["rotate-90"].apply(gray).tolist() == [[2, 4], [1, 3]]
    assert HANDLINGS["rotate-180"].apply(gray).tolist() == [[4, 3], [2, 1]]
    assert HANDLINGS["rotate-270"].apply(gray).tolist() == [[3, 1], [4, 2]]
    assert HANDLINGS["mirror"].apply(gray).tolist() == [[2, 1], [4, 3]]


def test_shrunk_grays_are_compared_at_their_size(gray):
    rgb = neutral(gray)
    for name, factor in (("shrink-75%", 0.75), ("shrink-50%", 0.5)):
        way = HANDLINGS[name]
        assert way.apply(gray).shape == tuple(round(n * factor) for n in gray.shape)
        np.testing.assert_array_equal(way.expected(rgb), neutral(way.apply(gray)))


def test_noise_gamma_and_contrast_in_closed_form():
    noise = handling.noisy(np.full((400, 400), 128, np.uint8), 4)
    assert noise.std() == pytest.approx(4, rel=0.02)
    assert handling.with_gamma(np.uint8([[64]]), 1.1)[0, 0] == round(255 * (64 / 255) ** 1.1)
    assert handling.with_contrast(np.uint8([[0, 255]]), 0.9).tolist() == [[13, 242]]


def test_compression_is_pillow_s(gray):
    stored = io.BytesIO()
    Image.fromarray(gray).save(stored, "JPEG", quality=70)
    np.testing.assert_array_equal(handling.compressed(gray, "JPEG", 70), Image.open(stored))


def test_fine_scans_keep_more_than_coarse_ones(gray):
    scans = [handling.printed_and_scanned(gray, dpi) for dpi in (300, 150)]
    inside = slice(16, -16), slice(16, -16)
    fine, coarse = (metrics.psnr(gray[inside], scan[inside]) for scan in scans)
    assert fine > coarse
