"""The command line as a user runs it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from invgray import images, metrics, presets
from invgray.cli import batch, main
from invgray.cli.encode import NAMING
from invgray.errors import InputError, UsageError
from invgray.images import to_8_bits

INVGRAY = [sys.executable, "-m", "invgray"]


def invgray(*arguments, **options):
    """A real process; text unless bytes are piped in."""
    return subprocess.run(
        [*INVGRAY, *map(str, arguments)], capture_output=True, timeout=120, **options
    )


def run(*arguments, **options):
    """The same within this process, much faster."""
    return CliRunner().invoke(main, [str(a) for a in arguments], **options)


@pytest.fixture
def folder(tmp_path, photo):
    """A tree with pictures, something else, and a bad picture."""
    root = tmp_path / "in"
    (root / "deep er").mkdir(parents=True)
    Image.fromarray(photo[:32, :32]).save(root / "one.png")
    Image.fromarray(photo[32:64, :32]).save(root / "deep er" / "zwei.jpg")
    (root / "notes.txt").write_text("not a picture")
    return root


@pytest.mark.parametrize(
    "arguments", [["--help"], ["encode", "--help"], ["colorize", "--help"], ["train", "--help"]]
)
def test_help_imports_no_tensorflow(arguments):
    code = (
        "import sys; from invgray.cli import main\n"
        f"try: main({arguments})\nexcept SystemExit: pass\n"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_conversion_imports_no_tensorflow(photo_file):
    code = (
        "import sys; from invgray.cli import main\n"
        f"try: main(['encode', {str(photo_file)!r}, '--engine', 'openvino'])\n"
        "except SystemExit as end: assert not end.code\n"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_there_and_back(photo_file, tmp_path):
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


def test_pipes(photo_file, tmp_path):
    encoded = invgray("encode", "-", input=photo_file.read_bytes())
    assert encoded.returncode == 0
    assert encoded.stderr == b""
    decoded = invgray("decode", "-", "-o", "-", input=encoded.stdout)
    assert decoded.stdout.startswith(b"\x89PNG")
    to_file = invgray("decode", "-", "-o", tmp_path / "b.png", input=encoded.stdout)
    assert to_file.stdout == b""
    assert (tmp_path / "b.png").read_bytes() == decoded.stdout


def test_a_tree_is_mirrored(folder, tmp_path):
    out = tmp_path / "out"
    result = run("encode", folder, "-o", out)
    assert result.exit_code == 0, result.output
    assert "2 done, 0 skipped, 0 failed" in result.stderr
    names = sorted(str(p.relative_to(out)) for p in out.rglob("*.png"))
    assert names == ["deep er/zwei.gray.png", "one.gray.png"]
    result = run("decode", out, "-o", tmp_path / "back", "--json")
    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {row["status"] for row in rows} == {"done"}
    assert {Path(row["output"]).name for row in rows} == {"one.color.png", "zwei.color.png"}


def test_not_recursive(folder, tmp_path):
    assert run("encode", folder, "-o", tmp_path / "out", "--no-recursive").exit_code == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["one.gray.png"]


def test_a_bad_picture_does_not_stop_the_rest(folder, tmp_path):
    (folder / "bad.png").write_bytes(b"nonsense")
    result = run("encode", folder, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "bad.png: is not a picture; " in result.stderr
    assert "2 done, 0 skipped, 1 failed" in result.stderr


def test_existing_files(photo_file, tmp_path):
    target = tmp_path / "photo.gray.png"
    target.write_text("precious")
    result = run("encode", photo_file)
    assert result.exit_code == 1
    assert "exists already; use --overwrite or --skip-existing" in result.stderr
    assert run("encode", photo_file, "--skip-existing").exit_code == 0
    assert target.read_text() == "precious"
    assert run("encode", photo_file, "--overwrite").exit_code == 0
    assert images.read(target).record.preset == "standard"
    assert run("encode", photo_file, "--overwrite", "--skip-existing").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["encode", "missing.png"], 3, "missing.png: no such file"),
        (["encode", "folder"], 2, "name a folder for the results with -o"),
        (["encode", "empty", "-o", "out"], 3, "has no pictures in it"),
        (["encode", "-", "photo.png"], 2, "stands for one picture"),
        (["encode", "photo.png", "-o", "gray.bmp"], 2, "cannot be written in this format"),
        (["encode", "photo.png", "photo.jpg"], 2, "would both be written to"),
        (["encode", "photo.png", "photo.png"], 2, "would both be written to"),
        (["encode", "photo.png", "-o", "photo.png"], 2, "is an input itself"),
        (["encode", "photo.png", "--preset", "nonsense"], 4, "there is no preset 'nonsense'"),
        (["encode", "photo.png", "--weights", "empty"], 4, "card.json: not found"),
        (["encode", "photo.png", "-o", "-", "--json"], 2, "both want standard output"),
        (["decode", "photo.png"], 3, "photo.png: is a colour picture; decode takes"),
        (["encode", "photo.png", "photo.jpg", "-o", "gray.png"], 2, "is a file"),
        (["encode", "photo.png", "--engine", "openvino", "--device", "gpu"], 2, "CPU only"),
        (["encode"], 2, "Missing argument"),
        (["encode", "photo.png", "--tile", "5"], 2, "Invalid value for '--tile'"),
        (["encode", "photo.png", "--preset", "a", "--weights", "b"], 2, "exclude each other"),
        (["encode", ""], 2, "a file name is empty"),
        (["encode", "photo.png", "-o", ""], 2, "a file name is empty"),
        (["encode", "n" * 300], 3, "nnn"),
        (["encode", "new\nline"], 3, "new?line: no such file"),
        (["encode", "loop"], 3, "loop"),
        (["nonsense"], 2, "No such command"),
        (["train", "empty", "-o", "x", "--steps", "1"], 3, "has no pictures in it"),
        (["train", "photo.png", "-o", "x"], 2, "give one of --minutes, --steps"),
        (["train", "photo.png", "-o", "x", "--resume"], 2, "no run to resume"),
        (["benchmark", "empty"], 3, "is a picture"),
    ],
)
def test_failures_are_one_line_with_a_code(tmp_path, photo, monkeypatch, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").mkdir()
    Image.fromarray(photo[:16, :16]).save("photo.png")
    Image.fromarray(photo[:16, :16]).save("photo.jpg")
    Image.fromarray(photo[:16, :16]).save("folder/photo.png")
    Image.fromarray(photo[:16, :16, 0]).save("gray.png")
    (tmp_path / "loop").symlink_to("loop")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("invgray: ")
    assert result.stderr.count("\n") == 1
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_altered_weights_are_refused(tmp_path, photo_file):
    copy = tmp_path / "mine"
    shutil.copytree(presets.find().directory, copy)
    data = bytearray((copy / "encoder.bin").read_bytes())
    data[1000] ^= 1
    (copy / "encoder.bin").write_bytes(data)
    result = run("encode", photo_file, "--weights", copy)
    assert result.exit_code == 4
    assert "encoder.bin: weights do not match the card's checksum" in result.stderr
    (copy / "encoder.bin").unlink()
    assert "weights are missing" in run("encode", photo_file, "--weights", copy).stderr
    (copy / "card.json").write_text("{}")
    assert run("encode", photo_file, "--weights", copy).exit_code == 4


@pytest.mark.parametrize(
    ("field", "value"),
    [("ratio", 0), ("ratio", "x"), ("receptive_radius", None), ("files", {}), ("network", 3)],
)
def test_altered_cards_are_refused(tmp_path, photo_file, field, value):
    copy = tmp_path / "mine"
    shutil.copytree(presets.find().directory, copy)
    card = json.loads((copy / "card.json").read_text()) | {field: value}
    (copy / "card.json").write_text(json.dumps(card))
    result = run("encode", photo_file, "--weights", copy)
    assert result.exit_code == 4
    assert "the card is damaged" in result.stderr


def test_results_into_a_parent_of_the_input(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert run("encode", "deep er", "-o", ".").exit_code == 0
    assert (folder / "zwei.gray.png").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(photo_file):
    with Path("/dev/full").open("wb") as full:
        command = [*INVGRAY, "encode", photo_file, "-o", "-"]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE)
    assert result.returncode == 1
    assert result.stderr.startswith(b"invgray: standard output: cannot be written (No space left")
    assert result.stderr.count(b"\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_interruption_while_waiting_for_input():
    process = subprocess.Popen(
        [*INVGRAY, "encode", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert process.stderr.read() == b"invgray: interrupted\n"


def test_decode_says_what_it_assumes(tmp_path, photo, codec):
    plain, bare = tmp_path / "plain.png", tmp_path / "bare.jpg"
    Image.fromarray(photo[..., 1]).save(plain)
    result = run("decode", plain)
    assert result.exit_code == 0
    assert "seems to hide no colours (or has lost them); 'invgray colorize'" in result.stderr
    Image.fromarray(to_8_bits(codec.encode(photo))).convert("RGB").save(bare, quality=98)
    result = run("decode", bare)
    assert result.exit_code == 0
    assert "does not say what made it; recognised as preset 'standard'" in result.stderr
    result = run("decode", plain, "--preset", "paper", "--overwrite")
    assert result.exit_code == 0
    assert "hide" not in result.stderr
    other = tmp_path / "other.gray.png"
    images.write_gray(other, photo[:20, :20, 0], images.Picture(photo), "standard", "0" * 16)
    assert "made with other weights" in run("decode", other).stderr
    unknown = tmp_path / "unknown.gray.png"
    images.write_gray(unknown, photo[:20, :20, 0], images.Picture(photo), "lost", "0" * 16)
    assert run("decode", unknown).exit_code == 4
    assert "unknown.gray.png: was made with preset 'lost'" in run("decode", unknown).stderr
    assert run("decode", unknown, "--preset", "standard").exit_code == 0


def test_alpha_and_gray_through_both_commands(tmp_path, photo):
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


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_interruption_leaves_no_half_written_file(tmp_path, photo):
    source = tmp_path / "in"
    source.mkdir()
    for i in range(60):
        Image.fromarray(np.roll(photo, i, axis=0)).save(source / f"{i}.png", compress_level=1)
    process = subprocess.Popen(
        [*INVGRAY, "encode", source, "-o", tmp_path / "out"], stderr=subprocess.PIPE
    )
    while not list(tmp_path.glob("out/*.gray.png")):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert b"interrupted" in process.communicate(timeout=60)[1]
    assert process.returncode == 130
    written = [p for p in (tmp_path / "out").iterdir()]
    assert all(p.name.endswith(".gray.png") for p in written)
    for path in written:
        images.read(path)


def plan(*inputs, output=None):
    tasks = batch.plan(tuple(map(str, inputs)), output and str(output), NAMING)
    return [(t.source and t.source.name, t.target and t.target.name) for t in tasks]


def test_names(tmp_path):
    assert plan("a.b.JPG") == [("a.b.JPG", "a.b.gray.png")]
    assert plan("photo") == [("photo", "photo.gray.png")]
    assert plan("-") == [(None, None)]
    assert plan("a.jpg", output="-") == [("a.jpg", None)]
    assert plan("a.jpg", output=tmp_path) == [("a.jpg", "a.gray.png")]
    assert plan("a.jpg", output=tmp_path / "x.PNG") == [("a.jpg", "x.PNG")]
    assert plan("a.jpg", "b.png") == [("a.jpg", "a.gray.png"), ("b.png", "b.gray.png")]
    with pytest.raises(UsageError):
        plan(tmp_path)
    with pytest.raises(InputError):
        plan(tmp_path, output=tmp_path / "out")


def test_results_are_no_inputs(folder):
    assert len(plan(folder, output=folder / "out")) == 2
    (folder / "out").mkdir()
    shutil.copy(folder / "one.png", folder / "out" / "x.png")
    shutil.copy(folder / "one.png", folder / "one.gray.png")
    assert len(plan(folder, output=folder / "out")) == 2


def test_grays_may_be_jpegs(tmp_path, photo, photo_file):
    gray = tmp_path / "photo.gray.jpg"
    result = run("encode", photo_file, "-o", gray, "--quality", 95)
    assert result.exit_code == 0, result.output
    assert "JPEG damages the colours that preset 'standard' hides; write a PNG, or" in result.stderr
    with Image.open(gray) as image:
        assert (image.format, image.mode) == ("JPEG", "L")
        tables = image.quantization
    with Image.open(gray) as image:
        image.save(tmp_path / "again.jpg", quality=95)
    assert Image.open(tmp_path / "again.jpg").quantization == tables
    assert images.read(gray).record.preset == "standard"
    assert run("decode", gray).exit_code == 0
    assert (tmp_path / "photo.color.png").exists()


def test_a_robust_gray_survives_jpeg_mail_and_the_loss_of_its_record(tmp_path, photo):
    source, gray, mailed = (tmp_path / n for n in ("photo.png", "gray.jpeg", "mailed.jpg"))
    Image.fromarray(photo).save(source)
    result = run("encode", source, "-o", gray, "--preset", "robust")
    assert (result.exit_code, result.stderr) == (0, "")
    bare = np.asarray(Image.open(gray).convert("RGB"))
    Image.fromarray(bare).save(mailed, quality=80)
    result = run("decode", mailed)
    assert "recognised as preset 'robust'" in result.stderr
    assert metrics.psnr(photo, np.asarray(Image.open(tmp_path / "mailed.color.png"))) > 28
