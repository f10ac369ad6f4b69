"""Curves that grays went through, found by the combs that they leave."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from skimage import data

from invgray import DecodeOptions, curve, decode_file, encode_file, load, metrics

LEVELS = np.arange(256)


@pytest.fixture(scope="module", params=["astronaut", "coffee"])
def photograph(request):
    return getattr(data, request.param)()


@pytest.fixture(scope="module")
def gray(codec, photograph):
    return codec.encode(photograph)


def through(gray, levels):
    return np.clip(np.floor(levels + 0.5), 0, 255).astype(np.uint8)[gray]


@pytest.mark.parametrize("gamma", [0.85, 0.9, 1.1, 1.2])
def test_a_gamma_is_found_and_undone(gray, gamma):
    changed = through(gray, 255 * (LEVELS / 255) ** gamma)
    found = curve.find(changed)[0]
    assert found.words == f"gamma {gamma:.3g}"
    off = np.abs(found.undo(changed).astype(int) - gray)
    assert off.max() <= 2
    assert np.mean(off > 0) < 0.15  # levels that fell together


@pytest.mark.parametrize("factor", [0.85, 1.1])
@pytest.mark.parametrize("change", [ImageEnhance.Brightness, ImageEnhance.Contrast])
def test_what_programs_do_is_undone(gray, change, factor):
    changed = np.asarray(change(Image.fromarray(gray)).enhance(factor))
    inside = (changed > 0) & (changed < 255)  # the rest was cut off
    off = [
        np.abs(way.undo(changed).astype(int) - gray)[inside].mean() for way in curve.find(changed)
    ]
    assert min(off) < 0.3


def test_grays_as_they_were_made_have_no_curve(gray, photograph):
    assert curve.find(gray) == ()
    assert curve.find(np.asarray(Image.fromarray(photograph).convert("L"))) == ()


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize("quality", [50, 90])
def test_compressed_files_have_no_curve(gray, form, quality):
    """WebP and video keep fewer levels than there are, which leaves a comb, too."""
    file = BytesIO()
    Image.fromarray(gray).save(file, form, quality=quality)
    assert curve.find(np.asarray(Image.open(file).convert("L"))) == ()


def test_jpeg_blurs_a_comb(gray):
    file = BytesIO()
    Image.fromarray(through(gray, 255 * (LEVELS / 255) ** 0.9)).save(file, "JPEG", quality=90)
    assert curve.find(np.asarray(Image.open(file))) == ()


@pytest.mark.parametrize("step", [2, 3, 4, 5, 8])
def test_fewer_levels_are_no_curve(gray, step):
    assert curve.find(gray // step * step) == ()


@pytest.mark.parametrize("gray", [np.zeros((0, 5)), np.full((9, 9), 7), np.eye(40) * 255])
def test_pictures_without_a_histogram_to_speak_of(gray):
    assert curve.find(gray.astype(np.uint8)) == ()


def test_a_file_of_other_gamma_gives_what_its_pattern_had(tmp_path, photograph):
    rgb, made = tmp_path / "photo.png", tmp_path / "photo.gray.png"
    Image.fromarray(photograph).save(rgb)
    encode_file(rgb, made)
    with Image.open(made) as image:
        gray = np.asarray(image)
    changed = through(gray, 255 * (LEVELS / 255) ** 0.9)
    Image.fromarray(changed).save(tmp_path / "changed.png")
    outcome = decode_file(
        tmp_path / "changed.png", tmp_path / "back.png", DecodeOptions(preset="standard")
    )
    assert "its levels were changed (gamma 0.9), which is undone" in outcome.notices
    with Image.open(tmp_path / "back.png") as image:
        restored = metrics.psnr(photograph, np.asarray(image))
    assert restored > metrics.psnr(photograph, load("standard").read_pattern(gray)) - 0.3


def test_a_brighter_file_keeps_its_fine_layer(tmp_path):
    rgb = data.chelsea()
    Image.fromarray(rgb).save(tmp_path / "cat.png")
    encode_file(tmp_path / "cat.png", tmp_path / "cat.gray.png")
    with Image.open(tmp_path / "cat.gray.png") as image:
        ImageEnhance.Brightness(image).enhance(1.1).save(tmp_path / "bright.png")
    outcome = decode_file(tmp_path / "bright.png", tmp_path / "back.png")
    assert "its levels were changed (brightness 1.1), which is undone" in outcome.notices
    assert outcome.fine > 0.9
    with Image.open(tmp_path / "back.png") as image:
        assert metrics.psnr(rgb, np.asarray(image)) > 44


def test_a_photograph_that_was_made_brighter_stays_so(tmp_path):
    middle = np.ascontiguousarray(data.camera()[100:356, 100:356])
    camera = ImageEnhance.Brightness(Image.fromarray(middle)).enhance(1.1)
    assert curve.find(np.asarray(camera))
    camera.save(tmp_path / "camera.png")
    outcome = decode_file(tmp_path / "camera.png", tmp_path / "back.png")
    assert not any("undone" in notice for notice in outcome.notices)
    with Image.open(tmp_path / "back.png") as image:
        assert np.abs(np.asarray(image.convert("L")).astype(int) - np.asarray(camera)).mean() < 3
