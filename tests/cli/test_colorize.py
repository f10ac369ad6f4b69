"""``invgray colorize`` as a user runs it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import invgray
from invgray.color.lab import gray_of


@pytest.fixture
def gray_file(tmp_path, photo):
    path = tmp_path / "old.jpg"
    Image.fromarray(photo[:80, :96, 1]).save(path)
    return path


def test_files_folders_and_pipes(run, gray_file, tmp_path):
    result = run("colorize", gray_file, "--json")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    assert (facts["width"], facts["height"], facts["preset"]) == (96, 80, "colorizer")
    colorized = np.asarray(Image.open(tmp_path / "old.colorized.png"))
    assert colorized.shape == (80, 96, 3)
    assert np.abs(gray_of(colorized) - np.asarray(Image.open(gray_file))).max() <= 1.05
    piped = run("colorize", "-", input=gray_file.read_bytes())
    assert piped.stdout_bytes == (tmp_path / "old.colorized.png").read_bytes()
    folder = tmp_path / "album"
    folder.mkdir()
    gray_file.rename(folder / "a.jpg")
    assert run("colorize", folder, "-o", tmp_path / "out").exit_code == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a.colorized.png"]


def test_colours_are_replaced_and_transparency_stays(run, tmp_path, photo):
    color = tmp_path / "color.png"
    Image.fromarray(np.dstack([photo[:40, :40], photo[:40, :40, 0]])).save(color)
    result = run("colorize", color)
    assert "is a colour picture; its colours are replaced" in result.stderr
    alpha = np.asarray(Image.open(tmp_path / "color.colorized.png"))[..., 3]
    np.testing.assert_array_equal(alpha, photo[:40, :40, 0])


def test_true_colours_are_pointed_to(run, tmp_path, photo_file):
    run("encode", photo_file)
    result = run("colorize", tmp_path / "photo.gray.png")
    assert "hides its true colours; decoding brings them back" in result.stderr
    assert (tmp_path / "photo.colorized.png").exists()


def test_the_temperature_is_passed_on(run, gray_file, tmp_path):
    run("colorize", gray_file, "--temperature", "0.9")
    target = tmp_path / "expected.png"
    invgray.colorize_file(gray_file, target, invgray.ColorizeOptions(temperature=0.9))
    assert (tmp_path / "old.colorized.png").read_bytes() == target.read_bytes()
    invgray.colorize_file(gray_file, tmp_path / "other.png")
    assert (tmp_path / "other.png").read_bytes() != target.read_bytes()
