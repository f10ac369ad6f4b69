"""Colours to gray and back by the command line, as a user runs it."""

from __future__ import annotations

import json

import numpy as np
from PIL import Image

from invgray import metrics
from invgray.files import reading, writing
from invgray.files.picture import Picture
from invgray.files.record import Record


def test_there_and_back(invgray, photo_file, tmp_path):
    assert invgray("encode", photo_file).returncode == 0
    gray = tmp_path / "photo.gray.png"
    with Image.open(gray) as image:
        assert image.mode == "L"
    assert invgray("decode", gray).returncode == 0
    original, restored = (
        np.asarray(Image.open(p)) for p in (photo_file, tmp_path / "photo.color.png")
    )
    assert metrics.psnr(original, restored) > 33
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "photo.color.png",
        "photo.gray.png",
        "photo.png",
    ]


def test_pipes(invgray, photo_file, tmp_path):
    encoded = invgray("encode", "-", input=photo_file.read_bytes())
    assert encoded.returncode == 0
    assert encoded.stderr.startswith(b"invgray: standard input -> standard output: 96x80, preset")
    assert encoded.stderr.count(b"\n") == 1
    decoded = invgray("decode", "-", "-o", "-", input=encoded.stdout)
    assert decoded.stdout.startswith(b"\x89PNG")
    to_file = invgray("decode", "-", "-o", tmp_path / "b.png", input=encoded.stdout)
    assert to_file.stdout == b""
    assert (tmp_path / "b.png").read_bytes() == decoded.stdout


def test_decode_says_what_it_assumes(run, tmp_path, photo, codec):
    photo = np.ascontiguousarray(photo[:128, :128])
    plain, bare = tmp_path / "plain.png", tmp_path / "bare.jpg"
    Image.fromarray(photo[..., 1]).save(plain)
    result = run("decode", plain)
    assert result.exit_code == 0
    assert "seems to hide no colours (or has lost them); colorizing it makes up" in result.stderr
    Image.fromarray(codec.encode(photo)).convert("RGB").save(bare, quality=98)
    result = run("decode", bare)
    assert result.exit_code == 0
    assert "does not say what made it; recognised as preset 'standard-1'" in result.stderr
    result = run("decode", plain, "--preset", "paper", "--overwrite")
    assert result.exit_code == 0
    assert "hide" not in result.stderr
    other = tmp_path / "other.gray.png"
    small = np.ascontiguousarray(photo[:20, :20, 0])
    picture = Picture(pixels=photo)
    writing.write_gray(other, small, picture, Record(preset="standard", weights="0" * 16))
    assert "made with other weights" in run("decode", other).stderr
    unknown = tmp_path / "unknown.gray.png"
    writing.write_gray(unknown, small, picture, Record(preset="lost", weights="0" * 16))
    assert run("decode", unknown).exit_code == 4
    said = run("decode", unknown).stderr
    assert "unknown.gray.png: was made with preset 'lost', which is not here; name its" in said
    assert run("decode", unknown, "--preset", "standard").exit_code == 0


def test_alpha_and_gray_through_both_commands(run, tmp_path, photo):
    source = tmp_path / "a.png"
    Image.fromarray(np.dstack([photo[:30, :20], photo[:30, :20, 1]])).save(source)
    run("encode", source)
    run("decode", tmp_path / "a.gray.png")
    assert (np.asarray(Image.open(tmp_path / "a.color.png"))[..., 3] == photo[:30, :20, 1]).all()
    neutral = tmp_path / "n.png"
    Image.fromarray(photo[:30, :20, 1]).convert("RGB").save(neutral)
    run("encode", neutral)
    run("decode", tmp_path / "n.gray.png")
    assert (np.asarray(Image.open(tmp_path / "n.gray.png")) == photo[:30, :20, 1]).all()
    assert (np.asarray(Image.open(tmp_path / "n.color.png")) == photo[:30, :20, 1, None]).all()


def test_grays_may_be_jpegs(run, tmp_path, photo, photo_file):
    gray = tmp_path / "photo.gray.jpg"
    result = run("encode", photo_file, "-o", gray, "--quality", 95, "--preset", "standard-1")
    assert result.exit_code == 0, result.output
    assert (
        "JPEG with loss damages the colours that preset 'standard-1' hides; write a PNG,"
        in result.stderr
    )
    with Image.open(gray) as image:
        assert (image.format, image.mode) == ("JPEG", "L")
        tables = image.quantization
    with Image.open(gray) as image:
        image.save(tmp_path / "again.jpg", quality=95)
    assert Image.open(tmp_path / "again.jpg").quantization == tables
    assert reading.read(gray).record.preset == "standard-1"
    assert run("decode", gray).exit_code == 0
    assert (tmp_path / "photo.color.png").exists()


def test_a_robust_gray_survives_jpeg_mail_and_the_loss_of_its_record(run, tmp_path, photo):
    photo = photo[:128, :128]
    source, gray, mailed = (tmp_path / n for n in ("photo.png", "gray.jpeg", "mailed.jpg"))
    Image.fromarray(photo).save(source)
    result = run("encode", source, "-o", gray, "--preset", "robust", "-q")
    assert (result.exit_code, result.stderr) == (0, "")
    bare = np.asarray(Image.open(gray).convert("RGB"))
    Image.fromarray(bare).save(mailed, quality=80)
    result = run("decode", mailed)
    assert "recognised as preset 'robust'" in result.stderr
    assert metrics.psnr(photo, np.asarray(Image.open(tmp_path / "mailed.color.png"))) > 28


def test_a_picture_for_a_messenger_is_resized_first(run, photo_file, tmp_path):
    result = run("encode", photo_file, "--long-side", 50, "--json", "-o", tmp_path / "a.gray.png")
    told = json.loads(result.stdout)
    assert (told["width"], told["height"]) == (50, 42)
    assert "was resized to" in told["notices"][0]
    run("decode", tmp_path / "a.gray.png")
    with Image.open(tmp_path / "a.color.png") as color:
        assert color.size == (50, 42)
