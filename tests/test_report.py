"""The page of a benchmark: what is in it, and what a browser makes of it."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from io import BytesIO

import matplotlib
import numpy as np
import pytest
from PIL import Image

from invgray.benchmark import report
from invgray.benchmark.quality import RoundTrip
from invgray.luminance import luminance

HOSTILE = "<img src=x onerror=alert(1)>.png"
SECTIONS = ["gallery", "quality", "robustness", "timing", "pictures", "machine"]
LOADING = {"src", "href", "xlink:href", "srcset", "poster", "action", "data", "background"}


class Page(HTMLParser):
    """Elements, their attributes and the text of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._silent = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._silent = tag in ("style", "script")

    def handle_endtag(self, tag):
        self._silent = False

    def handle_data(self, data):
        if not self._silent:
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self):
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    @property
    def sections(self):
        return [name for name in self.ids if name in SECTIONS]


def _mean(mean, std=0.5):
    return {"mean": mean, "std": std}


def _speed(scope, stage, size):
    return {
        "scope": scope,
        "stage": stage,
        "size": size,
        "engine": "openvino",
        "precision": "float32",
        "median_s": 0.194,
        "spread_s": 0.01,
        "runs": 25,
        "megapixels_per_s": 1.35,
        "ratio_to_paper": 10.6,
        "peak_mb": 301.4,
    }


@pytest.fixture
def results():
    figures = {"psnr": 43.071, "ssim": 0.9907, "mae": 1.22, "structure": 0.98, "gray_psnr": 40.0}
    rows = [{"image": "a.png"} | figures, {"image": HOSTILE} | figures | {"psnr": np.inf}]
    quality = {name: _mean(value) for name, value in figures.items()}
    timing = [
        _speed(scope, stage, size)
        for scope in ("network", "end-to-end")
        for stage in ("encode", "decode")
        for size in (256, 512)
    ]
    return {
        "invgray": "0.1.0",
        "protocol": "full",
        "images": 2,
        "skipped": 1,
        "machine": {"processor": "A & B", "cores": 2, "flags": ["avx2"], "libraries": {"x": "1"}},
        "presets": {
            "standard": {
                "digest": "ab12",
                "quality": {"images": 2, "lpips": _mean(0.01)} | quality,
                "per_image": rows,
                "robustness": {"none": {"psnr": _mean(43.0)}, "$jpeg<95": {"psnr": _mean(30.0)}},
                "timing": timing,
                "fresh_process_s": 0.9,
            },
        },
        "baselines": {
            "<b>luminance</b>": {
                "quality": {"images": 2} | quality | {"psnr": _mean(np.inf), "mae": _mean(9.0)},
                "per_image": rows,
                "robustness": {"none": {"psnr": _mean(np.inf, 0.0)}},
            }
        },
    }


@pytest.fixture
def timing_only(results):
    results["presets"]["standard"] = {"digest": "ab12", "timing": [_speed("network", "encode", 8)]}
    return {name: results[name] for name in ("invgray", "machine", "presets")}


@pytest.fixture
def examples(photos):
    figures = {"psnr": np.inf, "ssim": 1.0, "mae": 0.0}
    names = {"astronaut": "a.png", "coffee": HOSTILE}
    return [
        RoundTrip(
            names[name],
            "standard",
            rgb := photos[name][:, :200],
            luminance(rgb).astype(np.uint8),
            255 - rgb,
            figures,
        )
        for name in names
    ]


@pytest.fixture
def page(results, examples):
    return Page(report.render(results, examples))


def _pixels(uri):
    return np.asarray(Image.open(BytesIO(base64.b64decode(uri.partition(",")[2]))))


# What is in it


def test_sections_stand_in_order_and_identifiers_are_unique(page):
    assert page.sections == SECTIONS
    assert len(set(page.ids)) == len(page.ids)
    assert len(page.all("h1")) == 1


def test_nothing_is_loaded_from_elsewhere(page):
    attributes = [pair for _, attributes in page.elements for pair in attributes.items()]
    references = [value for name, value in attributes if name in LOADING]
    references += re.findall(r"url\(['\"]?([^)]*)", page.html)
    assert references
    assert all(reference.startswith(("data:", "#")) for reference in references)
    assert "@import" not in page.html
    assert not [element for element in page.all("script") if "src" in element]


def test_every_picture_and_plot_is_described(page):
    assert all(image["alt"] and "src" in image for image in page.all("img"))
    assert len(page.all("svg")) == 5  # robustness; network and end-to-end, both ways
    assert all(plot["role"] == "img" and plot["aria-label"] for plot in page.all("svg"))


