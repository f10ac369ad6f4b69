"""Round trips of arrays with the shipped weights."""

from __future__ import annotations

import shutil
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

import invgray
from invgray import errors, loading, metrics
from invgray.benchmark.handling import HANDLINGS
from invgray.color.levels import neutral, to_8_bits
from invgray.presets import store

FIGURES = {
    "standard-1": {
        "astronaut": {"psnr": 40.87, "ssim": 0.982, "structure": 0.991, "gray_psnr": 41.75},
        "coffee": {"psnr": 40.61, "ssim": 0.978, "structure": 0.943, "gray_psnr": 36.87},
        "cat": {"psnr": 42.66, "ssim": 0.988, "structure": 0.985, "gray_psnr": 41.74},
    },
    "robust-1": {
        "astronaut": {"psnr": 38.65, "ssim": 0.971, "structure": 0.978, "gray_psnr": 34.27},
        "coffee": {"psnr": 37.35, "ssim": 0.965, "structure": 0.928, "gray_psnr": 32.25},
        "cat": {"psnr": 40.28, "ssim": 0.983, "structure": 0.974, "gray_psnr": 34.43},
    },
    "robust-2": {
        "astronaut": {"psnr": 37.38, "ssim": 0.968, "structure": 0.979, "gray_psnr": 35.47},
        "coffee": {"psnr": 36.06, "ssim": 0.958, "structure": 0.921, "gray_psnr": 32.16},
        "cat": {"psnr": 38.26, "ssim": 0.977, "structure": 0.974, "gray_psnr": 35.43},
    },
    "paper-1": {
        "astronaut": {"psnr": 39.61, "ssim": 0.975, "structure": 0.939, "gray_psnr": 30.49},
        "coffee": {"psnr": 38.66, "ssim": 0.965, "structure": 0.689, "gray_psnr": 24.48},
        "cat": {"psnr": 39.63, "ssim": 0.980, "structure": 0.836, "gray_psnr": 28.49},
    },
}
"""What shipped weights reach in float32; they do not change, so neither do these."""

TOLERANCES = {"psnr": 0.05, "ssim": 0.001, "structure": 0.001, "gray_psnr": 0.05}


def round_trip(codec, rgb):
    """By the networks alone; see ``test_layered.py`` for what a fine layer adds."""
    gray = codec.encode(rgb, fine=False)
    return metrics.round_trip(rgb, gray, codec.read_pattern(gray, refine=False))


@pytest.mark.parametrize("name", ["astronaut", "coffee", "cat"])
@pytest.mark.parametrize("preset", FIGURES)
def test_shipped_weights_reach_what_they_did(photos, machine, preset, name):
    found = round_trip(loading.load_codec(preset, machine), photos[name])
    for figure, expected in FIGURES[preset][name].items():
        assert getattr(found, figure) == pytest.approx(expected, abs=TOLERANCES[figure])


def test_saturated_colours_come_back(codec):
    rows = np.linspace(0, 1, 128)
    hues = np.stack([np.full((128, 128), 1.0), rows[:, None] * np.ones(128), np.ones((128, 128))])
    hues[0] = rows[None]
    levels = to_8_bits(255 * hues.transpose(1, 2, 0))
    rgb = np.asarray(Image.fromarray(levels, "HSV").convert("RGB"))
    assert round_trip(codec, rgb).psnr > 30


def test_gray_stays_as_it_is(codec, photo):
    gray = photo[..., 1]
    np.testing.assert_array_equal(codec.encode(neutral(gray)), gray)
    np.testing.assert_array_equal(codec.encode(gray), gray)
    np.testing.assert_array_equal(codec.unrounded(gray), gray)


def test_plain_gray_decodes_to_nearly_neutral_colours(codec, photo):
    restored = codec.decode(photo[..., 1]).astype(int)
    assert np.ptp(restored, axis=-1).mean() < 6


