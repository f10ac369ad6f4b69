"""Grays that hide colours are told from those that do not."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from skimage import data

from invgray import detector, loading
from invgray.benchmark.handling import shrunk
from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance
from invgray.detector import Sighting
from invgray.fine.orientation import Orientation
from invgray.inference.machine import Machine
from invgray.placement import whole
from invgray.registration import CLEAR, Detail, Registration, register


@pytest.fixture(scope="module")
def piloted(machine):
    """A preset whose pattern has a pilot."""
    return loading.load_codec("standard-4", machine)


@pytest.fixture(scope="module")
def negative(machine):
    """A preset whose pattern depends on the luminance, and has a pilot of the other sign."""
    return loading.load_codec("robust-2", machine)


def compressed(gray, quality):
    file = io.BytesIO()
    Image.fromarray(gray).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def square(rgb, side):
    """The upper left of a photograph, resized."""
    most = min(rgb.shape[:2])
    small = Image.fromarray(rgb[:most, :most]).resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(small)


def let_agree(monkeypatch, agreements):
    """Lets any gray agree so much at each place."""
    monkeypatch.setattr(
        detector,
        "look",
        lambda codec, _gray, place, *_: Sighting(codec, place, agreements[place], 0.0),
    )


@pytest.mark.parametrize("name", ["astronaut", "coffee", "cat"])
def test_a_pilot_is_seen_in_small_grays_and_in_none_that_hide_nothing(
    piloted, robust, photos, name
):
    rgb = photos[name][:128, :128]
    gray = compressed(piloted.encode(rgb, fine=False), 75)
    assert detector.sight([piloted, robust], gray).codec is piloted
    plain = compressed(to_8_bits(luminance(rgb)), 75)
    assert detector.sight([piloted, robust], plain) is None


@pytest.mark.parametrize(
    "name",
    ["chelsea", *(pytest.param(name, marks=pytest.mark.long) for name in ("astronaut", "coffee"))],
)
def test_a_pilot_is_seen_in_whole_grays_of_half_the_size(piloted, robust, codec, name):
    rgb = np.ascontiguousarray(getattr(data, name)()[:400, :448])
    small = shrunk(piloted.encode(rgb), 0.5)
    found = detector.sight([piloted, robust, codec], small)
    assert found.codec is piloted
    assert found.placement.scale == pytest.approx(0.5, rel=0.004)
    assert found.placement.words(*small.shape, 8) == "resized to 50%"
    plain = to_8_bits(luminance(rgb))
    assert detector.sight([piloted, robust, codec], shrunk(plain, 0.5)) is None


@pytest.mark.parametrize("name", ["coffee", "immunohistochemistry"])
def test_little_is_enough_where_few_waves_can_be_left(piloted, negative, name):
    """Of few scales, chance makes little, and no pilot of photographs was as clear as these."""
    rgb, candidates = square(getattr(data, name)(), 256), [piloted, negative]
    found = detector.sight(candidates, shrunk(negative.encode(rgb, fine=False), 0.5))
    assert found.codec is negative
    assert found.placement.scale == pytest.approx(0.5, rel=0.004)
    assert detector.sight(candidates, shrunk(to_8_bits(luminance(rgb)), 0.5)) is None


@pytest.mark.parametrize("quality", [pytest.param(75, marks=pytest.mark.long), 50])
@pytest.mark.parametrize("name", ["astronaut", "coffee", "cat"])
def test_patterns_are_told_by_the_sign_of_their_pilot(piloted, negative, photos, name, quality):
    """To decoders, grays of these agree with each other's pattern."""
    candidates = [piloted, negative]
    for maker in candidates:
        gray = compressed(maker.encode(photos[name], fine=False), quality)
        sighting = detector.sight(candidates, gray)
        assert sighting.codec is maker
        assert sighting.placement.words(*gray.shape, 8) == ""


