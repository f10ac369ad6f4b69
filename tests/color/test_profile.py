"""Grays as bright as a profile shows the colours, which come back as they were."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from invgray.color import profile
from invgray.color.luminance import luminance

WIDE = ("display-p3", "adobe-rgb", "prophoto")


@pytest.fixture(scope="module")
def colors():
    """All colours in steps of 17 levels, in an order that has no edges to speak of."""
    steps = np.arange(0, 256, 17, dtype=np.uint8)
    return np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(64, 64, 3)


def seen(rgb, icc):
    """The luminance of what a viewer shows that heeds the profile."""
    given = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    srgb = ImageCms.createProfile("sRGB")
    shown = ImageCms.profileToProfile(
        Image.fromarray(rgb), given, srgb, ImageCms.Intent.RELATIVE_COLORIMETRIC
    )
    return luminance(np.asarray(shown))


def in_srgb(rgb, icc):
    """Colours of sRGB, in the space of a profile."""
    given = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    image = Image.fromarray(rgb)
    return np.asarray(ImageCms.profileToProfile(image, ImageCms.createProfile("sRGB"), given))


@pytest.mark.parametrize("name", WIDE)
def test_the_luminance_is_that_of_what_is_seen(colors, icc, name):
    rgb = in_srgb(colors, icc(name))
    before = np.abs(luminance(rgb) - seen(rgb, icc(name)))
    after = np.abs(luminance(profile.toned(rgb, icc(name))) - seen(rgb, icc(name)))
    assert before.max() > 15
    assert after.mean() < 0.6
    assert np.percentile(after, 99) < 3


@pytest.mark.parametrize("name", WIDE)
def test_colours_come_back(colors, icc, name):
    rgb = in_srgb(colors, icc(name))
    toned = profile.toned(rgb, icc(name))
    inside = ((toned > 0) & (toned < 255)).all(axis=-1)
    shift = toned.astype(int) - rgb
    assert (np.ptp(shift[inside], axis=-1) == 0).all()  # chrominance stays
    apart = np.abs(profile.untoned(toned, icc(name)).astype(int) - rgb)
    assert inside.mean() > 0.8
    assert apart[inside].mean() < 0.15
    assert np.percentile(apart[inside], 99) <= 2


@pytest.mark.parametrize("name", WIDE)
def test_colours_beyond_srgb_come_back_without_being_clipped(colors, icc, name):
    """All that a space has: of ProPhoto's colours, some no eye sees."""
    toned = profile.toned(colors, icc(name))
    inside = ((toned > 0) & (toned < 255)).all(axis=-1)
    apart = np.abs(profile.untoned(toned, icc(name)).astype(int) - colors)
    assert apart[inside].mean() < 0.5
    assert np.percentile(apart[inside], 99) <= 8


def test_prophoto_is_too_dark_without(photo, icc):
    rgb = in_srgb(photo, icc("prophoto"))
    wanted = luminance(photo)
    assert np.mean(luminance(rgb) - wanted) < -12
    assert abs(np.mean(luminance(profile.toned(rgb, icc("prophoto"))) - wanted)) < 0.5


def test_srgb_and_damaged_profiles_change_nothing(photo, icc):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for useless in (srgb, icc("prophoto")[:200], b""):
        assert profile.toned(photo, useless) is None
    for damaged in (icc("prophoto")[:200], b""):
        assert profile.untoned(photo, damaged) is photo


def test_neutral_colours_stay_neutral(icc):
    gray = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=-1)
    toned = profile.toned(gray, icc("prophoto"))
    assert (np.ptp(toned, axis=-1) == 0).all()
    assert (toned[0, 0, 0], toned[15, 15, 0]) == (0, 255)
    np.testing.assert_allclose(profile.untoned(toned, icc("prophoto")), gray, atol=1)


def test_large_pictures_are_worked_on_in_rows(photo, icc):
    tall = np.vstack([photo, photo[::-1], photo])
    np.testing.assert_array_equal(
        profile.toned(tall, icc("prophoto"))[:256], profile.toned(photo, icc("prophoto"))
    )
