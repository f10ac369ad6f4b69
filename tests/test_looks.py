"""Grays of other looks than the luminance, by arrays and from file to file."""

from __future__ import annotations

import io

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import invgray
from invgray import errors, loading, metrics
from invgray.benchmark.handling import HANDLINGS
from invgray.cli.inspect import inspect
from invgray.color.levels import to_8_bits
from invgray.color.looks import Look
from invgray.files import reading
from invgray.fine import layer
from invgray.inference.machine import Machine

FLOAT32 = Machine(device="cpu", precision="float32")
OTHERS = [look for look in Look if look is not Look.LUMINANCE]
TRIED = [("luminance", look) for look in OTHERS] + [("standard", look) for look in OTHERS]
TRIED += [("robust", Look.RED), ("robust", Look.BLUE)]


def to_png(array):
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(file, "PNG")
    return file.getvalue()


def pixels(file):
    return np.asarray(Image.open(io.BytesIO(file)))


def encoded(tmp_path, array, name="a.gray.png", **options):
    target = tmp_path / name
    invgray.encode_file(to_png(array), target, invgray.EncodeOptions(machine=FLOAT32, **options))
    return target.read_bytes()


def decoded(file):
    target = io.BytesIO()
    outcome = invgray.decode_file(file, target, invgray.DecodeOptions(machine=FLOAT32))
    return pixels(target.getvalue()), outcome


@pytest.fixture(scope="module")
def usual(photos):
    """PSNR of untouched grays of the luminance, on average."""

    def mean(preset):
        codec = loading.load_codec(preset, FLOAT32)
        return np.mean(
            [metrics.psnr(rgb, codec.decode(codec.encode(rgb))) for rgb in photos.values()]
        )

    return {preset: mean(preset) for preset in ("luminance", "standard", "robust")}


@pytest.mark.parametrize(("preset", "look"), TRIED)
def test_untouched_grays_are_as_near_perfect_as_those_of_the_luminance(photos, usual, preset, look):
    codec, found = loading.load_codec(preset, FLOAT32), []
    for rgb in photos.values():
        restored = codec.restore(codec.encode(rgb, mix=look.mix(rgb)))
        assert restored.fine == 1
        found.append(metrics.psnr(rgb, restored.rgb))
    cost = 0.5 if look is Look.BLUE else 0.3
    assert np.mean(found) > usual[preset] - cost


@pytest.mark.parametrize(("preset", "least"), [("luminance", 43), ("standard", 37), ("robust", 31)])
@pytest.mark.parametrize("look", OTHERS)
def test_the_gray_has_the_look(photo, preset, least, look):
    """As near as the gray of the luminance is to that, but for colours that are not coded."""
    rgb, codec = photo[:128, :128], loading.load_codec(preset, FLOAT32)
    mix = look.mix(rgb)
    gray = codec.encode(rgb, mix=mix)
    assert metrics.psnr(to_8_bits(mix.gray(rgb)), gray) > least


@pytest.mark.parametrize("preset", ["luminance", "standard", "robust"])
def test_exact_cells_stay_exact(preset):
    rgb = np.full((90, 120, 3), (200, 30, 60), np.uint8)
    rgb[30:, 40:] = (30, 90, 220)
    codec = loading.load_codec(preset, FLOAT32)
    for look in Look:
        found = codec.restore(codec.encode(rgb, mix=look.mix(rgb)))
        assert found.exact
        np.testing.assert_array_equal(found.rgb, rgb)


@pytest.mark.parametrize("fine", [True, False])
def test_a_file_tells_its_mix(tmp_path, photo, fine):
    file = encoded(tmp_path, photo, look=Look.ORANGE, fine=fine)
    mix = Look.ORANGE.mix(photo)
    assert reading.read(file).record.mix == mix
    assert invgray.inspect_file(file).mix == mix
    found = layer.find(pixels(file))
    assert (found.mix if found else None) == (mix if fine else None)