def test_levels_are_the_unrounded_gray_rounded(codec, photo):
    unrounded = codec.unrounded(photo[:64, :64])
    assert unrounded.dtype == np.float32
    assert 0 <= unrounded.min() <= unrounded.max() <= 255
    levels = codec.encode(photo[:64, :64], fine=False)
    np.testing.assert_array_equal(levels, np.rint(unrounded))


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 40), st.integers(1, 40))
def test_any_size(codec, height, width):
    random = np.random.default_rng(height * 41 + width)
    rgb = random.integers(0, 256, (height, width, 3), np.uint8)
    gray = codec.encode(rgb)
    assert (gray.shape, gray.dtype) == ((height, width), np.uint8)
    restored = codec.decode(gray)
    assert (restored.shape, restored.dtype) == (rgb.shape, np.uint8)


@pytest.mark.parametrize(
    ("preset", "height", "width"),
    [("standard-1", 250, 201), ("robust-1", 150, 99), ("paper-1", 99, 67)],
)
def test_tiles_equal_the_whole(photo, machine, preset, height, width):
    rgb = photo[:height, :width]
    whole = loading.load_codec(preset, machine)
    tiled = invgray.load(preset, device="cpu", precision="float32", tile=64)
    gray = whole.encode(rgb, fine=False)
    assert np.abs(gray.astype(int) - tiled.encode(rgb, fine=False)).max() <= 1
    assert np.abs(whole.decode(gray).astype(int) - tiled.decode(gray)).max() <= 1


def test_a_picture_takes_little_memory():
    """Gray, digits and chrominance are six bytes a pixel; restored colours three, chrominance four.

    What a pattern takes is there in tiles only.
    """
    rgb = np.tile(data.chelsea()[:, :448], (3, 2, 1))
    codec = invgray.load("luminance", tile=256)
    codec.decode(codec.encode(rgb[:64, :64]))
    tile = (256 + 2 * 8) ** 2 * 60
    tracemalloc.start()
    try:
        gray = codec.encode(rgb)
        assert tracemalloc.get_traced_memory()[1] < 7 * gray.size + tile
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        codec.decode(gray)
        assert tracemalloc.get_traced_memory()[1] - before < 8 * gray.size + tile
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("engine", ["openvino", "tensorflow"])
def test_a_codec_is_shared_by_threads(codec, photos, engine):
    """Each thread gets what it would get alone."""
    shared = invgray.load("standard-1", engine=engine, device="cpu", precision="float32", tile=64)
    pictures = [np.roll(rgb[:96, :80], 9 * i, axis=0) for i in range(4) for rgb in photos.values()]
    grays = [codec.encode(rgb, fine=False) for rgb in pictures]

    def there_and_back(rgb):
        gray = shared.encode(rgb, fine=False)
        return gray, shared.decode(gray)

    with ThreadPoolExecutor(8) as pool:
        for expected, (gray, restored) in zip(
            grays, pool.map(there_and_back, pictures), strict=True
        ):
            assert np.abs(gray.astype(int) - expected).max() <= 1
            assert np.abs(restored.astype(int) - codec.decode(gray)).max() <= 1


@pytest.mark.parametrize(
    ("preset", "engine", "precision", "cost"),
    [
        ("standard-1", "openvino", "bfloat16", 0.1),
        ("standard-1", "tensorflow", "float32", 0.01),
        ("standard-1", "tensorflow", "bfloat16", 0.1),
        ("robust-1", "openvino", "bfloat16", 0.1),
        ("paper-1", "openvino", "bfloat16", 0.1),
    ],
)
def test_engines_and_precisions_agree(photos, machine, preset, engine, precision, cost):
    mine = loading.load_codec(preset, machine)
    other = invgray.load(preset, engine=engine, precision=precision, device="cpu")
    crops = [rgb[:128, :128] for rgb in photos.values()]
    mine, its = (np.mean([round_trip(c, x).psnr for x in crops]) for c in (mine, other))
    assert abs(mine - its) < cost


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros(4, np.uint8),
        np.zeros((4, 4), np.float32),
    ],
)
def test_wrong_arrays_are_refused(codec, array):
    with pytest.raises(ValueError, match=r"rgb must be uint8 \(H, W, 3\), not"):
        codec.encode(array)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_decode_refuses_colour_and_what_is_not_levels(codec, photo, dtype):
    wrong = photo if dtype == np.uint8 else photo[..., 0].astype(dtype)
    with pytest.raises(ValueError, match=r"gray must be uint8 \(H, W\), not"):
        codec.decode(wrong)


