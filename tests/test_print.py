"""Printed grays: borders, and photographs of prints straightened and evened out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage import data
from skimage.transform import estimate_transform, warp

from invgray import border, images, metrics, rectification
from invgray.cli import main
from invgray.errors import InputError
from invgray.images import to_8_bits
from invgray.luminance import luminance

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def gray():
    """Luminance of a photograph, uint8 (320, 400)."""
    return to_8_bits(luminance(data.astronaut()[:320, 50:450]))


def photographed(sheet, dpi=300, tilt=15.0, turn=10.0, shade=0.3):
    """A photograph of a sheet printed at 300 pixels an inch, as a pinhole camera takes it.

    Ink spreads, paper is not white nor ink black, light falls off across the sheet, which is
    tilted about its vertical axis and turned (degrees); the sensor adds noise of 2 levels.
    """
    height, width = sheet.shape
    scale, distance = dpi / 300, 2.5 * max(sheet.shape)
    a, b = np.radians([tilt, turn])
    tilted = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    turned = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
    centred = np.column_stack([corners - [width / 2, height / 2], np.zeros(4)])
    x, y, depth = tilted @ turned @ centred.T
    seen = scale * distance * np.column_stack([x, y]) / (distance + depth)[:, None]
    seen += 30 - seen.min(axis=0)
    shape = np.ceil(seen.max(axis=0) + 30).astype(int)[::-1]
    ink = gaussian_filter(sheet.astype(float), np.hypot(0.6, 0.4 * max(0, 1 / scale**2 - 1) ** 0.5))
    transform = estimate_transform("projective", seen, corners)
    page = warp(30 + ink * 195 / 255, transform, output_shape=shape, order=3, cval=225)
    rows, columns = np.indices(shape) / np.array(shape)[:, None, None]
    light = 1 - shade * (0.7 * columns + 0.3 * rows)
    return to_8_bits(page * light + np.random.default_rng(0).normal(0, 2, shape))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2000), st.integers(border.SMALLEST, 2000), st.booleans())
def test_a_border_tells_the_size_and_leaves_the_picture(height, width, floats):
    picture = np.full((height, width), 77, np.float32 if floats else np.uint8)
    framed = border.draw(picture)
    around = border.thickness(height, width)
    assert framed.shape == (height + 2 * around, width + 2 * around)
    np.testing.assert_array_equal(border.crop(framed, around), picture)
    u = border.unit(height, width)
    middle = framed[round(3.5 * u), 2 * u : -2 * u]
    centres = ((np.arange(border.CELLS) + 0.5) * len(middle) / border.CELLS).astype(int)
    assert border.read_cells(middle[centres].astype(float)) == (height, width)


def test_cells_that_are_not_sound_tell_nothing():
    random = np.random.default_rng(0)
    assert border.read_cells(np.zeros(border.CELLS)) is None
    assert border.read_cells(np.ones(border.CELLS)) is None
    found = [border.read_cells(random.random(border.CELLS)) for _ in range(1000)]
    assert sum(size is not None for size in found) < 5


def test_pictures_too_small_for_a_border_are_refused():
    with pytest.raises(InputError, match="the picture: 100x400 pixels are too few"):
        border.draw(np.zeros((400, 100), np.uint8))


@pytest.mark.parametrize(
    ("tilt", "turn", "dpi", "decibels"),
    [
        (0, 0, 300, 29),
        (15, 10, 300, 29),
        (-15, 100, 300, 29),
        (10, 190, 300, 29),
        (15, -80, 200, 27),
        (15, 5, 150, 25),
        (12, 3, 600, 29),
    ],
)
def test_photographs_of_prints_are_straightened(gray, tilt, turn, dpi, decibels):
    scan = photographed(border.draw(gray), dpi, tilt, turn)
    restored = rectification.rectify(scan)
    assert restored.shape == gray.shape
    assert metrics.psnr(to_8_bits(restored), gray) > decibels
    assert abs(np.mean(restored - gray)) < 3.5


def test_light_and_ink_are_evened_out(gray):
    flat = np.full_like(gray, 128)
    restored = rectification.rectify(photographed(border.draw(flat), tilt=5, shade=0.4))
    inside = gaussian_filter(restored, 5)[20:-20, 20:-20]
    assert inside.min() > 126 and inside.max() < 130


def test_without_a_border_the_picture_s_own_corners_serve(gray):
    sheet = np.pad(gray, 60, constant_values=255)
    scan = photographed(sheet, tilt=8, turn=4)
    restored = rectification.rectify(scan, size=gray.shape)
    assert restored.shape == gray.shape
    assert metrics.psnr(to_8_bits(restored), gray) > 17
    height, width = rectification.rectify(scan).shape
    assert abs(height - 320) < 12 and abs(width - 400) < 20


@pytest.mark.parametrize(
    "scan",
    [
        np.full((200, 300), 230, np.uint8),
        np.zeros((40, 50), np.uint8),
        np.full((1, 1), 9, np.uint8),
        np.random.default_rng(0).integers(0, 256, (150, 90)).astype(np.uint8),
    ],
    ids=["blank", "black", "pixel", "noise"],
)
def test_what_is_no_print_is_refused(scan):
    with pytest.raises(InputError, match=r"sheet.png: no border and no four corners"):
        rectification.rectify(scan, "sheet.png")


def test_a_border_is_taken_off_when_the_file_itself_is_decoded(tmp_path):
    source = tmp_path / "photo.png"
    rgba = np.dstack([data.astronaut()[:170, 50:250], np.full((170, 200), 200, np.uint8)])
    Image.fromarray(rgba).save(source)
    assert run("encode", source, "--border").exit_code == 0
    framed = images.read(tmp_path / "photo.gray.png")
    assert framed.record.border == border.thickness(170, 200) == 24
    assert framed.pixels.shape == framed.alpha.shape == (218, 248)
    assert run("decode", tmp_path / "photo.gray.png").exit_code == 0
    restored = np.asarray(Image.open(tmp_path / "photo.color.png"))
    assert metrics.psnr(rgba[..., :3], restored[..., :3]) > 33
    np.testing.assert_array_equal(restored[..., 3], 200)


def test_the_command_takes_a_photograph_of_a_print(tmp_path):
    source = tmp_path / "photo.png"
    rgb = data.astronaut()[:320, 50:450]
    Image.fromarray(rgb).save(source)
    run("encode", source, "--border")
    scan = photographed(np.asarray(Image.open(tmp_path / "photo.gray.png")), tilt=5)
    Image.fromarray(scan).convert("RGB").save(tmp_path / "scan.jpg", quality=95)
    result = run("decode", tmp_path / "scan.jpg", "--rectify", "--preset", "standard")
    assert result.exit_code == 0, result.output
    assert np.asarray(Image.open(tmp_path / "scan.color.png")).shape == rgb.shape


@pytest.mark.parametrize(
    ("tilt", "turn", "dpi"), [(0, 0, 300), (15, 10, 300), (-15, 100, 200), (15, 5, 150)]
)
def test_colours_survive_a_print_and_its_photograph(robust, tilt, turn, dpi):
    rgb = data.astronaut()[:320, 50:450]
    sheet = border.draw(to_8_bits(robust.encode(rgb)))
    straight = to_8_bits(rectification.rectify(photographed(sheet, dpi, tilt, turn)))
    assert metrics.psnr(rgb, robust.decode(straight)) > 24


def test_the_example_of_a_print_comes_back_in_colour(tmp_path):
    restored = tmp_path / "restored.png"
    result = run("decode", EXAMPLES / "coffee.print.jpg", "--rectify", "-o", restored)
    assert "recognised as preset 'robust'" in result.stderr
    original, decoded = (np.asarray(Image.open(f)) for f in (EXAMPLES / "coffee.png", restored))
    assert metrics.psnr(original, decoded) > 24


def test_prints_that_hide_no_colours_are_told(tmp_path, gray):
    scan = tmp_path / "scan.png"
    Image.fromarray(photographed(border.draw(gray))).save(scan)
    result = run("decode", scan, "--rectify")
    assert "seems to hide no colours" in result.stderr
    restored = np.asarray(Image.open(tmp_path / "scan.color.png")).astype(int)
    assert np.ptp(restored, axis=-1).mean() < 8


def test_wrong_calls(tmp_path, photo_file):
    assert "--size is for --rectify" in run("decode", photo_file, "--size", 10, 10).stderr
    result = run("decode", photo_file, "--rectify")
    assert result.exit_code == 3
    assert "no border and no four corners" in result.stderr
    result = run("encode", photo_file, "--border")
    assert result.exit_code == 3
    assert "photo.png: 96x80 pixels are too few or too many for a border" in result.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["photo.png"]
