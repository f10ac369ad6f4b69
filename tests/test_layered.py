"""Layered grays, by arrays and from file to file: near perfect when kept, good when handled."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from skimage import data

import invgray
from invgray import errors, loading, metrics
from invgray.benchmark.handling import HANDLINGS
from invgray.files import reading
from invgray.fine import cells, chroma, digits, layer
from invgray.fine.cells import Cell, Kind, Layout
from invgray.fine.orientation import ORIENTATIONS
from invgray.inference.machine import Machine
from invgray.presets import store

FLOAT32 = Machine(device="cpu", precision="float32")

FIGURES = {
    "standard-1": {"astronaut": 43.38, "coffee": 43.47, "cat": 44.40},
    "standard-4": {"astronaut": 44.65, "coffee": 45.00, "cat": 45.81},
    "robust-1": {"astronaut": 44.39, "coffee": 44.80, "cat": 46.02},
    "robust-2": {"astronaut": 44.55, "coffee": 45.03, "cat": 45.94},
    "luminance-1": {"astronaut": 44.65, "coffee": 45.00, "cat": 45.94},
}
"""PSNR in dB of untouched grays with a fine layer; see ``test_codec.py`` for those without."""

FAINT = {"standard-4": 34.0, "robust-2": 35.0}
"""Least PSNR in dB of the photograph by the pattern alone, whose lowest bit is gone."""

BESIDE = {"standard-4": 28.0, "robust-2": 32.0}
"""Least PSNR in dB of what is left around the whole cells of a crop of it."""


def to_png(array):
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(file, "PNG")
    return file.getvalue()


def pixels(file):
    return np.asarray(Image.open(io.BytesIO(file)))


def encoded(array, **options):
    target = io.BytesIO()
    invgray.encode_file(
        to_png(array), target, invgray.EncodeOptions(**{"machine": FLOAT32} | options)
    )
    return target.getvalue()


def decoded(file, **options):
    target = io.BytesIO()
    outcome = invgray.decode_file(file, target, invgray.DecodeOptions(machine=FLOAT32, **options))
    return pixels(target.getvalue()), outcome


def bare(file):
    """A file's pixels in a file that says nothing."""
    return to_png(pixels(file))


def apart(a, b):
    return np.abs(a.astype(int) - b)


def psnr_within(mask, original, restored):
    """PSNR in dB of a part of a picture."""
    return 10 * np.log10(255**2 / np.mean((original[mask].astype(float) - restored[mask]) ** 2))


@pytest.fixture(scope="module")
def picture():
    """A photograph of 400x451 pixels: nine cells, whose borders are ``ROWS`` and ``COLUMNS``."""
    return np.ascontiguousarray(data.astronaut()[:400, :451])


ROWS, COLUMNS = (0, 133, 266, 400), (0, 150, 300, 451)


@pytest.fixture(scope="module", params=["standard-4", "robust-2"])
def preset(request):
    return request.param


@pytest.fixture(scope="module")
def gray_file(picture, preset):
    return encoded(picture, preset=preset)


@pytest.fixture(scope="module")
def restored(gray_file):
    """The colours of the untouched gray."""
    return decoded(gray_file)[0]


# Untouched


@pytest.mark.parametrize("name", ["astronaut", "coffee", "cat"])
@pytest.mark.parametrize("preset", FIGURES)
def test_untouched_grays_are_near_perfect(photos, preset, name):
    codec, rgb = loading.load_codec(preset, FLOAT32), photos[name]
    found = codec.restore(codec.encode(rgb))
    assert metrics.psnr(rgb, found.rgb) == pytest.approx(FIGURES[preset][name], abs=0.05)
    assert (found.fine, found.exact) == (1, False)


@pytest.mark.parametrize("preset", ["robust-2", "robust-1", "standard-1"])
def test_a_pattern_that_the_scale_cuts_off_comes_off_well(photos, preset):
    bright = np.minimum(1.6 * photos["coffee"], 255).astype(np.uint8)
    found, pure = (
        metrics.psnr(bright, codec.decode(codec.encode(bright)))
        for codec in (loading.load_codec(name, FLOAT32) for name in (preset, "luminance"))
    )
    assert found > pure - 2.2


@pytest.mark.parametrize("preset", FIGURES)
def test_the_layer_hardly_changes_the_gray(photo, preset):
    """Digits of base 4 are even over three levels around the gray: 48.1 dB."""
    codec = loading.load_codec(preset, FLOAT32)
    with_layer, without = codec.encode(photo), codec.encode(photo, fine=False)
    assert metrics.psnr(with_layer, without) > 46
    assert apart(with_layer, without).max() <= max(digits.BASES)


