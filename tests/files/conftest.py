"""Pictures as files, made byte by byte where no program writes them."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from invgray.files import reading


@pytest.fixture
def picture(photo):
    """A small colour photograph as an image of 50x40 pixels."""
    return Image.fromarray(photo[:40, :50])


@pytest.fixture(scope="session")
def profile():
    """An RGB colour profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(scope="session")
def saved():
    """The bytes of an image's file, in a format and with options of Pillow's."""

    def saved(image, form="PNG", **options):
        file = io.BytesIO()
        image.save(file, form, **options)
        return file.getvalue()

    return saved


@pytest.fixture(scope="session")
def read(saved):
    """An image, after it has been a file."""
    return lambda image, form="PNG", **options: reading.read(saved(image, form, **options))


@pytest.fixture(scope="session")
def png():
    """A PNG of its header fields, raw rows, and any chunks between these."""

    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    def png(width, height, depth, kind, rows, *chunks, interlaced=0):
        header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
        parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)

    return png
