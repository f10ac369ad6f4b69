"""XMP packets: a gray's record is put into one and found again; colour thumbnails are taken out."""

from __future__ import annotations

import re
from contextlib import suppress
from xml.etree import ElementTree
from xml.sax.saxutils import escape

PNG_KEYWORD = "XML:com.adobe.xmp"
"""Of the text chunk that carries a packet in a PNG."""

NAMESPACE = "urn:invgray:1.0/"
"""Of the property ``record``, which holds a gray's record."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_BEGINNING = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
).encode()
_END = b'</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
_OPENING = (
    f'<rdf:Description rdf:about="" xmlns:rdf="{_RDF}" xmlns:invgray="{NAMESPACE}">'
).encode()
_CLOSING = b"</rdf:Description>"

_LAST_TAG = re.compile(rb"</([A-Za-z_][\w.-]*:)?RDF\s*>")
_PROPERTY = rb"<invgray:record\b[^>]*>.*?</invgray:record\s*>"
_OURS = re.compile(re.escape(_OPENING) + _PROPERTY + re.escape(_CLOSING), re.DOTALL)
_STRAYS = re.compile(_PROPERTY + rb"|\sinvgray:record\s*=\s*(\"[^\"]*\"|'[^']*')", re.DOTALL)
_DECLARATION = re.compile(rb"<!(?!--|\[CDATA\[)")
_THUMBNAILS = re.compile(rb"<(xmp|xap):Thumbnails\b[^>]*>.*?</\1:Thumbnails\s*>", re.DOTALL)


def with_record(packet: bytes | None, text: str) -> bytes | None:
    """A packet with a record beside what else it says.

    Args:
        packet: in UTF-8; None for a new one.
        text: of the record.

    Returns:
        The packet; None where the one that came in has no end to be found.
    """
    record = f"<invgray:record>{escape(text)}</invgray:record>".encode()
    description = _OPENING + record + _CLOSING
    if packet is None:
        return _BEGINNING + description + _END
    ends = [found.start() for found in _LAST_TAG.finditer(packet)]
    return packet[: ends[-1]] + description + packet[ends[-1] :] if ends else None


def record_in(packet: bytes) -> str | None:
    """The text of the record in a packet, the last of several; None if there is none."""
    if NAMESPACE.encode() not in packet or _DECLARATION.search(packet):
        return None  # a packet needs no declarations, and entities may be endless
    with suppress(ElementTree.ParseError, ValueError, LookupError):
        text = None
        for element in ElementTree.fromstring(packet).iter():
            text = element.get(f"{{{NAMESPACE}}}record", text)
            if element.tag == f"{{{NAMESPACE}}}record":
                text = element.text
        return text
    return None


def without_record(packet: bytes) -> bytes | None:
    """A packet without its record; None where nothing is left."""
    left = _STRAYS.sub(b"", _OURS.sub(b"", packet))
    return None if left == _BEGINNING + _END else left


def without_thumbnails(packet: bytes) -> bytes:
    """A packet without thumbnails, which would show a gray's colours."""
    return _THUMBNAILS.sub(b"", packet)


def tells_place(packet: bytes) -> bool:
    """Whether a packet says where on earth the picture was taken."""
    return b"GPSLatitude" in packet


def tells_gain_map(packet: bytes) -> bool:
    """Whether a packet says that a gain map comes with the picture."""
    return b"hdrgm:Version" in packet or b"HDRGainMapVersion" in packet
