"""Patches and pictures of a run."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from invgray.training import data
from invgray.training.augmentation import Augmentation
from invgray.training.length import Length, Unit
from invgray.training.settings import Settings


class Mixed(Settings):
    augmentation: ClassVar[Augmentation] = Augmentation(colorless=0.05, exposure=0.1)


SETTINGS = Mixed(length=Length(9, Unit.STEPS), batch=2, patch=32, seed=1)


def test_patches_depend_on_seed_and_step_only(pictures):
    whole = list(data.patches(pictures, SETTINGS, range(6)))
    part = list(data.patches(pictures, SETTINGS, range(4, 6)))
    other = list(data.patches(pictures, replace(SETTINGS, seed=2), range(4, 6)))
    np.testing.assert_array_equal(whole[4:], part)
    assert not np.array_equal(part, other)
    assert whole[0].shape == (2, 32, 32, 3)
    assert whole[0].dtype == np.float32
    assert 0 <= np.min(whole) < np.max(whole) <= 1


def test_some_patches_are_colorless(pictures):
    many = replace(SETTINGS, batch=200, patch=16, seed=0)
    (batch,) = data.patches(pictures, many, range(1))
    share = np.mean(np.ptp(batch, axis=-1).max(axis=(1, 2)) == 0)
    assert 0.01 < share < 0.15


def test_patches_at_native_resolution_are_cut_out_of_the_picture(photo):
    class Native(Settings):
        augmentation: ClassVar[Augmentation] = Augmentation(native=1.0, turned=False)

    small = photo[:40, :40]
    settings = Native(length=SETTINGS.length, batch=4, patch=24)
    (batch,) = data.patches([Image.fromarray(small)], settings, range(1))
    windows = np.lib.stride_tricks.sliding_window_view(small / np.float32(255), (24, 24, 3))
    for patch in batch:
        found = [np.abs(windows - one).max((3, 4, 5)).min() for one in (patch, patch[:, ::-1])]
        assert min(found) == 0


def test_small_pictures_fill_a_patch():
    tiny = [Image.new("RGB", (16, 40), "teal")]
    (batch,) = data.patches(tiny, replace(SETTINGS, batch=3, patch=16), range(1))
    assert batch.shape == (3, 16, 16, 3)


def test_bad_pictures_are_named_and_left_out(tmp_path, photo):
    Image.fromarray(photo).save(tmp_path / "good.png")
    Image.fromarray(photo[:8]).save(tmp_path / "small.png")
    (tmp_path / "bad.png").write_text("no")
    lines = []
    loaded = data.load(sorted(tmp_path.iterdir()), 32, lines.append)
    assert [picture.size for picture in loaded] == [(256, 256)]
    bad, small = sorted(lines)
    assert bad.startswith(f"{tmp_path / 'bad.png'}: is not a picture")
    assert bad.endswith("left out")
    assert small == f"{tmp_path / 'small.png'}: is smaller than 32 pixels; left out"


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_pictures_of_any_mode_become_rgb(tmp_path, photo, mode):
    Image.fromarray(photo).convert(mode).save(tmp_path / "photo.png")
    (loaded,) = data.load([tmp_path / "photo.png"], 32, pytest.fail)
    assert loaded.mode == "RGB"
