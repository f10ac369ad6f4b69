"""Gray clips become colour ones: from the fine layer, and from the pattern after compression."""

from __future__ import annotations

import os
import sys

import av
import numpy as np
import pytest

from invgray import errors, loading, metrics
from invgray.inference.machine import Machine
from invgray.video.decoding import decode_clip
from invgray.video.encoding import encode_clip
from invgray.video.formats import VideoCodec
from invgray.video.options import DecodeClipOptions, EncodeClipOptions
from invgray.video.writing import Writing

FLOAT32 = Machine(device="cpu", precision="float32")


def decoded(source, target, **options):
    return decode_clip(source, target, DecodeClipOptions(machine=FLOAT32, **options))


def encoded(source, target, **options):
    return encode_clip(source, target, EncodeClipOptions(machine=FLOAT32, **options))


@pytest.fixture(scope="module")
def gray(tmp_path_factory, clip):
    path = tmp_path_factory.mktemp("gray") / "clip.gray.mkv"
    encoded(clip, path)
    return path


def test_without_loss_frames_are_those_that_the_codec_restores(tmp_path, clips, gray):
    target = tmp_path / "clip.color.mkv"
    outcome = decoded(gray, target, codec=VideoCodec.FFV1)
    assert (outcome.fine, outcome.notices, outcome.preset) == (1, (), "standard")
    codec = loading.load_codec("standard", FLOAT32)
    found = clips.frames_of(target)
    assert [round(1000 * at) for at, _ in found] == list(clips.TIMES)
    for (_, rgb), original in zip(found, clips.pan(), strict=True):
        np.testing.assert_array_equal(rgb, codec.decode(codec.encode(original)))


@pytest.mark.parametrize(
    ("codec", "name", "suffix"),
    [
        (None, "h264", ".mp4"),
        (VideoCodec.HEVC, "hevc", ".mov"),
        (VideoCodec.AV1, "av1", ".mp4"),
        (VideoCodec.AV1, "av1", ".mkv"),
    ],
)
def test_clips_are_compressed_as_asked(tmp_path, clips, gray, codec, name, suffix):
    target = tmp_path / f"clip.color{suffix}"
    decoded(gray, target, codec=codec)
    with av.open(str(target)) as container:
        context = container.streams.video[0].codec_context
        canonical = context.codec.canonical_name
        assert (canonical, context.pix_fmt, context.colorspace) == (name, "yuv420p", 1)
    found = clips.frames_of(target)
    np.testing.assert_allclose([1000 * at for at, _ in found], clips.TIMES, atol=1)
    psnr = [metrics.psnr(a, rgb) for a, (_, rgb) in zip(clips.pan(), found, strict=True)]
    assert np.mean(psnr) > 33
    heard = [data for _, data in clips.packets_of(target, "audio")]
    assert heard == [data for _, data in clips.packets_of(gray, "audio")]


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads")
def test_no_thread_gets_real_time_priority(tmp_path, gray, monkeypatch):
    """As root, AV1's encoder took it, and the rest of the machine had to wait."""
    seen = set()

    def write(writing, frame, moment):
        Writing.write_before(writing, frame, moment)
        seen.update(os.sched_getscheduler(int(name)) for name in os.listdir("/proc/self/task"))

    before = os.sched_getscheduler(0)
    monkeypatch.setattr(Writing, "write_before", Writing.write, raising=False)
    monkeypatch.setattr(Writing, "write", write)
    decoded(gray, tmp_path / "clip.mp4", codec=VideoCodec.AV1)
    assert seen == {before} == {os.sched_getscheduler(0)}


def test_a_higher_crf_makes_a_smaller_file(tmp_path, gray):
    sizes = []
    for crf in (10, 40):
        target = tmp_path / f"{crf}.mp4"
        decoded(gray, target, crf=crf)
        sizes.append(target.stat().st_size)
    assert sizes[1] < sizes[0] / 2


def test_what_a_container_does_not_take_is_told(tmp_path, gray):
    outcome = decoded(gray, tmp_path / "clip.color.mp4")
    assert outcome.notices == ("dropped: subtitle (subrip), which mp4 does not take",)


@pytest.mark.parametrize("form", ["yuv420p", "gray"])
def test_a_compressed_clip_is_decoded_from_the_pattern(tmp_path, clips, form):
    """It is recognised once, and the record is gone."""
    frames = clips.pan(height=128, width=160)
    source, gray = clips.make(tmp_path / "a.mkv", frames), tmp_path / "a.gray.mkv"
    encoded(source, gray, preset="robust")
    mailed = tmp_path / "mailed.mp4"
    with av.open(str(gray)) as old, av.open(str(mailed), "w") as new:
        stream = new.add_stream("libx264", rate=25, options={"crf": "18"})
        stream.height, stream.width, stream.pix_fmt = 128, 160, form
        stream.codec_context.color_range = 2 if form == "gray" else 1
        stream.codec_context.time_base = old.streams.video[0].time_base
        for frame in old.decode(video=0):
            kept = frame.reformat(
                format=form, src_color_range=2, dst_color_range=2 if form == "gray" else 1
            )
            new.mux(stream.encode(kept))
        new.mux(stream.encode(None))
    outcome = decoded(mailed, tmp_path / "b.mkv", codec=VideoCodec.FFV1)
    assert outcome.fine == 0
    assert outcome.notices == ("does not say what made it; recognised as preset 'robust'",)
    found = [rgb for _, rgb in clips.frames_of(tmp_path / "b.mkv")]
    psnr = np.mean([metrics.psnr(a, b) for a, b in zip(frames, found, strict=True)])
    assert psnr > 31


def test_frames_without_colour_stay_so_among_others(tmp_path, clips):
    """A clip that fades in from black is recognised by the first frame that has colours."""
    frames = clips.pan(4)
    frames[0] = frames[2] = np.zeros_like(frames[0])
    frames[2][20:50] = 90
    source, gray = clips.make(tmp_path / "a.mkv", frames), tmp_path / "a.gray.mkv"
    encoded(source, gray)
    outcome = decoded(gray, tmp_path / "b.mkv", codec=VideoCodec.FFV1)
    assert outcome.fine == 1
    found = [rgb for _, rgb in clips.frames_of(tmp_path / "b.mkv")]
    for place in (0, 2):
        np.testing.assert_array_equal(found[place], frames[place])


def test_an_interrupted_clip_leaves_nothing(tmp_path, gray):
    def stop(done, total):
        if done == 3:
            raise errors.Interrupted("interrupted")

    options = DecodeClipOptions(machine=FLOAT32)
    with pytest.raises(errors.Interrupted):
        decode_clip(gray, tmp_path / "clip.color.mp4", options, stop)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_decoded_is_told(tmp_path, clip, gray):
    with pytest.raises(errors.InputError, match="is in colour"):
        decoded(clip, tmp_path / "a.mp4")
    with pytest.raises(errors.UsageError, match=r"ffv1 goes into an \.mkv"):
        decoded(gray, tmp_path / "a.mp4", codec=VideoCodec.FFV1)
    with pytest.raises(errors.UsageError, match="leave out the rectify"):
        decoded(gray, tmp_path / "a.mp4", rectify=True)
    with pytest.raises(errors.UsageError, match="no CRF"):
        DecodeClipOptions(codec=VideoCodec.FFV1, crf=3)
    cut = tmp_path / "cut.gray.mkv"
    cut.write_bytes(gray.read_bytes()[:3000])
    with pytest.raises(errors.InputError):
        decoded(cut, tmp_path / "a.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["cut.gray.mkv"]
