"""A reader and a writer made from ``docs/format.md`` alone, compared with the program."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import struct
import unicodedata
import zlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

import invgray
from invgray.errors import InputError
from invgray.files import reading, record
from invgray.presets import store
from invgray.prints import border, rectification

PAGE = (Path(__file__).parents[2] / "docs" / "format.md").read_text("utf-8")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
FIELDS = {"preset": "standard", "weights": "10ccf9bb032a4b80"}
NAMES = ("preset", "weights", "colorless", "icc", "border", "fine")


# The record, by the page


class LaterFormatError(Exception):
    """The page's rule 2: the picture is refused."""


def read_record(data):
    """The record in a file, or None."""
    text = text_of_png(data) if data.startswith(b"\x89PNG") else text_of_jpeg(data)
    return None if text is None else sound(text)


def text_of_png(data):
    text, at = None, 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        at += 12 + length
        keyword, _, rest = content.partition(b"\0")
        if keyword != b"invgray":
            continue
        if kind == b"tEXt":
            text = rest
        elif kind == b"zTXt":
            text = zlib.decompress(rest[1:])
        elif kind == b"iTXt":
            packed, rest = rest[0], rest[2:].split(b"\0", 2)[2]
            text = zlib.decompress(rest) if packed else rest
    return text


def text_of_jpeg(data):
    text, at = None, 2
    while data[at + 1] != 0xDA:  # start of scan
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if marker == 0xFE:
            comment = data[at + 4 : at + 2 + length]
            text = comment[7:] if comment.startswith(b"invgray") else None
        at += 2 + length
    return text


def sound(text):
    try:
        fields = json.loads(text)
    except ValueError:
        return None
    if type(fields) is not dict:
        return None
    if type(fields.get("format")) is int and fields["format"] > 1:
        raise LaterFormatError
    found = {"colorless": False, "icc": None, "border": 0, "fine": False} | fields
    rules = (
        type(found.get("preset")) is str and 1 <= len(found["preset"]) <= 255,
        type(found.get("weights")) is str and re.fullmatch("[0-9a-f]{1,64}", found["weights"]),
        type(found["colorless"]) is bool,
        type(found["border"]) is int and found["border"] >= 0,
        type(found["fine"]) is bool,
    )
    if not all(rules) or not all(map(printable, found["preset"])):
        return None
    if found["icc"] in (None, "", 0, False, [], {}):
        found["icc"] = None
    else:
        try:
            found["icc"] = base64.b64decode(found["icc"], validate=True)
        except (TypeError, ValueError):
            return None
        header = found["icc"][16:20], found["icc"][36:40]
        if len(found["icc"]) < 128 or header != (b"RGB ", b"acsp"):
            found["icc"] = None
    return {name: found[name] for name in NAMES}


def printable(character):
    return character == " " or unicodedata.category(character)[0] not in "CZ"


def program(data):
    """What the program reads, in the same form."""
    try:
        read = reading.read(data).record
    except InputError as error:
        raise LaterFormatError from error
    return read and {name: getattr(read, name) for name in NAMES}


def chunk(kind, content):
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png(*before, after=()):
    file = io.BytesIO()
    Image.new("L", (9, 7), 80).save(file, "PNG")
    data = file.getvalue()
    pixels, end = data.index(b"IDAT") - 4, data.index(b"IEND") - 4
    return b"".join([data[:pixels], *before, data[pixels:end], *after, data[end:]])


def text_chunk(text):
    return chunk(b"tEXt", b"invgray\0" + text.encode("utf-8"))


def jpeg(*comments):
    file = io.BytesIO()
    Image.new("L", (9, 7), 80).save(file, "JPEG")
    segments = [b"\xff\xfe" + struct.pack(">H", len(c) + 2) + c for c in comments]
    return file.getvalue()[:2] + b"".join(segments) + file.getvalue()[2:]


def with_(**fields):
    return json.dumps(FIELDS | fields)


