"""The command line as a whole: help, failures, exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from invgray.presets import store


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
        (["decode", "photo.png"], 3, "photo.png: is a colour picture; give the gray"),
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
        (["encode", "photo.png", "--overwrite", "--skip-existing"], 2, "exclude each other"),
        (["decode", "gray.png", "--size", "9", "9"], 2, "for a print that is rectified"),
        (["colorize", "gray.png", "--preset", "standard"], 4, "is a codec, not a colorizer"),
        (["encode", "photo.png", "--preset", "colorizer"], 4, "is a colorizer, not a codec"),
        (["colorize", "gray.png", "--temperature", "2"], 2, "Invalid value for '--temperature'"),
        (["train", "empty", "-o", "x", "--steps", "1"], 3, "has no pictures in it"),
        (["train", "photo.png", "-o", "x"], 2, "give one of --minutes, --steps"),
        (["train", "photo.png", "-o", "x", "--resume"], 2, "no run to resume"),
        (["benchmark", "empty"], 3, "has no pictures in it"),
    ],
)
def test_failures_are_one_line_with_a_code(
    run, tmp_path, photo, monkeypatch, arguments, code, words
):
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


def test_altered_weights_are_refused(run, tmp_path, photo_file):
    copy = tmp_path / "mine"
    shutil.copytree(store.find("robust").directory, copy)
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
    [
        ("architecture", {}),
        ("architecture", {"width": "x"}),
        ("abilities", None),
        ("files", {}),
        ("network", 3),
    ],
)
def test_altered_cards_are_refused(run, tmp_path, photo_file, field, value):
    copy = tmp_path / "mine"
    shutil.copytree(store.find("robust").directory, copy)
    card = json.loads((copy / "card.json").read_text()) | {field: value}
    (copy / "card.json").write_text(json.dumps(card))
    result = run("encode", photo_file, "--weights", copy)
    assert result.exit_code == 4
    assert "the card is damaged" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(command, photo_file):
    with Path("/dev/full").open("wb") as full:
        command = [*command, "encode", photo_file, "-o", "-"]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE)
    assert result.returncode == 1
    assert result.stderr.startswith(b"invgray: standard output: cannot be written (No space left")
    assert result.stderr.count(b"\n") == 1


def test_no_arguments_at_all_show_the_help(invgray):
    bare, asked = invgray(), invgray("--help")
    assert (bare.returncode, bare.stdout) == (2, b"")
    assert bare.stderr == asked.stdout
    lines = [line.strip() for line in asked.stdout.splitlines()]
    assert b"invgray encode photo.jpg         writes photo.gray.png" in lines


@pytest.mark.parametrize("schema", [1, 3])
def test_cards_of_other_versions_are_named(run, tmp_path, photo_file, schema):
    copy = tmp_path / "mine"
    shutil.copytree(store.find("robust").directory, copy)
    card = json.loads((copy / "card.json").read_text()) | {"schema": schema}
    (copy / "card.json").write_text(json.dumps(card))
    result = run("encode", photo_file, "--weights", copy)
    assert result.exit_code == 4
    assert f"is a card of version {schema}; this program reads 2" in result.stderr


def test_a_conversion_needs_the_light_installation_only(photo_file):
    code = (
        "import sys\n"
        "for name in ('tensorflow', 'keras', 'matplotlib', 'jinja2', 'pywt', 'tabulate'):\n"
        "    sys.modules[name] = None\n"
        "from invgray.cli import main\n"
        f"main(['encode', {str(photo_file)!r}])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "missing", "extra"),
    [
        (["train", "PHOTO", "-o", "x", "--steps", "1"], "tensorflow", "train"),
        (["encode", "PHOTO", "--engine", "tensorflow"], "tensorflow", "train"),
        (["benchmark", "PHOTO"], "matplotlib", "benchmark"),
    ],
)
def test_a_missing_extra_is_named(photo_file, tmp_path, arguments, missing, extra):
    line = [str(photo_file) if word == "PHOTO" else word for word in arguments]
    code = (
        f"import sys; sys.modules[{missing!r}] = None\nfrom invgray.cli import main; main({line!r})"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, cwd=tmp_path
    )
    assert result.returncode == 2
    assert f"pip install 'invgray[{extra}]'" in result.stderr.decode()
    assert result.stderr.count(b"\n") == 1
