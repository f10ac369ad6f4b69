"""Grays that describe themselves, and colours with what came beside them."""

from __future__ import annotations

import io
import json
import os
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from invgray.errors import InputError, OutputError
from invgray.files import formats, reading, writing
from invgray.files.parts import Part
from invgray.files.picture import Picture
from invgray.files.record import KEYWORD, Record

TOLD = Record(preset="standard", weights="abc")


def test_a_gray_describes_itself_and_gives_everything_back(tmp_path, photo, profile):
    rgb, gray = photo[:20, :30], photo[:20, :30, 0]
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    original = Picture(
        pixels=rgb, alpha=rgb[..., 1], icc=profile, exif=exif.tobytes(), dpi=(300.0, 300.0)
    )
    path = tmp_path / "gray.png"
    told = Record(preset="standard", weights="abc", icc=profile)
    assert writing.write_gray(path, gray, original, told) == ()
    with Image.open(path) as file:
        assert file.mode == "LA"
        assert "icc_profile" not in file.info
        assert json.loads(file.info[KEYWORD])["preset"] == "standard"
    read = reading.read(path)
    assert (read.pixels == gray).all()
    assert read.record == told
    color = tmp_path / "color.png"
    assert writing.write_color(color, rgb, read) == ()
    back = reading.read(color)
    assert (back.pixels == rgb).all()
    assert (back.alpha == original.alpha).all()
    assert back.icc == profile
    assert back.dpi == pytest.approx((300, 300), abs=0.1)
    assert back.exif == original.exif


@pytest.mark.parametrize("suffix", formats.COLOR_FORMATS)
def test_colour_formats(tmp_path, photo, profile, suffix):
    path, form = tmp_path / f"color{suffix}", formats.COLOR_FORMATS[suffix]
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    gray = Picture(
        pixels=photo[..., 0],
        alpha=photo[..., 1],
        exif=exif.tobytes(),
        record=Record(preset="a", weights="b", icc=profile),
    )
    lost = writing.write_color(path, photo, gray)
    assert set(lost) == {Part.TRANSPARENCY, Part.PROFILE} - form.carries
    back = reading.read(path)
    if Part.PROFILE in form.carries:
        assert back.icc == profile
    apart = np.abs(back.pixels.astype(int) - photo)
    assert apart.max() == 0 if form.exact is not None else 0 < apart.mean() < 3
    if Part.TRANSPARENCY in form.carries:
        np.testing.assert_allclose(back.alpha, gray.alpha, atol=0 if form.exact else 20)
    with Image.open(path) as image:
        assert image.getexif()[0x010F] == "a camera"


@pytest.mark.parametrize("form", [f for f in formats.COLORS if f.lossy is not None])
def test_lower_quality_makes_smaller_files(tmp_path, photo, form):
    path, sizes = tmp_path / f"a{form.suffixes[0]}", []
    for quality in (20, 60, 95):
        picture = Picture(pixels=photo[..., 0])
        writing.write_color(path, photo, picture, quality, overwrite=True)
        sizes.append(path.stat().st_size)
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 2


XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="\xc3\xb6"/></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
IPTC = b"\x1c\x02\x00\x00\x02\x00\x04\x1c\x02\x78\x00\x05Hall\xf6"


@pytest.mark.parametrize("form", formats.GRAYS, ids=lambda form: form.name)
def test_what_is_beside_a_gray_travels_there_and_back(tmp_path, photo, profile, form):
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    original = Picture(
        pixels=photo, alpha=photo[..., 1], exif=exif.tobytes(), xmp=XMP, iptc=IPTC, dpi=(300, 300)
    )
    told = Record(preset="standard", weights="abc", icc=profile, fine=True)
    path = tmp_path / f"a.gray{form.suffixes[0]}"
    dropped = writing.write_gray(path, photo[..., 0], original, told)
    beside = {Part.TRANSPARENCY, Part.EXIF, Part.XMP, Part.IPTC, Part.RESOLUTION}
    assert set(dropped) == beside - form.carries
    found = reading.read(path)
    assert found.record == told
    if form.exact is not None:
        np.testing.assert_array_equal(found.pixels, photo[..., 0])
        np.testing.assert_array_equal(found.alpha, photo[..., 1])
    assert found.xmp == XMP
    assert found.iptc == (IPTC if Part.IPTC in form.carries else None)
    assert found.dpi == (pytest.approx((300, 300), abs=0.1) if form.name != "WEBP" else None) or (
        Part.RESOLUTION not in form.carries
    )
    loaded = Image.Exif()
    loaded.load(found.exif)
    assert loaded[0x010F] == "a camera"
    assert loaded.get_ifd(0x8769)[0x9003] == "2020:01:02 03:04:05"
    assert found.dropped == ()


