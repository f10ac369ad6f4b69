"""Pictures are converted from and into stores, as they are on this machine."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from invgray import EncodeOptions, encode_file
from invgray.errors import ExistsError, OutputError, UsageError

FAST = ("--preset", "luminance", "-q")


def png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def pictures(s3, bucket, photo):
    """Two pictures in a folder of a bucket, and what is none."""
    s3.put(bucket, "in/one.png", png(photo[:48, :48]))
    s3.put(bucket, "in/deep/two.png", png(photo[48:96, :48]))
    s3.put(bucket, "in/.hidden.png", b"x")
    s3.put(bucket, "in/../out.png", b"x")
    s3.put(bucket, "in/notes.txt", b"x")
    return f"s3://{bucket}"


def test_a_picture_there_and_back(run, s3, bucket, pictures, photo):
    assert run("encode", f"{pictures}/in/one.png", *FAST).exit_code == 0
    assert run("decode", f"{pictures}/in/one.gray.png", "-q").exit_code == 0
    restored = np.asarray(Image.open(io.BytesIO(s3.get(bucket, "in/one.color.png"))))
    assert restored.shape == (48, 48, 3)
    done = run("colorize", f"{pictures}/in/one.gray.png", "--hint", "3,3,#ff0000", "-q")
    assert done.exit_code == 0
    assert s3.get(bucket, "in/one.colorized.png")


def test_grays_of_a_store_are_inspected(run, s3, bucket, pictures):
    run("encode", f"{pictures}/in/", "-o", f"{pictures}/gray", *FAST)
    for name in (f"{pictures}/gray/", f"{pictures}/gray"):
        told = [json.loads(line) for line in run("inspect", name, "--json").stdout.splitlines()]
        inputs = [f"{pictures}/gray/deep/two.gray.png", f"{pictures}/gray/one.gray.png"]
        assert [facts["input"] for facts in told] == inputs
        assert {facts["preset"] for facts in told} == {"luminance"}
    one = run("inspect", f"{pictures}/gray/one.gray.png")
    assert one.stdout.startswith(f"{pictures}/gray/one.gray.png: 48x48, preset 'luminance'")
    missing = run("inspect", f"{pictures}/none.png")
    assert missing.exit_code == 3
    assert missing.stderr.startswith(f"invgray: {pictures}/none.png: ")
    assert run("inspect", "ftp://host/a.png").exit_code == 2


def test_a_folder_into_a_folder_of_the_store(run, s3, bucket, pictures):
    done = run("encode", f"{pictures}/in", "-o", f"{pictures}/in/gray", *FAST)
    assert done.exit_code == 0, done.stderr
    assert {"in/gray/one.gray.png", "in/gray/deep/two.gray.png"} <= set(s3.keys(bucket))
    assert len(s3.keys(bucket)) == 7
    again = run("encode", f"{pictures}/in", "-o", f"{pictures}/in/gray", *FAST, "--skip-existing")
    assert again.exit_code == 0
    assert len(s3.keys(bucket)) == 7


def test_a_store_and_this_machine(run, s3, bucket, pictures, tmp_path):
    done = run("encode", f"{pictures}/in/", "-o", tmp_path / "out", *FAST)
    assert done.exit_code == 0, done.stderr
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png")}
    assert written == {"out/one.gray.png", "out/deep/two.gray.png"}
    local = tmp_path / "one.png"
    local.write_bytes(s3.get(bucket, "in/one.png"))
    assert run("encode", local, "-o", f"{pictures}/back/", *FAST).exit_code == 0
    assert s3.get(bucket, "back/one.gray.png") == (tmp_path / "out/one.gray.png").read_bytes()


def test_a_template_of_names(run, s3, bucket, pictures):
    target = f"{pictures}/out/{{folder}}-{{stem}}.png"
    assert run("encode", f"{pictures}/in/", "-o", target, *FAST).exit_code == 0
    assert {"out/in-one.png", "out/deep-two.png"} <= set(s3.keys(bucket))


def test_results_that_exist_cost_no_requests_of_their_own(run, s3, bucket, pictures):
    for i in range(30):
        s3.put(bucket, f"many/{i}.png", b"x")
        s3.put(bucket, f"out/{i}.gray.png", b"x")
    words = ("encode", f"{pictures}/many/", "-o", f"{pictures}/out/", "--preset", "luminance")
    s3.asked.clear()
    done = run(*words, "--skip-existing")
    assert done.exit_code == 0
    assert "30 skipped" in done.stderr
    refused = run(*words)
    assert refused.exit_code == 1
    assert "out/0.gray.png: exists already; use --overwrite or --skip-existing" in refused.stderr
    rehearsed = run(*words, "--skip-existing", "--dry-run")
    assert "30 skipped" in rehearsed.stderr
    assert s3.kinds == ["LIST", "LIST"] * 3


def test_results_of_one_name_clash(run, s3, bucket, pictures):
    s3.put(bucket, "in/one.jpg", b"x")
    done = run("encode", f"{pictures}/in/", "-o", f"{pictures}/out/", *FAST)
    assert done.exit_code == 2
    assert "would both be written to" in done.stderr
    itself = run("encode", f"{pictures}/in/one.png", "-o", f"{pictures}/in/one.png", *FAST)
    assert itself.exit_code == 2


def test_a_folder_without_pictures_is_told(run, pictures):
    done = run("encode", f"{pictures}/empty/", "-o", f"{pictures}/out/", *FAST)
    assert done.exit_code == 3
    assert "has no pictures in it" in done.stderr
    assert run("encode", f"{pictures}/in/", *FAST).exit_code == 2


def test_one_failing_picture_costs_no_other_and_secrets_are_not_told(
    run, s3, bucket, pictures, monkeypatch
):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3.put(bucket, "in/broken.png", b"no picture")
    done = run("encode", f"{pictures}/in/", "-o", f"{pictures}/out/", "--preset", "luminance")
    assert done.exit_code == 1
    assert f"{pictures}/in/broken.png: is not a picture" in done.stderr
    assert "2 done, 0 skipped, 1 failed" in done.stderr
    with s3.failing("forbidden", "PUT"):
        words = ("encode", f"{pictures}/in/one.png", "-o", f"{pictures}/new.png", *FAST)
        refused = run(*words)
    assert refused.exit_code == 1
    assert "access is refused" in refused.stderr
    assert "hush" not in refused.stderr + done.stderr
    assert "new.png" not in s3.keys(bucket)


def test_what_stores_do_not_do_is_refused(run, s3, bucket, pictures):
    kept = run("encode", f"{pictures}/in/one.png", "--keep-times", *FAST)
    assert kept.exit_code == 2
    assert "stores keep no times" in kept.stderr
    clip = run("encode", f"{pictures}/in/clip.mp4", *FAST)
    assert clip.exit_code == 3
    assert "clips are converted on this machine only" in clip.stderr


def test_the_library_takes_urls(s3, bucket, pictures):
    source, target = f"{pictures}/in/one.png", f"{pictures}/lib.png"
    options = EncodeOptions(preset="luminance")
    outcome = encode_file(source, target, options)
    assert (outcome.input, outcome.output) == (source, target)
    with pytest.raises(ExistsError):
        encode_file(source, target, options)
    with pytest.raises(UsageError):
        encode_file(source, source, options)
    with pytest.raises(OutputError, match="no such bucket"):
        encode_file(source, "s3://nowhere/x.png", options)
