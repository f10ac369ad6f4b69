"""The fine layer of whole pictures: what comes back, whatever was done to the gray."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter
from skimage import data

from invgray import metrics
from invgray.color.luminance import luminance
from invgray.color.mix import Mix
from invgray.fine import cells, chroma, digits, layer
from invgray.fine.orientation import ORIENTATIONS

WEIGHTS = bytes(range(8))


def gray_of(rgb):
    coded = layer.code(rgb, WEIGHTS)
    return coded.embed(luminance(rgb))


def decoded(gray):
    """Colours of a gray that is mere luminance, and bases and where it is exact, turned back."""
    found = layer.find(gray)
    levels = found.orientation.undo(gray)
    restored = layer.restore(found, *levels.shape)
    place = found.within(*levels.shape)
    base, exact = np.zeros(levels.shape, np.uint8), np.zeros(levels.shape, bool)
    part = tuple(slice(0, n) for n in restored.rgb.shape[:2])
    base[place], exact[place] = restored.base_at(*part), restored.exact_at(*part)
    rgb = np.repeat(levels[..., None], 3, axis=-1)
    colors = chroma.to_rgb(levels[place].astype(float), *restored.chrominance.at(*part))
    colors = np.clip(np.rint(colors), 0, 255).astype(np.uint8)
    rgb[place] = np.where(exact[place][..., None], restored.rgb, colors)
    return found, rgb, base, exact


@pytest.fixture(scope="module")
def picture():
    """A photograph of 400x451 pixels: nine cells."""
    return np.ascontiguousarray(np.vstack([data.chelsea(), data.chelsea()[:100]]))


@pytest.fixture(scope="module")
def gray(picture):
    return gray_of(picture)


@pytest.mark.parametrize(("name", "psnr"), [("chelsea", 46.5), ("coffee", 43), ("astronaut", 44)])
def test_photographs_come_back_nearly_perfect(name, psnr):
    rgb = getattr(data, name)()
    gray = gray_of(rgb)
    found, restored, _, _ = decoded(gray)
    assert found.weights == WEIGHTS
    assert (found.layout.height, found.layout.width) == rgb.shape[:2]
    assert metrics.psnr(rgb, restored) > psnr
    assert metrics.gray_psnr(gray, rgb) > 48


def test_smooth_colours_leave_levels_to_the_luminance():
    """Colours are better than any could be from levels that all carry a digit."""
    soft = Image.fromarray(data.astronaut()).filter(ImageFilter.GaussianBlur(5))
    grain = np.random.default_rng(0).normal(0, 5, (512, 512, 1))
    rgb = np.clip(np.asarray(soft) + np.rint(grain), 0, 255).astype(np.uint8)
    gray = gray_of(rgb)
    _, restored, base, exact = decoded(gray)
    assert base.all()
    error = (restored.astype(float) - rgb)[~exact]
    assert np.mean(error**2) < (2**2 + 1) / 12
    error = (gray - luminance(rgb))[~exact]
    assert np.mean(error**2) < 0.6 * 2**2 / 12


def test_levels_after_a_drawing_s_pixels_are_rounded():
    rgb = np.full((200, 300, 3), (200, 30, 90), np.uint8)
    rgb[50:90, 60:200] = (20, 160, 70)
    gray = gray_of(rgb)
    _, restored, _, exact = decoded(gray)
    assert exact.all()
    assert (restored == rgb).all()
    assert np.mean(np.abs(gray - luminance(rgb)) > 0.5) < 0.05


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_turned_and_mirrored_grays_are_turned_back(gray, picture, orientation):
    found, restored, _, _ = decoded(orientation.apply(gray))
    assert found.orientation == orientation
    assert metrics.psnr(picture, restored) > 46


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from(ORIENTATIONS))
def test_whole_cells_of_a_crop_come_back(gray, picture, top, left, orientation):
    crop = slice(top, top + 300), slice(left, left + 350)
    found, rgb, base, _ = decoded(orientation.apply(gray[crop]))
    assert (found.top, found.left) == (-top, -left)
    intact = base > 0
    assert intact.mean() > 0.12
    error = (picture[crop].astype(float) - rgb)[intact]
    assert 10 * np.log10(255**2 / np.mean(error**2)) > 44


def test_a_gray_pasted_into_a_page_is_found(gray, picture):
    page = np.full((700, 800), 255, np.uint8)
    page[123:523, 77:528] = gray
    found, rgb, base, _ = decoded(page)
    assert (found.top, found.left, len(found.intact)) == (123, 77, 9)
    assert metrics.psnr(picture, rgb[123:523, 77:528]) > 46
    assert not base[:123].any()


@pytest.mark.parametrize("width", [32, 50, 90, 127])
def test_a_narrow_gray_pasted_into_a_page_is_found(picture, width):
    narrow = picture[:200, 100 : 100 + width]
    page = np.full((300, 400), 200, np.uint8)
    page[41:241, 33 : 33 + width] = gray_of(narrow)
    for orientation in ORIENTATIONS:
        found, rgb, _, _ = decoded(orientation.apply(page))
        assert (found.top, found.left, found.orientation) == (41, 33, orientation)
        assert metrics.psnr(narrow, rgb[41:241, 33 : 33 + width]) > 41


def test_damage_costs_its_own_cells_only(gray, picture):
    damaged = gray.copy()
    damaged[10:60, 20:90] = 0
    found, rgb, base, _ = decoded(damaged)
    assert len(found.intact) == 8
    box = found.layout.box(0, 0)
    assert not base[box.slices].any()
    assert np.mean(base > 0) == 1 - box.height * box.width / gray.size
    assert metrics.psnr(picture[box.height :], rgb[box.height :]) > 46


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
    _, restored, _, exact = decoded(gray_of(rgb))
    assert exact.all()
    np.testing.assert_array_equal(restored, rgb)


def test_a_drawing_beside_a_photograph_is_exact_in_its_own_cells(photo):
    rgb = np.hstack([photo, chart()[:, :256][:240].repeat(2, 0)[:256]])
    found, restored, _, exact = decoded(gray_of(rgb))
    assert (found.layout.rows, found.layout.columns) == (2, 4)
    assert exact[:, 256:].all()
    assert not exact[:, :256].any()
    np.testing.assert_array_equal(restored[:, 256:], rgb[:, 256:])


def test_a_gray_of_version_1_is_read():
    """It was made of the astronaut, with a drawing in its first cell."""
    gray = np.asarray(Image.open(Path(__file__).parents[1] / "golden" / "fine-layer-1.png"))
    drawing = np.indices((128, 128)).sum(0)[..., None] % 7 * 30 * np.array([1, 0.5, 0.2])
    rgb = data.astronaut()[:280, 60:360].copy()
    rgb[:128, :128] = drawing
    found, restored, base, exact = decoded(gray)
    assert (found.intact[0][1].version, found.weights, len(found.intact)) == (1, WEIGHTS, 4)
    assert set(np.unique(base)) == {2, 3}
    assert (exact == (np.indices(exact.shape) < 128).all(0)).all()
    np.testing.assert_array_equal(restored[exact], rgb[exact])
    assert metrics.psnr(rgb, restored) == pytest.approx(45.55, abs=0.01)
    crop, _, base, _ = decoded(np.rot90(gray[5:, :299]))
    assert (crop.top, crop.left, len(crop.intact)) == (-5, 0, 1)
    assert np.mean(base > 0) == 128 * 152 / base.size


# Large grays


def test_a_plain_gray_is_searched_quickly():
    """At most two seconds for twelve megapixels, in all orientations and bases."""
    plain = np.tile(data.camera(), (2, 4))
    before = time.process_time()
    assert layer.find(plain) is None
    assert time.process_time() - before < 2 * plain.size / 12e6 + 0.2


def test_coding_and_restoring_take_little_memory():
    """Chrominance takes four bytes a pixel; the gray's digits one, and restored colours three."""
    rgb = np.tile(data.chelsea(), (4, 3, 1))
    height, width = rgb.shape[:2]
    tracemalloc.start()
    try:
        coded = layer.code(rgb, WEIGHTS)
        assert tracemalloc.get_traced_memory()[1] < 6.5 * height * width + 5e6
        gray = coded.embed(luminance(rgb))
        del coded
        found = layer.find(gray)
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        layer.restore(found, height, width)
        assert tracemalloc.get_traced_memory()[1] - before < 7 * height * width + 5e6
    finally:
        tracemalloc.stop()