@pytest.mark.parametrize("form", formats.COLORS, ids=lambda form: form.name)
def test_what_is_beside_colours_is_written_as_far_as_the_format_carries_it(tmp_path, photo, form):
    gray = Picture(pixels=photo[..., 0], xmp=XMP, iptc=IPTC, dpi=(300, 300))
    path = tmp_path / f"a{form.suffixes[0]}"
    dropped = writing.write_color(path, photo, gray)
    assert set(dropped) == {Part.XMP, Part.IPTC, Part.RESOLUTION} - form.carries
    found = reading.read(path)
    assert found.xmp == XMP
    assert found.iptc == (IPTC if Part.IPTC in form.carries else None)
    assert found.record is None


def test_a_resolution_that_exif_tells_is_not_dropped(tmp_path, photo):
    exif = Image.Exif()
    exif[0x011A], exif[0x011B], exif[0x0128] = 300, 300, 2
    gray = Picture(pixels=photo[..., 0], exif=exif.tobytes(), dpi=(300, 300))
    assert writing.write_color(tmp_path / "a.webp", photo, gray) == ()


@pytest.mark.parametrize(
    ("beside", "part"),
    [({"xmp": b"<x/>" + bytes(70_000)}, Part.XMP), ({"iptc": bytes(70_000)}, Part.IPTC)],
)
def test_what_is_too_large_for_a_jpeg_is_dropped(tmp_path, photo, beside, part):
    gray = Picture(pixels=photo[..., 0], **beside)
    assert writing.write_color(tmp_path / "a.jpg", photo, gray) == (part,)
    assert writing.write_color(tmp_path / "a.png", photo, gray) == ()


def test_a_packet_without_an_end_gives_way_to_the_record(tmp_path, photo):
    path = tmp_path / "a.webp"
    original = Picture(pixels=photo, xmp=b"<x:xmpmeta/>")
    assert writing.write_gray(path, photo[..., 0], original, TOLD) == (Part.XMP,)
    assert reading.read(path).record == TOLD
    assert reading.read(path).xmp is None


def test_a_thumbnail_in_xmp_does_not_show_a_gray_s_colours(tmp_path, photo):
    inside = b'<xmp:Thumbnails x="1"><rdf:Alt><xmpGImg:image>/9j/</xmpGImg:image></rdf:Alt>'
    packet = XMP.replace(b"</rdf:RDF>", inside + b"</xmp:Thumbnails></rdf:RDF>")
    path = tmp_path / "a.png"
    writing.write_gray(path, photo[..., 0], Picture(pixels=photo, xmp=packet), TOLD)
    assert reading.read(path).xmp == XMP


def test_times_and_permissions_are_those_of_another_file(tmp_path, photo):
    source, path = tmp_path / "source", tmp_path / "a.png"
    source.write_bytes(b"")
    source.chmod(0o640)
    os.utime(source, ns=(10**18, 10**18 + 1_000))
    path.write_bytes(b"")
    path.chmod(0o600)
    plain = Picture(pixels=photo[..., 0])
    writing.write_color(path, photo, plain, overwrite=True)
    assert (path.stat().st_mode & 0o777, path.stat().st_mtime > 10**9 + 1) == (0o600, True)
    writing.write_color(path, photo, plain, overwrite=True, like=source.stat())
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.stat().st_mtime_ns == 10**18 + 1_000


def test_a_jpeg_gray_keeps_its_record_and_says_what_it_loses(tmp_path, photo, profile):
    path, gray = tmp_path / "a.gray.jpg", photo[..., 0]
    original = Picture(pixels=photo, alpha=gray)
    told = Record(preset="robust", weights="ab", icc=profile, border=3)
    lost = writing.write_gray(path, gray, original, told, quality=80)
    assert lost == (Part.TRANSPARENCY,)
    assert reading.read(path).record == told
    large = Record(preset="robust", weights="ab", icc=profile + bytes(70_000), toned=True)
    lost = writing.write_gray(path, gray, Picture(pixels=photo), large, overwrite=True)
    assert lost == (Part.PROFILE,)
    assert reading.read(path).record == Record(preset="robust", weights="ab")


def test_the_quality_is_that_of_the_jpeg(tmp_path, photo):
    sizes = []
    for quality in (20, 60, 95):
        picture = Picture(pixels=photo)
        writing.write_gray(
            tmp_path / "a.jpg", photo[..., 0], picture, TOLD, quality, overwrite=True
        )
        sizes.append((tmp_path / "a.jpg").stat().st_size)
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 3


