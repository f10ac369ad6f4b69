"""`invgray benchmark` measures what a user would get."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from invgray import errors, metrics, presets
from invgray.benchmark import lpips, machine, methods, quality, robustness, tables, timing
from invgray.cli import main
from invgray.images import to_8_bits
from invgray.luminance import luminance


def run(*arguments):
    return CliRunner().invoke(main, ["benchmark", *map(str, arguments)])


def test_figures_are_those_of_the_round_trip(photo_folder, tmp_path, photos, codec):
    (photo_folder / "bad.png").write_text("no")
    gray = np.repeat(photos["cat"][:64, :64, :1], 3, axis=-1)
    Image.fromarray(gray).save(photo_folder / "gray.png")
    files = {kind: tmp_path / f"report.{kind}" for kind in ("json", "csv", "html")}
    options = [part for kind, file in files.items() for part in (f"--{kind}", file)]
    result = run(photo_folder, *options, "--preset", "standard", "--precision", "float32")
    assert result.exit_code == errors.SOME_FAILED, result.output
    assert "bad.png: is not a picture" in result.stderr
    assert "4 of 5 pictures, protocol full" in result.stderr
    assert result.stdout == ""
    figures = json.loads(files["json"].read_text())
    assert (figures["images"], figures["skipped"], figures["protocol"]) == (4, 1, "full")
    assert figures["baselines"].keys() == {"luminance", "de Queiroz-Braun"}
    measured = figures["presets"]["standard"]
    assert measured["digest"] == presets.find("standard").digest
    rows = {row["image"]: row for row in measured["per_image"]}
    assert rows["gray.png"]["gray_psnr"] == "inf"
    rgb = np.ascontiguousarray(photos["coffee"][:96, :80])
    gray = to_8_bits(codec.encode(rgb))
    assert rows["coffee.png"]["psnr"] == metrics.psnr(rgb, codec.decode(gray))
    psnr = [row["psnr"] for row in rows.values()]
    assert measured["quality"]["images"] == 4
    assert measured["quality"]["psnr"]["mean"] == np.mean(psnr)
    assert measured["quality"]["psnr"]["std"] == np.std(psnr)
    table = list(csv.DictReader(io.StringIO(files["csv"].read_text())))
    assert len(table) == 3 * 4
    assert float(table[0]["ssim"]) == measured["per_image"][0]["ssim"]
    assert "coffee.png" in files["html"].read_text()


def test_json_goes_to_standard_output_on_request(photo_folder):
    result = run(photo_folder / "cat.png", "--json", "-", "--preset", "standard", "-q")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["machine"]["cores"] >= 1


def test_robustness_has_every_handling_for_every_method(photo_folder):
    result = run(photo_folder / "cat.png", "--robustness", "--json", "-", "--preset", "standard")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    measured = figures["presets"]["standard"]
    assert measured["robustness"].keys() == robustness.HANDLINGS.keys()
    assert measured["robustness"]["none"]["psnr"] == measured["quality"]["psnr"]
    decibels = {name: f["psnr"]["mean"] for name, f in measured["robustness"].items()}
    assert decibels["none"] > decibels["jpeg-95"] > 15
    unhandled = figures["recognition"]["none"]
    assert unhandled == {"standard": {"standard": 1.0}, "luminance": {"none": 1.0}}
    assert "taken for standard" in result.stderr
    assert decibels["noise-1"] > decibels["noise-2"] > decibels["noise-4"]
    for baseline in figures["baselines"].values():
        assert baseline["robustness"].keys() == robustness.HANDLINGS.keys()
    assert "print-scan-150dpi" in result.stderr


def test_timing_measures_each_engine_and_the_paper_s_network(tmp_path, monkeypatch):
    some = (("openvino", "float32"), ("tensorflow", "float32"))
    monkeypatch.setattr(timing, "ENGINES", some)
    file = tmp_path / "timing.json"
    options = ["--size", 64, "--runs", 2, "--preset", "standard", "-q", "--json", file]
    result = run("--timing", *options)
    assert result.exit_code == 0, result.output
    figures = json.loads(file.read_text())
    reference = figures["baselines"][timing.REFERENCE]["timing"]
    assert [(row["stage"], row["ratio_to_paper"]) for row in reference] == [
        ("encode", 1.0),
        ("decode", 1.0),
    ]
    rows = figures["presets"]["standard"]["timing"]
    seen = {(r["engine"], r["precision"], r["stage"], r["scope"], r["size"]) for r in rows}
    assert seen == {
        (engine, precision, stage, scope, 64)
        for engine, precision in some
        for stage in ("encode", "decode")
        for scope in ("network", "end-to-end")
    }
    for row in rows:
        assert row["median_s"] > 0 and row["spread_s"] >= 0 and row["runs"] == 2
        assert row["megapixels_per_s"] == pytest.approx(64 * 64 / row["median_s"] / 1e6)
        assert row["peak_mb"] is None or 50 < row["peak_mb"] < 5000
    assert figures["presets"]["standard"]["fresh_process_s"] > 0
    assert f"{timing.REFERENCE}, encode" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give pictures, --timing, or both"),
        (["x.png", "--size", 64], "--size is for --timing"),
        (["x.png", "--preset", "standard", "--preset", "standard"], "have one name"),
    ],
)
def test_wrong_usage(arguments, message):
    result = run(*arguments)
    assert result.exit_code == errors.USAGE
    assert message in result.stderr


def test_no_picture_at_all_is_an_error(tmp_path):
    (tmp_path / "bad.png").write_text("no")
    result = run(tmp_path, "--preset", "standard")
    assert result.exit_code == errors.NO_INPUT
    assert "none of the inputs is a picture" in result.stderr


def test_paper_protocol_measures_squares(tmp_path, photo, codec):
    path = tmp_path / "wide.png"
    Image.fromarray(photo[:100]).save(path)
    rgb = quality.load(path, "paper")
    assert rgb.shape == (256, 256, 3)
    trip = quality.measure(methods.trained(codec), "wide.png", rgb, None)
    assert trip.figures["psnr"] > 30


def test_summary_leaves_infinities_out():
    rows = [{"psnr": 40.0}, {"psnr": 42.0}, {"psnr": np.inf}]
    assert quality.summary(rows) == {"psnr": {"mean": 41.0, "std": 1.0}}
    assert quality.summary([{"psnr": np.inf}]) == {"psnr": {"mean": np.inf, "std": 0.0}}


def test_identical_pictures_have_perfect_figures_that_json_can_hold(photo):
    identity = methods.Method("identity", luminance, lambda gray: photo)
    figures = quality.measure(identity, "photo", photo, None).figures
    assert (figures["mae"], figures["ssim"], figures["psnr"]) == (0, pytest.approx(1), np.inf)
    assert figures["ciede2000"] == 0
    text = tables.to_json({"figures": figures, "nothing": float("nan")})
    assert json.loads(text) == {"figures": figures | {"psnr": "inf"}, "nothing": None}


def test_ciede2000_is_scikit_image_s(photos):
    x, y = photos["cat"], photos["coffee"]
    expected = deltaE_ciede2000(rgb2lab(x), rgb2lab(y)).mean()
    assert metrics.ciede2000(x, y) == pytest.approx(expected)
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)
    assert metrics.ciede2000(black, white) == pytest.approx(100, abs=0.1)


def test_luminance_decoded_as_gray_loses_all_colour(photo):
    restored = methods.LUMINANCE.decode(to_8_bits(methods.LUMINANCE.encode(photo)))
    assert np.ptp(restored, axis=-1).max() == 0


def test_the_wavelet_method_embeds_chrominance_in_haar_subbands():
    rgb = np.full((8, 8, 3), (200, 100, 50), np.uint8)
    y, cb, cr = methods._TO_YCBCR @ (200, 100, 50)
    gray = methods.embed_chrominance(rgb)
    # An orthonormal Haar detail coefficient c adds c / 2 with alternating signs.
    rows, columns = np.array([[1, -1]] * 4).reshape(8, 1), np.array([[1, -1]] * 4).reshape(1, 8)
    np.testing.assert_allclose(gray, y + cb / 2 * rows + cr / 2 * columns, atol=1e-9)
    np.testing.assert_array_equal(methods.extract_chrominance(gray), rgb)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 33), st.integers(1, 33))
def test_the_wavelet_method_takes_any_size(height, width):
    rgb = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    gray = methods.embed_chrominance(rgb)
    assert gray.shape == (height, width)
    assert methods.extract_chrominance(to_8_bits(gray)).shape == rgb.shape


def test_the_wavelet_method_restores_photos_to_the_level_of_its_paper(photo):
    restored = methods.extract_chrominance(to_8_bits(methods.embed_chrominance(photo)))
    plain = methods.LUMINANCE.decode(to_8_bits(luminance(photo)))
    assert 20 < metrics.psnr(photo, restored) < 40
    assert metrics.psnr(photo, restored) > metrics.psnr(photo, plain) + 3


def gray_of(photo):
    return to_8_bits(luminance(photo))


@pytest.mark.parametrize("name", robustness.HANDLINGS)
def test_handlings_change_the_gray_a_little_and_keep_its_kind(name, photo):
    gray = gray_of(photo)[:200]
    handling = robustness.HANDLINGS[name]
    handled = handling.apply(gray)
    back = handling.undo(methods.gray_as_color(handled))[..., 0]
    assert handled.dtype == back.dtype == np.uint8
    assert back.shape == gray.shape
    inside = slice(12, -12), slice(12, -12)
    assert metrics.psnr(gray[inside], back[inside]) > 18
    assert (name in ("none", "rotate-90")) == np.array_equal(gray, back)


def test_handlings_are_what_their_names_say(photo):
    gray = gray_of(photo)
    noise = robustness.noisy(np.full((400, 400), 128, np.uint8), 4)
    assert noise.std() == pytest.approx(4, rel=0.02)
    assert robustness.with_gamma(np.uint8([[64]]), 1.1)[0, 0] == round(255 * (64 / 255) ** 1.1)
    assert robustness.with_contrast(np.uint8([[0, 255]]), 0.9).tolist() == [[13, 242]]
    stored = io.BytesIO()
    Image.fromarray(gray).save(stored, "JPEG", quality=70)
    np.testing.assert_array_equal(robustness.compressed(gray, "JPEG", 70), Image.open(stored))
    scans = [robustness.printed_and_scanned(gray, dpi) for dpi in (300, 150)]
    fine, coarse = (metrics.psnr(gray[16:-16, 16:-16], scan[16:-16, 16:-16]) for scan in scans)
    assert fine > coarse


@pytest.fixture(scope="session")
def alexnet_file(tmp_path_factory):
    random = np.random.default_rng(0)
    shapes = [(11, 3, 64), (5, 64, 192), (3, 192, 384), (3, 384, 256), (3, 256, 256)]
    arrays = {}
    for number, (side, inputs, outputs) in enumerate(shapes, 1):
        kernel = random.normal(0, (2 / (side**2 * inputs)) ** 0.5, (side, side, inputs, outputs))
        arrays[f"conv{number}/kernel"] = kernel
        arrays[f"conv{number}/bias"] = random.normal(0, 0.1, outputs)
        arrays[f"lpips{number}/weight"] = random.random(outputs)
    path = tmp_path_factory.mktemp("lpips") / "alexnet.npz"
    np.savez(path, **arrays)
    return path


def test_lpips_equals_tensorflow_s_convolutions(alexnet_file, photos):
    x, y = photos["cat"][:80, :96], photos["coffee"][:80, :96]
    with np.load(alexnet_file) as arrays:
        weights = {name: arrays[name].astype(np.float32) for name in arrays.files}

    def features(rgb):
        z = (rgb[None] / 127.5 - 1 - [-0.030, -0.088, -0.188]) / [0.458, 0.448, 0.450]
        z = tf.constant(z, tf.float32)
        for number, stride, padding in ((1, 4, 2), (2, 1, 2), (3, 1, 1), (4, 1, 1), (5, 1, 1)):
            if number in (2, 3):
                z = tf.nn.max_pool2d(z, 3, 2, "VALID")
            z = tf.pad(z, [[0, 0], [padding] * 2, [padding] * 2, [0, 0]])
            z = tf.nn.conv2d(z, weights[f"conv{number}/kernel"], stride, "VALID")
            z = tf.nn.relu(z + weights[f"conv{number}/bias"])
            yield tf.math.l2_normalize(z, axis=-1, epsilon=1e-20).numpy(), number

    expected = sum(
        np.mean(((a - b) ** 2) @ weights[f"lpips{number}/weight"])
        for (a, number), (b, _) in zip(features(x), features(y), strict=True)
    )
    assert lpips.load(alexnet_file)(x, y) == pytest.approx(expected, rel=1e-3)


def test_lpips_grows_with_the_difference(alexnet_file, photo, tmp_path):
    distance = lpips.load(alexnet_file)
    assert distance(photo, photo) == 0
    random = np.random.default_rng(0)
    noise = random.normal(0, 1, photo.shape)
    apart = [distance(photo, to_8_bits(photo + sigma * noise)) for sigma in (2, 8, 32)]
    assert 0 < apart[0] < apart[1] < apart[2]
    assert np.isnan(distance(photo[:40], photo[:40]))
    wrong = tmp_path / "wrong.npz"
    np.savez(wrong, nothing=0)
    with pytest.raises(errors.WeightsError, match="has no LPIPS weights"):
        lpips.load(wrong)


def test_the_command_measures_lpips_when_it_has_weights(photo_folder, alexnet_file):
    result = run(photo_folder, "--preset", "standard", "--lpips", alexnet_file, "--json", "-", "-q")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    ours = figures["presets"]["standard"]["quality"]["lpips"]["mean"]
    assert 0 < ours < figures["baselines"]["luminance"]["quality"]["lpips"]["mean"]


def test_machine_names_what_decides_speed():
    described = machine.describe()
    assert described["cores"] >= 1
    assert described["processor"]
    assert {"openvino", "numpy", "tensorflow"} <= described["libraries"].keys()