def test_names_are_text(page):
    assert not [attributes for _, attributes in page.elements if "onerror" in attributes]
    for text in (HOSTILE, "<b>luminance</b>", "$jpeg<95", "A & B"):
        assert text in page.text
    assert any(HOSTILE in image["alt"] for image in page.all("img"))


def test_names_need_not_be_valid_unicode(results):
    results["presets"]["standard"]["per_image"][0]["image"] = "\udce4.png"
    assert "?.png" in report.render(results, [])


def test_infinity_is_a_sign(results, examples):
    results["presets"]["standard"]["per_image"][0]["psnr"] = "inf"  # as JSON has it
    page = Page(report.render(results, examples))
    assert "PSNR <b>∞ dB</b>" in page.html
    assert page.html.count("<td>∞</td>") == 5  # two pictures twice, and a baseline unedited
    assert not re.search(r"\b(inf|nan|Infinity)\b", page.text)


def test_best_values_are_bold(page):
    bold = re.findall(r"<td><b>(.*?)</b></td>", page.html)
    assert "∞" in bold and "43.07 ± 0.50" not in bold
    assert "1.22 ± 0.50" in bold and "9.00 ± 0.50" not in bold
    assert bold.count("0.9907 ± 0.5000") == 2
    assert "0.0100 ± 0.5000" in bold


def test_only_row_has_no_best(results):
    del results["baselines"]
    assert "<td><b>" not in report.render(results, [])


def test_missing_figures_are_a_dash(page):
    assert page.html.count("<td>\N{EN DASH}</td>") == 2  # LPIPS and $jpeg<95 of the baseline


@pytest.mark.parametrize("unknown", [np.nan, None])
def test_unknown_means_are_dashes(results, unknown):
    for entry in (results["presets"]["standard"], results["baselines"]["<b>luminance</b>"]):
        entry["quality"]["lpips"] = {"mean": unknown, "std": unknown}
    results["baselines"]["<b>luminance</b>"]["quality"]["mae"]["mean"] = unknown
    html = report.render(results, [])
    assert html.count("<td>\N{EN DASH}</td>") == 4
    assert "<td><b>1.22 ± 0.50</b></td>" in html


def test_unmeasured_memory_is_a_dash(results):
    results["presets"]["standard"]["timing"][0]["peak_mb"] = None
    assert report.render(results, []).count("<td>\N{EN DASH}</td>") == 3


@pytest.mark.parametrize(
    "part, section",
    {
        "quality": "quality",
        "robustness": "robustness",
        "timing": "timing",
        "per_image": "pictures",
    }.items(),
)
def test_missing_parts_are_left_out(results, examples, part, section):
    for kind in ("presets", "baselines"):
        for entry in results[kind].values():
            entry.pop(part, None)
    page = Page(report.render(results, examples))
    assert page.sections == [name for name in SECTIONS if name != section]


@pytest.mark.parametrize("missing", ["machine", "presets", "baselines", "protocol", "skipped"])
def test_any_entry_may_be_missing(results, examples, missing):
    del results[missing]
    assert ("machine" in Page(report.render(results, examples)).sections) == (missing != "machine")


def test_timing_only(timing_only):
    page = Page(report.render(timing_only, []))
    assert page.sections == ["timing", "machine"]
    assert "how fast it works" in page.text and "restored value" not in page.text


def test_gray_pictures_and_crops_are_exact(page, examples):
    images = page.all("img")[1:]  # after the scale
    for i, example in enumerate(examples):
        original, gray, restored, difference, crop, luminance = images[6 * i : 6 * i + 6]
        assert original["src"].startswith("data:image/jpeg")
        assert restored["src"].startswith("data:image/jpeg")
        assert np.mean(abs(_pixels(original["src"]) - example.rgb.astype(float))) < 2
        assert np.array_equal(_pixels(gray["src"]), example.gray)
        where = report.most_colorful(example.rgb)
        assert np.array_equal(_pixels(crop["src"]), example.gray[where])
        assert _pixels(luminance["src"]).shape == (64, 64)
        assert difference["src"].startswith("data:image/png")


# Difference maps and crops


def _color(level):
    return matplotlib.colormaps["inferno"](level, bytes=True)[:3]


def _map(x, y):
    return np.asarray(report.difference_map(x, y).convert("RGB"))


