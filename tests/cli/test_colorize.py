"""``invgray colorize`` as a user runs it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import invgray
from invgray.color.lab import gray_of, lab


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


@pytest.fixture
def strokes_file(tmp_path):
    """A red stroke over the top of the gray picture, a green one over its bottom."""
    strokes = np.zeros((80, 96, 4), np.uint8)
    strokes[5:9, 10:80] = (200, 60, 40, 255)
    strokes[70:74, 10:80] = (40, 150, 60, 255)
    path = tmp_path / "strokes.png"
    Image.fromarray(strokes).save(path)
    return path


def alike(ab, rgb):
    """Cosine between the hues of an ab and of a colour."""
    wanted = lab(np.uint8(rgb))[1:]
    return ab @ wanted / np.linalg.norm(ab) / np.linalg.norm(wanted)


def test_strokes_and_points_give_their_colours(run, gray_file, strokes_file, tmp_path):
    line = ("colorize", gray_file, "--hints", strokes_file, "--hint", "48,40,#3050d0")
    result = run(*line, "--json")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    assert (facts["width"], facts["height"], "preset" in facts) == (96, 80, False)
    colorized = np.asarray(Image.open(tmp_path / "old.colorized.png"))
    assert np.abs(gray_of(colorized) - np.asarray(Image.open(gray_file))).max() <= 1.05
    found = lab(colorized)[..., 1:]
    for (x, y), color in (
        ((40, 7), (200, 60, 40)),
        ((40, 72), (40, 150, 60)),
        ((48, 40), (48, 80, 208)),
    ):
        assert alike(found[y, x], color) > 0.97, (x, y)
    by_library = tmp_path / "library.png"
    points = (invgray.Hint(48, 40, (0x30, 0x50, 0xD0)),)
    options = invgray.ColorizeOptions(hints=strokes_file, points=points)
    invgray.colorize_file(gray_file, by_library, options)
    assert by_library.read_bytes() == (tmp_path / "old.colorized.png").read_bytes()


def test_strokes_of_another_size_are_scaled_and_empty_ones_told(run, gray_file, tmp_path):
    small = tmp_path / "small.png"
    Image.new("RGBA", (48, 40)).save(small)
    result = run("colorize", gray_file, "--hints", small)
    assert result.exit_code == 0, result.output
    assert "has hints of 48x40 pixels; they are scaled to it" in result.stderr
    assert "has no hints in its picture of hints" in result.stderr
    assert "old.colorized.png: 96x80" in result.stderr
    assert "without colour" not in result.stderr


BY_NETWORK = ("--hint", "9,2,#ff0000", "--hint-engine", "network")


def test_a_network_makes_up_what_hints_leave_open(run, gray_file, tmp_path):
    by_optimisation, by_network = tmp_path / "optimisation.png", tmp_path / "network.png"
    run("colorize", gray_file, *BY_NETWORK[:2], "-o", by_optimisation)
    result = run("colorize", gray_file, *BY_NETWORK, "-o", by_network, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["preset"] == "hinted"
    files = by_optimisation, by_network
    spread, made = (lab(np.asarray(Image.open(file)))[..., 1:] for file in files)
    assert alike(made[2, 9], (255, 0, 0)) > 0.97
    assert np.abs(spread - made).mean() > 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--hint", "1,2,red"], 2, "'1,2,red' is no hint"),
        (["--hint", "96,2,#ff0000"], 2, "lies outside the picture (96x80)"),
        (["--hint", "9,2,#ff0000", "--preset", "colorizer"], 2, "which uses no preset"),
        (
            [*BY_NETWORK, "--preset", "colorizer"],
            4,
            "preset 'colorizer' takes no hints",
        ),
        (["--hint", "9,2,#ff0000", "."], 2, "hints are for one picture"),
        (["--hints", "missing.png"], 2, "does not exist"),
    ],
)
def test_wrong_hints(run, gray_file, arguments, code, message):
    result = run("colorize", gray_file, *arguments)
    assert result.exit_code == code, result.output
    assert message in result.stderr


def test_strokes_without_transparency_are_refused(run, gray_file, photo_file):
    result = run("colorize", gray_file, "--hints", photo_file)
    assert result.exit_code == 3
    assert "the picture of hints: has no transparency" in result.stderr
