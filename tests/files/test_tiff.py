"""What libtiff says of damaged pictures is heard here, and goes on to others as before."""

from __future__ import annotations

import io

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