def test_equal_pictures_have_the_lowest_colour(photo):
    assert np.all(_map(photo, photo) == _color(0))


@pytest.mark.parametrize("error", [32, 33, 255])
def test_large_errors_have_the_highest_colour(error):
    black = np.zeros((5, 7, 3), np.uint8)
    assert np.all(_map(black, black + np.uint8(error)) == _color(255))
    assert _map(black, black).shape == (5, 7, 3)


def test_difference_is_the_mean_over_channels():
    x, y = np.zeros((1, 1, 3), np.uint8), np.array([[[48, 0, 0]]], np.uint8)
    assert np.all(_map(x, y) == _color(128))
    assert np.all(_map(y, x) == _color(128))


def test_crop_is_the_most_saturated():
    rgb = np.full((100, 120, 3), 255, np.uint8)
    rgb[30:40, 70:80] = 255, 0, 0
    assert report.most_colorful(rgb, 10) == (slice(30, 40), slice(70, 80))
    assert report.most_colorful(rgb[:5, :7]) == (slice(0, 5), slice(0, 7))


# In a browser


def _by_css(browser, selector):
    return browser.find_element("css selector", selector)


def _shown(browser):
    """Pixels of the left and of the right of the first slider, off its middle and its line."""
    image = Image.open(BytesIO(_by_css(browser, ".stage").screenshot_as_png)).convert("RGB")
    pixels = np.asarray(image.resize((200, 256))).astype(float)
    return pixels[20:200, 30:80], pixels[20:200, 120:170]


def _alike(x, y):
    return np.mean(abs(x - y)) < 10


def test_pictures_load_without_complaints(show, page):
    browser = show(page.html, 1200)
    widths = browser.execute_script("return [...document.images].map(i => i.naturalWidth)")
    assert len(widths) == 1 + 2 * 8  # scale; six of each example, two of which the slider repeats
    assert min(widths) > 0
    assert browser.get_log("browser") == []
    assert (
        browser.execute_script("return document.querySelectorAll('.compare[hidden]').length") == 0
    )


def test_slider_changes_what_is_shown(show, page, examples):
    from selenium.webdriver.common.keys import Keys

    browser = show(page.html, 1200)
    original, restored = (
        (x[20:200, 30:80].astype(float), x[20:200, 120:170].astype(float))
        for x in (examples[0].rgb, examples[0].restored)
    )
    slider = _by_css(browser, ".stage input")
    label = _by_css(browser, f"label[for={slider.get_attribute('id')}]")
    assert label.text.startswith("Original on the left")
    for keys, split, left, right in (
        ("", 50, original[0], restored[1]),
        (Keys.HOME, 0, restored[0], restored[1]),
        (Keys.END, 100, original[0], original[1]),
        (Keys.ARROW_LEFT, 99, original[0], original[1]),
    ):
        slider.send_keys(keys)
        clip = _by_css(browser, ".stage .restored").value_of_css_property("clip-path")
        assert float(re.search(r"([\d.]+)%?\)$", clip)[1]) == split
        shown = _shown(browser)
        assert _alike(shown[0], left) and _alike(shown[1], right)


def test_slider_follows_the_pointer(show, page):
    from selenium.webdriver import ActionChains

    browser = show(page.html, 1200)
    stage = _by_css(browser, ".stage")
    before = _shown(browser)
    ActionChains(browser).drag_and_drop_by_offset(stage, stage.size["width"] // 4, 0).perform()
    slider = _by_css(browser, ".stage input")
    assert int(slider.get_property("value")) == pytest.approx(75, abs=2)
    assert slider.get_attribute("aria-valuetext").endswith("% original")
    after = _shown(browser)
    assert _alike(before[0], after[0]) and not _alike(before[1], after[1])


@pytest.mark.parametrize("opened", [False, True])
def test_a_phone_does_not_scroll_sideways(show, page, opened):
    browser = show(page.html, 360)
    if opened:
        browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    root = "document.documentElement"
    assert browser.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")
    assert browser.execute_script(
        "return [...document.querySelectorAll('body *:not(.scroll *, .stage *)')]"
        ".every(e => e.getBoundingClientRect().right <= innerWidth)"
    )


def test_timing_only_has_no_gallery(show, timing_only):
    browser = show(report.render(timing_only, []), 1200)
    assert not browser.find_elements("css selector", "#gallery, #quality, img")
    assert _by_css(browser, "#timing svg").size["height"] > 100
    assert browser.get_log("browser") == []
