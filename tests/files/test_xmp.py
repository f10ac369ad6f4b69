"""XMP packets with a record, and without."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invgray.files import xmp

EMPTY = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="d" dc:title="t"/></rdf:RDF></x:xmpmeta>'
)
TEXT = '{"preset": "a & b <c>", "weights": "0a"}'


@pytest.mark.parametrize(
    "packet", [None, EMPTY, EMPTY.replace(b"rdf:", b"r:").replace(b":rdf", b":r")]
)
def test_a_record_is_found_and_taken_out_again(packet):
    with_record = xmp.with_record(packet, TEXT)
    assert xmp.record_in(with_record) == TEXT
    assert xmp.without_record(with_record) == packet
    ElementTree.fromstring(with_record)
    if packet:
        assert xmp.record_in(packet) is None
        assert xmp.without_record(packet) == packet


def test_the_last_of_several_records_counts():
    twice = xmp.with_record(xmp.with_record(EMPTY, "first"), "second")
    assert xmp.record_in(twice) == "second"
    assert xmp.without_record(twice) == EMPTY


def test_a_record_is_found_as_other_programs_write_it_anew():
    own = xmp.with_record(EMPTY, TEXT)
    root = ElementTree.fromstring(own)
    assert xmp.record_in(ElementTree.tostring(root)) == TEXT  # with other prefixes
    for element in root.iter():
        if (inner := element.find(f"{{{xmp.NAMESPACE}}}record")) is not None:
            element.set(f"{{{xmp.NAMESPACE}}}record", inner.text)
            element.remove(inner)
    assert xmp.record_in(ElementTree.tostring(root)) == TEXT  # as an attribute
    attribute = EMPTY.replace(
        b'dc:title="t"', b'xmlns:invgray="urn:invgray:1.0/" invgray:record="{}" dc:title="t"'
    )
    assert xmp.record_in(attribute) == "{}"
    assert b"record" not in xmp.without_record(attribute)


def test_packets_without_an_end_take_no_record():
    for packet in (b"", b"<x:xmpmeta/>", b"<rdf:RDF/>", EMPTY.decode().encode("utf-16")):
        assert xmp.with_record(packet, TEXT) is None


def test_entities_are_not_followed():
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        b'<x xmlns:invgray="urn:invgray:1.0/"><invgray:record>&b;</invgray:record></x>'
    )
    assert xmp.record_in(bomb) is None
    assert xmp.record_in(bomb[bomb.index(b"<x") :].replace(b"&b;", b"{}")) == "{}"


@given(st.binary(max_size=200))
def test_noise_never_raises(noise):
    for packet in (noise, b"urn:invgray:1.0/" + noise, EMPTY[:-20] + noise):
        xmp.record_in(packet)
        xmp.without_record(packet)
        xmp.without_thumbnails(packet)


def test_places_and_gain_maps_are_told():
    assert xmp.tells_place(b'<x exif:GPSLatitude="48,8N"/>')
    assert not xmp.tells_place(EMPTY)
    assert not xmp.tells_gain_map(EMPTY)