def test_a_gray_full_of_first_digits_does_not_hold_up_the_search():
    """Every row and column begins cells that are none; there are far fewer cells than that."""
    sync = np.tile(np.array(list("11010011100100010111101000101100"), np.uint8), 32)
    hostile = np.tile(sync + 100, (1024, 1))
    before = time.process_time()
    assert layer.find(hostile) is None
    assert time.process_time() - before < 10


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
    carried = coded.digits.copy()
    for box, cell, base in forged:
        carried[box.slices] = cells.write(cell, base)
    gray = layer.Coded(forged, carried, coded.chrominance).embed(luminance(picture))
    found = layer.find(gray)
    assert len(found.intact) == 9
    restored = layer.restore(found, *gray.shape)
    assert not any(exact for _, _, exact in restored.cells)


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
        restored = layer.restore(found, *found.orientation.undo(mutated).shape)
        assert {base for _, base, _ in restored.cells} <= set(digits.BASES)


def test_a_cell_of_another_mix_counts_as_damaged():
    """It was pasted in from a gray of the same picture."""
    rgb = np.ascontiguousarray(data.astronaut()[:256, :256])
    grays = [
        layer.code(rgb, WEIGHTS, mix=mix).embed(mix.gray(rgb))
        for mix in (Mix(1000, 0, 0), Mix(0, 1000, 0))
    ]
    gray = np.hstack([grays[0][:, :128], grays[1][:, 128:]])
    found = layer.find(gray)
    assert (found.mix, len(found.intact)) == (Mix(1000, 0, 0), 2)
    assert len(layer.find(grays[0]).intact) == 4
