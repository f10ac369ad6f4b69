"""What libtiff says of damaged pictures is heard here, and goes on to others as before."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from invgray.errors import DamagedError
from invgray.files import reading

FAX = np.indices((200, 200)).sum(axis=0) % 50 < 9


@pytest.mark.parametrize(
    ("compression", "complaint"),
    [
        ("group4", "Fax4Decode: "),
        ("tiff_ccitt", "Fax3DecodeRLE: "),
        ("group3", "Fax3Decode1D: "),
        ("tiff_lzw", "LZWDecode: "),
        ("tiff_adobe_deflate", "ZIPDecode: "),
        ("zstd", "ZSTDDecode: "),
    ],
)
def test_its_complaints_are_in_the_error_and_not_on_the_terminal(
    saved, capfd, compression, complaint
):
    fax = "group" in compression or "ccitt" in compression
    image = Image.fromarray(FAX if fax else 200 * FAX.astype(np.uint8))
    data = bytearray(saved(image, "TIFF", compression=compression))
    data[20:60] = bytes(range(7, 47))
    with pytest.raises(DamagedError, match=rf"is damaged \({complaint}"):
        reading.read(bytes(data))
    accepted = reading.read(bytes(data), accept_damaged=True)
    assert accepted.notices[0].startswith(f"is damaged ({complaint}")
    assert capfd.readouterr() == ("", "")


def test_it_speaks_to_others_as_before(saved, capfd):
    """A thread that reads no picture here hears of its own damage where it did before."""
    data = bytearray(saved(Image.fromarray(FAX), "TIFF", compression="group4"))
    data[20:60] = bytes(range(7, 47))
    with pytest.raises(DamagedError):
        reading.read(bytes(data))
    with Image.open(io.BytesIO(data)) as image:
        image.load()
    assert "Fax4Decode: " in capfd.readouterr().err


# Faxes, of whose wrong rows libtiff only warns


def fax(saved, compression, options):
    """A fax, and a function that gives it with other data."""
    data = saved(Image.fromarray(FAX), "TIFF", compression=compression, tiffinfo=options)
    with Image.open(io.BytesIO(data)) as image:
        (start,), (length,) = image.tag_v2[273], image.tag_v2[279]
    end = start + length
    return data[start:end], lambda spoilt: data[:start] + spoilt + data[end:]


FAXES = {
    "group3": ("group3", {}, 0.95),
    "group3 in two dimensions": ("group3", {292: 1}, 0.8),
    "group4": ("group4", {}, 0.65),
    "without line ends": ("tiff_ccitt", {}, 0.95),
}
"""Compression, tags, and the least share of wrong bits that is noticed."""


@pytest.mark.parametrize("kind", FAXES)
def test_a_wrong_bit_of_a_fax_is_noticed_as_often_as_its_code_allows(saved, kind):
    compression, options, least = FAXES[kind]
    data, with_data = fax(saved, compression, options)
    picture = reading.read(with_data(data)).pixels
    chance, noticed, wrong = random.Random(0), 0, 0
    for _ in range(150):
        spoilt = bytearray(data)
        spoilt[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            found = reading.read(with_data(bytes(spoilt))).pixels
        except DamagedError:
            noticed += 1
        else:
            wrong += not np.array_equal(found, picture)
    assert noticed / (noticed + wrong) > least


@pytest.mark.parametrize("kind", FAXES)
def test_a_fax_that_ends_early_is_damaged_or_has_a_notice(saved, kind):
    data, with_data = fax(saved, *FAXES[kind][:2])
    spoilt = with_data(data[: len(data) // 2].ljust(len(data), b"\0"))
    with pytest.raises(DamagedError, match=r"is damaged \(Fax\w+: [PBL]\w+ .* at line \d+"):
        reading.read(spoilt)
    accepted = reading.read(spoilt, accept_damaged=True)
    assert accepted.notices[0].startswith("is damaged (Fax")
    whole = reading.read(with_data(data)).pixels
    np.testing.assert_array_equal(accepted.pixels[:90], whole[:90])


def test_only_damage_is_heard_of_all_warnings(saved):
    """An unknown tag is a warning, too."""
    data = saved(Image.fromarray(FAX), "TIFF", compression="group3", tiffinfo={65_000: "a"})
    assert reading.read(data).notices == ()


def test_threads_hear_of_their_own_damage_only_and_of_all_of_it(saved):
    """Of a single row, too, while Pillow turns warnings off for other threads' pictures."""
    data, with_data = fax(saved, "group3", {})
    sound, spoilt = with_data(data), bytearray(data)
    spoilt[-9] ^= 1
    spoilt = with_data(bytes(spoilt))

    def damaged(content):
        return bool(reading.read(content, accept_damaged=True).notices)

    assert (damaged(sound), damaged(spoilt)) == (False, True)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(damaged, [sound, spoilt] * 200)) == [False, True] * 200


def test_threads_that_are_the_first_listen_together():
    """Two that began to listen at once left libtiff with a function that was gone."""
    script = """
import io, sys, threading
from PIL import Image
from invgray.files.tiff import errors

sys.setswitchinterval(1e-6)
start = threading.Barrier(16)

def listen():
    start.wait()
    with errors("PNG"):
        pass

threads = [threading.Thread(target=listen) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for _ in range(50):
    Image.new("L", (99, 99)).save(io.BytesIO(), "TIFF", compression="tiff_lzw")
"""
    for _ in range(8):
        subprocess.run([sys.executable, "-c", script], check=True)
