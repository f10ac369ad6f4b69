"""Colours through a print and its photograph."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import invgray
from invgray import metrics
from invgray.color.levels import to_8_bits
from invgray.errors import InputError
from invgray.files import reading, writing
from invgray.files.picture import Picture
from invgray.files.record import Record
from invgray.options import DecodeOptions, EncodeOptions
from invgray.prints import border, rectification

EXAMPLES = Path(__file__).parents[2] / "examples"


def pixels(file):
    return np.asarray(Image.open(file))


@pytest.fixture
def framed(tmp_path, rgb, machine):
    """Makes the framed gray of the photograph with a preset."""

    def framed(preset):
        source, target = tmp_path / "photo.png", tmp_path / f"{preset}.gray.png"
        Image.fromarray(rgb).save(source)
        options = EncodeOptions(preset=preset, border=True, machine=machine)
        invgray.encode_file(source, target, options)
        return target

    return framed


def test_a_border_is_taken_off_when_the_file_itself_is_decoded(tmp_path, rgb, machine):
    source, gray, color = (tmp_path / n for n in ("photo.png", "gray.png", "color.png"))
    rgba = np.dstack([rgb[:170, :200], np.full((170, 200), 200, np.uint8)])
    Image.fromarray(rgba).save(source)
    outcome = invgray.encode_file(source, gray, EncodeOptions(border=True, machine=machine))
    assert (outcome.height, outcome.width) == (170, 200)
    framed = reading.read(gray)
    assert framed.record.border == border.thickness(170, 200) == 24
    assert framed.pixels.shape == framed.alpha.shape == (218, 248)
    assert np.all(framed.alpha[:24] == 255)
    invgray.decode_file(gray, color, DecodeOptions(machine=machine))
    restored = pixels(color)
    assert metrics.psnr(rgba[..., :3], restored[..., :3]) > 39
    np.testing.assert_array_equal(restored[..., 3], 200)


def test_a_record_s_border_that_the_picture_has_not_is_left_alone(robust, rgb, machine):
    """Someone cut a framed gray to less than its frame, and its record stayed."""
    gray, target, color = rgb[:40, :40, 1], io.BytesIO(), io.BytesIO()
    told = Record(preset="robust", weights=robust.preset.digest, border=20)
    writing.write_gray(target, gray, Picture(pixels=gray), told)
    outcome = invgray.decode_file(target.getvalue(), color, DecodeOptions(machine=machine))
    assert (outcome.height, outcome.width) == (40, 40)


@pytest.mark.parametrize(
    ("tilt", "turn", "dpi"), [(0, 0, 300), (15, 10, 300), (-15, 100, 200), (15, 5, 150)]
)
def test_colours_survive_a_print_and_its_photograph(robust, rgb, photographed, tilt, turn, dpi):
    sheet = border.draw(robust.encode(rgb))
    straight = to_8_bits(rectification.rectify(photographed(sheet, dpi, tilt, turn)))
    assert metrics.psnr(rgb, robust.decode(straight)) > 24


@pytest.mark.parametrize("preset", [None, "robust"])
def test_a_photograph_of_a_print_is_decoded(tmp_path, rgb, photographed, framed, preset, machine):
    """The light of the photograph, as it is stored in colour and as JPEG."""
    scan, color = tmp_path / "scan.jpg", tmp_path / "color.png"
    sheet = photographed(pixels(framed("robust")), tilt=5)
    Image.fromarray(sheet).convert("RGB").save(scan, quality=95)
    options = DecodeOptions(rectify=True, preset=preset, machine=machine)
    outcome = invgray.decode_file(scan, color, options)
    assert (outcome.height, outcome.width, outcome.preset) == (*rgb.shape[:2], "robust")
    assert metrics.psnr(rgb, pixels(color)) > 24


def test_the_example_of_a_print_comes_back_in_colour(tmp_path, machine):
    restored = tmp_path / "restored.png"
    options = DecodeOptions(rectify=True, machine=machine)
    outcome = invgray.decode_file(EXAMPLES / "coffee.print.jpg", restored, options)
    assert outcome.notices == ("does not say what made it; recognised as preset 'robust'",)
    assert metrics.psnr(pixels(EXAMPLES / "coffee.png"), pixels(restored)) > 24


def test_prints_that_hide_no_colours_are_told(gray, photographed, machine):
    scan, restored = io.BytesIO(), io.BytesIO()
    Image.fromarray(photographed(border.draw(gray))).save(scan, "PNG")
    options = DecodeOptions(rectify=True, machine=machine)
    outcome = invgray.decode_file(scan.getvalue(), restored, options)
    (notice,) = outcome.notices
    assert notice.startswith("seems to hide no colours")
    assert np.ptp(pixels(restored).astype(int), axis=-1).mean() < 8


def test_what_cannot_be_framed_or_found_is_refused_and_nothing_written(tmp_path, photo_file):
    target = tmp_path / "a.png"
    with pytest.raises(InputError, match=r"photo\.png: no border and no four corners"):
        invgray.decode_file(photo_file, target, DecodeOptions(rectify=True))
    with pytest.raises(InputError, match=r"photo\.png: 96x80 pixels are too few or too many"):
        invgray.encode_file(photo_file, target, EncodeOptions(border=True))
    assert not target.exists()