def test_a_pure_fine_layer_leaves_the_luminance(photo):
    codec = loading.load_codec("luminance", FLOAT32)
    assert metrics.gray_psnr(codec.encode(photo), photo) > 48
    plain = codec.encode(photo, fine=False)
    assert metrics.gray_psnr(plain, photo) > 58
    np.testing.assert_array_equal(codec.decode(plain), plain[..., None].repeat(3, axis=-1))


@pytest.mark.parametrize("height", range(1, 5))
def test_pictures_too_small_for_a_layer_go_without(photo, preset, height):
    rgb = photo[100 : 100 + height, 80:90]
    file = encoded(rgb, preset=preset)
    assert not reading.read(file).record.fine
    colors, outcome = decoded(file)
    assert colors.shape == rgb.shape
    assert (outcome.fine, outcome.exact, outcome.notices) == (0, False, ())


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 5), (15, 10)])
def test_a_pure_fine_layer_says_where_it_has_no_room(photo, height, width):
    target = io.BytesIO()
    options = invgray.EncodeOptions(preset="luminance")
    rgb = photo[60 : 60 + height, 60 : 60 + width]
    outcome = invgray.encode_file(to_png(rgb), target, options)
    assert outcome.notices == ("is too small for a fine layer; its colours are lost",)
    colors, outcome = decoded(target.getvalue())
    assert outcome.fine == 0
    np.testing.assert_array_equal(colors, pixels(target.getvalue())[..., None].repeat(3, axis=-1))


