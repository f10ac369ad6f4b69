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
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

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
NAMES = ("preset", "weights", "colorless", "icc", "border", "fine", "toned", "mix")
USUAL = {"red": 299, "green": 587, "blue": 114}


# The record, by the page


class LaterFormatError(Exception):
    """The page's rule 2: the picture is refused."""


def read_record(data):
    """The record in a file, or None."""
    texts = {b"\x89PN": text_of_png, b"\xff\xd8\xff": text_of_jpeg}
    text = texts.get(data[:3], text_in_xmp)(data)
    return None if text is None else sound(text)


def text_in_xmp(data):
    """That in a file with an XMP packet, wherever that is."""
    start, end = data.find(b"<x:xmpmeta"), data.find(b"</x:xmpmeta>")
    packet = data[start : end + 12] if start >= 0 else b"<none/>"
    if b"<!DOCTYPE" in data:
        return None
    text = None
    for element in ElementTree.fromstring(packet).iter():
        text = element.get("{urn:invgray:1.0/}record", text)
        text = element.text if element.tag == "{urn:invgray:1.0/}record" else text
    return text


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
    if type(fields.get("format")) is int and fields["format"] > 2:
        raise LaterFormatError
    usual = {"colorless": False, "icc": None, "border": 0, "fine": False, "toned": False}
    found = usual | {"mix": USUAL} | fields
    rules = (
        type(found.get("preset")) is str and 1 <= len(found["preset"]) <= 255,
        type(found.get("weights")) is str and re.fullmatch("[0-9a-f]{1,64}", found["weights"]),
        type(found["colorless"]) is bool,
        type(found["border"]) is int and found["border"] >= 0,
        type(found["fine"]) is bool,
        type(found["toned"]) is bool,
        is_mix(found["mix"]),
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


def is_mix(value):
    if type(value) is not dict or value.keys() != USUAL.keys():
        return False
    weights = list(value.values())
    return all(type(x) is int and x >= 0 for x in weights) and sum(weights) == 1000


def printable(character):
    return character == " " or unicodedata.category(character)[0] not in "CZ"


def program(data):
    """What the program reads, in the same form."""
    try:
        read = reading.read(data).record
    except InputError as error:
        raise LaterFormatError from error
    return read and {name: value for name, value in asdict(read).items() if name in NAMES}


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


def packet(*descriptions):
    """An XMP packet of descriptions, each of what stands within it."""
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    inner = "".join(
        f'<rdf:Description rdf:about="" xmlns:a="urn:invgray:1.0/" {attributes}>{content}'
        "</rdf:Description>"
        for attributes, content in descriptions
    )
    whole = f'<rdf:RDF xmlns:rdf="{rdf}">{inner}</rdf:RDF>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{whole}</x:xmpmeta>'


def webp(text):
    file = io.BytesIO()
    Image.new("L", (9, 7), 80).save(file, "WEBP", lossless=True, xmp=text.encode())
    return file.getvalue()


def in_xmp(text):
    return webp(packet(("", f"<a:record>{escape(text)}</a:record>")))


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
    "later format": with_(format=3),
    "mix": with_(format=2, mix={"red": 1000, "green": 0, "blue": 0}),
    "mix of another sum": with_(format=2, mix={"red": 1000, "green": 1, "blue": 0}),
    "mix is negative": with_(format=2, mix={"red": 1001, "green": -1, "blue": 0}),
    "mix of too few": with_(format=2, mix={"red": 1000, "green": 0}),
    "mix of too many": with_(format=2, mix={"red": 1000, "green": 0, "blue": 0, "alpha": 0}),
    "mix is broken": with_(format=2, mix={"red": 1000.0, "green": 0, "blue": 0}),
    "mix is true": with_(format=2, mix={"red": 999, "green": True, "blue": 0}),
    "mix is null": with_(format=2, mix=None),
    "mix is a list": with_(format=2, mix=[1000, 0, 0]),
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
    "toned": with_(format=2, toned=True),
    "toned is 1": with_(format=2, toned=1),
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
    [
        lambda text: png(text_chunk(text)),
        lambda text: jpeg(b"invgray" + text.encode("utf-8")),
        in_xmp,
    ],
    ids=["png", "jpeg", "xmp"],
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
        in_xmp(FIRST),
        webp(packet((f"a:record={quoteattr(FIRST)}", ""))),
        webp(packet(("", f"<a:record>{FIRST}</a:record>"), (f"a:record={quoteattr(SECOND)}", ""))),
        webp(packet(("", f"<a:other>{FIRST}</a:other>"))),
        webp(packet(("", f"<b:record xmlns:b='urn:other'>{FIRST}</b:record>"))),
        webp("<!DOCTYPE x>" + packet(("", f"<a:record>{FIRST}</a:record>"))),
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
        "element",
        "attribute",
        "element and attribute",
        "another property",
        "another namespace",
        "declaration",
    ],
)
def test_readers_agree_on_where_a_record_is(data):
    assert program(data) == read_record(data)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".jxl"])
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
        "fine": suffix != ".jpg",
        "toned": False,
        "mix": USUAL,
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


