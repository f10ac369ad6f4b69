"""The fine layer of whole pictures: what comes back, whatever was done to the gray."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from skimage import data

from invgray import metrics
from invgray.color.luminance import luminance
from invgray.fine import chroma, digits, layer
from invgray.fine.orientation import ORIENTATIONS

WEIGHTS = bytes(range(8))


def gray_of(rgb):
    coded = layer.code(rgb, WEIGHTS)
    return coded.embed(luminance(rgb))


def decoded(gray):
    """Colours where the layer is intact, and where that is, for a gray that is mere luminance."""
    found = layer.find(gray)
    restored = layer.restore(found, gray)
    levels = found.orientation.undo(gray).astype(float)
    rgb = np.clip(np.rint(chroma.to_rgb(levels, restored.cb, restored.cr)), 0, 255).astype(np.uint8)
    rgb[restored.exact] = restored.rgb[restored.exact]
    return found, rgb, restored


@pytest.fixture(scope="module")
def picture():
    """A photograph of 400x451 pixels."""
    return np.ascontiguousarray(np.vstack([data.chelsea(), data.chelsea()[:100]]))


@pytest.fixture(scope="module")
def gray(picture):
    return gray_of(picture)


@pytest.mark.parametrize(("name", "psnr"), [("chelsea", 46.5), ("coffee", 43), ("astronaut", 44)])
def test_photographs_come_back_nearly_perfect(name, psnr):
    rgb = getattr(data, name)()
    gray = gray_of(rgb)
    found, restored, _ = decoded(gray)
    assert found.weights == WEIGHTS
    assert found.layout.height, found.layout.width == rgb.shape[:2]
    assert metrics.psnr(rgb, restored) > psnr
    assert metrics.gray_psnr(gray, rgb) > 48


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_turned_and_mirrored_grays_are_turned_back(gray, picture, orientation):
    found, restored, _ = decoded(orientation.apply(gray))
    assert found.orientation == orientation
    assert metrics.psnr(picture, restored) > 46


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from(ORIENTATIONS))
def test_whole_cells_of_a_crop_come_back(gray, picture, top, left, orientation):
    crop = slice(top, top + 300), slice(left, left + 350)
    found, rgb, restored = decoded(orientation.apply(gray[crop]))
    assert (found.top, found.left) == (-top, -left)
    intact = restored.base > 0
    assert intact.mean() > 0.12
    error = (picture[crop].astype(float) - rgb)[intact]
    assert 10 * np.log10(255**2 / np.mean(error**2)) > 44


def test_a_gray_pasted_into_a_page_is_found(gray, picture):
    page = np.full((700, 800), 255, np.uint8)
    page[123:523, 77:528] = gray
    found, rgb, restored = decoded(page)
    assert (found.top, found.left, len(found.intact)) == (123, 77, 9)
    assert metrics.psnr(picture, rgb[123:523, 77:528]) > 46
    assert not restored.base[:123].any()


def test_damage_costs_its_own_cells_only(gray, picture):
    damaged = gray.copy()
    damaged[10:60, 20:90] = 0
    found, rgb, restored = decoded(damaged)
    assert len(found.intact) == 8
    assert not restored.base[:128, :128].any()
    assert (restored.base[128:] > 0).all()
    assert metrics.psnr(picture[128:], rgb[128:]) > 46


@pytest.mark.parametrize("change", [lambda g: g // 2, lambda g: 255 - g, lambda g: g + 1])
def test_a_gray_with_other_levels_has_no_layer(gray, change):
    assert layer.find(change(gray)) is None


def test_plain_grays_have_no_layer(photos):
    for rgb in photos.values():
        assert layer.find(np.rint(luminance(rgb)).astype(np.uint8)) is None
    assert layer.find(data.camera()) is None


# Pictures without loss


def page():
    image = Image.new("RGB", (600, 450), "white")
    draw = ImageDraw.Draw(image)
    for line, color in enumerate(("black", "red", "blue", "darkgreen", "purple") * 3):
        draw.text((10, 10 + 28 * line), "Every line has a colour of its own. " * 2, fill=color)
    return np.asarray(image)


def stripes():
    """One-pixel stripes of two colours of nearly equal luminance."""
    rgb = np.zeros((200, 300, 3), np.uint8)
    rgb[:, ::2], rgb[:, 1::2] = (200, 60, 60), (60, 131, 65)
    return rgb


def chart():
    patches = np.random.default_rng(0).integers(0, 256, (4, 6, 3)).astype(np.uint8)
    return patches.repeat(60, axis=0).repeat(60, axis=1)


def gradient():
    ramp = np.tile(np.arange(256, dtype=np.uint8), (128, 1))
    return np.dstack([ramp, ramp[:, ::-1], np.full_like(ramp, 90)])


@pytest.mark.parametrize("make", [page, stripes, chart, gradient])
def test_drawings_come_back_bit_for_bit(make):
    rgb = make()
    _, restored, found = decoded(gray_of(rgb))
    assert found.exact.all()
    np.testing.assert_array_equal(restored, rgb)


def test_a_drawing_beside_a_photograph_is_exact_in_its_own_cells(photo):
    rgb = np.hstack([photo, chart()[:, :256][:240].repeat(2, 0)[:256]])
    _, restored, found = decoded(gray_of(rgb))
    assert found.exact[:, 256:].all()
    assert not found.exact[:, :256].any()
    np.testing.assert_array_equal(restored[:, 256:], rgb[:, 256:])


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32))
def test_any_size_is_coded_or_too_small(height, width, seed):
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    coded = layer.code(rgb, WEIGHTS)
    if not coded.cells:
        assert height * width < 400
        return
    gray = coded.embed(luminance(rgb))
    assert layer.find(gray).layout.height == height
    assert np.abs(gray - luminance(rgb)).max() <= 4


# Hostile grays


def test_cells_whose_data_is_hostile_count_as_damaged(picture):
    """Checksums are right, and what is in them is not."""
    coded = layer.code(picture, WEIGHTS)
    random = np.random.default_rng(0)
    forged = tuple(
        (box, layer.Cell(c.layout, c.row, c.column, c.weights, kind, random.bytes(500)), base)
        for (box, c, base), kind in zip(coded.cells, [*layer.Kind] * 5, strict=False)
    )
    gray = layer.Coded(forged, coded.cb, coded.cr).embed(luminance(picture))
    found = layer.find(gray)
    assert len(found.intact) == 9
    restored = layer.restore(found, gray)
    assert not restored.exact.any()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32))
def test_mutations_are_harmless(gray, seed):
    random = np.random.default_rng(seed)
    mutated = gray.copy()
    for _ in range(random.integers(1, 20)):
        top, left = random.integers(0, 400), random.integers(0, 451)
        size = int(2 ** random.uniform(0, 6))
        part = mutated[top : top + size, left : left + size]
        part[...] = random.integers(0, 256, part.shape)
    found = layer.find(mutated)
    if found:
        restored = layer.restore(found, mutated)
        assert set(np.unique(restored.base)) <= {0, *digits.BASES}
