"""Whose gray is it, and how was it turned: by what is left in its pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

from invgray import metrics
from invgray.files.record import Record
from invgray.fine.orientation import ORIENTATIONS, UPRIGHT
from invgray.maker import Seen, maker, see


def compressed(gray, quality):
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(gray)).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


@pytest.fixture(scope="module")
def cat():
    """A photograph whose sides are no multiples of eight: 203x261 pixels."""
    return np.ascontiguousarray(data.chelsea()[60:263, 60:321])


@pytest.mark.parametrize(
    "orientation",
    [
        *ORIENTATIONS[:2],
        *(pytest.param(way, marks=pytest.mark.long) for way in ORIENTATIONS[2:7]),
        ORIENTATIONS[7],
    ],
)
def test_a_pattern_is_found_whichever_way_a_gray_was_turned(robust, machine, cat, orientation):
    turned = compressed(orientation.apply(robust.encode(cat, fine=False)), 90)
    made = maker(Seen(turned), None, "a.jpg", machine)
    assert made.codec.preset == robust.preset
    restored = robust.read_pattern(turned, placement=made.placement)
    assert metrics.psnr(orientation.apply(cat), restored) > 34
    done = [line for line in made.notices if "its colours are those of the gray as it is" in line]
    expected = f"was {orientation.words}; its colours are those of the gray as it is"
    assert done == ([] if orientation == UPRIGHT else [expected])


def test_a_record_that_was_kept_does_not_hide_a_turn(robust, machine, cat):
    turned = compressed(np.rot90(robust.encode(cat, fine=False)), 90)
    record = Record(preset="robust", weights=robust.preset.digest)
    made = maker(Seen(turned), record, "a.jpg", machine)
    assert made.codec.preset == robust.preset
    assert made.placement.orientation.turns == 1


def test_a_fine_layer_settles_whose_gray_it_is(codec, robust, machine, cat):
    """Whatever the record says, and whatever the picture is named for."""
    gray = codec.encode(cat)
    wrong = Record(preset="robust", weights=robust.preset.digest)
    made = maker(see(gray), wrong, "a.png", machine)
    assert made.codec.preset == codec.preset
    assert made.notices == ()


def test_a_plain_gray_has_no_maker(machine):
    made = maker(see(data.camera()[:200, :200]), None, "a.png", machine)
    assert made.placement is None
    assert "seems to hide no colours" in made.notices[0]
