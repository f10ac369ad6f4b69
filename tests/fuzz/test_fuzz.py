"""Mutated files and data: what comes of them is a result or one of the documented errors.

``INVGRAY_FUZZ`` is the number of cases, 2,000 if not given; each is to take less than ten seconds,
and nothing is to reach the terminal past the program.
"""

from __future__ import annotations

import os
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skimage import data as samples

from invgray import loading
from invgray.errors import DamagedRunError, InputError, TooLargeError, WeightsError
from invgray.files import exif, reading, record
from invgray.fine import layer
from invgray.inference.machine import Machine
from invgray.models import sitting
from invgray.models.sitting import Sitting
from invgray.models.subpixel.settings import SubpixelSettings
from invgray.presets import card as cards
from invgray.presets import store
from invgray.prints import border, rectification
from invgray.training.length import Length, Unit

CASES = int(os.environ.get("INVGRAY_FUZZ", "2000"))
MOST_PIXELS = 2**20

pytestmark = pytest.mark.filterwarnings("ignore")  # libraries' doubts about damaged files


def cases(share):
    """Of a hundred cases, so many."""
    return settings(
        max_examples=max(1, CASES * share // 100),
        deadline=10_000,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


NUMBERS = [
    struct.pack(f"{order}{kind}", value)
    for order in "<>"
    for kind, values in (("H", (0, 1, 0xFFFF)), ("I", (0, 1, 2**31 - 1, 2**31, 2**32 - 1)))
    for value in values
]
"""What lengths, counts and offsets are spoilt with."""


@st.composite
def mutations(draw):
    """A function from a whole content to a spoilt one."""
    spots = st.floats(0, 1, exclude_max=True)
    piece = st.one_of(st.binary(min_size=1, max_size=8), st.sampled_from(NUMBERS))
    changes = draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("overwrite"), spots, piece),
                st.tuples(st.just("overwrite at the start"), spots, piece),
                st.tuples(st.just("insert"), spots, piece),
                st.tuples(st.just("cut out"), spots, spots),
                st.tuples(st.just("repeat"), spots, spots),
                st.tuples(st.just("end"), spots, spots),
            ),
            min_size=1,
            max_size=6,
        )
    )

    def spoil(content):
        spoilt = bytearray(content)
        for how, where, what in changes:
            at = int(where * len(spoilt))
            if how == "overwrite at the start":
                at = int(where * min(len(spoilt), 100))
            if how.startswith("overwrite"):
                spoilt[at : at + len(what)] = what
            elif how == "insert":
                spoilt[at:at] = what
            elif how == "end":
                del spoilt[at:]
            else:
                end = at + int(what * min(200, len(spoilt)))
                spoilt[at:end] = b"" if how == "cut out" else 2 * spoilt[at:end]
        return bytes(spoilt)

    return spoil


def admit(height, width):
    if height * width > MOST_PIXELS:
        raise TooLargeError("too many pixels", "cut it into parts")


@cases(60)
@given(data=st.data())
def test_pictures(seeds, capfd, data):
    name = data.draw(st.sampled_from(sorted(seeds)))
    spoilt = data.draw(mutations())(seeds[name])
    try:
        picture = reading.read(spoilt, admit, accept_damaged=data.draw(st.booleans()))
    except InputError as error:
        assert "\n" not in str(error)  # noqa: PT017 - most fail, not all
    else:
        assert picture.pixels.dtype == np.uint8
        assert picture.alpha is None or picture.alpha.shape == picture.pixels.shape[:2]
        if picture.exif:
            exif.for_tiff(picture.exif)
            exif.tells_place(picture.exif)
    assert capfd.readouterr() == ("", "")


@pytest.fixture(scope="session")
def pure():
    """The preset without networks, and a gray of it with a fine layer."""
    codec = loading.load_codec("luminance", Machine())
    gray = codec.encode(np.ascontiguousarray(samples.astronaut()[:140, 60:200]))
    assert layer.begins(gray)
    return codec, gray


@cases(8)
@given(data=st.data())
def test_grays_with_a_fine_layer(pure, data):
    codec, gray = pure
    if data.draw(st.booleans()):
        top, left = (data.draw(st.integers(0, 130)) for _ in range(2))
        spoilt = gray[top:, left:].copy()
    else:
        spoilt = gray.copy()
    for _ in range(data.draw(st.integers(0, 4))):
        y, x, height, width = (data.draw(st.integers(0, 139)) for _ in range(4))
        spoilt[y : y + height // 8, x : x + width] ^= data.draw(st.sampled_from([1, 2, 3, 255]))
    restored = codec.restore(spoilt)
    assert restored.rgb.shape == (*spoilt.shape, 3)


RECORD = record.to_text(record.Record(preset="standard", weights="0123456789abcdef", border=3))


@cases(12)
@given(mutations())
def test_records(spoil):
    for spoilt in (spoil(RECORD.encode()), spoil(b"[" * 9_000 + RECORD.encode())):
        with suppress(InputError):
            found = record.from_comment(record.KEYWORD.encode() + spoilt, "a.png")
            assert found is None or found.border >= 0


@cases(2)
@given(data=st.data())
def test_printed_borders(data):
    sheet = border.draw(np.full((60, 170), 90, np.uint8))
    sheet = np.pad(sheet, 10, constant_values=data.draw(st.sampled_from([255, 200, 0])))
    for _ in range(data.draw(st.integers(1, 5))):
        y, x, height, width = (data.draw(st.integers(0, 230)) for _ in range(4))
        sheet[y : y + height // 10, x : x + width // 3] = data.draw(st.integers(0, 255))
    with suppress(InputError):
        straight = rectification.rectify(sheet, admit=admit)
        assert straight.size <= MOST_PIXELS
        assert np.isfinite(straight).all()


CARD = (store.find("robust-1").directory / store.CARD).read_bytes()


@cases(10)
@given(mutations())
def test_cards(tmp_path_factory, spoil):
    path = tmp_path_factory.getbasetemp() / "card.json"
    path.write_bytes(spoil(CARD))
    with suppress(WeightsError):
        assert cards.read(path).architecture.receptive_radius <= 4096


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """What a run keeps of its settings."""
    path = tmp_path_factory.mktemp("run") / "settings.json"
    sitting.write(path, Sitting(SubpixelSettings(length=Length(1.5, Unit.MINUTES))))
    return path.read_bytes()


@cases(8)
@given(mutations())
def test_settings_of_runs(tmp_path_factory, kept, spoil):
    path = tmp_path_factory.getbasetemp() / "settings.json"
    path.write_bytes(spoil(kept))
    with suppress(DamagedRunError):
        assert isinstance(sitting.read(path), Sitting)


def test_the_seeds_are_sound(seeds):
    """Each is a picture, but those that are refused for what they are."""
    refused = []
    for name, content in seeds.items():
        try:
            reading.read(content)
        except InputError as error:
            refused.append(name)
            assert "floating-point" in str(error) or "2 frames" in str(error)  # noqa: PT017
    assert len(refused) < len(seeds) / 5
    assert {name.split()[0] for name in seeds} >= {"AVIF", "JPEG2000", "PSD", "TIFF", "WEBP", "XPM"}