@pytest.mark.parametrize(
    "name",
    [*(pytest.param(name, marks=pytest.mark.long) for name in ("astronaut", "coffee")), "cat"],
)
def test_a_pattern_with_a_pilot_is_told_from_one_that_it_was_trained_from(
    piloted, negative, robust, photos, name
):
    """The second began with the weights of the first, and each can read the other's."""
    for maker in (robust, negative):
        gray = compressed(maker.encode(photos[name], fine=False), 75)
        sighting = detector.sight([piloted, robust, negative], gray)
        assert sighting.codec is maker


@pytest.mark.parametrize(
    ("handling", "words"),
    [
        (lambda gray: compressed(gray[21:, 11:], 75), "cropped"),
        (lambda gray: shrunk(gray, 0.75), "resized to 75%"),
        (lambda gray: shrunk(gray, 0.5), "resized to 50%"),
        pytest.param(
            lambda gray: compressed(np.rot90(gray), 75), "turned left", marks=pytest.mark.long
        ),
        (lambda gray: compressed(np.rot90(gray)[3:, 6:], 80), "turned left"),
    ],
)
def test_a_pattern_that_depends_on_the_luminance_is_found_by_its_pilot(
    piloted, negative, robust, handling, words
):
    rgb, candidates = data.chelsea()[:296, :448], [piloted, robust, negative]
    gray = handling(negative.encode(rgb, fine=False))
    sighting = detector.sight(candidates, gray)
    assert sighting.codec is negative
    assert words in sighting.placement.words(*gray.shape, 8)
    assert detector.sight(candidates, handling(to_8_bits(luminance(rgb)))) is None


def test_a_gray_that_was_shrunk_then_cropped_is_found_where_it_lies(piloted, negative):
    """Of all places, the true one agreed by 0.6 only, as shrinking takes much of a pattern."""
    rgb = np.ascontiguousarray(data.astronaut()[:296, :400])
    gray = compressed(shrunk(negative.encode(rgb, fine=False), 0.8)[7:, 4:], 85)
    sighting = detector.sight([piloted, negative], gray)
    assert sighting.codec is negative
    assert sighting.placement.scale == pytest.approx(0.8, rel=0.004)
    top, left = (sighting.placement.corners(*gray.shape)[0] - (7 / 0.8, 4 / 0.8) + 4) % 8 - 4
    assert max(abs(top), abs(left)) < 1


def test_a_crop_is_not_taken_for_a_whole_gray_that_lies_otherwise(piloted, negative):
    """Upside down, this one agreed by 0.78 as it was made, and by 0.89 where it was cropped."""
    rgb = np.ascontiguousarray(data.coffee())
    gray = compressed(compressed(negative.encode(rgb, fine=False), 90)[21:390, 13:500], 85)
    sighting = detector.sight([piloted, negative], gray)
    assert sighting.codec is negative
    assert sighting.placement.words(*gray.shape, 8) == "cropped"


@pytest.mark.parametrize("quality", [90, pytest.param(60, marks=pytest.mark.long)])
def test_a_pattern_that_repeats_itself_is_not_taken_for_one_with_a_pilot(piloted, robust, quality):
    rgb = np.ascontiguousarray(data.astronaut()[:320, 60:480])
    seen = []
    for maker in (piloted, robust):
        gray = compressed(maker.encode(rgb, fine=False), quality)
        assert register(Detail.of(gray))[0].clarity > CLEAR
        seen.append(detector.sight([piloted, robust], gray).codec)
    assert seen == [piloted, robust]


def test_agreement_counts_more_than_a_clearer_pilot(piloted, photos, monkeypatch):
    """In some photographs, the pilot was clearest in a mirrored place."""
    gray = compressed(piloted.encode(photos["coffee"], fine=False), 75)
    places = [
        Registration(whole(256, 256, Orientation(0, True)), 40.0, True),
        Registration(whole(256, 256), 12.0, True),
    ]
    for name in ("unmoved", "register"):
        monkeypatch.setattr(detector, name, lambda *_: places)
    assert detector.sight([piloted], gray).placement == places[1].placement


