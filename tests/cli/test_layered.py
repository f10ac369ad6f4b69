"""Layered grays by the command line, as a user runs it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from invgray import metrics


def saved(array, path):
    Image.fromarray(np.ascontiguousarray(array)).save(path)
    return path


def pixels(path):
    return np.asarray(Image.open(path))


def page():
    """Lines of text, each of a colour."""
    image = Image.new("RGB", (300, 240), "white")
    draw = ImageDraw.Draw(image)
    for i in range(12):
        color = (200, 20 * i, 30) if i % 2 else (0, 90, 20 * i)
        draw.text((10, 10 + 18 * i), f"Line {i} of coloured text", fill=color)
    return np.asarray(image)


def stripes():
    """Lines one pixel high of two colours whose luminance is the same."""
    rows = np.zeros((150, 200, 3), np.uint8)
    rows[::2], rows[1::2] = (200, 40, 40), (40, 122, 36)
    return rows


def chart():
    """Fields of 24 colours."""
    fields = np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8)
    return np.repeat(np.repeat(fields, 40, axis=0), 40, axis=1)


def gradient():
    """From one colour to another."""
    row = np.arange(256, dtype=np.uint8)
    planes = [np.tile(row, (100, 1)), np.tile(row[::-1], (100, 1)), np.full((100, 256), 128)]
    return np.stack(planes, axis=-1).astype(np.uint8)


@pytest.mark.parametrize("draw", [page, stripes, chart, gradient])
def test_simple_pictures_come_back_exactly(run, tmp_path, draw):
    original = draw()
    source, gray = saved(original, tmp_path / "a.png"), tmp_path / "a.gray.png"
    result = run("encode", source, "--verify", "--json")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    assert (facts["exact"], facts["fine"]) == (True, 1)
    assert "psnr" not in facts
    result = run("decode", gray, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    facts = json.loads(result.stdout)
    assert (facts["exact"], facts["fine"]) == (True, 1)
    np.testing.assert_array_equal(pixels(tmp_path / "a.color.png"), original)
    assert json.loads(run("inspect", gray, "--json").stdout)["exact"] is True


def test_json_tells_the_share_of_the_fine_layer(run, tmp_path, photo):
    source, gray = saved(photo, tmp_path / "a.png"), tmp_path / "a.gray.png"
    facts = json.loads(run("encode", source, "--json").stdout)
    assert not facts.keys() & {"psnr", "fine", "exact"}
    facts = json.loads(run("decode", gray, "--json").stdout)
    assert (facts["fine"], facts["exact"]) == (1, False)
    touched = pixels(gray).copy()
    touched[:40, :40] = 0
    result = run("decode", saved(touched, tmp_path / "touched.png"), "--json")
    assert json.loads(result.stdout)["fine"] == 0.75
    assert result.stderr.endswith(
        "touched.png: was touched: 75% of the picture comes from the fine layer, "
        "the rest from the pattern\n"
    )


def test_verifying_refuses_what_does_not_come_back_well_enough(run, tmp_path, photo):
    source, gray = saved(photo[:128, :128], tmp_path / "a.png"), tmp_path / "a.gray.png"
    result = run("encode", source, "--verify-at-least", "60")
    assert result.exit_code == 1
    assert "dB only, less than the 60 dB asked for; nothing was written" in result.stderr
    assert not gray.exists()
    result = run("encode", source, "--verify-at-least", "40", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)["psnr"]
    run("decode", gray)
    found = metrics.psnr(pixels(source), pixels(tmp_path / "a.color.png"))
    assert told == pytest.approx(found, abs=0.01)
    verified = json.loads(run("encode", source, "--verify", "--overwrite", "--json").stdout)
    assert verified["psnr"] == told


def test_no_fine_leaves_the_pattern_alone(run, tmp_path, photo):
    source = saved(photo[:128, :128], tmp_path / "a.png")
    result = run("encode", source, "--no-fine", "--precision", "float32", "--preset", "standard-1")
    assert result.exit_code == 0, result.output
    facts = json.loads(run("decode", tmp_path / "a.gray.png", "--json").stdout)
    assert (facts["fine"], facts["exact"]) == (0, False)
    facts = json.loads(run("inspect", tmp_path / "a.gray.png", "--json").stdout)
    assert (facts["preset"], facts["cells"]) == ("standard-1", 0)


def test_the_luminance_preset(run, tmp_path, photo):
    source, gray = saved(photo, tmp_path / "a.png"), tmp_path / "a.gray.png"
    assert run("encode", source, "--preset", "luminance").exit_code == 0
    assert metrics.gray_psnr(pixels(gray), photo) > 48
    facts = json.loads(run("decode", gray, "--json").stdout)
    assert (facts["preset"], facts["fine"]) == ("luminance", 1)
    assert metrics.psnr(photo, pixels(tmp_path / "a.color.png")) > 44
    assert "preset 'luminance'" in run("inspect", gray).stdout
    refused = run("encode", source, "--preset", "luminance", "-o", tmp_path / "a.jpg")
    assert refused.exit_code == 2
    assert "hides colours in the fine layer only; write a PNG with" in refused.stderr


def test_the_luminance_preset_is_not_trained(run):
    result = run("train", "photos", "--network", "luminance", "-o", "x")
    assert result.exit_code == 2
    assert "Invalid value for '--network'" in result.stderr
