"""Pilots in photographs that were cropped, turned, mirrored, resized and compressed."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from skimage import data

from invgray.benchmark.handling import shrunk
from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance
from invgray.fine.orientation import ORIENTATIONS, UPRIGHT
from invgray.models.pilot import tile
from invgray.placement import Placement
from invgray.registration import CLEAR, MIDDLE, Detail, cropped, register, resized, unmoved

LEVEL = 0.6
"""Root mean square of the shipped presets' pilot."""


@pytest.fixture(scope="module", params=["astronaut", "coffee"])
def plain(request):
    """Luminance of a photograph."""
    return luminance(getattr(data, request.param)()[:400, :504])


@pytest.fixture(scope="module")
def gray(plain):
    """The same with a pilot: uint8 (400, 504)."""
    return with_pilot(plain)


def with_pilot(plain, level=LEVEL):
    rows, columns = (n // 8 for n in plain.shape)
    return np.rint(np.clip(plain + level * np.tile(tile(), (rows, columns)), 0, 255)).astype(
        np.uint8
    )


def compressed(gray, quality):
    file = BytesIO()
    Image.fromarray(gray).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def clearest(places):
    return max(places, key=lambda place: place.clarity)


def out_of_place(found, true, shape):
    """Pixels of the made gray by which the corners are off, at most."""
    height, width = shape
    corners = np.array([(y, x) for y in (0, height - 1) for x in (0, width - 1)])
    corners = corners - (np.array(shape) - 1) / 2
    places = [corners @ np.linalg.inv(p.matrix).T + p.middle for p in (found, true)]
    return np.abs((places[0] - places[1] + 4) % 8 - 4).max()


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("quality", [None, 75])
def test_crops_turned_and_mirrored(gray, orientation, quality):
    part = gray[3:395, 13:490]
    true = Placement(((391 / 2) + 3, (476 / 2) + 13), orientation)
    turned = np.ascontiguousarray(orientation.apply(part))
    found, *others = register(Detail.of(compressed(turned, quality) if quality else turned))
    assert found.placement.orientation == orientation
    assert out_of_place(found.placement, true, turned.shape) < 0.5
    assert found.complete
    assert found.clarity > CLEAR
    if not quality:
        assert (found.placement.scale, found.placement.angle) == (1, 0)
        assert out_of_place(found.placement, true, turned.shape) < 1e-6
    assert all(other.clarity <= found.clarity for other in others)


@pytest.mark.parametrize(
    ("scale", "angle"), [(0.6, 0), (0.75, 0), (0.9, 0), (1.1, 0), (1, 1), (1, -3), (0.8, 2)]
)
def test_resized_and_turned(gray, scale, angle):
    image = Image.fromarray(gray).rotate(angle, Image.Resampling.BICUBIC)
    size = [round(n * scale) for n in image.size]
    seen = np.asarray(image.resize(size, Image.Resampling.LANCZOS))
    found = register(Detail.of(seen))[0]
    assert found.clarity > CLEAR
    assert found.placement.scale == pytest.approx(scale, rel=0.003)
    assert found.placement.angle == pytest.approx(angle, abs=0.1)
    true = Placement((399 / 2, 503 / 2), UPRIGHT, scale, angle)
    assert out_of_place(found.placement, true, seen.shape) < 0.7


def test_half_the_size_leaves_some_places_that_are_alike(gray):
    """The short waves are gone; the true place is one of those that are as clear."""
    seen = np.asarray(Image.fromarray(gray).resize((252, 200), Image.Resampling.LANCZOS))
    places = register(Detail.of(seen))
    true = Placement((399 / 2, 503 / 2), UPRIGHT, 0.5)
    alike = [r for r in places if r.sign == 1 and r.clarity > 0.9 * places[0].clarity]
    assert 1 < len(alike) <= 24
    assert min(out_of_place(r.placement, true, seen.shape) for r in alike) < 0.7


def test_a_large_gray_is_measured_in_its_middle():
    plain = np.asarray(Image.fromarray(data.camera()).resize((2400, 2300)), float)
    gray = with_pilot(plain[:2296])[5:, 2:]
    found = register(Detail.of(gray))[0].placement
    assert max(gray.shape) > MIDDLE
    true = Placement((2290 / 2 + 5, 2397 / 2 + 2))
    assert out_of_place(found, true, gray.shape) < 1e-6


def test_plain_pictures_have_no_pilot(photos):
    found = [
        register(Detail.of(np.rint(luminance(rgb)).astype(np.uint8)))[0].clarity
        for rgb in photos.values()
    ]
    found.append(register(Detail.of(data.camera()))[0].clarity)
    found.append(register(Detail.of(compressed(data.camera(), 50)))[0].clarity)
    assert max(found) < CLEAR


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (1, 40), (16, 16), (600, 2)])
def test_small_and_even_pictures(shape):
    for gray in (np.full(shape, 100, np.uint8), np.random.default_rng(0).integers(0, 256, shape)):
        assert all(np.isfinite(r.clarity) for r in register(Detail.of(gray.astype(np.uint8))))


