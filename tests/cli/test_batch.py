"""Batches: trees, lists, clashes, files that exist, interruptions, and what is told."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from invgray.files import listing, reading


def test_a_tree_is_mirrored(run, folder, tmp_path):
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


def test_not_recursive(run, folder, tmp_path):
    assert run("encode", folder, "-o", tmp_path / "out", "--no-recursive").exit_code == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["one.gray.png"]


def test_a_bad_picture_does_not_stop_the_rest(run, folder, tmp_path):
    (folder / "bad.png").write_bytes(b"nonsense")
    result = run("encode", folder, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "bad.png: is not a picture; " in result.stderr
    assert "2 done, 0 skipped, 1 failed" in result.stderr


def test_existing_files(run, photo_file, tmp_path):
    target = tmp_path / "photo.gray.png"
    target.write_text("precious")
    result = run("encode", photo_file)
    assert result.exit_code == 1
    assert "exists already; use --overwrite or --skip-existing" in result.stderr
    assert run("encode", photo_file, "--skip-existing").exit_code == 0
    assert target.read_text() == "precious"
    assert run("encode", photo_file, "--overwrite").exit_code == 0
    assert reading.read(target).record.preset == "standard"
    assert run("encode", photo_file, "--overwrite", "--skip-existing").exit_code == 2


def test_results_into_a_parent_of_the_input(run, folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert run("encode", "deep er", "-o", ".").exit_code == 0
    assert (folder / "zwei.gray.png").exists()


def tree(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_line_tells_of_a_single_picture(run, photo_file, tmp_path):
    gray = tmp_path / "photo.gray.png"
    result = run("encode", photo_file, "--preset", "luminance")
    size = f"{gray.stat().st_size / 1000:.3g} kB"
    said = rf"invgray: {photo_file} -> {gray}: 96x80, {size}, preset 'luminance', [\d.]+ s\n"
    assert re.fullmatch(said, result.stderr)
    result = run("decode", gray)
    assert re.search(r"preset 'luminance', 100% from the fine layer, [\d.]+ s\n$", result.stderr)
    assert run("decode", gray, "--skip-existing").stderr == (
        f"invgray: {gray} -> {tmp_path / 'photo.color.png'}: exists already; skipped\n"
    )
    assert run("decode", gray, "--overwrite", "-q").stderr == ""
    assert run("decode", gray, "--overwrite", "--json").stderr == ""
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"nonsense")
    assert "->" not in run("encode", bad).stderr


def test_a_dry_run_tells_all_and_touches_nothing(run, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "invgray.cli.batch.attempted", lambda *_, **__: pytest.fail("work was done")
    )
    out = tmp_path / "out"
    out.mkdir()
    (out / "one.gray.png").write_text("precious")
    (out / f".invgray-{'0' * 16}.png").write_text("a stray, which a real run would remove")
    before = tree(tmp_path)
    zwei = f"{folder / 'deep er' / 'zwei.jpg'} -> {out / 'deep er' / 'zwei.gray.png'}"
    result = run("encode", folder, "-o", out, "--dry-run")
    assert (result.exit_code, result.stdout) == (1, f"{zwei}\n")
    assert "one.gray.png: exists already; use --overwrite or --skip-existing" in result.stderr
    assert result.stderr.endswith("1 planned, 0 skipped, 1 failed\n")
    result = run("encode", folder, "-o", out, "-n", "-q", "--skip-existing")
    one = f"{folder / 'one.png'} -> {out / 'one.gray.png'}"
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{zwei}\n{one}: exists already; skipped\n"
    result = run("encode", folder, "-o", out, "-n", "--overwrite", "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["status"] for row in rows] == ["planned", "planned"]
    assert rows[1]["output"] == str(out / "one.gray.png")
    assert run("encode", tmp_path / "missing.png", "-n").exit_code == 3
    assert run("encode", folder, "-o", "{x}", "-n").exit_code == 2
    assert tree(tmp_path) == before


@pytest.fixture
def clashing(tmp_path, photo):
    """Two pictures of one stem, and one of another."""
    names = ("a.bmp", "a.png", "b.png")
    for i, name in enumerate(names):
        Image.fromarray(photo[i : i + 40, :40]).save(tmp_path / name)
    return [tmp_path / name for name in names]


def test_a_dry_run_names_every_clash(run, clashing, tmp_path):
    Image.open(tmp_path / "a.png").save(tmp_path / "a.tif")
    result = run("encode", *clashing, tmp_path / "a.tif", "-n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("would both be written to") == 2
    result = run("encode", *clashing, tmp_path / "a.tif")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_clashes_are_skipped_or_numbered(run, clashing, tmp_path):
    result = run("encode", *clashing, "--on-clash", "skip", "--json", "-j", 1)
    assert result.exit_code == 0
    rows = {Path(row["input"]).name: row for row in map(json.loads, result.stdout.splitlines())}
    assert rows["a.png"]["status"] == "skipped"
    assert "a.gray.png; skipped" in rows["a.png"]["notices"][0]
    assert "2 done, 1 skipped, 0 failed" in result.stderr
    result = run("encode", *clashing, "--on-clash", "number", "--overwrite")
    assert "3 done, 0 skipped, 0 failed" in result.stderr
    made = sorted(path.name for path in tmp_path.glob("*.gray.png"))
    assert made == ["a-2.gray.png", "a.gray.png", "b.gray.png"]
    run("decode", tmp_path / "a-2.gray.png")
    restored = np.asarray(Image.open(tmp_path / "a-2.color.png")).astype(int)
    distances = {p: np.abs(restored - np.asarray(Image.open(p))).mean() for p in clashing}
    assert min(distances, key=distances.get) == tmp_path / "a.png"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\0"])
@pytest.mark.parametrize("piped", [True, False])
def test_lists_of_files(run, folder, tmp_path, monkeypatch, end, piped):
    monkeypatch.chdir(folder)
    names = ["one.png", "deep er/zwei.jpg", "missing.png"]
    text = "".join(name + end for name in names).encode() + end.encode()
    (tmp_path / "list").write_bytes(text)
    null = ["--null"] if end == "\0" else []
    where = ["-", *null] if piped else [tmp_path / "list", *null]
    result = run("encode", "--files-from", *where, "-o", tmp_path / "out", input=text)
    assert result.exit_code == 1
    assert "invgray: missing.png: no such file; check the name" in result.stderr
    assert "2 done, 0 skipped, 1 failed" in result.stderr
    assert sorted(tree(tmp_path / "out")) == ["one.gray.png", "zwei.gray.png"]


def test_lists_beside_names_and_with_folders(run, folder, tmp_path):
    (tmp_path / "list").write_text(f"{folder / 'deep er'}\n")
    line = ["encode", folder / "one.png", "--files-from", tmp_path / "list"]
    assert "is a folder; name a folder for the results" in run(*line).stderr
    assert run(*line, "-o", tmp_path / "out").exit_code == 0
    assert sorted(tree(tmp_path / "out")) == ["one.gray.png", "zwei.gray.png"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--files-from", "gone"], 3, "gone: the list of files may not be read (No such file"),
        (["--files-from", "-"], 3, "the list of files is empty"),
        (["--files-from", "-", "-"], 2, "standard input is either a picture or a list of files"),
        (["a.png", "-0"], 2, "--null is for --files-from"),
        ([], 2, "Missing argument 'INPUT...'"),
    ],
)
def test_lists_that_are_none(run, tmp_path, monkeypatch, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    result = run("encode", *arguments, input=b"")
    assert result.exit_code == code
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_formats_of_batches_both_ways(run, folder, tmp_path):
    grays, colors = tmp_path / "grays", tmp_path / "colors"
    options = ["--format", "jpg", "--preset", "robust"]
    assert run("encode", folder, "-o", grays, *options, "--quality", 90).exit_code == 0
    assert sorted(tree(grays)) == ["deep er/zwei.gray.jpg", "one.gray.jpg"]
    assert run("encode", folder, "-o", tmp_path / "b", *options, "--quality", 20).exit_code == 0
    coarse, fine = (Image.open(x / "one.gray.jpg").quantization[0] for x in (tmp_path / "b", grays))
    assert coarse[0] == 40  # the standard's 16 at a quality of 20, and a fifth of it at 90
    assert fine[0] == 3
    result = run("decode", grays, "-o", colors, "--format", "webp")
    assert result.exit_code == 0, result.stderr
    assert sorted(tree(colors)) == ["deep er/zwei.color.webp", "one.color.webp"]
    with Image.open(colors / "one.color.webp") as image:
        assert (image.format, image.size) == ("WEBP", (32, 32))


def test_a_format_in_a_pipe_and_against_a_name(run, photo_file, tmp_path):
    result = run("encode", photo_file, "-o", "-", "--format", "jpg", "-q")
    assert result.stdout_bytes.startswith(b"\xff\xd8\xff")
    result = run("encode", photo_file, "-o", tmp_path / "a.png", "--format", "jpg")
    assert result.exit_code == 2
    assert "a.png: its name is of another format than jpg, which is asked for" in result.stderr
    assert run("encode", photo_file, "-o", tmp_path / "a.JPEG", "--format", "jpg").exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_interruption_while_waiting_for_input(command):
    process = subprocess.Popen(
        [*command, "encode", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (130, b"", b"invgray: interrupted\n")


def begun(process, out):
    """Wait until a batch has written its first result."""
    for _ in range(600):
        if list(out.glob("*.gray.png")):
            return
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    raise AssertionError("nothing was written in twelve seconds")


def assert_whole(out):
    """No file is half-written, and none is left behind."""
    written = list(out.iterdir())
    assert all(path.name.endswith(".gray.png") for path in written)
    for path in written:
        reading.read(path)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_first_interruption_stops_after_the_tiles_in_work(command, many, tmp_path):
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*command, "encode", many, "-o", out, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    begun(process, out)
    process.send_signal(signal.SIGINT)
    start = time.monotonic()
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - start < 10
    assert b"stopping after the tiles in work; Ctrl-C again ends at once" in errors
    rows = [json.loads(line) for line in output.splitlines()]
    done = len(list(out.iterdir()))
    assert f"{done} done, 0 skipped, 0 failed, {60 - done} not begun or stopped" in errors.decode()
    assert errors.endswith(b"invgray: interrupted\n")
    assert len(rows) == done < 60
    assert_whole(out)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_second_interruption_ends_at_once(command, tmp_path, photo):
    source, out = tmp_path / "large", tmp_path / "out"
    source.mkdir()
    Image.fromarray(photo).resize((32, 32)).save(source / "0.png")
    for i in range(1, 4):
        Image.fromarray(photo).resize((4000, 3000)).save(source / f"{i}.png", compress_level=1)
    line = [*command, "encode", source, "-o", out, "--preset", "paper", "--tile", "2048"]
    process = subprocess.Popen(line, stderr=subprocess.PIPE)
    begun(process, out)
    time.sleep(1.5)  # large pictures have been read, and their first tiles are in work
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=5)
    assert process.returncode == 130
    assert_whole(out)


def test_an_interruption_is_heard_again_after_a_batch(run, folder, tmp_path):
    before = signal.getsignal(signal.SIGINT)
    assert run("encode", folder, "-o", tmp_path / "out").exit_code == 0
    assert signal.getsignal(signal.SIGINT) is before


def test_what_cannot_be_looked_at_is_named_and_counted(run, folder, tmp_path, monkeypatch):
    (folder / "phone.HEIC").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    (folder / "wrong.jpg").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    (folder / "new").write_bytes(b"\xff\x0a and more of it, which nothing here can read")
    walk = os.walk

    def locked(top, onerror):
        yield from walk(top, onerror=onerror)
        onerror(PermissionError(13, "Permission denied", str(folder / "locked")))

    monkeypatch.setattr(listing.os, "walk", locked)
    result = run("encode", folder, "-o", tmp_path / "out", "--json")
    assert result.exit_code == 1
    for name, kind in (("phone.HEIC", "HEIC"), ("wrong.jpg", "HEIC"), ("new", "JPEG XL")):
        assert re.search(rf"{name}: is (a|no) {kind} picture", result.stderr)
    locked_line = "locked: the folder may not be read (Permission denied); check its permissions"
    assert locked_line in result.stderr
    assert "2 done, 0 skipped, 4 failed" in result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert sorted(Path(row["input"]).name for row in rows if row["status"] == "failed") == [
        "locked",
        "new",
        "phone.HEIC",
        "wrong.jpg",
    ]


def test_results_are_checked_before_the_work(run, photo_file, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr("invgray.codec.Codec.encode", lambda *_: pytest.fail("work was done"))
    result = run("encode", photo_file, "-o", tmp_path / "file" / "a.png")
    assert result.exit_code == 1
    assert "file is not a folder" in result.stderr
    (tmp_path / "photo.gray.png").write_text("precious")
    assert run("encode", photo_file).exit_code == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_json_to_a_full_disk_is_one_line(command, photo_file, folder, tmp_path):
    for arguments in ([photo_file], [folder, "-o", tmp_path / "out", "-q"]):
        with Path("/dev/full").open("wb") as full:
            result = subprocess.run(
                [*command, "encode", *arguments, "--json"],
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert result.returncode == 1
        assert result.stderr.startswith(b"invgray: standard output: cannot be written (No space")
        assert result.stderr.count(b"\n") == 1


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev")
def test_devices_are_written_to(invgray, photo_file, tmp_path):
    assert invgray("encode", photo_file, "-o", "/dev/null").returncode == 0
    piped = invgray("encode", photo_file, "-o", "/dev/stdout")
    assert invgray("encode", photo_file, "-o", "-").stdout == piped.stdout
    assert piped.stdout.startswith(b"\x89PNG")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["photo.png"]
