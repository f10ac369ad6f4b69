"""Outcomes in a notebook: their pictures side by side."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

import invgray
from invgray import convert, metrics
from invgray.convert import Conversion, Status
from invgray.errors import InputError
from invgray.files.picture import Picture
from invgray.preview import LONG_SIDE, Panel, html

PLAIN = invgray.EncodeOptions(preset="luminance")


class _Page(HTMLParser):
    """Pictures and text of a page."""

    def __init__(self, page):
        super().__init__()
        self.pictures, self.text = {}, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            kind, data = dict(attrs)["src"].split(";base64,")
            assert kind == "data:image/webp"
            self.pictures[dict(attrs)["alt"]] = Image.open(io.BytesIO(base64.b64decode(data)))

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def outcome(tmp_path, photo):
    """Of an encoding of a photograph in a file whose name would be a tag."""
    source = tmp_path / "<b>&photo.png"
    Image.fromarray(photo).save(source)
    return invgray.encode_file(source, tmp_path / "photo.gray.png", PLAIN)


def test_an_encoding_shows_original_gray_and_restored(outcome, photo):
    page = _Page(outcome._repr_html_())
    original, gray, restored = (np.asarray(picture) for picture in page.pictures.values())
    titles = [alt.split(":")[0] for alt in page.pictures]
    assert titles == ["original", "gray", "restored"]
    assert metrics.psnr(photo, original) > 30
    assert metrics.psnr(photo, restored) > 30
    assert np.ptp(gray.astype(int), axis=-1).max() <= 4
    assert "preset luminance, 256x256 pixels" in page.text


def test_a_decoding_shows_gray_and_restored(outcome, tmp_path):
    decoded = invgray.decode_file(outcome.output, tmp_path / "photo.color.png")
    page = _Page(decoded._repr_html_())
    assert [alt.split(":")[0] for alt in page.pictures] == ["gray", "restored"]
    assert "100% from the fine layer" in page.text


def test_a_colorization_shows_that_colours_are_made_up(outcome, tmp_path):
    made = invgray.colorize_file(outcome.output, tmp_path / "photo.colorized.png")
    titles = [alt.split(":")[0] for alt in _Page(made._repr_html_()).pictures]
    assert titles == ["gray", "colours made up"]


def test_names_are_text(outcome):
    page = outcome._repr_html_()
    assert "<b>" not in page
    assert any(text.endswith("<b>&photo.png") for text in _Page(page).text)


def test_files_that_are_gone_are_said_to_be_gone(outcome, tmp_path):
    (tmp_path / "photo.gray.png").unlink()
    page = _Page(outcome._repr_html_())
    assert [alt.split(":")[0] for alt in page.pictures] == ["original"]
    assert page.text.count(f"{tmp_path / 'photo.gray.png'}: no such file") == 2


def test_bytes_and_streams_are_said_not_to_be_kept(photo_file):
    outcome = invgray.encode_file(photo_file.read_bytes(), io.BytesIO(), PLAIN)
    page = _Page(outcome._repr_html_())
    assert not page.pictures
    assert page.text.count("bytes and streams are not kept") == 3


def test_large_grays_are_not_decoded_to_be_shown(outcome, monkeypatch):
    monkeypatch.setattr(convert, "_DECODED_PIXELS", 256 * 256 - 1)
    page = _Page(outcome._repr_html_())
    assert [alt.split(":")[0] for alt in page.pictures] == ["original", "gray"]
    assert any("256x256 pixels are more than" in text for text in page.text)


def test_skipped_and_failed_ones_say_so(outcome):
    skipped = replace(outcome, status=Status.SKIPPED)
    assert any(text.endswith(": skipped") for text in _Page(skipped._repr_html_()).text)
    failed = invgray.Outcome(input="a", output="b", status=Status.FAILED, error="<i> is no picture")
    page = _Page(failed._repr_html_())
    assert not page.pictures
    assert page.text == ["a to b: failed", "<i> is no picture"]


def test_conversions_tell_what_they_were(outcome, tmp_path):
    options = replace(PLAIN, skip_existing=True)
    again = invgray.encode_file(outcome.input, outcome.output, options)
    assert (again.status, again.conversion) == (Status.SKIPPED, Conversion.ENCODE)


def test_pictures_are_small_keep_transparency_and_are_read_when_shown():
    read = []

    def wide():
        read.append(1)
        pixels = np.full((1000, 2000, 3), 200, np.uint8)
        return Picture(pixels=pixels, alpha=np.full((1000, 2000), 7, np.uint8))

    panels = [Panel(title="wide", name="a", read=wide)]
    assert not read
    (picture,) = _Page(html(panels, [])).pictures.values()
    assert (picture.size, picture.mode) == ((LONG_SIDE, LONG_SIDE // 2), "RGBA")
    assert np.asarray(picture)[..., 3].mean() == 7


def test_faults_stand_in_a_pictures_place():
    def fails():
        raise InputError("<broken>", "mend it")

    page = _Page(html([Panel(title="t", name="n", read=fails)], []))
    assert page.text == ["<broken>", "t", "n"]


def test_a_browser_shows_all_three(show, outcome):
    page = show(f"<!doctype html><meta charset=utf-8>{outcome._repr_html_()}", 1200)
    found = page.execute_script(
        "return [...document.images].map(i => [i.complete, i.naturalWidth, i.offsetTop])"
    )
    assert [row[:2] for row in found] == [[True, 256]] * 3
    assert len({row[2] for row in found}) == 1  # side by side
    assert "<b>&photo.png" in page.find_element("tag name", "body").text
    severe = [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"]
    assert not [e for e in severe if not re.search("favicon", e["message"])]