@pytest.mark.parametrize(("scale", "quality"), [(0.45, None), (0.5, None), (0.6, 90), (0.75, 75)])
def test_whole_grays_that_were_resized(gray, plain, scale, quality):
    shape = tuple(round(n * scale) for n in gray.shape)
    true = Placement((399 / 2, 503 / 2), UPRIGHT, shape[0] / 400)

    def small(levels):
        seen = np.asarray(Image.fromarray(levels).resize(shape[::-1], Image.Resampling.LANCZOS))
        return compressed(seen, quality) if quality else seen

    found = clearest(resized(Detail.of(small(gray))))
    assert found.placement.scale == pytest.approx(scale, rel=0.004)
    assert out_of_place(found.placement, true, shape) < 1
    assert found.clarity > clearest(resized(Detail.of(small(to_8_bits(plain))))).clarity + 2


def test_few_clear_waves_do_not_hide_a_resized_pilot(gray):
    small = shrunk(gray, 0.75)
    y, x = 2 * np.pi * ((np.indices(small.shape) + 0.5) / 0.4 - 0.5) / 8
    weave = 2 * np.cos(y + x) + 2 * np.cos(y - x)
    whole, few = resized(Detail.of(to_8_bits(small + weave)))
    assert (whole.complete, few.complete) == (True, False)
    assert few.clarity > whole.clarity > 5
    assert whole.placement.scale == pytest.approx(0.75, rel=0.004)


@pytest.mark.parametrize("quality", [None, 60])
def test_crops_that_are_upright(gray, quality):
    part = gray[3:395, 13:490]
    detail = Detail.of(compressed(part, quality) if quality else part)
    best = clearest(cropped(detail))
    true = Placement(((391 / 2) + 3, (476 / 2) + 13))
    assert out_of_place(best.placement, true, part.shape) < 1e-6
    assert (best.complete, best.sign) == (True, 1)
    assert best.clarity > CLEAR


@pytest.mark.parametrize("quality", [90, 75])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_pilot_is_told_from_its_negative(plain, sign, quality):
    gray = compressed(with_pilot(plain, sign * LEVEL), quality)
    here, *others = unmoved(Detail.of(gray))
    assert (here.sign, here.placement.orientation) == (sign, UPRIGHT)
    assert here.clarity > max(other.clarity for other in others if other.sign != sign) + 5
    small = clearest(resized(Detail.of(shrunk(gray, 0.75))))
    for found in (register(Detail.of(gray[3:, 5:]))[0], small):
        assert (found.sign, found.placement.orientation) == (sign, UPRIGHT)


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (31, 33)])
def test_next_to_nothing_is_looked_through(shape):
    assert clearest(resized(Detail.of(np.full(shape, 90, np.uint8)))).clarity < 5
