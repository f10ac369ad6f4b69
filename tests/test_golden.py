"""Golden grays: what every shipped version of a preset makes and reads, for ever."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import invgray
from invgray import loading, metrics
from invgray.color.looks import Look
from invgray.files import reading
from invgray.fine import digits
from invgray.options import ColorizeOptions, DecodeOptions, EncodeOptions
from invgray.presets import store
from invgray.prints import border

GOLDEN = Path(__file__).parent / "golden"
GRAYS = sorted(GOLDEN.glob("*.gray.*"))


def is_made(gray):
    """Whether the program still makes a gray: first versions are read only.

    So are fine layers from before levels that carry nothing were rounded.
    """
    rounded = "layered" not in gray.name or ".rounded." in gray.name
    return gray.suffix == ".png" and rounded and ".framed." not in gray.name


MADE = list(filter(is_made, GRAYS))


def pixels(file):
    return np.asarray(Image.open(file)).astype(int)


def agree(found, expected, step=1):
    """Machines differ: at most one level (or step), in one value of a thousand."""
    assert found.shape == expected.shape
    apart = np.abs(found - expected)
    assert apart.max() <= step
    assert np.mean(apart > 0) <= 0.001


GUESSED = {"standard-1", "robust-1"}
"""Their pattern depends on the luminance. How a reader guesses that, the fine layer leaves open."""


def as_true(found, expected, original):
    """About the same colours, at most 0.1 dB farther from the original."""
    assert np.abs(found - expected).mean() <= 0.2
    as_near(found, expected, original, 0.1)


def as_near(found, expected, original, slack=0.01):
    """Colours no farther from the original than those expected, up to so many dB."""
    levels = [array.astype(np.uint8) for array in (original, found, expected)]
    assert metrics.psnr(*levels[:2]) >= metrics.psnr(*levels[::2]) - slack


def version(gray):
    """Preset and version that a golden gray's name tells: ``coffee.robust-1.gray.png``."""
    return gray.name.split(".")[1]


def look_of(gray):
    """The look that a golden gray's name tells: ``coffee.robust-1.layered-3.blue.gray.png``."""
    return next((look for look in Look if f".{look}." in gray.name), Look.LUMINANCE)


def color_of(gray):
    """The colours that a golden gray was decoded to: those of a JPEG are called so."""
    stem, _, suffix = gray.name.partition(".gray.")
    return GOLDEN / (f"{stem}.color.png" if suffix == "png" else f"{stem}.{suffix}.color.png")


def test_every_version_of_every_preset_has_a_golden_gray():
    grays = {version(gray) for gray in GRAYS}
    found = {store.find(name).digest for name in grays}
    codecs = {preset.name: preset.digest for preset in store.codecs()}
    assert found == set(codecs.values())
    made_up = {version(file) for file in GOLDEN.glob("*.colorized.*")}
    colorizers = {p.digest for p in store.shipped() if p.card.abilities.colorizes}
    assert {store.find(name).digest for name in made_up} == colorizers


@pytest.mark.parametrize("gray", GRAYS, ids=lambda path: path.name)
def test_a_golden_gray_names_shipped_weights(gray):
    record = reading.read(gray).record
    preset = store.by_digest(record.weights)
    assert preset == store.find(version(gray))
    assert not record.colorless
    assert record.toned == (".toned." in gray.name)


@pytest.mark.parametrize("gray", MADE, ids=lambda path: path.name)
def test_the_same_gray_is_made(gray, machine):
    target = io.BytesIO()
    original = GOLDEN / f"{gray.name.split('.')[0]}.png"
    border, layered = "framed" in gray.name, "layered" in gray.name
    options = EncodeOptions(
        preset=version(gray), border=border, fine=layered, look=look_of(gray), machine=machine
    )
    invgray.encode_file(original, target, options)
    agree(pixels(target), pixels(gray), max(digits.BASES) if layered else 1)
    made, expected = reading.read(target.getvalue()).record, reading.read(gray).record
    assert replace(made, preset=expected.preset) == expected  # versions were renamed since


@pytest.mark.parametrize("gray", GRAYS, ids=lambda path: path.name)
def test_the_same_colours_come_back(gray, machine):
    target = io.BytesIO()
    outcome = invgray.decode_file(gray, target, DecodeOptions(machine=machine))
    original = pixels(GOLDEN / f"{gray.name.split('.')[0]}.png")
    if "layered" not in gray.name:
        as_near(pixels(target), pixels(color_of(gray)), original)
    elif version(gray) in GUESSED:
        as_true(pixels(target), pixels(color_of(gray)), original)
    else:
        agree(pixels(target), pixels(color_of(gray)))
    assert outcome.notices == ()
    assert outcome.fine == (1 if "layered" in gray.name else 0)
    assert store.find(outcome.preset) == store.find(version(gray))
    found, expected = reading.read(target.getvalue()), reading.read(color_of(gray))
    assert (found.icc, found.dpi) == (expected.icc, expected.dpi)


@pytest.mark.parametrize(
    "gray", [gray for gray in GRAYS if "layered" not in gray.name], ids=lambda path: path.name
)
def test_networks_read_the_same_colours(gray, machine):
    levels = border.without(reading.read(gray)).pixels
    levels = levels if levels.ndim == 2 else levels[..., 0]
    codec = loading.load_codec(version(gray), machine)
    found = codec.read_pattern(np.ascontiguousarray(levels), refine=False)
    agree(found.astype(int), pixels(color_of(gray)))


FRAMED = ("cat.robust-1.framed", "cat.robust-1.framed-2")


@pytest.mark.parametrize("framed", FRAMED)
def test_what_travels_in_a_framed_gray_comes_back(framed):
    gray = GOLDEN / f"{framed}.gray.png"
    color = reading.read(color_of(gray))
    assert color.dpi == pytest.approx((300, 300), abs=0.01)
    assert color.icc == reading.read(gray).record.icc
    assert len(color.icc) > 128


@pytest.mark.parametrize("framed", FRAMED)
def test_a_print_of_every_version_of_the_border_is_read(framed, machine):
    target = io.BytesIO()
    options = DecodeOptions(rectify=True, preset="robust-1", machine=machine)
    invgray.decode_file(GOLDEN / f"{framed}.print.jpg", target, options)
    expected = pixels(GOLDEN / f"{framed}.color.png")
    assert metrics.psnr(pixels(target).astype(np.uint8), expected.astype(np.uint8)) > 28


@pytest.mark.parametrize("made_up", sorted(GOLDEN.glob("*.colorized.*")), ids=lambda p: p.name)
def test_the_same_colours_are_made_up(made_up, machine):
    target = io.BytesIO()
    options = ColorizeOptions(preset=version(made_up), machine=machine)
    invgray.colorize_file(GOLDEN / "coffee.robust-1.gray.png", target, options)
    agree(pixels(target), pixels(made_up))
