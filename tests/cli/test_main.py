"""The command line as a whole: help, failures, exit codes."""

from __future__ import annotations

import json
import os
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


def test_a_conversion_loads_only_what_it_needs(photo_file, tmp_path):
    gray, colors = str(tmp_path / "gray.png"), str(tmp_path / "colors.png")
    for line in (["encode", str(photo_file), "-o", gray], ["decode", gray, "-o", colors]):
        code = (
            "import sys; from invgray.cli import main\n"
            f"try: main({[*line, '--engine', 'openvino']!r})\n"
            "except SystemExit as end: assert not end.code\n"
            "slow = {'tensorflow', 'keras', 'scipy.ndimage', 'scipy.optimize', 'scipy.special'}\n"
            "sys.exit(', '.join(slow & set(sys.modules)) or 0)"
        )
        subprocess.run([sys.executable, "-c", code], check=True, stderr=subprocess.PIPE)


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


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices")
@pytest.mark.parametrize("name", ["card.json", "encoder.xml", "encoder.bin"])
def test_pipes_and_devices_in_place_of_weights_are_refused(run, tmp_path, photo_file, name):
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
        copy = tmp_path / f"mine {make.__name__}"
        shutil.copytree(store.find("robust-1").directory, copy)
        (copy / name).unlink()
        make(copy / name)
        result = run("encode", photo_file, "--weights", copy)
        assert result.exit_code == 4
        assert f"{name}: " in result.stderr
        assert "cannot be read (it is no ordinary file)" in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("damage", ["", "[]", "[" * 100_000, '{"network": "transformer"}'])
def test_damaged_settings_of_a_run_are_refused(run, tmp_path, photo_file, damage):
    folder = tmp_path / "mine" / "run"
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text(damage)
    result = run("train", photo_file, "-o", tmp_path / "mine", "--resume")
    assert result.exit_code == 4
    assert "settings.json: is damaged" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="devices")
def test_a_device_is_no_picture(run):
    result = run("encode", "/dev/zero", "-o", "/dev/null")
    assert result.exit_code == 3
    assert "/dev/zero: is not a picture" in result.stderr


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--max-pixels", "7k"], 3, "96x80 pixels are more than 0.007 megapixels; cut it into"),
        (["--max-memory", "200M"], 3, "; cut it into parts, or raise --max-pixels or --max-memory"),
        (["--max-pixels", "8k", "--max-memory", "4G", "-q"], 0, ""),
        (["--max-pixels", "0"], 2, "'0' is no number of at least 1, as 500M or 2G"),
        (["--max-memory", "2T"], 2, "'2T' is no number"),
        (["--max-memory", "-5"], 2, "'-5' is no number"),
        (["--verify-at-least", "nan"], 2, "the least PSNR is not a number"),
    ],
)
def test_limits_are_told_with_the_options_that_raise_them(run, photo_file, options, code, words):
    result = run("encode", photo_file, *options)
    assert result.exit_code == code, result.stderr
    assert words in result.stderr
    assert result.stderr.count("\n") == (code != 0)


def test_pillow_s_own_limit_is_raised_where_more_pixels_are_asked_for(run, photo_file, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 3000)
    assert "is larger than" in run("encode", photo_file).stderr
    assert run("encode", photo_file, "--max-pixels", "1G").exit_code == 0
    assert Image.MAX_IMAGE_PIXELS == 10**9


def test_damaged_pictures_are_told_with_the_option_that_accepts_them(run, tmp_path, photo):
    source = tmp_path / "a.bmp"
    Image.fromarray(photo).save(source)
    source.write_bytes(source.read_bytes()[:100_000])
    result = run("encode", source)
    assert result.exit_code == 3
    assert "; restore it from a copy, or read what is left with --accept-damaged\n" in result.stderr
    result = run("encode", source, "--accept-damaged")
    assert result.exit_code == 0
    assert "what is left of it was read" in result.stderr


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
        f"main(['encode', '-q', {str(photo_file)!r}])"
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
