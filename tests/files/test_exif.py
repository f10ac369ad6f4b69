"""EXIF blocks: orientation and thumbnail are changed, and nothing else."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from invgray.files import exif, reading, writing
from invgray.files.parts import Part
from invgray.files.picture import Picture
from invgray.files.record import Record

EXIF, GPS, ORIENTATION = 0x8769, 0x8825, 0x0112
JOERG = {"utf-8": "Jörg".encode(), "latin-1": "Jörg".encode("latin-1")}
MAKER = bytes(range(256))


def block(order="<", orientation=6, artist=JOERG["utf-8"], kind=3):
    """An EXIF block as a camera writes it: text, and directories of its own and of GPS."""
    long, text, data = 4, 2, 7
    camera = [
        (0x9003, text, b"2026:01:02 03:04:05\0"),
        (0x927C, data, MAKER),
        (0xA430, text, artist + b"\0"),
    ]
    place = [(0x0001, text, b"N\0"), (0x001D, text, b"2026:01:02\0")]
    first = [
        (0x0100, long, struct.pack(f"{order}I", 4000)),  # a width that is not the picture's
        (0x010F, text, b"a camera\0"),
        (ORIENTATION, kind, struct.pack(order + {3: "H", 4: "I"}[kind], orientation)),
        (0x013B, text, artist + b"\0"),
        (EXIF, long, camera),
        (GPS, long, place),
    ]
    magic = {"<": b"II*\0", ">": b"MM\0*"}[order]
    return magic + struct.pack(f"{order}I", 8) + directory(first, 8, order)


def directory(entries, offset, order):
    """A directory of a TIFF, with what its entries point to after it."""
    sizes = {2: 1, 3: 2, 4: 4, 7: 1}
    packed, tail = struct.pack(f"{order}H", len(entries)), b""
    end = offset + 2 + 12 * len(entries) + 4
    for tag, kind, value in entries:
        if isinstance(value, list):
            nested = directory(value, end + len(tail), order)
            value, tail = struct.pack(f"{order}I", end + len(tail)), tail + nested
        count = len(value) // sizes[kind]
        if len(value) > 4:
            value, tail = struct.pack(f"{order}I", end + len(tail)), tail + value
        packed += struct.pack(f"{order}HHI", tag, kind, count) + value.ljust(4, b"\0")
    return packed + bytes(4) + tail


def loaded(data):
    tags = Image.Exif()
    tags.load(data)
    return tags


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("artist", JOERG.values(), ids=JOERG)
def test_all_bytes_but_those_of_the_orientation_stay(orientation, order, artist):
    before, upright = block(order, orientation, artist), block(order, 1, artist)
    assert loaded(before)[ORIENTATION] == orientation
    assert exif.upright(before) == exif.upright(exif.PREFIX + before) == exif.PREFIX + upright


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_text_survives_from_file_to_file(tmp_path, picture, read, orientation, form):
    gray = read(picture, form, exif=exif.PREFIX + block(orientation=orientation))
    for suffix in ("png", "jpg", "webp", "tiff"):
        path = tmp_path / f"a.{suffix}"
        writing.write_color(path, gray.pixels, gray)
        with Image.open(path) as image:
            tags = image.getexif()
            assert tags.get(ORIENTATION, 1) == 1
            assert tags[0x013B].encode("latin-1") == JOERG["utf-8"]
            assert tags.get_ifd(EXIF)[0x9003] == "2026:01:02 03:04:05"


@pytest.mark.parametrize("order", ["<", ">"])
def test_orientations_of_another_type_are_set_too(order):
    found = exif.upright(block(order, 6, kind=4))
    assert loaded(found)[ORIENTATION] == 1
    assert loaded(found)[0x013B].encode("latin-1") == JOERG["utf-8"]


def test_a_picture_is_not_turned_twice_by_an_orientation_that_cannot_be_set():
    """Pillow reads this byte order with this number; no one else does."""
    odd = b"MM*\0" + block(">")[4:]
    assert loaded(odd)[ORIENTATION] == 6
    assert exif.upright(odd) is None


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("artist", JOERG.values(), ids=JOERG)
def test_tiffs_take_in_all_directories(tmp_path, photo, order, artist):
    rgb = photo[:30, :20]
    camera = Picture(pixels=rgb, exif=exif.PREFIX + block(order, 1, artist), dpi=(300, 300))
    path = tmp_path / "a.tiff"
    assert writing.write_color(path, rgb, camera) == ()
    with Image.open(path) as image:
        tags = image.getexif()
        assert tags[0x010F] == "a camera"
        assert tags[0x013B].encode("latin-1") == artist
        assert tags.get_ifd(EXIF)[0xA430].encode("latin-1") == artist
        assert tags.get_ifd(EXIF)[0x9003] == "2026:01:02 03:04:05"
        assert tags.get_ifd(EXIF)[0x927C] == MAKER
        assert tags.get_ifd(GPS) == {0x0001: "N", 0x001D: "2026:01:02"}
        assert image.info["dpi"] == (300, 300)
        np.testing.assert_array_equal(np.asarray(image), rgb)


def test_tiffs_take_in_a_block_without_further_directories(tmp_path, photo):
    tags = Image.Exif()
    tags[0x010F] = "a camera"
    path = tmp_path / "a.tiff"
    assert writing.write_color(path, photo, Picture(pixels=photo, exif=tags.tobytes())) == ()
    with Image.open(path) as image:
        assert image.getexif()[0x010F] == "a camera"


def test_exif_that_a_tiff_cannot_take_is_dropped(tmp_path, photo):
    path = tmp_path / "a.tiff"
    lost = writing.write_color(path, photo, Picture(pixels=photo, exif=b"Exif\0\0nonsense"))
    assert lost == (Part.EXIF,)
    assert (reading.read(path).pixels == photo).all()


def test_tiffs_without_exif_are_compressed(tmp_path, photo):
    path = tmp_path / "a.tif"
    writing.write_color(path, photo, Picture(pixels=photo))
    with Image.open(path) as image:
        assert image.info["compression"] == "tiff_lzw"


# Privacy


COLORFUL = Image.radial_gradient("L").convert("RGB").resize((90, 60))
COLORFUL.putpixel((0, 0), (255, 0, 0))


def jpeg(image):
    file = io.BytesIO()
    image.save(file, "JPEG")
    return file.getvalue()


def shown(order, starts, lengths, content):
    """A block with a thumbnail, and the tags of where it is and how long."""
    first = bytearray(block(order))
    link = 8 + 2 + 12 * struct.unpack_from(f"{order}H", first, 8)[0]
    struct.pack_into(f"{order}I", first, link, len(first))
    start = len(first) + 2 + 12 * 2 + 4
    own = [(starts, 4, struct.pack(f"{order}I", start))]
    own.append((lengths, 4, struct.pack(f"{order}I", len(content))))
    return bytes(first) + directory(own, len(first), order) + content


def thumbnail(data):
    """The thumbnail in a block, by another program's rules: Pillow's."""
    found = loaded(data).get_ifd(ExifTags.IFD.IFD1)
    tiff = data.removeprefix(exif.PREFIX)
    return Image.open(io.BytesIO(tiff[found[0x0201] : found[0x0201] + found[0x0202]]))


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_gray_has_a_gray_thumbnail_and_its_colours_a_colour_one(tmp_path, photo, order):
    original = jpeg(COLORFUL)
    exposed = exif.PREFIX + shown(order, 0x0201, 0x0202, original)
    assert thumbnail(exposed).mode == "RGB"
    camera = Picture(pixels=photo, exif=exposed)
    gray, color = tmp_path / "gray.png", tmp_path / "color.png"
    writing.write_gray(gray, photo[..., 1], camera, Record(preset="a", weights="b"))
    found = reading.read(gray)
    assert original not in gray.read_bytes()
    assert (thumbnail(found.exif).mode, thumbnail(found.exif).size) == ("L", (160, 160))
    writing.write_color(color, photo, found)
    back = thumbnail(reading.read(color).exif)
    assert back.mode == "RGB"
    expected = Image.fromarray(photo).resize(back.size)
    assert np.abs(np.asarray(back).astype(int) - np.asarray(expected)).mean() < 6
    tags = loaded(reading.read(color).exif)
    assert tags[0x010F] == "a camera"
    assert tags.get_ifd(EXIF)[0x927C] == MAKER


def test_a_thumbnail_that_is_no_jpeg_is_wiped_and_cut_off():
    pixels = bytes(range(180, 0, -1))
    exposed = exif.PREFIX + shown("<", 0x0111, 0x0117, pixels)
    found = exif.with_thumbnail(exposed, Image.new("L", (4, 4)))
    assert loaded(found).get_ifd(ExifTags.IFD.IFD1) == {}
    assert pixels[:20] not in found
    assert loaded(found)[0x010F] == "a camera"


def test_a_thumbnail_for_which_a_block_has_no_room_is_wiped_and_cut_off():
    original = jpeg(COLORFUL) + bytes(60_000)
    exposed = exif.PREFIX + shown("<", 0x0201, 0x0202, original)
    found = exif.with_thumbnail(exposed, Image.effect_noise((500, 500), 90))
    assert loaded(found).get_ifd(ExifTags.IFD.IFD1) == {}
    assert original[:100] not in found
    assert len(found) == len(exposed)


def test_blocks_without_a_thumbnail_stay():
    plain = exif.PREFIX + block()
    assert exif.with_thumbnail(plain, Image.new("L", (4, 4))) == plain


def test_whether_a_block_tells_a_place():
    assert exif.tells_place(exif.PREFIX + block())
    tags = Image.Exif()
    tags[0x010F] = "a camera"
    assert not exif.tells_place(tags.tobytes())


# Damage

EXPOSED = shown("<", 0x0201, 0x0202, jpeg(COLORFUL))


def damaged():
    """Blocks with a few bytes overwritten, and cut."""
    whole = block()
    places = st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=8)

    def spoil(spots, length):
        data = bytearray(whole)
        for place, value in spots:
            data[place] = value
        return bytes(data[:length])

    return st.builds(spoil, places, st.integers(0, len(whole)))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of what is corrupt
@given(st.one_of(st.binary(max_size=60), damaged()), st.booleans())
@example(b"", True)
@example(exif.PREFIX, True)
@example(b"II*\0\xff\xff\xff\xff", False)
def test_damage_never_raises(data, prefixed):
    found = exif.upright(exif.PREFIX * prefixed + data)
    if found is not None:
        assert found.startswith(exif.PREFIX)
        assert len(found) == len(exif.PREFIX) + len(data.removeprefix(exif.PREFIX))
        assert loaded(found).get(ORIENTATION, 1) == 1
    exif.for_tiff(data)
    exif.with_thumbnail(exif.PREFIX * prefixed + data, Image.new("L", (4, 4)))
    exif.tells_place(data)


@given(st.lists(st.tuples(st.integers(0, len(EXPOSED) - 1), st.integers(0, 255)), max_size=8))
def test_a_damaged_thumbnail_never_raises(spots):
    data = bytearray(EXPOSED)
    for place, value in spots:
        data[place] = value
    found = exif.with_thumbnail(exif.PREFIX + data, Image.new("L", (4, 4)))
    assert found.startswith(exif.PREFIX)


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(damaged())
def test_damaged_blocks_do_not_keep_a_tiff_from_being_written(photo, data):
    rgb, target = photo[:3, :2], io.BytesIO()
    tags = exif.for_tiff(exif.upright(data) or b"")
    Image.fromarray(rgb).save(target, "TIFF", exif=tags or Image.Exif())
    assert (reading.read(target.getvalue()).pixels == rgb).all()
