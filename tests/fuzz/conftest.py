"""Seeds to be mutated: a small file of every format that Pillow reads here."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image
from skimage import data

from invgray.files.formats import NOT_PIXELS
from invgray.files.plugins import Plugin

WIDTH, HEIGHT = 24, 18
LARGEST = 10_000
"""Bytes of a seed; icons of a million pixels are left out."""

MODES = ("RGB", "L", "RGBA", "P", "1", "CMYK", "I;16", "F")
TIFFS = ("group3", "group4", "tiff_ccitt", "tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd")


def saved(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def written(rgb):
    """Files of the formats that Pillow writes, in every mode that these take."""
    image = Image.fromarray(rgb)
    Image.init()
    for plugin in Plugin:
        plugin.load()
    for form in sorted(set(Image.OPEN) & set(Image.SAVE) - NOT_PIXELS):
        for mode in MODES:
            with suppress(Exception):  # a mode that the format does not take
                yield f"{form} {mode}", saved(image.convert(mode), form)
    for compression in TIFFS:
        mode = "1" if "group" in compression or "ccitt" in compression else "RGB"
        yield f"TIFF {compression}", saved(image.convert(mode), "TIFF", compression=compression)
    tags = Image.Exif()
    tags[0x0112], tags[0x010F] = 6, "a camera"
    tags.get_ifd(0x8825)[0x0001] = "N"
    yield "JPEG progressive, EXIF", saved(image, "JPEG", progressive=True, exif=tags)
    yield "PNG EXIF", saved(image, "PNG", exif=tags)
    yield "WEBP lossless", saved(image.convert("RGBA"), "WEBP", lossless=True, exif=tags)
    yield "GIF frames", saved(image, "GIF", save_all=True, append_images=[image.rotate(90)])
    yield "PNG interlaced", interlaced()


def interlaced():
    """A PNG of 8x8 pixels in seven passes; every byte of its rows is 1."""

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    sides = [(1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4)]
    rows = b"".join(b"\1" * (height * (1 + width)) for width, height in sides)
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 1)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def made(rgb):
    """Files of formats that Pillow only reads, by their specifications."""
    gray, raw = rgb[..., 0].tobytes(), rgb.tobytes()
    icon = saved(Image.fromarray(rgb).convert("RGBA"), "ICO", sizes=[(16, 16)], bitmap_format="bmp")
    yield "CUR", icon[:2] + b"\2" + icon[3:]
    yield "DCX", struct.pack("<III", 0x3ADE68B1, 12, 0) + saved(Image.fromarray(rgb), "PCX")
    cards = {"SIMPLE": "T", "BITPIX": 8, "NAXIS": 2, "NAXIS1": WIDTH, "NAXIS2": HEIGHT}
    lines = [f"{name:8}= {value:>20}" for name, value in cards.items()] + ["END"]
    yield "FITS", "".join(f"{line:80}" for line in lines).ljust(2880).encode() + gray
    delta = struct.pack("<IHH", 6 + len(gray), 16, 0)[:6] + gray
    frame = struct.pack("<IHH8x", 16 + len(delta), 0xF1FA, 1) + delta
    start = struct.pack("<IHHHHHHI", 128 + len(frame), 0xAF11, 1, WIDTH, HEIGHT, 8, 3, 70)
    yield "FLI", start.ljust(128, b"\0") + frame
    yield "GBR", struct.pack(">IIIII", 28, 2, WIDTH, HEIGHT, 1) + b"GIMP" + bytes(4) + gray
    area = [0] * 64
    area[1], area[8], area[9], area[10], area[13], area[14], area[33] = (
        4,
        HEIGHT,
        WIDTH,
        1,
        1,
        0,
        256,
    )
    yield "MCIDAS", struct.pack(">64i", *area) + gray
    pixar = bytearray(1024)
    pixar[:4] = b"\200\350\000\000"
    struct.pack_into("<HH", pixar, 416, HEIGHT, WIDTH)
    struct.pack_into("<HH", pixar, 424, 14, 2)
    yield "PIXAR", bytes(pixar) + raw
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, HEIGHT, WIDTH, 8, 3)
    yield "PSD", head + bytes(4 + 4 + 4) + bytes(2) + rgb.transpose(2, 0, 1).tobytes()
    yield "SUN", struct.pack(">8I", 0x59A66A95, WIDTH, HEIGHT, 24, len(raw), 1, 0, 0) + raw
    rows = ['"' + "".join("ab"[v & 1] for v in row) + '"' for row in rgb[..., 0]]
    colors = [f'"{WIDTH} {HEIGHT} 2 1"', '"a c #102030"', '"b c #ffeedd"']
    body = ",\n".join(colors + rows)
    yield "XPM", f"/* XPM */\nstatic char *a[] = {{\n{body}\n}};\n".encode()
    yield "XVTHUMB", b"P7 332\n#END_OF_COMMENTS\n%d %d 255\n" % (WIDTH, HEIGHT) + gray


@pytest.fixture(scope="session")
def seeds():
    """Contents of files by a name that tells format and mode."""
    rgb = np.ascontiguousarray(data.astronaut()[60 : 60 + HEIGHT, 200 : 200 + WIDTH])
    files = dict([*written(rgb), *made(rgb)])
    return {name: content for name, content in files.items() if len(content) < LARGEST}
