"""From file to file: formats, pages, profiles, and what is beside the pixels."""

from __future__ import annotations

import io
import os

import numpy as np
import pytest
from PIL import Image, ImageCms

import invgray
from invgray import errors
from invgray.color.luminance import luminance
from invgray.files import formats, iptc, reading
from invgray.files.parts import Part

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    b'exif:GPSLatitude="48,8.0N"/></rdf:RDF></x:xmpmeta>'
)
IPTC = b"\x1c\x02\x00\x00\x02\x00\x04\x1c\x02\x78\x00\x05Halle"


@pytest.fixture
def camera_file(tmp_path, photo):
    """A JPEG with EXIF, XMP and IPTC, which tell where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8825)[1] = "N"
    path = tmp_path / "camera.jpg"
    image = Image.fromarray(photo[:96, :128])
    image.save(path, exif=exif, xmp=XMP, extra=iptc.to_segment(IPTC), dpi=(300, 300), quality=95)
    return path


def encoded(source, target, **options):
    return invgray.encode_file(source, target, invgray.EncodeOptions(preset="luminance", **options))


@pytest.mark.parametrize("form", formats.GRAYS, ids=lambda form: form.name)
def test_the_fine_layer_and_the_record_travel_in_each_lossless_format(tmp_path, photo, form):
    gray, lossless = tmp_path / f"a.gray{form.suffixes[0]}", form.exact is not None
    Image.fromarray(photo).save(tmp_path / "a.png")
    options = invgray.EncodeOptions(preset="robust")
    invgray.encode_file(tmp_path / "a.png", gray, options)
    found = reading.read(gray)
    assert found.record.preset == "robust"
    assert found.record.fine == lossless
    assert invgray.decode_file(gray, tmp_path / "b.png").fine == (1 if lossless else 0)
    again = tmp_path / f"a.gray.gray{form.suffixes[0]}"  # a gray is kept as it is, in any format
    invgray.encode_file(gray, again, options)
    assert reading.read(again).record == found.record


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".jxl"])
def test_a_gray_of_some_quality_has_no_fine_layer(tmp_path, photo, suffix):
    Image.fromarray(photo).save(tmp_path / "a.png")
    with pytest.raises(errors.UsageError, match="hides colours in the fine layer only"):
        encoded(tmp_path / "a.png", tmp_path / f"a{suffix}", quality=90)
    gray = tmp_path / f"b{suffix}"
    invgray.encode_file(
        tmp_path / "a.png", gray, invgray.EncodeOptions(preset="robust", quality=90)
    )
    assert not reading.read(gray).record.fine
    assert invgray.decode_file(gray, tmp_path / "b.png").fine == 0


@pytest.mark.parametrize("suffix", [".avif", ".heic", ".jpg", ".webp", ".jxl"])
def test_colours_of_some_quality(tmp_path, camera_file, suffix):
    gray, sizes = tmp_path / "a.gray.png", []
    encoded(camera_file, gray)
    for quality in (30, 90):
        target = tmp_path / f"{quality}{suffix}"
        invgray.decode_file(gray, target, invgray.DecodeOptions(quality=quality))
        sizes.append(target.stat().st_size)
    assert sizes[0] < 0.7 * sizes[1]


def test_a_page_of_several_is_converted(tmp_path, photo):
    pages = [Image.fromarray(photo[:64, at : at + 64]) for at in (0, 64)]
    source, gray = tmp_path / "a.tif", tmp_path / "a.gray.tif"
    pages[0].save(source, save_all=True, append_images=pages[1:])
    with pytest.raises(errors.PagesError, match="has 2 pages; choose one"):
        encoded(source, gray)
    outcome = encoded(source, gray, page=2, verify=True)
    assert outcome.dropped == (Part.PAGES,)
    assert outcome.psnr > 35
    assert outcome.notices[-1] == "dropped: further pages"
    with pytest.raises(errors.InputError, match="has one page, and none of number 2"):
        invgray.decode_file(gray, tmp_path / "b.png", invgray.DecodeOptions(page=2))


@pytest.mark.parametrize("name", ["display-p3", "adobe-rgb", "prophoto"])
def test_a_gray_is_as_bright_as_the_profile_shows_its_colours(tmp_path, photo, icc, name):
    ends = ImageCms.createProfile("sRGB"), ImageCms.ImageCmsProfile(io.BytesIO(icc(name)))
    wide = ImageCms.profileToProfile(Image.fromarray(photo), *ends)
    source, gray = tmp_path / "a.png", tmp_path / "a.gray.png"
    wide.save(source, icc_profile=icc(name))
    encoded(source, gray)
    levels = reading.read(gray).pixels.astype(float)
    assert np.abs(levels - luminance(photo)).mean() < 1
    invgray.decode_file(gray, tmp_path / "b.png")
    restored = reading.read(tmp_path / "b.png")
    assert restored.icc == icc(name)
    apart = restored.pixels.astype(float) - np.asarray(wide)
    assert 10 * np.log10(255**2 / np.mean(apart**2)) > 40


def test_a_toned_gray_without_its_record_gives_the_colours_as_they_are_toned(tmp_path, photo, icc):
    source, gray = tmp_path / "a.png", tmp_path / "a.gray.png"
    Image.fromarray(photo).save(source, icc_profile=icc("prophoto"))
    assert encoded(source, gray, verify=True).psnr > 40
    assert reading.read(gray).record.toned
    Image.fromarray(reading.read(gray).pixels).save(tmp_path / "bare.gray.png")
    for name in ("a", "bare"):
        invgray.decode_file(tmp_path / f"{name}.gray.png", tmp_path / f"{name}.color.png")
    with_record, bare = (reading.read(tmp_path / f"{n}.color.png") for n in ("a", "bare"))
    assert with_record.icc == icc("prophoto")
    assert bare.icc is None
    np.testing.assert_allclose(
        luminance(bare.pixels), reading.read(gray).pixels.astype(float), atol=2.5
    )
    assert np.mean(bare.pixels) - np.mean(with_record.pixels) > 10


def test_pictures_in_srgb_are_not_toned(tmp_path, photo):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(photo).save(tmp_path / "a.png", icc_profile=srgb)
    encoded(tmp_path / "a.png", tmp_path / "a.gray.png")
    assert not reading.read(tmp_path / "a.gray.png").record.toned


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_all_that_is_beside_a_photo_comes_back(tmp_path, camera_file, suffix):
    gray, color = tmp_path / f"a.gray{suffix}", tmp_path / "a.color.jpg"
    outcome = encoded(camera_file, gray)
    assert outcome.dropped == ()
    assert outcome.notices == ("tells where it was taken (EXIF and XMP)",)
    invgray.decode_file(gray, color)
    before, after = reading.read(camera_file), reading.read(color)
    assert (after.xmp, after.iptc) == (before.xmp, before.iptc) == (XMP, IPTC)
    assert after.dpi == pytest.approx((300, 300), abs=0.1)
    with Image.open(color) as image:
        assert image.getexif()[0x010F] == "a camera"
        assert image.getexif().get_ifd(0x8825)[1] == "N"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".jxl"])
def test_stripped_results_tell_nothing(tmp_path, camera_file, suffix):
    gray = tmp_path / f"a.gray{suffix}"
    options = invgray.EncodeOptions(preset="robust", strip=True)
    outcome = invgray.encode_file(camera_file, gray, options)
    assert outcome.notices == outcome.dropped == () or outcome.dropped == (Part.RESOLUTION,)
    found = reading.read(gray)
    assert (found.exif, found.xmp, found.iptc) == (None, None, None)
    for told in (b"a camera", b"GPSLatitude", b"Halle", b"Photoshop"):
        assert told not in gray.read_bytes()


def test_what_is_dropped_is_said_once(tmp_path, camera_file):
    outcome = encoded(camera_file, tmp_path / "a.gray.webp")
    assert outcome.dropped == (Part.RESOLUTION, Part.IPTC)
    assert outcome.notices[-1] == "dropped: print resolution, IPTC"
    outcome = invgray.decode_file(tmp_path / "a.gray.webp", tmp_path / "a.png")
    assert outcome.dropped == ()


def test_times_and_permissions_are_kept_where_that_is_asked_for(tmp_path, camera_file):
    camera_file.chmod(0o640)
    os.utime(camera_file, ns=(10**18, 10**18))
    for kept in (False, True):
        gray = tmp_path / f"{kept}.gray.png"
        encoded(camera_file, gray, keep_times=kept)
        status = gray.stat()
        assert (status.st_mtime_ns == 10**18) == kept
        assert (status.st_mode & 0o777 == 0o640) == kept
    stream = io.BytesIO()
    invgray.encode_file(
        camera_file.read_bytes(), stream, invgray.EncodeOptions(preset="luminance", keep_times=True)
    )
    assert reading.read(stream.getvalue()).record is not None


def test_heic_in_jpeg_xl_out(tmp_path, photo, icc):
    from invgray.files.plugins import Plugin

    Plugin.HEIF.load()
    source, gray = tmp_path / "a.heic", tmp_path / "a.gray.jxl"
    Image.fromarray(photo).save(source, quality=95, icc_profile=icc("display-p3"))
    outcome = encoded(source, gray)
    assert outcome.dropped == ()
    back = tmp_path / "a.color.heic"
    outcome = invgray.decode_file(gray, back)
    assert (outcome.fine, outcome.dropped) == (1, ())
    assert reading.read(back).icc == icc("display-p3")
    outcome = invgray.decode_file(gray, tmp_path / "a.color.jxl")
    assert outcome.dropped == (Part.PROFILE,)