def test_records_join_a_packet_that_is_there(tmp_path, photo):
    before = packet(('a:title="one"', ""))
    Image.fromarray(photo[:48, :48]).save(tmp_path / "a.webp", xmp=before.encode())
    invgray.encode_file(tmp_path / "a.webp", tmp_path / "a.gray.webp")
    data = (tmp_path / "a.gray.webp").read_bytes()
    begun, ended = before.split("</rdf:RDF>")
    assert begun.encode() + b'<rdf:Description rdf:about="" xmlns:rdf="http' in data
    assert b"</invgray:record></rdf:Description></rdf:RDF>" + ended.encode() in data
    assert read_record(data)["preset"] == "standard"


# Toned colours, by the page


def brightness(pixels, icc):
    """B of the page, of ``(N, 3)``."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    srgb = ImageCms.createProfile("sRGB")

    def through(first, second, colors):
        image = Image.fromarray(colors.astype(np.uint8)[None])
        return np.asarray(ImageCms.profileToProfile(image, first, second, 1))[0].astype(float)

    shown = through(profile, srgb, pixels)
    return y(shown) + (y(pixels) - y(through(srgb, profile, shown))) / 8


def y(pixels):
    return pixels @ np.array([0.299, 0.587, 0.114])


def test_colours_are_toned_and_untoned_as_the_page_says(tmp_path, photo, icc):
    prophoto, wide = icc("prophoto"), photo[100:148, 100:164].reshape(-1, 3).astype(float)
    source, gray = tmp_path / "a.png", tmp_path / "a.gray.png"
    shape = (48, 64, 3)
    Image.fromarray(wide.reshape(shape).astype(np.uint8)).save(source, icc_profile=prophoto)
    invgray.encode_file(source, gray, invgray.EncodeOptions(preset="luminance"))
    told = read_record(gray.read_bytes())
    assert told["toned"] is True
    assert told["icc"] == prophoto
    k = np.rint(brightness(wide, prophoto) - y(wide))
    toned = np.clip(wide + k[:, None], 0, 255).reshape(shape).astype(np.uint8)
    levels = reading.read(gray).pixels
    np.testing.assert_array_equal(levels, invgray.load("luminance").encode(toned))

    restored = invgray.load("luminance").decode(levels).reshape(-1, 3).astype(float)
    tries = np.arange(-128, 129)
    apart = [
        np.abs(brightness(np.clip(restored + t, 0, 255), prophoto) - y(restored)) for t in tries
    ]
    t = tries[::-1][np.argmin(apart[::-1], axis=0)]
    expected = np.clip(restored + t[:, None], 0, 255)
    invgray.decode_file(gray, tmp_path / "b.png")
    found = reading.read(tmp_path / "b.png")
    assert found.icc == prophoto
    differ = np.abs(found.pixels.reshape(-1, 3) - expected).max(axis=1)
    assert (differ > 0).mean() < 0.01
    assert differ.max() <= 2


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
    network = openvino.Core().compile_model(
        preset.directory / "decoder.xml", "CPU", {"INFERENCE_PRECISION_HINT": openvino.Type.f32}
    )

    def colors(gray):
        x = gray.astype(np.float32) / 255
        x = np.pad(x, [(0, -height % 8), (0, -width % 8)], mode="edge")[None, ..., None]
        return np.clip(255 * network(x)[0][0, :height, :width], 0, 255)

    c = colors(gray)
    rgb = np.rint(c).astype(np.uint8)
    assert np.abs(rgb.astype(int) - codec.read_pattern(gray, refine=False)).max() <= 1
    refined = c + (c - colors(codec.encode(rgb, fine=False))) / 2
    apart = np.abs(np.rint(np.clip(refined, 0, 255)) - codec.decode(gray))
    assert apart.max() <= 2
    assert np.mean(apart > 1) < 0.001


# The frame, by the page


def unit(width, height):
    return max(4, round(Fraction(min(width, height), 64)))


def told(width, height):
    """The five bytes of the upper bar, and those of the lower one."""
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    upper = size + bytes([zlib.crc32(size) & 0xFF])
    return upper, b"\2" + zlib.crc32(upper + b"\2").to_bytes(4, "big")


def cells(width, height):
    """Which of the cells of the two bars are white."""
    return [
        [0, 1, *(byte >> shift & 1 for byte in data for shift in range(7, -1, -1)), 1, 0]
        for data in told(width, height)
    ]


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
    whole = height + 12 * u
    for bits, rows in zip(
        cells(width, height), [(top, bottom), (whole - bottom, whole - top)], strict=True
    ):
        for cell, bit in enumerate(bits):
            begin, end = map(round, edges(width, height, cell))
            framed[slice(*rows), begin:end] = 255 * bit
    return framed


def first_version(gray):
    """The frame that was drawn until version 0.2.0."""
    height, width = gray.shape
    framed, u = frame(gray), unit(width, height)
    framed[-5 * u : -2 * u, 2 * u : -2 * u] = 0
    for cell in (1, 42):
        begin, end = map(round, edges(width, height, cell))
        framed[2 * u : 5 * u, begin:end] = 0
    return framed


def tells(bars, paper):
    """Width and height by 44 samples each of the upper and the lower bar, or None."""
    relative = np.asarray(bars) / paper
    middle = (relative.min(axis=1) + relative.max(axis=1)) / 2
    white = (relative > middle[:, None]).astype(int).tolist()
    data = int("".join(map(str, white[0][2:34])), 2).to_bytes(4, "big")
    height, width = struct.unpack(">HH", data)
    if not height or width < 160:
        return None
    drawn = cells(width, height)
    first = [0, 0, *drawn[0][2:-2], 0, 0]
    black = np.mean(relative[1] > middle[0]) < 0.25
    return (width, height) if white == drawn or (white[0] == first and black) else None


def sampled(framed, depth, shift=0):
    """Samples of the upper and the lower bar of a frame, and the paper's brightness."""
    height, width = len(framed), framed.shape[1]
    u = next(n for n in range(4, 100) if unit(width - 12 * n, height - 12 * n) == n)
    side = (width - 4 * u) / 44
    columns = np.floor(2 * u + (np.arange(44) + 0.5 + shift) * side).astype(int)
    row = int((2 + depth) * u)
    return framed[[row, height - 1 - row]][:, columns].astype(float), framed[u].mean()


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
        x for cell in range(1, 43) for x in edges(width, height, cell) if x % 1 == Fraction(1, 2)
    ]
    assert differing <= {column for x in halves for column in (int(x), int(x) + 1)}
    assert border.thickness(height, width) == 6 * unit(width, height)