@settings(deadline=None, max_examples=8)
@given(st.integers(13, 48), st.integers(13, 48))
def test_small_pictures_of_few_colours_are_exact(height, width):
    """From 248 pixels on, two colours always fit."""
    rgb = np.full((height, width, 3), (200, 30, 60), np.uint8)
    rgb[height // 2 :] = (30, 90, 220)
    codec = loading.load_codec("luminance", FLOAT32)
    found = codec.restore(codec.encode(rgb))
    if height * width >= 248:
        assert found.exact
    assert found.exact == (found.fine == 1)
    if found.exact:
        np.testing.assert_array_equal(found.rgb, rgb)


# Engines, tiles, handling


@pytest.mark.parametrize(
    ("preset", "height", "width"),
    [("standard-4", 250, 201), ("robust-1", 150, 99), ("luminance-1", 99, 67)],
)
def test_tiles_equal_the_whole(photo, preset, height, width):
    rgb = photo[:height, :width]
    whole = loading.load_codec(preset, FLOAT32)
    tiled = loading.load_codec(preset, replace(FLOAT32, tile=64))
    gray = whole.encode(rgb)
    assert np.mean(apart(gray, tiled.encode(rgb)) > 1) <= 0.001
    assert np.mean(apart(whole.decode(gray), tiled.decode(gray)) > 1) <= 0.001


@pytest.mark.parametrize(
    ("preset", "engine", "precision"),
    [
        ("standard-4", "openvino", "bfloat16"),
        ("standard-4", "tensorflow", "float32"),
        ("robust-1", "openvino", "bfloat16"),
    ],
)
def test_engines_and_precisions_agree(photo, preset, engine, precision):
    rgb = photo[:160, :160]
    mine = loading.load_codec(preset, FLOAT32)
    other = loading.load_codec(preset, Machine(engine=engine, device="cpu", precision=precision))
    gray, its = mine.encode(rgb), other.encode(rgb)
    assert np.mean(apart(mine.decode(gray), other.decode(gray)) > 1) <= 0.01
    assert np.mean(apart(gray, its) > 1) <= 0.05
    difference = metrics.psnr(rgb, mine.decode(gray)) - metrics.psnr(rgb, mine.decode(its))
    assert abs(difference) < 0.1


@pytest.fixture(scope="module")
def without_and_with_layer(photos, preset):
    """Photographs, as they are and mirrored, with their grays without a fine layer and with one."""
    codec = loading.load_codec(preset, FLOAT32)
    mirrored = [np.ascontiguousarray(np.fliplr(rgb)) for rgb in photos.values()]
    return [
        (rgb, codec.encode(rgb, fine=False), codec.encode(rgb))
        for rgb in [*photos.values(), *mirrored]
    ]


@pytest.mark.parametrize("handling", ["jpeg-90", "jpeg-75", "jpeg-50"])
def test_the_layer_costs_handled_grays_next_to_nothing(without_and_with_layer, preset, handling):
    """For one picture, costs vary by a few hundredths of a dB as the layer's digits fall out."""
    codec, handled = loading.load_codec(preset, FLOAT32), HANDLINGS[handling].apply
    costs = [
        metrics.psnr(rgb, codec.decode(handled(without)))
        - metrics.psnr(rgb, codec.decode(handled(layered)))
        for rgb, without, layered in without_and_with_layer
    ]
    assert np.mean(costs) < (0.2 if handling == "jpeg-90" else 0.1)


# What happens to files


def test_without_its_text_chunk_a_gray_gives_the_same(gray_file, restored):
    colors, outcome = decoded(bare(gray_file))
    np.testing.assert_array_equal(colors, restored)
    assert (outcome.fine, outcome.notices) == (1, ())


@pytest.mark.parametrize("form", ["TIFF", "WEBP", "PNG"])
def test_other_files_without_loss_give_the_same(gray_file, restored, form):
    file = io.BytesIO()
    options = {"lossless": True} if form == "WEBP" else {"optimize": True} if form == "PNG" else {}
    image = Image.open(io.BytesIO(gray_file))
    image.convert("RGB" if form == "WEBP" else "P").save(file, form, **options)
    colors, outcome = decoded(file.getvalue())
    np.testing.assert_array_equal(colors, restored)
    assert outcome.fine == 1


def test_a_16_bit_copy_gives_the_same(gray_file, restored):
    file = io.BytesIO()
    Image.fromarray(pixels(gray_file).astype(np.uint16) * 257).save(file, "PNG")
    np.testing.assert_array_equal(decoded(file.getvalue())[0], restored)


@pytest.mark.parametrize("orientation", ORIENTATIONS[1::3], ids=lambda o: o.words)
def test_turned_and_mirrored_grays_are_as_untouched(gray_file, restored, orientation):
    colors, outcome = decoded(to_png(orientation.apply(pixels(gray_file))))
    np.testing.assert_array_equal(colors, orientation.apply(restored))
    assert (outcome.fine, outcome.notices) == (1, ())


@pytest.mark.parametrize(("top", "left"), [(33, 51), (1, 0), (129, 7)])
def test_a_crop_keeps_its_whole_cells(picture, preset, gray_file, restored, top, left):
    file = to_png(pixels(gray_file)[top:, left:])
    colors, outcome = decoded(file)
    original, untouched = picture[top:, left:], restored[top:, left:]
    row = next(row - top for row in ROWS if row >= top)
    column = next(column - left for column in COLUMNS if column >= left)
    inside = np.zeros(original.shape[:2], bool)
    inside[row:, column:] = True
    assert outcome.fine == pytest.approx(inside.mean())
    assert outcome.notices == (
        f"was touched: {inside.mean():.0%} of the picture comes from the fine layer, "
        "the rest from the pattern",
    )
    assert not outcome.exact
    assert psnr_within(inside, original, colors) > psnr_within(inside, original, untouched) - 0.5
    assert psnr_within(~inside, original, colors) > BESIDE[preset]


def test_a_turned_crop_is_a_crop_turned(gray_file):
    crop = pixels(gray_file)[33:, 51:]
    colors, outcome = decoded(to_png(crop))
    turned, same = decoded(to_png(np.rot90(crop)))
    np.testing.assert_array_equal(np.rot90(turned, -1), colors)
    assert same.fine == outcome.fine


def test_a_gray_pasted_into_a_page_is_decoded_where_it_lies(gray_file, restored):
    page = np.full((600, 700), 245, np.uint8)
    page[101:501, 77:528] = pixels(gray_file)
    colors, outcome = decoded(to_png(page))
    np.testing.assert_array_equal(colors[101:501, 77:528], restored)
    around = np.ones(page.shape, bool)
    around[101:501, 77:528] = False
    assert (colors[around] == 245).all()
    assert outcome.fine == 1


def test_a_black_box_costs_its_own_cells_only(picture, gray_file, restored):
    gray = pixels(gray_file).copy()
    gray[150:250, 160:260] = 0
    colors, outcome = decoded(to_png(gray))
    touched, box = (np.zeros(gray.shape, bool) for _ in range(2))
    touched[ROWS[1] : ROWS[2], COLUMNS[1] : COLUMNS[2]], box[150:250, 160:260] = True, True
    assert outcome.fine == pytest.approx(1 - touched.mean())
    assert "was touched: 89% of the picture comes from the fine layer" in outcome.notices[0]
    untouched = psnr_within(~touched, picture, restored)
    assert psnr_within(~touched, picture, colors) > untouched - 0.3
    assert psnr_within(touched & ~box, picture, colors) > 25


def test_a_gray_that_lost_its_layer_says_so(picture, preset, gray_file):
    file, told = io.BytesIO(), PngInfo()
    told.add_text("invgray", Image.open(io.BytesIO(gray_file)).text["invgray"])
    Image.fromarray(pixels(gray_file) // 2 * 2).save(file, "PNG", pnginfo=told)
    colors, outcome = decoded(file.getvalue())
    assert outcome.fine == 0
    assert outcome.notices == (
        "was touched: the fine layer is gone, and all colours come from the pattern",
    )
    assert metrics.psnr(picture, colors) > FAINT[preset]


def test_what_a_pure_fine_layer_has_lost_stays_gray(photo):
    gray = pixels(encoded(photo, preset="luminance")).copy()
    gray[150:] = gray[150:] // 4 * 4
    colors, outcome = decoded(to_png(gray))
    assert outcome.fine == 0.5
    assert "the rest has lost its colours" in outcome.notices[0]
    np.testing.assert_array_equal(colors[150:], gray[150:, :, None].repeat(3, axis=-1))
    assert metrics.psnr(photo[:128], colors[:128]) > 43


def test_a_pure_fine_layer_is_not_written_where_it_would_not_last(tmp_path, photo):
    for name, fine in (("a.jpg", True), ("a.png", False)):
        options = invgray.EncodeOptions(preset="luminance", fine=fine)
        with pytest.raises(errors.UsageError, match="hides colours in the fine layer only") as said:
            invgray.encode_file(to_png(photo), tmp_path / name, options)
        assert "--" not in str(said.value)
    assert not list(tmp_path.iterdir())


# The pipeline


def test_alpha_and_a_border_go_with_the_layer(picture, preset):
    rgba = np.dstack([picture, picture[..., 0]])
    colors, outcome = decoded(encoded(rgba, preset=preset, border=True))
    np.testing.assert_array_equal(colors[..., 3], picture[..., 0])
    assert metrics.psnr(picture, colors[..., :3]) > 42.5
    assert (outcome.fine, outcome.notices) == (1, ())


def test_jpegs_and_plain_grays_have_no_layer(tmp_path, photo, robust):
    target = tmp_path / "a.jpg"
    invgray.encode_file(
        to_png(photo), target, invgray.EncodeOptions(preset="robust-1", machine=FLOAT32)
    )
    assert not reading.read(target).record.fine
    without = encoded(photo, preset="robust-1", fine=False)
    assert not reading.read(without).record.fine
    np.testing.assert_array_equal(pixels(without), robust.encode(photo, fine=False))
    assert decoded(without)[1].fine == 0


def test_a_bare_layered_gray_is_not_encoded_again(gray_file, preset):
    file = bare(gray_file)
    target = io.BytesIO()
    outcome = invgray.encode_file(file, target)
    assert outcome.notices == ("hides colours already; kept as it is",)
    assert outcome.preset == store.find(preset).name
    np.testing.assert_array_equal(pixels(target.getvalue()), pixels(file))
    record = reading.read(target.getvalue()).record
    assert (record.weights, record.fine) == (store.find(preset).digest, True)


def test_verifying_tells_what_comes_back(tmp_path, photo, preset):
    target = tmp_path / "a.gray.png"
    options = invgray.EncodeOptions(preset=preset, machine=FLOAT32, verify=True)
    outcome = invgray.encode_file(to_png(photo), target, options)
    colors, _ = decoded(target.read_bytes())
    assert outcome.psnr == pytest.approx(metrics.psnr(photo, colors), abs=0.01)
    assert (outcome.fine, outcome.exact) == (1, False)
    asked = replace(options, at_least=outcome.psnr + 1, overwrite=True)
    before = target.read_bytes()
    with pytest.raises(
        errors.OutputError, match=f"come back at {outcome.psnr:.2f} dB only"
    ) as said:
        invgray.encode_file(to_png(photo), target, asked)
    assert "--" not in str(said.value)
    assert target.read_bytes() == before
    invgray.encode_file(to_png(photo), target, replace(asked, at_least=outcome.psnr - 1))


def test_another_maker_s_layer_is_foreign(photo):
    coded = layer.code(photo, bytes(range(1, 9)))
    gray = to_png(coded.embed(metrics.luminance(photo)))
    with pytest.raises(errors.ForeignWeightsError, match=r"0102030405060708.*is not here"):
        decoded(gray)


# Damaged on purpose


def forged(gray, box_layout, payload, kind, base=2, weights=None):
    """A gray with one cell whose checksum is right, over anything."""
    weights = weights or bytes.fromhex(store.find("luminance").digest)
    cell = Cell(box_layout, 0, 0, weights, kind, payload)
    box = box_layout.box(0, 0)
    levels = gray.copy()
    levels[box.slices] = digits.to_levels(
        levels[box.slices].astype(float), cells.write(cell, base), base
    )
    return levels


def hostile_payloads(rgb):
    """Packets and pixels, altered, cut, and not even that."""
    random = np.random.default_rng(7)
    cb, cr = chroma.of(rgb.astype(float), metrics.luminance(rgb))
    packets = chroma.encode(cb, cr, 1500)
    file = io.BytesIO()
    Image.new("RGB", (128, 128)).save(file, "WEBP", lossless=True)
    huge = bytearray(file.getvalue())
    side, flags = 9000, int.from_bytes(huge[21:25], "little") >> 28
    huge[21:25] = (flags << 28 | (side - 1) << 14 | side - 1).to_bytes(4, "little")
    assert Image.open(io.BytesIO(huge)).size == (side, side)
    yield Kind.EXACT, b"\0" + huge
    yield Kind.EXACT, b"\1" + zlib.compress(bytes(10**6), 9)
    yield Kind.EXACT, b""
    yield Kind.CHROMINANCE, b""
    for n in range(5):
        bad = bytearray(packets)
        for place in random.integers(0, len(bad), 1 + 4 * n):
            bad[place] = random.integers(0, 256)
        yield Kind.CHROMINANCE, bytes(bad)
        yield Kind.CHROMINANCE, bytes(bad[: random.integers(1, len(bad))])
        yield Kind.CHROMINANCE, random.bytes(500)
        yield Kind.EXACT, random.bytes(1 + 100 * n)


def test_hostile_data_under_right_checksums_is_survived(photo):
    rgb = photo[:128, :128]
    gray = np.ascontiguousarray(rgb[..., 1])
    for kind, payload in hostile_payloads(rgb):
        file = to_png(forged(gray, Layout(128, 128, 1, 1), payload, kind))
        colors, outcome = decoded(file)
        assert colors.shape == rgb.shape
        assert outcome.fine in (0, 1)
        found = invgray.inspect_file(file)
        assert (found.cells, found.intact) == (1, 1)


@pytest.mark.parametrize(
    "layout",
    [
        Layout(2**24 - 1, 2**24 - 1, 65535, 65535),
        Layout(128, 2**24 - 1, 1, 65535),
        Layout(300, 300, 2, 2),
    ],
)
def test_layouts_that_are_a_lie_are_survived(photo, layout):
    """What is said to be a small part of a huge picture takes no more than it has itself."""
    gray = np.ascontiguousarray(photo[..., 1])
    file = to_png(forged(gray, layout, b"\1" + bytes(9), Kind.EXACT))
    colors, outcome = decoded(file)
    assert colors.shape == photo.shape
    assert not outcome.exact
    assert invgray.inspect_file(file).fine <= 1


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_mutated_files_are_grays_or_errors_of_ours(small_file, data):
    """Bytes of the PNG, whose checksums fail, or bytes of its pixels, whose checksums are right."""
    size = len(small_file)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, size - 1))
        changed = data.draw(st.integers(0, 255))
        small_file = small_file[:place] + bytes([changed]) + small_file[place + 1 :]
    small_file = small_file[: data.draw(st.sampled_from([size, size // 2, 60]))]
    for call in (decoded, invgray.inspect_file):
        try:
            call(small_file)
        except errors.InvgrayError as error:
            assert error.cause  # noqa: PT017 - most fail, not all


@settings(deadline=None, max_examples=3)
@given(st.data())
def test_mutated_levels_are_decoded_from_what_is_left(small_file, data):
    levels = pixels(small_file).copy()
    for _ in range(data.draw(st.integers(1, 3))):
        row, column = data.draw(st.integers(0, 63)), data.draw(st.integers(0, 79))
        span = data.draw(st.sampled_from([1, 3, 30]))
        change = data.draw(st.integers(1, 255))
        levels[row : row + span, column : column + span] ^= np.uint8(change)
    colors, outcome = decoded(to_png(levels))
    assert colors.shape == (64, 80, 3)
    assert outcome.fine in (0, 1)
    assert invgray.inspect_file(to_png(levels)).fine == outcome.fine


@pytest.fixture(scope="module")
def small_file():
    return encoded(data.astronaut()[100:164, 150:230], preset="luminance")