TEXTS = {
    "least": json.dumps(FIELDS),
    "complete": with_(
        colorless=True, icc=base64.b64encode(SRGB).decode(), border=24, fine=True, format=1
    ),
    "example of the page": re.search(r"```json\n(.*)\n```", PAGE)[1],
    "unknown fields": with_(unheard_of=[1, {"x": None}], maker="someone"),
    "twice": '{"preset": "robust", "preset": "standard", "weights": "0a"}',
    "older format": with_(format=0),
    "format is text": with_(format="2"),
    "format is true": with_(format=True),
    "format is broken": with_(format=1.5),
    "later format": with_(format=2),
    "later format, otherwise malformed": '{"format": 9}',
    "not JSON": "standard",
    "cut short": with_()[:-1],
    "list": "[]",
    "number": "3",
    "no preset": '{"weights": "0a"}',
    "no weights": '{"preset": "standard"}',
    "empty preset": with_(preset=""),
    "preset with a space": with_(preset="my model"),
    "preset in Unicode": with_(preset="größe 大"),
    "preset with a line": with_(preset="a\nb"),
    "preset with half a pair": with_(preset="\ud800"),
    "preset with a no-break space": with_(preset="a\u00a0b"),
    "longest preset": with_(preset=255 * "x"),
    "too long a preset": with_(preset=256 * "x"),
    "preset is a number": with_(preset=1),
    "longest weights": with_(weights=64 * "a"),
    "too long weights": with_(weights=65 * "a"),
    "weights in capitals": with_(weights="0A"),
    "weights with a line": with_(weights="0a\n"),
    "colorless is 1": with_(colorless=1),
    "colorless is null": with_(colorless=None),
    "fine is 1": with_(fine=1),
    "fine is null": with_(fine=None),
    "border is negative": with_(border=-1),
    "border is true": with_(border=True),
    "border is broken": with_(border=1.0),
    "border is enormous": with_(border=10**30),
    "profile is empty": with_(icc=""),
    "profile is false": with_(icc=False),
    "profile is a number": with_(icc=5),
    "profile is not base64": with_(icc="a b"),
    "profile is not padded": with_(icc="YQ"),
    "profile is none": with_(icc="YQ=="),
    "profile is for gray": with_(icc=base64.b64encode(SRGB.replace(b"RGB ", b"GRAY")).decode()),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize(
    "carry",
    [lambda text: png(text_chunk(text)), lambda text: jpeg(b"invgray" + text.encode("utf-8"))],
    ids=["png", "jpeg"],
)
def test_readers_agree(carry, text):
    data = carry(text)
    try:
        expected = read_record(data)
    except LaterFormatError:
        with pytest.raises(LaterFormatError):
            program(data)
    else:
        assert program(data) == expected


def test_malformed_and_sound_records_are_both_among_the_texts():
    kinds = {"later": 0, "none": 0, "sound": 0}
    for text in TEXTS.values():
        try:
            kinds["none" if sound(text) is None else "sound"] += 1
        except LaterFormatError:
            kinds["later"] += 1
    assert min(kinds.values()) >= 2
    assert kinds["none"] >= 15


FIRST, SECOND = (json.dumps(FIELDS | {"border": n}) for n in (1, 2))


@pytest.mark.parametrize(
    "data",
    [
        png(chunk(b"zTXt", b"invgray\0\0" + zlib.compress(FIRST.encode()))),
        png(chunk(b"iTXt", b"invgray\0\0\0en\0invgray\0" + FIRST.encode())),
        png(chunk(b"iTXt", b"invgray\0\1\0\0\0" + zlib.compress(FIRST.encode()))),
        png(after=[text_chunk(FIRST)]),
        png(text_chunk(FIRST), text_chunk(SECOND)),
        png(text_chunk(FIRST), after=[text_chunk(SECOND)]),
        png(chunk(b"tEXt", b"Invgray\0" + FIRST.encode())),
        png(chunk(b"tEXt", b"Comment\0invgray" + FIRST.encode())),
        jpeg(b"invgray" + FIRST.encode(), b"invgray" + SECOND.encode()),
        jpeg(b"invgray" + FIRST.encode(), b"made by hand"),
        jpeg(b" invgray" + FIRST.encode()),
        jpeg(b"INVGRAY" + FIRST.encode()),
    ],
    ids=[
        "zTXt",
        "iTXt",
        "iTXt, packed",
        "after the pixels",
        "two",
        "two, one after the pixels",
        "capital",
        "other keyword",
        "two comments",
        "another comment last",
        "space",
        "capitals",
    ],
)
def test_readers_agree_on_where_a_record_is(data):
    assert program(data) == read_record(data)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_written_records_are_read_by_the_page(tmp_path, photo, suffix):
    source, target = tmp_path / "photo.png", tmp_path / f"photo.gray{suffix}"
    Image.fromarray(photo[:48, :192]).save(source, icc_profile=SRGB)
    options = invgray.EncodeOptions(preset="robust", border=True)
    invgray.encode_file(source, target, options)
    told = read_record(target.read_bytes())
    assert told == {
        "preset": "robust",
        "weights": digest(store.find("robust").directory),
        "colorless": False,
        "icc": SRGB,
        "border": 24,
        "fine": suffix == ".png",
    }
    with Image.open(target) as gray:
        assert gray.size == (192 + 2 * 24, 48 + 2 * 24)


def test_text_is_escaped_and_comments_are_not_too_long():
    text = record.to_text(record.Record(preset="größe", weights="0a"))
    assert text.isascii()
    assert sound(text)["preset"] == "größe"


def test_colorless_is_told(tmp_path):
    Image.new("RGB", (20, 10), (70, 70, 70)).save(tmp_path / "a.png")
    invgray.encode_file(tmp_path / "a.png", tmp_path / "a.gray.png")
    assert read_record((tmp_path / "a.gray.png").read_bytes())["colorless"] is True


@pytest.mark.parametrize(("around", "size"), [(19, (2, 40)), (20, (40, 78))])
def test_border_is_ignored_where_it_leaves_nothing(tmp_path, around, size):
    gray = png(text_chunk(with_(border=around, colorless=True)))
    file = io.BytesIO()
    Image.new("L", (40, 78), 80).save(file, "PNG")
    start = gray.index(b"tEXt") - 4
    (length,) = struct.unpack_from(">I", gray, start)
    data = file.getvalue()[:33] + gray[start : start + 12 + length] + file.getvalue()[33:]
    outcome = invgray.decode_file(data, tmp_path / "a.png")
    assert (outcome.width, outcome.height) == size


# The digest, by the page


def digest(folder):
    names = [
        name
        for name in ("encoder", "pattern", "decoder", "colorizer")
        if (folder / f"{name}.bin").exists()
    ]
    digits = [hashlib.sha256((folder / f"{name}.bin").read_bytes()).hexdigest() for name in names]
    return hashlib.sha256("".join(digits).encode("ascii")).hexdigest()[:16]


def test_digests_are_those_of_the_page():
    told = dict(re.findall(r"^\| `([\w-]+)` \| `([0-9a-f]{16})` \|$", PAGE, re.M))
    assert told == {preset.name: preset.digest for preset in store.shipped()}
    assert told == {preset.name: digest(preset.directory) for preset in store.shipped()}


# Levels to colours, by the page


def test_decoder_is_run_as_the_page_says(photo):
    import openvino

    preset = store.find("robust")
    codec = invgray.load("robust", precision="float32")
    gray = codec.encode(photo[:37, :51], fine=False)
    height, width = gray.shape
    x = gray.astype(np.float32) / 255
    x = np.pad(x, [(0, -height % 8), (0, -width % 8)], mode="edge")[None, ..., None]
    network = openvino.Core().compile_model(
        preset.directory / "decoder.xml", "CPU", {"INFERENCE_PRECISION_HINT": openvino.Type.f32}
    )
    y = network(x)[0][0, :height, :width]
    rgb = np.rint(np.clip(255 * y, 0, 255)).astype(np.uint8)
    assert np.abs(rgb.astype(int) - codec.decode(gray)).max() <= 1


# The frame, by the page


def unit(width, height):
    return max(4, round(Fraction(min(width, height), 64)))


def bits(width, height):
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    data = size + bytes([zlib.crc32(size) & 0xFF])
    return [byte >> shift & 1 for byte in data for shift in range(7, -1, -1)]


def edges(width, height, cell):
    """Exact columns where the white part of a cell begins and ends."""
    u = unit(width, height)
    c = Fraction(width + 8 * u, 44)
    return 2 * u + (cell + Fraction(15, 100)) * c, 2 * u + (cell + Fraction(85, 100)) * c


def frame(gray):
    height, width = gray.shape
    u = unit(width, height)
    framed = np.full((height + 12 * u, width + 12 * u), 255, np.uint8)
    framed[2 * u : -2 * u, 2 * u : -2 * u] = 0
    framed[5 * u : -5 * u, 5 * u : -5 * u] = 255
    framed[6 * u : -6 * u, 6 * u : -6 * u] = gray
    top, bottom = round(Fraction(26, 10) * u), round(Fraction(44, 10) * u)
    for cell, bit in enumerate(bits(width, height), 2):
        begin, end = map(round, edges(width, height, cell))
        framed[top:bottom, begin:end] = 255 * bit
    return framed


def tells(bar, paper):
    """Width and height by 44 samples of the upper bar, or None."""
    relative = np.asarray(bar) / paper
    white = relative > (relative.min() + relative.max()) / 2
    if white[[0, 1, 42, 43]].any():
        return None
    data = bytes(int("".join(map(str, white[i : i + 8].astype(int))), 2) for i in range(2, 42, 8))
    height, width = struct.unpack(">HH", data[:4])
    return (width, height) if height and width and data[4] == zlib.crc32(data[:4]) & 0xFF else None


SIZES = [
    (160, 100),
    (768, 512),
    (512, 768),
    (288, 288),
    (1000, 352),
    (640, 427),
    (161, 1),
    (333, 999),
]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_frames_are_equal(width, height):
    gray = np.random.default_rng(0).integers(0, 256, (height, width), np.uint8)
    ours, theirs = frame(gray), border.draw(gray)
    assert theirs.shape == ours.shape
    differing = set(np.nonzero((theirs != ours).any(axis=0))[0])
    halves = [
        x for cell in range(2, 42) for x in edges(width, height, cell) if x % 1 == Fraction(1, 2)
    ]
    assert differing <= {column for x in halves for column in (int(x), int(x) + 1)}
    assert border.thickness(height, width) == 6 * unit(width, height)


def test_vectors_of_the_page():
    rows = re.findall(r"^\| \d.*cell \d.*", PAGE, re.M)
    assert len(rows) == 7
    for line in rows:
        numbers = re.findall(r"`[\w ]+`|\d+", line)
        crc, data = (numbers.pop(5).strip("`") for _ in range(2))
        data = bytes.fromhex(data)
        width, height, u, w, h, top, bottom, first, a, b, last, c, d = map(int, numbers)
        assert u == unit(width, height)
        assert (w, h) == (width + 12 * u, height + 12 * u)
        assert int(crc, 16) == zlib.crc32(data[:4])
        told = bits(width, height)
        assert np.packbits(told).tobytes() == data
        white = [cell for cell, bit in enumerate(told, 2) if bit]
        assert (first, last) == (white[0], white[-1])
        bar = border.draw(np.zeros((height, width), np.uint8))[2 * u : 5 * u]
        rows = 2 * u + np.nonzero(bar[:, a])[0]
        assert (rows[0], rows[-1]) == (top, bottom)
        columns = np.nonzero(bar[3 * u // 2, 2 * u : -2 * u])[0] + 2 * u
        runs = np.split(columns, np.nonzero(np.diff(columns) > 1)[0] + 1)
        assert [(run[0], run[-1]) for run in (runs[0], runs[-1])] == [(a, b), (c, d)]


def test_bits_of_the_page():
    shown = re.findall(r"^    ((?:[01]{8} ?){5})$", PAGE, re.M)
    told = [[int(bit) for bit in line.replace(" ", "")] for line in shown]
    assert told == [bits(160, 100), bits(768, 512)]


@pytest.mark.parametrize(("width", "height"), SIZES[:6])
def test_the_pages_reader_reads_our_frames_within_its_tolerance(width, height):
    gray = np.random.default_rng(0).integers(0, 256, (height, width), np.uint8)
    framed, u = border.draw(gray).astype(float), unit(width, height)
    side = (width + 8 * u) / 44
    for depth in (0.7, 1.5, 2.3):
        for shift in (-0.2, 0, 0.2):
            columns = np.floor(2 * u + (np.arange(44) + 0.5 + shift) * side).astype(int)
            row = int((2 + depth) * u)
            assert tells(framed[row, columns], framed[u].mean()) == (width, height)
    assert tells(framed[int(3.5 * u), columns[::-1]], 255) is None


def test_estimated_unit_is_as_near_as_the_page_says():
    shorter = np.arange(1, 4097)
    units = np.array([unit(n, n) for n in shorter.tolist()])
    share = (shorter + 8 * units) / 72 / units
    assert np.all(share[(shorter % 64 == 0) & (shorter >= 256)] == 1)
    assert np.all(np.abs(share[shorter >= 224] - 1) <= 1 / 9 + 1e-9)
    assert np.all(np.abs(1.5 * share[shorter > 83] - 1.5) <= 0.9)
    assert np.all(np.abs(1.5 * share[shorter < 83] - 1.5) > 0.9)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_our_reader_reads_the_pages_frames(turns):
    gray = np.tile(np.linspace(40, 200, 200), (120, 1)).round().astype(np.uint8)
    scan = np.pad(np.rot90(frame(gray), turns), 30, constant_values=255)
    found = rectification.rectify(scan)
    assert found.shape == gray.shape
    assert np.abs(found - gray).mean() < 2


def test_mirrored_frames_are_not_read():
    gray = np.full((120, 200), 128, np.uint8)
    mirrored = frame(gray)[:, ::-1].astype(float)
    u = unit(200, 120)
    columns = np.floor(2 * u + (np.arange(44) + 0.5) * (200 + 8 * u) / 44).astype(int)
    assert tells(mirrored[int(3.5 * u), columns], 255) is None
