"""What grays are taken for, and the shares of it."""

from __future__ import annotations

from invgray.benchmark import recognition
from invgray.benchmark.recognition import Judgement
from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance


def test_each_gray_is_judged_after_each_handling(codec, photo):
    photo = photo[:128, :128]
    grays = {"standard": codec.encode(photo), "luminance": to_8_bits(luminance(photo))}
    found = recognition.measure([codec], grays)
    assert len(found) == 2 * len(recognition.HANDLED)
    assert Judgement("none", "standard", "standard-1") in found
    assert Judgement("none", "luminance", recognition.NONE) in found
    assert Judgement("jpeg-50", "standard", recognition.NONE) in found


def test_shares_are_of_the_grays_of_one_maker():
    judgements = [
        Judgement("none", "standard", "standard"),
        Judgement("none", "luminance", "none"),
        Judgement("none", "standard", "robust"),
        Judgement("none", "standard", "standard"),
        Judgement("none", "standard", "none"),
    ]
    first, second = recognition.over_pictures(judgements)
    assert (first.handling, first.maker) == ("none", "standard")
    assert first.taken_for == {"standard": 0.5, "robust": 0.25, "none": 0.25}
    assert (second.maker, second.taken_for) == ("luminance", {"none": 1.0})
