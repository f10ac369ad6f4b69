"""From file to file by the library: what goes in, what comes out, what is said."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, fields

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import invgray
from invgray import errors, metrics
from invgray.cli import main
from invgray.convert import Conversion
from invgray.files import reading, record, writing
from invgray.files.ends import PIPE
from invgray.files.picture import Picture
from invgray.files.record import Record
from invgray.inference.machine import Machine
from invgray.loading import load_codec
from invgray.presets import store

FLOAT32 = Machine(precision="float32")
OVER = {"overwrite": True, "machine": FLOAT32}


def pixels(file):
    return np.asarray(Image.open(file))


def png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def gray_file(photo_file):
    """The gray of the photograph, beside it."""
    target = photo_file.with_name("photo.gray.png")
    invgray.encode_file(photo_file, target, invgray.EncodeOptions(machine=FLOAT32))
    return target


def test_paths_bytes_and_streams_give_the_same(photo_file, tmp_path):
    options = invgray.EncodeOptions(machine=FLOAT32)
    target = tmp_path / "a.gray.png"
    outcome = invgray.encode_file(str(photo_file), str(target), options)
    assert (outcome.input, outcome.output) == (str(photo_file), str(target))
    data = photo_file.read_bytes()
    for source in (photo_file, data, io.BytesIO(data)):
        stream = io.BytesIO()
        outcome = invgray.encode_file(source, stream, options)
        assert outcome.output == PIPE
        assert stream.getvalue() == target.read_bytes()
    assert outcome == invgray.Outcome(
        input=PIPE,
        output=PIPE,
        conversion=Conversion.ENCODE,
        width=96,
        height=80,
        preset="standard",
    )
    color = io.BytesIO()
    invgray.decode_file(
        io.BytesIO(target.read_bytes()), color, invgray.DecodeOptions(machine=FLOAT32)
    )
    assert metrics.psnr(pixels(photo_file), pixels(color)) > 37


def test_an_outcome_has_all_that_json_prints(photo_file, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"nonsense")
    printed = CliRunner().invoke(
        main, ["encode", str(photo_file), str(bad), "-o", str(tmp_path / "out"), "--json", "-q"]
    )
    rows = [json.loads(line) for line in printed.stdout.splitlines()]
    known = {field.name for field in fields(invgray.Outcome)}
    assert {key for row in rows for key in row} <= known
    done = next(row for row in rows if row["status"] == "done")
    again = tmp_path / "again.gray.png"
    outcome = invgray.encode_file(photo_file, again)
    mine = {k: v for k, v in asdict(outcome).items() if v not in (None, ())}
    assert done | {"output": str(again)} == mine


def test_existing_files_and_places_are_looked_at_first(
    photo_file, gray_file, tmp_path, monkeypatch
):
    monkeypatch.setattr("invgray.codec.Codec.encode", lambda *_: pytest.fail("work was done"))
    before = gray_file.read_bytes()
    with pytest.raises(errors.ExistsError, match="exists already") as caught:
        invgray.encode_file(photo_file, gray_file)
    assert "--" not in str(caught.value)
    skipped = invgray.encode_file(photo_file, gray_file, invgray.EncodeOptions(skip_existing=True))
    assert skipped.status is invgray.Status.SKIPPED
    assert gray_file.read_bytes() == before
    with pytest.raises(errors.OutputError, match="is not a folder"):
        invgray.encode_file(photo_file, gray_file / "a.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(errors.OutputError, match="it is a folder"):
        invgray.encode_file(photo_file, tmp_path / "folder.png", invgray.EncodeOptions(**OVER))
    with pytest.raises(errors.UsageError, match="is the input itself"):
        invgray.encode_file(photo_file, photo_file, invgray.EncodeOptions(**OVER))
    with pytest.raises(errors.UsageError, match="cannot be written in this format"):
        invgray.encode_file(photo_file, tmp_path / "a.bmp")
    with pytest.raises(errors.UsageError, match="exclude each other"):
        invgray.EncodeOptions(overwrite=True, skip_existing=True)


def test_a_watch_hears_of_tiles_and_may_stop(tmp_path, photo):
    source = tmp_path / "a.png"
    Image.fromarray(photo).save(source)
    heard = []
    options = invgray.EncodeOptions(machine=Machine(precision="float32", tile=128))
    invgray.encode_file(source, io.BytesIO(), options, lambda *progress: heard.append(progress))
    coding, tiles = heard[:4], heard[4:]  # the fine layer has four cells
    whole = 256 * 256  # of which coding takes three quarters
    assert coding == [(n * 3 * whole // 16, whole) for n in range(4)]
    assert tiles == [(3 * whole // 4 + n * whole // 16, whole) for n in range(4)]

    def stop(done, total):
        if done:
            raise errors.Interrupted("interrupted")

    with pytest.raises(errors.Interrupted):
        invgray.encode_file(source, tmp_path / "a.gray.png", options, stop)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_networks_are_loaded_once():
    first = load_codec("standard", FLOAT32)
    assert load_codec("standard", Machine(precision="float32")) is first
    assert load_codec(store.find("standard"), FLOAT32) is first
    assert load_codec("standard", Machine(precision="float32", tile=64)) is not first


# Grays that are encoded again


@pytest.mark.parametrize("options", [{}, {"border": True}])
def test_a_gray_that_hides_colours_is_kept_as_it_is(tmp_path, photos, options):
    source, gray, again = (tmp_path / n for n in ("cat.png", "cat.gray.png", "again.gray.png"))
    rgba = np.dstack([photos["cat"], photos["cat"][..., 1]])
    Image.fromarray(rgba).save(source, dpi=(300, 300))
    invgray.encode_file(source, gray, invgray.EncodeOptions(preset="robust", **options))
    outcome = invgray.encode_file(gray, again)
    assert outcome.notices == ("hides colours already; kept as it is",)
    assert outcome.preset == "robust"
    assert again.read_bytes() == gray.read_bytes()
    there, back = tmp_path / "there.png", tmp_path / "back.png"
    invgray.decode_file(gray, there)
    invgray.decode_file(again, back)
    assert there.read_bytes() == back.read_bytes()
    assert np.ptp(pixels(back)[..., :3].astype(int), axis=-1).mean() > 10


def test_what_a_kept_gray_cannot_be_given_is_said(tmp_path, photo_file, gray_file):
    with pytest.raises(errors.InputError, match="hides colours already, and cannot get a border"):
        invgray.encode_file(gray_file, tmp_path / "a.png", invgray.EncodeOptions(border=True))
    old = tmp_path / "old.gray.png"
    invgray.encode_file(photo_file, old, invgray.EncodeOptions(preset="standard-1"))
    outcome = invgray.encode_file(old, tmp_path / "a.jpg")
    assert any("JPEG with loss damages the colours" in said for said in outcome.notices)


def test_a_border_is_refused_before_the_work(photo_file, tmp_path, monkeypatch):
    monkeypatch.setattr("invgray.codec.Codec.encode", lambda *_: pytest.fail("work was done"))
    with pytest.raises(errors.InputError, match="96x80 pixels are too few or too many"):
        invgray.encode_file(photo_file, tmp_path / "a.png", invgray.EncodeOptions(border=True))


@pytest.mark.parametrize(
    ("fine", "notices"),
    [(False, ("says that it has no colour, but hides some of 'standard-1'",)), (True, ())],
)
def test_decode_trusts_pixels_over_a_record(tmp_path, photo, codec, fine, notices):
    """A gray that lost its record, and was encoded once more by a program that then said so."""
    photo, said = np.ascontiguousarray(photo[:128, :128]), tmp_path / "said.gray.png"
    told = Record(preset="standard", weights=codec.preset.digest, colorless=True)
    gray = codec.encode(photo, fine=fine)
    writing.write_gray(said, gray, Picture(pixels=gray), told)
    outcome = invgray.decode_file(said, tmp_path / "a.png", invgray.DecodeOptions(machine=FLOAT32))
    assert outcome.notices == notices
    assert metrics.psnr(photo, pixels(tmp_path / "a.png")) > 37


def test_a_gray_without_colour_stays_as_it_is(tmp_path, photo):
    gray = np.ascontiguousarray(photo[:128, :128, 1])
    encoded, decoded = io.BytesIO(), io.BytesIO()
    invgray.encode_file(png(gray), encoded)
    assert invgray.decode_file(encoded.getvalue(), decoded).preset is None
    assert (pixels(encoded) == gray).all()
    assert (pixels(decoded) == gray[..., None]).all()


# Weights and their versions


def test_weights_are_found_by_their_digest(tmp_path, photo, codec):
    """The name says one thing, the digest another: the digest is that of the weights."""
    file, gray = tmp_path / "a.gray.png", codec.encode(photo)
    renamed = Record(preset="robust", weights=codec.preset.digest)
    writing.write_gray(file, gray, Picture(pixels=gray), renamed)
    outcome = invgray.decode_file(file, tmp_path / "a.png")
    assert (outcome.preset, outcome.notices) == ("standard-1", ())
    assert metrics.psnr(photo, pixels(tmp_path / "a.png")) > 37


@pytest.mark.parametrize("name", ["lost", "colorizer"])
def test_a_preset_that_is_not_here_is_named(tmp_path, photo, name):
    file, gray = tmp_path / "a.gray.png", np.ascontiguousarray(photo[..., 0])
    writing.write_gray(file, gray, Picture(pixels=gray), Record(preset=name, weights="0" * 16))
    with pytest.raises(errors.ForeignWeightsError, match=f"preset '{name}', which is not here"):
        invgray.decode_file(file, tmp_path / "a.png")


@pytest.mark.parametrize("name", ["my model", "Jörg's", "n" * 255, "new\nline"])
def test_weights_in_folders_of_any_name_leave_a_sound_record(tmp_path, photo, name):
    folder, gray = tmp_path / name, tmp_path / "a.gray.png"
    folder.symlink_to(store.find("robust").directory)
    copy = tmp_path / ("copy of " + name[:200])
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).symlink_to(file)
    options = invgray.EncodeOptions(preset=copy, border=True)
    invgray.encode_file(png(photo), gray, options)
    found = reading.read(gray).record
    assert found is not None
    assert found.border > 0
    assert found.preset == record.Record(preset=copy.name, weights="0").preset
    outcome = invgray.decode_file(gray, tmp_path / "a.png")
    assert (outcome.width, outcome.height) == (256, 256)
    assert outcome.preset == "robust"


# Errors


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: invgray.encode_file("missing.jpg", io.BytesIO()), errors.InputError),
        (lambda: invgray.encode_file(b"", io.BytesIO()), errors.InputError),
        (lambda: invgray.encode_file(b"nonsense", io.BytesIO()), errors.InputError),
        (lambda: invgray.load("nonsense"), errors.WeightsError),
        (lambda: invgray.load("colorizer"), errors.WeightsError),
        (lambda: invgray.load_colorizer("standard"), errors.WeightsError),
        (lambda: invgray.DecodeOptions(size=(3, 3)), errors.UsageError),
    ],
)
def test_errors_say_cause_and_remedy_without_the_words_of_the_command_line(call, kind):
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.cause
    assert caught.value.remedy
    assert "--" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_machines_are_described_by_known_words():
    assert Machine(device="cpu") == Machine(device=invgray.inference.machine.Device.CPU)
    with pytest.raises(ValueError, match="'fast' is not a valid Precision"):
        invgray.load("standard", precision="fast")
    with pytest.raises(errors.DeviceError, match="OpenVINO runs on the CPU only") as caught:
        invgray.load("standard", engine="openvino", device="gpu").encode(
            np.eye(9, dtype=np.uint8)[..., None].repeat(3, -1) * np.uint8([1, 2, 3])
        )
    assert "--" not in str(caught.value)


def test_a_colour_picture_is_not_decoded(photo):
    with pytest.raises(errors.InputError, match="is a colour picture; give the gray picture"):
        invgray.decode_file(png(photo), io.BytesIO())


def test_colorizing_says_what_it_was_given(photo, gray_file):
    target = io.BytesIO()
    outcome = invgray.colorize_file(png(photo), target)
    assert outcome.notices == ("is a colour picture; its colours are replaced",)
    assert pixels(target).shape == photo.shape
    outcome = invgray.colorize_file(gray_file, io.BytesIO())
    assert outcome.notices == ("hides its true colours; decoding brings them back",)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tiff"])
def test_results_are_in_the_format_of_their_suffix(gray_file, tmp_path, suffix):
    target = tmp_path / f"a.{suffix}"
    invgray.decode_file(gray_file, target)
    form = {"jpg": "JPEG"}.get(suffix, suffix.upper())
    with Image.open(target) as image:
        assert (image.format, image.mode) == (form, "RGB")


def test_everything_public_is_there():
    assert {getattr(invgray, name).__name__ for name in invgray.__all__ if name != "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        invgray.nonsense  # noqa: B018


# What is kept, refused and accepted


def exposed(photo):
    """A photograph that tells where it was taken."""
    tags = Image.Exif()
    tags[0x010F] = "a camera"
    tags.get_ifd(0x8825)[0x0001] = "N"
    file = io.BytesIO()
    Image.fromarray(photo[:40, :40]).save(file, "JPEG", exif=tags)
    return file.getvalue()


def test_a_picture_that_tells_its_place_is_noted_or_stripped(photo):
    target = io.BytesIO()
    outcome = invgray.encode_file(exposed(photo), target)
    assert outcome.notices == ("tells where it was taken (EXIF)",)
    assert Image.open(target).getexif()[0x010F] == "a camera"
    target = io.BytesIO()
    outcome = invgray.encode_file(exposed(photo), target, invgray.EncodeOptions(strip=True))
    assert outcome.notices == ()
    assert dict(Image.open(target).getexif()) == {}
    assert reading.read(target.getvalue()).record is not None


@pytest.mark.parametrize(("form", "quality"), [("WEBP", 75)])
def test_a_gray_whose_channels_differ_by_a_level_is_gray(robust, photo, form, quality):
    stored, target = io.BytesIO(), io.BytesIO()
    gray = robust.encode(photo, fine=False)
    Image.fromarray(gray).convert("RGB").save(stored, form, quality=quality)
    options = invgray.DecodeOptions(preset="robust-1", machine=FLOAT32)
    outcome = invgray.decode_file(stored.getvalue(), target, options)
    said = "has channels that differ by a level or two; taken for gray"
    assert said in outcome.notices
    assert metrics.psnr(photo, pixels(target)) > 28
    assert invgray.inspect_file(stored.getvalue()).width == 256
    colorized = invgray.colorize_file(stored.getvalue(), io.BytesIO())
    assert colorized.notices == (said,)


def test_damaged_pictures_are_refused_or_accepted(photo, tmp_path):
    part, target = png(photo)[:60_000], tmp_path / "a.gray.png"
    with pytest.raises(errors.DamagedError, match="is damaged"):
        invgray.encode_file(part, target)
    outcome = invgray.encode_file(part, target, invgray.EncodeOptions(accept_damaged=True))
    assert outcome.notices[0].endswith("what is left of it was read")
    assert (outcome.width, outcome.height) == (256, 256)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_pixels": 65_535}, "256x256 pixels are more than 0.065535 megapixels"),
        ({"max_memory": 10**8}, "256x256 pixels take up to 0.2 GB of memory, and may have 0.1"),
    ],
)
@pytest.mark.parametrize(
    ("convert", "kind"),
    [
        (invgray.encode_file, invgray.EncodeOptions),
        (invgray.decode_file, invgray.DecodeOptions),
        (invgray.colorize_file, invgray.ColorizeOptions),
    ],
)
def test_pictures_that_take_too_much_are_refused_before_they_are_decoded(
    photo, monkeypatch, convert, kind, limits, message
):
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _: pytest.fail("was decoded"))
    with pytest.raises(errors.TooLargeError, match=message) as caught:
        convert(png(photo), io.BytesIO(), kind(**limits))
    assert "--" not in str(caught.value)


def test_a_picture_that_takes_more_memory_than_is_free_is_refused(photo, monkeypatch):
    monkeypatch.setattr("invgray.memory.available", lambda: 2 * 10**8)
    with pytest.raises(errors.TooLargeError, match=r"and may have 0\.2"):
        invgray.encode_file(png(photo), io.BytesIO())


@pytest.mark.parametrize(
    ("suffix", "size", "options"),
    [
        (".jpg", (65_501, 1), invgray.EncodeOptions()),
        (".jpg", (65_480, 200), invgray.EncodeOptions(border=True)),
        (".webp", (16_384, 1), invgray.DecodeOptions()),
        (".webp", (1, 16_384), invgray.ColorizeOptions()),
    ],
)
def test_pictures_too_long_for_a_format_are_refused_before_the_work(
    tmp_path, monkeypatch, suffix, size, options
):
    for kind, work in ((invgray.Codec, "encode"), (invgray.Colorizer, "colorize")):
        monkeypatch.setattr(kind, work, lambda *_, **__: pytest.fail("work was done"))
    monkeypatch.setattr("invgray.convert.layer.find", lambda *_: pytest.fail("work was done"))
    shape = (*size, 3) if isinstance(options, invgray.EncodeOptions) else size
    picture = np.full(shape, 9, np.uint8)
    picture[..., :1] = 10
    source, target = png(picture), tmp_path / f"a{suffix}"
    convert = {
        invgray.EncodeOptions: invgray.encode_file,
        invgray.DecodeOptions: invgray.decode_file,
        invgray.ColorizeOptions: invgray.colorize_file,
    }[type(options)]
    with pytest.raises(errors.OutputError, match=r"pixels are too many for (JPEG|WEBP), which"):
        convert(source, target, options)
    assert not target.exists()


@pytest.mark.parametrize(
    "options",
    [
        lambda: invgray.ColorizeOptions(temperature=float("nan")),
        lambda: invgray.ColorizeOptions(temperature=2.0),
        lambda: invgray.EncodeOptions(at_least=float("nan")),
    ],
)
def test_options_that_are_no_numbers_are_refused(options):
    with pytest.raises(errors.UsageError):
        options()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_the_library_refuses_levels_that_are_not_finite(codec, value):
    levels = np.full((40, 40, 3), value, np.float32)
    for call in (codec.encode, codec.unrounded, codec.decode, codec.read_pattern):
        with pytest.raises(ValueError, match="must be uint8"):
            call(levels)


def test_a_result_that_came_to_be_meanwhile_is_left(photo_file, tmp_path, monkeypatch):
    """Another process writes it while the first one works."""
    target = tmp_path / "a.gray.png"
    encode = invgray.Codec.encode

    def overtaken(*arguments, **options):
        target.write_text("theirs")
        return encode(*arguments, **options)

    monkeypatch.setattr(invgray.Codec, "encode", overtaken)
    with pytest.raises(errors.ExistsError, match=r"a\.gray\.png: exists already"):
        invgray.encode_file(photo_file, target)
    target.unlink()
    skipped = invgray.encode_file(photo_file, target, invgray.EncodeOptions(skip_existing=True))
    assert skipped.status is invgray.Status.SKIPPED
    assert target.read_text() == "theirs"
    invgray.encode_file(photo_file, target, invgray.EncodeOptions(overwrite=True))
    assert reading.read(target).record.preset == "standard"


@pytest.mark.parametrize("preset", ["standard-1", "robust-1", "luminance"])
def test_progress_of_all_passes_is_that_of_one(photo_file, tmp_path, preset):
    """Coding and drawing, verification, and rounds of taking the pattern away."""
    gray, cut, color = (tmp_path / name for name in ("a.gray.png", "b.png", "c.png"))
    shares = []

    def watch(done, total):
        assert total == 80 * 96
        shares.append(done / total)

    invgray.encode_file(photo_file, gray, invgray.EncodeOptions(preset=preset, verify=True), watch)
    encoded, shares[:] = list(shares), []
    levels = np.array(Image.open(gray))
    levels[:30] ^= 1  # not one cell is whole
    Image.fromarray(levels).save(cut)
    for source in (gray, cut):
        options = invgray.DecodeOptions(preset=preset, overwrite=True)
        invgray.decode_file(source, color, options, watch)
        assert shares == sorted(shares)
        assert not shares or shares[0] == 0
        shares.clear()
    assert encoded == sorted(encoded)
    assert (encoded[0], 0.5 in encoded) == (0, True)
    assert max(share for share in encoded if share < 0.5) > 0.3