@pytest.mark.parametrize(("agreed", "moved"), [(0.203, False), (0.5, True)])
def test_a_gray_is_where_it_was_made_unless_another_place_agrees_clearly_more(
    piloted, photos, monkeypatch, agreed, moved
):
    """In Kodak's picture 13, after JPEG 75, a mirrored place agreed by 0.203, the true by 0.187."""
    true, other = whole(256, 256), whole(256, 256, Orientation(0, True))
    monkeypatch.setattr(detector, "unmoved", lambda *_: [Registration(true, 20.7, True)])
    monkeypatch.setattr(detector, "resized", lambda *_: [Registration(other, 19.9, True)])
    monkeypatch.setattr(detector, "register", lambda *_: [Registration(other, 17.8, True)])
    agreements = {true: 0.187, other: agreed}
    let_agree(monkeypatch, agreements)
    sighting = detector.sight([piloted], np.zeros((256, 256), np.uint8))
    assert sighting.placement == (other if moved else true)


@pytest.mark.parametrize(
    ("other", "clarity", "agreed"),
    [
        (replace(whole(256, 256), middle=(131.5, 127.5)), 19.6, 0.054),
        (whole(256, 256, Orientation(1, True)), 42.4, 0.084),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_where_nothing_agrees_the_clearest_place_is_the_true_one(
    piloted, monkeypatch, other, clarity, agreed, turned
):
    """In Kodak's picture 19, blurred by a pixel, the true place agreed by 0.048."""
    true = whole(256, 256, Orientation(0, True)) if turned else whole(256, 256)
    clearest = Registration(true, 49.7, True)
    places = [clearest, Registration(other, clarity, True)]
    monkeypatch.setattr(detector, "unmoved", lambda *_: places[:1])
    monkeypatch.setattr(detector, "resized", lambda *_: [clearest])
    monkeypatch.setattr(detector, "register", lambda *_: places)
    agreements = {true: 0.048, other: agreed}
    let_agree(monkeypatch, agreements)
    assert detector.sight([piloted], np.zeros((256, 256), np.uint8)).placement == true


def test_the_newest_of_versions_whose_pilots_are_the_same_reads_the_grays_of_all(
    piloted, machine, photos
):
    earlier = loading.load_codec("standard-3", machine)
    gray = compressed(earlier.encode(photos["cat"], fine=False), 75)
    assert detector.sight([piloted, earlier], gray).codec is piloted


@pytest.mark.parametrize(
    ("clarity", "mirrored", "agreed", "told"),
    [(19.9, 12.0, 0.88, False), (19.9, 12.0, 0.92, True), (10.9, 14.1, 0.88, True)],
)
def test_the_clearest_pilot_is_not_doubted_for_what_agrees_by_chance(
    piloted, robust, monkeypatch, clarity, mirrored, agreed, told
):
    """After JPEG 75, 3 of 65 grays agreed by 0.88 with a pattern that depends on the luminance."""
    true, other = whole(256, 256), whole(256, 256, Orientation(0, True))
    places = [Registration(true, clarity, True), Registration(other, mirrored, True)]
    monkeypatch.setattr(detector, "unmoved", lambda *_: places)
    for name in ("resized", "cropped", "register"):
        monkeypatch.setattr(detector, name, lambda *_: [])
    agreements = {true: 0.28, other: 0.16}

    def look(codec, _gray, place=None, *_, **__):
        seen = agreements[place] if codec is piloted else 0.0 if place else agreed
        return Sighting(codec, place, seen, 20.0)

    monkeypatch.setattr(detector, "look", look)
    sighting = detector.sight([piloted, robust], np.zeros((256, 256), np.uint8))
    assert sighting.codec is (robust if told else piloted)


def test_a_compressed_pattern_is_not_taken_for_a_resized_pilot(piloted, negative, robust):
    """It repeats itself as the pilot's waves do that are left at half the size."""
    rgb = square(data.rocket(), 256)
    gray = compressed(robust.encode(rgb, fine=False), 75)
    assert detector.sight([piloted, negative, robust], gray).codec is robust


@pytest.mark.parametrize("quality", [90, 75])
def test_a_pilot_is_not_taken_for_a_pattern_that_depends_on_the_luminance_as_well(
    piloted, negative, robust, quality
):
    gray = compressed(negative.encode(square(data.astronaut(), 256), fine=False), quality)
    assert detector.sight([piloted, negative, robust], gray).codec is negative


@pytest.mark.parametrize("name", ["immunohistochemistry", "coffee"])
def test_small_crops_are_found(piloted, negative, name):
    """Their pilot is less clear than the many places of :func:`register` ask for."""
    rgb = square(getattr(data, name)(), 256)
    for maker in (piloted, negative):
        gray = np.ascontiguousarray(maker.encode(rgb, fine=False)[37:218, 37:218])
        sighting = detector.sight([piloted, negative], gray)
        assert sighting.codec is maker
        assert sighting.placement.words(*gray.shape, 8) == "cropped"


def test_a_crop_with_a_pilot_is_not_taken_for_a_turned_gray_without_one(piloted, negative, robust):
    """Mirrored, the other agreed by 0.91."""
    made = negative.encode(square(data.immunohistochemistry(), 256), fine=False)
    gray = np.ascontiguousarray(made[37:218, 37:218])
    sighting = detector.sight([piloted, negative, robust], gray)
    assert sighting.codec is negative
    assert sighting.placement.words(*gray.shape, 8) == "cropped"


@pytest.mark.parametrize("name", ["astronaut", "coffee", "cat"])
def test_hidden_colours_are_told_from_none(codec, robust, photos, name):
    candidates = [codec, robust]
    for maker in candidates:
        assert detector.recognise(candidates, maker.encode(photos[name])).codec is maker
    assert detector.recognise(candidates, to_8_bits(luminance(photos[name]))) is None


def test_agreement_is_nearly_full_for_a_codec_s_own_gray(codec, photo):
    assert detector.look(codec, codec.encode(photo)).agreement > 0.9
    assert detector.look(codec, to_8_bits(luminance(photo))).agreement < 0.5


@pytest.mark.parametrize("shape", [(64, 64), (1, 1), (1, 500)])
def test_a_flat_gray_hides_nothing(codec, robust, shape):
    assert detector.recognise([codec, robust], np.full(shape, 128, np.uint8)) is None


def test_the_middle_lies_on_the_networks_grid(robust):
    """Its left edge would be at pixel 33; looked at from there, the pattern is out of step."""
    rgb = data.chelsea()
    assert rgb.shape == (300, 451, 3)
    assert detector.look(robust, robust.encode(rgb)).agreement > 0.9


def test_grays_without_a_pattern_of_their_own_are_not_told(paper, photo):
    assert detector.recognise([paper], paper.encode(photo)) is None
    luminance_only = loading.load_codec("luminance", Machine())
    assert detector.recognise([luminance_only], luminance_only.encode(photo)) is None


@pytest.mark.parametrize(("turned", "told"), [(0.852, False), (0.86, True)])
def test_a_turned_gray_agrees_clearly_more_than_as_it_is(robust, monkeypatch, turned, told):
    """Even where it agrees too little as it is: nearly as much is seen in it mirrored."""
    found = iter([detector.THRESHOLD - 0.005, *[turned] * 8])
    monkeypatch.setattr(
        detector, "look", lambda codec, _gray, **_: Sighting(codec, None, next(found), 0.0)
    )
    sighting = detector.sight([robust], np.zeros((64, 64), np.uint8))
    assert (sighting is not None) == told


@pytest.mark.parametrize("size", [1, 4, 15])
def test_small_grays_do_not_tell_which_way_they_lie(codec, photo, size):
    turned = np.rot90(codec.encode(photo[:size, :40], fine=False))
    sighting = detector.sight([codec], turned)
    assert sighting is None or sighting.placement is None


def test_no_codecs_recognise_nothing(photo):
    assert detector.recognise([], photo[..., 0]) is None


@pytest.mark.parametrize("name", ["astronaut", "cat"])
def test_prints_are_told_by_the_decoder_of_handled_grays(codec, robust, photos, name):
    gray, plain = robust.encode(photos[name]), to_8_bits(luminance(photos[name]))
    assert detector.survived_print(robust, gray)
    assert not detector.survived_print(robust, plain)
    assert not detector.survived_print(codec, codec.encode(photos[name]))