def test_colour_under_full_transparency_is_kept(tmp_path, photo):
    clear = Picture(pixels=photo[..., 0], alpha=np.zeros(photo.shape[:2], np.uint8))
    for suffix in (".png", ".webp", ".tiff"):
        path = tmp_path / f"a{suffix}"
        assert writing.write_color(path, photo, clear) == ()
        assert (reading.read(path).pixels == photo).all()


@pytest.mark.parametrize("unit", [2, 3])
@pytest.mark.parametrize("ratio", [(0, 0), (300, 0), (0, 1)])
def test_a_tiff_of_no_resolution_can_be_written_in_any_format(tmp_path, photo, saved, unit, ratio):
    data = bytearray(saved(Image.fromarray(photo[:9, :9]), "TIFF", dpi=(300, 300)))
    (directory,) = struct.unpack_from("<I", data, 4)
    for entry in range(directory + 2, len(data) - 12, 12):
        tag, _, _, value = struct.unpack_from("<HHII", data, entry)
        if tag in (0x011A, 0x011B):
            struct.pack_into("<II", data, value, *ratio)
        if tag == 0x0128:
            struct.pack_into("<I", data, entry + 8, unit)
            break
    picture = reading.read(bytes(data))
    assert picture.dpi is None
    for suffix in formats.COLOR_FORMATS:
        writing.write_color(tmp_path / f"a{suffix}", photo[:9, :9], picture)


@pytest.mark.parametrize(
    ("name", "most"), [("a.webp", 16_383), ("a.jpg", 65_500), ("a.JPEG", 65_500)]
)
def test_the_limits_of_formats_are_those_of_pillow(tmp_path, name, most):
    path = tmp_path / name
    form = writing.color_format(path)
    writing.check_size(path, form, most, 1)
    Image.new("RGB", (1, most)).save(path, form.name)
    with pytest.raises(OutputError, match=f"2x{most + 1} pixels are too many for {form.name}"):
        writing.check_size(path, form, most + 1, 2)
    with pytest.raises((OSError, ValueError)):
        Image.new("RGB", (1, most + 1)).save(path, form.name)


def test_avif_is_written_as_large_as_it_is_read(saved):
    most = formats.COLOR_FORMATS[".avif"].longest
    assert reading.read(saved(Image.new("RGB", (most, 1)), "AVIF")).pixels.shape[1] == most
    with pytest.raises(InputError):
        reading.read(saved(Image.new("RGB", (most + 1, 1)), "AVIF"))


# Places


def test_a_stream_gets_a_png(photo):
    target = io.BytesIO()
    writing.write_gray(target, photo[..., 0], Picture(pixels=photo), TOLD)
    assert target.getvalue().startswith(b"\x89PNG")
    assert reading.read(target.getvalue()).record == TOLD


def test_a_named_pipe_and_devices_are_written_to(tmp_path, photo):
    pipe, received = tmp_path / "pipe.jpg", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    writing.write_color(pipe, photo, Picture(pixels=photo))
    reader.join()
    assert received[0].startswith(b"\xff\xd8\xff")
    assert pipe.is_fifo()
    writing.write_color(Path("/dev/null"), photo, Picture(pixels=photo))
    assert Path("/dev/null").is_char_device()
    with (tmp_path / "out").open("wb") as out:
        writing.write_color(Path(f"/dev/fd/{out.fileno()}"), photo, Picture(pixels=photo))
    assert (reading.read(tmp_path / "out").pixels == photo).all()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told(photo):
    with pytest.raises(OutputError, match=r"/dev/full: cannot be written \(No space left"):
        writing.write_color(Path("/dev/full"), photo, Picture(pixels=photo))


def test_failed_writes_leave_nothing_behind(tmp_path, photo):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    folder = tmp_path / "folder.png"
    folder.mkdir()
    for target in (blocked / "gray.png", folder):
        with pytest.raises(OutputError, match="cannot be written") as caught:
            writing.write_gray(target, photo[..., 0], Picture(pixels=photo), TOLD, overwrite=True)
        assert str(target) in str(caught.value)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "folder.png"]


def test_what_a_format_cannot_hold_leaves_the_old_file(tmp_path):
    wide = np.zeros((1, 70_000), np.uint8)
    path = tmp_path / "a.jpg"
    path.write_text("precious")
    with pytest.raises(OutputError, match=r"a\.jpg: cannot be written"):
        writing.write_gray(path, wide, Picture(pixels=wide), TOLD, overwrite=True)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]
