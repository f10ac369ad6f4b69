"""Colour clips become gray ones: frames, times, sound and subtitles."""

from __future__ import annotations

import av
import numpy as np
import pytest

from invgray import errors, loading
from invgray.color.looks import Look
from invgray.convert import Status
from invgray.files.record import KEYWORD, from_text
from invgray.inference.machine import Machine
from invgray.video.encoding import encode_clip
from invgray.video.options import EncodeClipOptions

FLOAT32 = Machine(device="cpu", precision="float32")


def encoded(source, target, **options):
    told = {"preset": "luminance", "machine": FLOAT32} | options
    return encode_clip(source, target, EncodeClipOptions(**told))


def record_of(path):
    with av.open(str(path)) as container:
        told = {key.lower(): text for key, text in container.metadata.items()}
    return from_text(told[KEYWORD], "clip")


def grays_of(path):
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "ffv1"
        return [(f.time, f.to_ndarray(format="gray")) for f in container.decode(video=0)]


@pytest.mark.parametrize("preset", ["luminance", "standard"])
def test_frames_are_the_grays_of_the_codec(tmp_path, clips, clip, preset):
    target = tmp_path / "clip.gray.mkv"
    outcome = encoded(clip, target, preset=preset)
    assert (outcome.width, outcome.height, outcome.preset) == (128, 96, preset)
    assert outcome.notices == ()
    codec, found = loading.load_codec(preset, FLOAT32), grays_of(target)
    for (_, levels), rgb in zip(found, clips.pan(), strict=True):
        np.testing.assert_array_equal(levels, codec.encode(rgb))
    record = record_of(target)
    assert (record.preset, record.weights, record.fine) == (preset, codec.preset.digest, True)


def test_times_sound_subtitles_and_title_stay(tmp_path, clips, clip):
    target = tmp_path / "clip.gray.mkv"
    encoded(clip, target)
    assert [round(1000 * at) for at, _ in grays_of(target)] == list(clips.TIMES)
    for kind in ("audio", "subtitle"):
        before, after = (clips.packets_of(path, kind) for path in (clip, target))
        assert before
        assert [data for _, data in after] == [data for _, data in before]
        np.testing.assert_allclose([at for at, _ in after], [at for at, _ in before], atol=0.001)
    with av.open(str(target)) as container:
        assert container.metadata["title"] == "A pan"


def test_stripped_of_what_it_tells(tmp_path, clip):
    target = tmp_path / "clip.gray.mkv"
    encoded(clip, target, strip=True)
    with av.open(str(target)) as container:
        assert "title" not in container.metadata
    assert record_of(target).preset == "luminance"


def test_a_part_begins_at_zero_with_its_sound(tmp_path, clips, clip):
    target = tmp_path / "clip.gray.mkv"
    encoded(clip, target, start=0.2, stop=0.5)
    times = [round(1000 * at) for at, _ in grays_of(target)]
    assert times == [at - 200 for at in clips.TIMES if 200 <= at < 500]
    heard = [at + 0.2 for at, _ in clips.packets_of(target, "audio")]
    expected = [at for at, _ in clips.packets_of(clip, "audio") if 0.2 <= at < 0.5]
    np.testing.assert_allclose(heard, expected, atol=0.001)


def test_progress_is_told_by_frames(tmp_path, clip):
    told = []
    encode_clip(
        clip,
        tmp_path / "clip.gray.mkv",
        EncodeClipOptions(preset="luminance", machine=FLOAT32),
        lambda done, total: told.append((done, total)),
    )
    assert [done for done, _ in told] == list(range(13))
    assert all(total >= done for done, total in told)


def test_one_mix_for_all_of_a_clip(tmp_path, clips):
    """Whose frames would have chosen others each: a half turns from orange to blue."""
    frames = []
    for i in range(8):
        rgb = np.full((64, 64, 3), 120, np.uint8)
        rgb[:, :32] = (200 - 20 * i, 90, 60 + 20 * i)
        frames.append(rgb)
    source = clips.make(tmp_path / "turn.mkv", frames)
    assert len({Look.CONTRAST.mix(rgb) for rgb in frames}) > 1
    target = tmp_path / "turn.gray.mkv"
    encoded(source, target, look=Look.CONTRAST)
    mix = record_of(target).mix
    codec = loading.load_codec("luminance", FLOAT32)
    for (_, levels), rgb in zip(grays_of(target), frames, strict=True):
        np.testing.assert_array_equal(levels, codec.encode(rgb, mix=mix))


def test_an_interrupted_clip_leaves_nothing(tmp_path, clip):
    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    options = EncodeClipOptions(preset="luminance", machine=FLOAT32)
    with pytest.raises(KeyboardInterrupt):
        encode_clip(clip, tmp_path / "clip.gray.mkv", options, stop)
    assert not list(tmp_path.iterdir())


def test_existing_files_are_left_unless_overwritten(tmp_path, clip):
    target = tmp_path / "clip.gray.mkv"
    target.write_bytes(b"mine")
    with pytest.raises(errors.ExistsError):
        encoded(clip, target)
    assert encoded(clip, target, skip_existing=True).status is Status.SKIPPED
    assert target.read_bytes() == b"mine"
    encoded(clip, target, overwrite=True)
    assert len(grays_of(target)) == 12


def test_what_cannot_be_encoded_is_told(tmp_path, clips, clip):
    target = tmp_path / "a.gray.mkv"
    broken, silent = tmp_path / "broken.mkv", tmp_path / "sound.mkv"
    broken.write_bytes(b"no clip at all")
    with av.open(str(silent), "w") as container:
        tone = container.add_stream("aac", rate=48_000, layout="mono")
        clips.hum(container, tone)
    cases = {
        (tmp_path / "none.mp4", errors.InputError): "no such file",
        (broken, errors.InputError): "cannot be read as a clip",
        (silent, errors.InputError): "no moving pictures",
    }
    for (source, kind), words in cases.items():
        with pytest.raises(kind, match=words) as said:
            encoded(source, target)
        assert str(source) in str(said.value)
        assert not target.exists()
    with pytest.raises(errors.UsageError, match=r"ends in \.mkv"):
        encoded(clip, tmp_path / "a.gray.mp4")
    with pytest.raises(errors.UsageError, match="leave out the border"):
        encoded(clip, target, border=True)
    with pytest.raises(errors.InputError, match="has no frames there"):
        encoded(clip, target, start=3600)
    encoded(clip, target)
    with pytest.raises(errors.InputError, match="hides colours already"):
        encoded(target, tmp_path / "b.gray.mkv")
    with pytest.raises(errors.TooLargeError):
        encoded(clip, tmp_path / "c.gray.mkv", max_pixels=100)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.gray.mkv", "broken.mkv", "sound.mkv"]