def test_vectors_of_the_page():
    rows = re.findall(r"^\| \d.*cell \d.*", PAGE, re.M)
    assert len(rows) == 7
    for line in rows:
        numbers = re.findall(r"`[\w ]+`|\d+", line)
        lower, upper = (bytes.fromhex(numbers.pop(n).strip("`")) for n in (6, 5))
        width, height, u, w, h, *places = map(int, numbers)
        assert u == unit(width, height)
        assert (w, h) == (width + 12 * u, height + 12 * u)
        assert (upper, lower) == told(width, height)
        framed = border.draw(np.zeros((height, width), np.uint8))
        first, a, b, second, c, d = places[4:]
        rows = [
            n for n in np.nonzero(framed[:, a])[0] if 2 * u <= n < 5 * u or -5 * u <= n - h < -2 * u
        ]
        runs = np.split(rows, np.nonzero(np.diff(rows) > 1)[0] + 1)
        assert [end for run in runs for end in (run[0], run[-1])] == places[:4]
        white = [cell for cell, bit in enumerate(cells(width, height)[1]) if bit]
        assert [first, second] == white[:2]
        bar = framed[h - 1 - 7 * u // 2, 2 * u : -2 * u]
        columns = np.nonzero(bar)[0] + 2 * u
        runs = np.split(columns, np.nonzero(np.diff(columns) > 1)[0] + 1)
        assert [(run[0], run[-1]) for run in runs[:2]] == [(a, b), (c, d)]


def test_bits_of_the_page():
    shown = re.findall(r"^    ((?:[01]{8} ?){5})$", PAGE, re.M)
    bits = [[int(bit) for bit in line.replace(" ", "")] for line in shown]
    drawn = [*cells(160, 100), *cells(768, 512)]
    assert bits == [bar[2:-2] for bar in drawn]


@pytest.mark.parametrize("drawn", [border.draw, first_version], ids=["ours", "first version"])
@pytest.mark.parametrize(("width", "height"), SIZES[:6])
def test_the_pages_reader_reads_frames_within_its_tolerance(width, height, drawn):
    gray = np.random.default_rng(0).integers(0, 256, (height, width), np.uint8)
    framed = drawn(gray)
    for depth in (0.7, 1.5, 2.3):
        for shift in (-0.2, 0, 0.2):
            assert tells(*sampled(framed, depth, shift)) == (width, height)
    assert tells(*sampled(framed[:, ::-1], 1.5)) is None
    assert tells(*sampled(framed[::-1, ::-1], 1.5)) is None


def test_estimated_unit_is_as_near_as_the_page_says():
    shorter = np.arange(1, 4097)
    units = np.array([unit(n, n) for n in shorter.tolist()])
    share = (shorter + 8 * units) / 72 / units
    assert np.all(share[(shorter % 64 == 0) & (shorter >= 256)] == 1)
    assert np.all(np.abs(share[shorter >= 224] - 1) <= 1 / 9 + 1e-9)
    assert np.all(np.abs(1.5 * share[shorter > 83] - 1.5) <= 0.9)
    assert np.all(np.abs(1.5 * share[shorter < 83] - 1.5) > 0.9)


@pytest.mark.parametrize("drawn", [frame, first_version])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_our_reader_reads_the_pages_frames(turns, drawn):
    gray = np.tile(np.linspace(40, 200, 200), (120, 1)).round().astype(np.uint8)
    scan = np.pad(np.rot90(drawn(gray), turns), 30, constant_values=255)
    found = rectification.rectify(scan)
    assert found.shape == gray.shape
    assert np.abs(found - gray).mean() < 2