def test_without_its_text_chunk_a_gray_gives_the_same(tmp_path, photo):
    file = encoded(tmp_path, photo, look=Look.RED)
    colors, outcome = decoded(to_png(pixels(file)))
    np.testing.assert_array_equal(colors, decoded(file)[0])
    assert (outcome.fine, outcome.notices) == (1, ())
    kept = io.BytesIO()
    invgray.encode_file(to_png(pixels(file)), kept)
    assert reading.read(kept.getvalue()).record.mix == Look.RED.mix(photo)


@pytest.mark.parametrize("look", [Look.RED, Look.GREEN])
@pytest.mark.parametrize("preset", ["standard", "robust"])
def test_the_pattern_of_a_known_mix_is_nearly_as_good(photos, preset, look):
    """After JPEG 75, without a fine layer; if the mix is not known, the luminance is another."""
    codec, handled = loading.load_codec(preset, FLOAT32), HANDLINGS["jpeg-75"].apply
    found = {"usual": [], "known": [], "unknown": []}
    for rgb in photos.values():
        mix = look.mix(rgb)
        usual, gray = handled(codec.encode(rgb)), handled(codec.encode(rgb, fine=False, mix=mix))
        found["usual"].append(metrics.psnr(rgb, codec.read_pattern(usual)))
        found["known"].append(metrics.psnr(rgb, codec.read_pattern(gray, mix=mix)))
        found["unknown"].append(metrics.psnr(rgb, codec.read_pattern(gray)))
    usual, known, unknown = (np.mean(values) for values in found.values())
    assert known > usual - 3.5
    assert known > unknown + 3


def test_a_jpeg_tells_its_mix(tmp_path, photos):
    rgb = photos["cat"][:128, :128]
    options = {"preset": "robust", "quality": 75, "look": Look.YELLOW}
    file = encoded(tmp_path, rgb, "a.jpg", **options)
    bare = io.BytesIO()
    Image.fromarray(pixels(file)).save(bare, "JPEG", quality=98)
    told, lost = (metrics.psnr(rgb, decoded(x)[0]) for x in (file, bare.getvalue()))
    plain = encoded(tmp_path, rgb, "b.jpg", preset="robust", quality=75)
    assert told > metrics.psnr(rgb, decoded(plain)[0]) - 0.5
    assert told > lost + 1


@pytest.mark.parametrize("preset", ["standard", "robust"])
def test_damaged_cells_are_restored_by_the_mix(photos, preset):
    """A box over one of the four cells; the rest of that cell comes from the pattern."""
    rgb, codec = photos["cat"], loading.load_codec(preset, FLOAT32)
    quality = []
    for look in (Look.LUMINANCE, Look.YELLOW):
        gray = codec.encode(rgb, mix=look.mix(rgb))
        gray[20:40, 20:40] = 0
        found = codec.restore(gray)
        assert found.fine == 0.75
        quality.append(metrics.psnr(rgb[50:128, 50:128], found.rgb[50:128, 50:128]))
    assert quality[1] > quality[0] - 2


def test_pictures_without_colour_have_no_look(tmp_path, photo):
    gray = photo[..., 0]
    file = encoded(tmp_path, gray, look=Look.BLUE)
    np.testing.assert_array_equal(pixels(file), gray)
    assert "mix" not in Image.open(io.BytesIO(file)).text["invgray"]


def test_a_preset_that_draws_its_own_gray_has_no_looks(tmp_path, photo):
    with pytest.raises(errors.UsageError, match="'paper' draws a gray of its own") as said:
        encoded(tmp_path, photo, preset="paper", look=Look.RED)
    assert "--" not in str(said.value)
    codec = loading.load_codec("paper", FLOAT32)
    with pytest.raises(ValueError, match="no mix"):
        codec.encode(photo, mix=Look.RED.mix(photo))


def test_inspecting_tells_the_mix_in_words(tmp_path, photo):
    file = tmp_path / "a.gray.png"
    encoded(tmp_path, photo, look=Look.RED)
    result = CliRunner().invoke(inspect, [str(file)])
    assert ", a mix of 90% red, 10% green and 0% blue, " in result.stdout