@pytest.mark.parametrize(
    ("handling", "decibels"),
    [
        ("jpeg-90", 36.7),
        ("jpeg-75", 34.0),
        ("jpeg-50", 32.0),
        ("resize-90%", 35.1),
        ("noise-2", 37.4),
    ],
)
def test_robust_grays_survive_handling(machine, photos, handling, decibels):
    robust, handled = loading.load_codec("robust-2", machine), HANDLINGS[handling].apply
    grays = {name: robust.encode(rgb, fine=False) for name, rgb in photos.items()}
    found = [metrics.psnr(photos[n], robust.decode(handled(gray))) for n, gray in grays.items()]
    assert np.mean(found) == pytest.approx(decibels, abs=0.3)


@pytest.mark.parametrize(
    ("preset", "gains"),
    [
        ("standard-4", {"none": 0.25, "jpeg-90": 0.1, "jpeg-75": -0.05}),
        ("robust-1", {"none": 0.7, "jpeg-90": 0.3, "jpeg-75": 0.1}),
        ("robust-2", {"none": 1.2, "jpeg-90": 0.7, "jpeg-75": 0.05}),
    ],
)
def test_refined_colours_are_nearer(machine, photos, preset, gains):
    """By so many dB on average, the more the less happened to a gray; hardly farther elsewhere."""
    codec = loading.load_codec(preset, machine)
    grays = {name: codec.encode(rgb, fine=False) for name, rgb in photos.items()}
    for handling, least in gains.items():
        gained = []
        for name, gray in grays.items():
            handled = HANDLINGS[handling].apply(gray)
            read, refined = (codec.read_pattern(handled, refine=x) for x in (False, True))
            gained.append(metrics.psnr(photos[name], refined) - metrics.psnr(photos[name], read))
        assert np.mean(gained) > least


def test_the_papers_colours_are_what_its_network_gives(paper, photo):
    gray = paper.encode(photo[:64, :64])
    np.testing.assert_array_equal(paper.decode(gray), paper.read_pattern(gray, refine=False))


def test_a_codec_tells_what_it_is():
    codec = invgray.load("standard-1", engine="openvino", device="cpu", precision="float32")
    assert repr(codec) == (
        "Codec('standard-1', version=1, weights='10ccf9bb032a4b80', engine='openvino', "
        "device='cpu', precision='float32', "
        "abilities=('hides_colors', 'has_pattern', 'layered'))"
    )


@pytest.mark.parametrize("given", [str, Path, lambda folder: f"{folder}/"])
def test_a_preset_is_loaded_from_a_folder(tmp_path, monkeypatch, given):
    shutil.copytree(store.find("luminance").directory, tmp_path / "runs" / "mine")
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path / "runs" / "mine", Path("runs", "mine")):
        codec = invgray.load(given(folder))
        assert (codec.preset.name, codec.preset.card.network) == ("mine", "luminance")


def test_a_word_is_a_name_and_a_path_a_folder(tmp_path, monkeypatch):
    shutil.copytree(store.find("luminance").directory, tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(errors.WeightsError, match="there is no preset 'mine'"):
        invgray.load("mine")
    for folder in (Path("mine"), "./mine"):
        assert invgray.load(folder).preset.name == "mine"
    with pytest.raises(errors.WeightsError, match=r"card\.json: not found"):
        invgray.load("./standard")
