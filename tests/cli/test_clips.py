"""Clips on the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from skimage import data

from invgray.cli.decode import CONVERTER as DECODE
from invgray.cli.encode import CONVERTER as ENCODE


@pytest.fixture
def clip(tmp_path):
    """Six frames of a pan over a photograph."""
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for i in range(6):
            rgb = np.ascontiguousarray(data.astronaut()[40:104, 100 + 4 * i : 196 + 4 * i])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def invgray(*words):
    return subprocess.run(
        [sys.executable, "-m", "invgray", *map(str, words)], capture_output=True, text=True
    )


def frames(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_there_and_back(tmp_path, clip):
    gone = invgray("encode", clip, "--preset", "luminance")
    assert (gone.returncode, gone.stdout) == (0, "")
    assert "clip.gray.mkv" in gone.stderr
    back = invgray("decode", tmp_path / "clip.gray.mkv", "--from", "0.2", "--json")
    assert back.returncode == 0
    assert '"fine": 1.0' in back.stdout
    found = frames(tmp_path / "clip.color.mp4")
    assert len(found) == 4
    error = np.mean((np.float64(frames(clip)[2:]) - found) ** 2)
    assert 10 * np.log10(255**2 / error) > 33
    assert {path.name for path in tmp_path.iterdir()} == {
        "clip.mp4",
        "clip.gray.mkv",
        "clip.color.mp4",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["encode", "photo.png", "--from", "3"], "photo.png: is no clip; leave out the start"),
        (["decode", "photo.png", "--crf", "3"], "photo.png: is no clip; leave out the crf"),
        (["encode", "clip.mp4", "-o", "-"], "clips go into files only"),
        (["encode", "clip.mp4", "--border"], "clip.mp4: is a clip; leave out the border"),
        (["encode", "clip.mp4", "--to", "x"], "'x' is no time"),
        (["encode", "clip.mp4", "--from", "2", "--to", "1"], "there is nothing from 2 to 1"),
        (["decode", "clip.mp4", "--video-codec", "ffv1"], "ffv1 goes into an .mkv only"),
    ],
)
def test_what_is_wrong_is_told_as_of_pictures(tmp_path, clip, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (20, 20)).save("photo.png")
    result = invgray(*words)
    assert result.returncode == 2
    assert said in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "photo.png"]


def test_results_are_named_by_what_they_are():
    assert ENCODE.naming.result(Path("a.mp4")) == "a.gray.mkv"
    assert ENCODE.naming.result(Path("a.png")) == "a.gray.png"
    assert DECODE.naming.result(Path("a.gray.mkv")) == "a.color.mp4"
    assert DECODE.naming.result(Path("A.GRAY.MP4")) == "A.color.mp4"
    assert DECODE.naming.made("a.color.mp4")
