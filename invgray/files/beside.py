"""What is written beside pixels, and how Pillow is told to write it into each kind of file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PIL import ExifTags, Image, PngImagePlugin, TiffImagePlugin

from invgray.files import exif as exif_blocks
from invgray.files import iptc, xmp
from invgray.files import record as records
from invgray.files.formats import LARGEST_SEGMENT, Format, Holder
from invgray.files.parts import Part
from invgray.files.picture import Picture
from invgray.files.record import Record


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is to be written beside pixels.

    Attributes:
        exif: EXIF block.
        xmp: XMP packet.
        iptc: IPTC records.
        dpi: print resolution, horizontal and vertical.
        profile: colour profile of the pixels.
        record: what a gray tells about itself.
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    profile: bytes | None = None
    record: Record | None = None


def of(picture: Picture, image: Image.Image) -> Beside:
    """What travels along with a picture into a file that shows an image; thumbnails show it, too.

    Args:
        picture: that the image was made of; its record and profile are not taken.
        image: of any size.
    """
    return Beside(
        exif=exif_blocks.with_thumbnail(picture.exif, image) if picture.exif else None,
        xmp=xmp.without_thumbnails(picture.xmp) if picture.xmp else None,
        iptc=picture.iptc,
        dpi=picture.dpi,
    )


def settings(beside: Beside, form: Format) -> tuple[dict[str, Any], list[Part]]:
    """Pillow's options for writing all that a format can carry, and what it cannot."""
    kept, dropped = _carried(beside, form)
    if kept.record and form.holder in (Holder.TAGS, Holder.BOXES):
        kept, lost = _with_record(kept, kept.record)
        dropped += lost
    options: dict[str, Any] = {}
    if kept.dpi:
        options["dpi"] = kept.dpi
    if kept.profile:
        options["icc_profile"] = kept.profile
    into = {
        Holder.CHUNKS: _in_chunks,
        Holder.SEGMENTS: _in_segments,
        Holder.TAGS: _in_tags,
        Holder.BOXES: _in_boxes,
    }
    return options | into[form.holder](kept), dropped


def _carried(beside: Beside, form: Format) -> tuple[Beside, list[Part]]:
    """What is left of it in a format, and what is not."""
    dropped = [
        part
        for part, there in (
            (Part.PROFILE, beside.profile),
            (Part.EXIF, beside.exif),
            (Part.XMP, beside.xmp),
            (Part.IPTC, beside.iptc),
            (Part.RESOLUTION, beside.dpi),
        )
        if there and part not in form.carries
    ]
    if beside.exif and exif_blocks.tells_resolution(beside.exif):
        dropped = [part for part in dropped if part is not Part.RESOLUTION]
    if form.holder is Holder.SEGMENTS:
        beside, too_large = _short(beside)
        dropped += too_large
    if form.holder is Holder.TAGS and beside.exif and exif_blocks.for_tiff(beside.exif) is None:
        dropped.append(Part.EXIF)
    gone = frozenset(dropped)
    left = Beside(
        exif=None if Part.EXIF in gone else beside.exif,
        xmp=None if Part.XMP in gone else beside.xmp,
        iptc=None if Part.IPTC in gone else beside.iptc,
        dpi=beside.dpi if Part.RESOLUTION in form.carries else None,
        profile=None if Part.PROFILE in gone else beside.profile,
        record=beside.record,
    )
    return left, dropped


def _with_record(beside: Beside, record: Record) -> tuple[Beside, list[Part]]:
    """The same with the record in the XMP, which gives way if it has no end to be found."""
    text = records.to_text(record)
    if (packet := xmp.with_record(beside.xmp, text)) is not None:
        return replace(beside, xmp=packet), []
    return replace(beside, xmp=xmp.with_record(None, text)), [Part.XMP]


def _short(beside: Beside) -> tuple[Beside, list[Part]]:
    """What fits into a JPEG's segments, and what does not."""
    dropped = []
    record = beside.record
    if record and len(records.to_comment(record)) > LARGEST_SEGMENT:
        record = replace(record, icc=None, toned=False)
        dropped.append(Part.PROFILE)
    if beside.xmp and len(beside.xmp) > LARGEST_SEGMENT:
        dropped.append(Part.XMP)
    if beside.iptc and len(beside.iptc) > LARGEST_SEGMENT:
        dropped.append(Part.IPTC)
    return replace(beside, record=record), dropped


def _in_chunks(beside: Beside) -> dict[str, Any]:
    texts = PngImagePlugin.PngInfo()
    if beside.record:
        texts.add_text(records.KEYWORD, records.to_text(beside.record))
    if beside.xmp:
        texts.add_itxt(xmp.PNG_KEYWORD, beside.xmp.decode())
    if beside.iptc:
        texts.add_text(iptc.PNG_KEYWORD, iptc.to_text(beside.iptc), zip=True)
    return {"pnginfo": texts} | ({"exif": beside.exif} if beside.exif else {})


def _in_segments(beside: Beside) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if beside.record:
        options["comment"] = records.to_comment(beside.record)
    if beside.exif:
        options["exif"] = beside.exif
    if beside.xmp:
        options["xmp"] = beside.xmp
    if beside.iptc:
        options["extra"] = iptc.to_segment(beside.iptc)
    return options


def _in_tags(beside: Beside) -> dict[str, Any]:
    """Options for a TIFF, whose own directory takes in the tags of EXIF."""
    tags = exif_blocks.for_tiff(beside.exif) if beside.exif else None
    options: dict[str, Any] = {}
    if tags is not None:  # libtiff, which compresses, nests no directories
        options = {"exif": tags, "compression": None}
    directory = TiffImagePlugin.ImageFileDirectory_v2() if tags is None else tags
    if beside.xmp:
        directory[ExifTags.Base.XMLPacket] = beside.xmp
    if beside.iptc:
        directory[iptc.TIFF_TAG] = beside.iptc
    return options or ({"tiffinfo": directory} if len(directory) else {})


def _in_boxes(beside: Beside) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if beside.exif:
        options["exif"] = beside.exif
    if beside.xmp:
        options["xmp"] = beside.xmp
    return options
