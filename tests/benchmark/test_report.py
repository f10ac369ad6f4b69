"""The page of a benchmark: what is in it, and what a browser makes of it."""

from __future__ import annotations

import re
from io import BytesIO

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from invgray.benchmark import report

SECTIONS = ["gallery", "quality", "robustness", "timing", "pictures", "machine"]
LOADING = {"src", "href", "xlink:href", "srcset", "poster", "action", "data", "background"}
DASH = "<td>\N{EN DASH}</td>"


@pytest.fixture(scope="module")
def page(results, examples, parsed):
    return parsed(report.render(results, examples))


def changed(results, kind, name, **changes):
    """The results with a preset or baseline changed."""
    methods = dict(getattr(results, kind))
    methods[name] = replace(methods[name], **changes)
    return replace(results, **{kind: methods})


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


def test_names_are_text(page, hostile):
    assert not [attributes for _, attributes in page.elements if "onerror" in attributes]
    for text in (hostile, "<b>luminance</b>", "$jpeg<95", "A & B"):
        assert text in page.text
    assert any(hostile in image["alt"] for image in page.all("img"))


def test_the_first_preset_makes_the_headline(results, page):
    assert "1.22 levels of 255" in page.text
    assert "(preset standard)" in page.text
    only_baselines = report.render(replace(results, presets={}))
    assert "levels of 255 away" not in only_baselines


def test_infinity_is_a_sign(page):
    assert "PSNR <b>∞ dB</b>" in page.html
    assert page.html.count("<td>∞</td>") == 3  # a picture twice, and a baseline untouched
    assert not re.search(r"\b(inf|nan|Infinity)\b", page.text)


def test_best_values_are_bold(page):
    bold = re.findall(r"<td><b>(.*?)</b></td>", page.html)
    assert "∞" in bold
    assert "43.07 ± 0.50" not in bold
    assert "1.22 ± 0.50" in bold
    assert "9.00 ± 0.50" not in bold
    assert bold.count("0.9907 ± 0.5000") == 2
    assert "0.0100 ± 0.5000" in bold


def test_untouched_and_handled_stand_side_by_side(page):
    headings = re.findall(r'<th scope="col">(PSNR [^<]*|Fine [^<]*|Exact[^<]*)</th>', page.html)
    found = [heading.split("\N{NO-BREAK SPACE}")[0] for heading in headings[:4]]
    pair = ["PSNR untouched (dB)", "PSNR after JPEG 75 (dB)"]
    assert found == [*pair, "Fine layer", "Exact"]
    assert "<td><b>0.75 ± 0.50</b></td>" in page.html


def test_only_row_has_no_best(results):
    assert "<td><b>" not in report.render(replace(results, baselines={}))


def test_missing_figures_are_a_dash(page):
    assert page.html.count(DASH) == 4  # LPIPS, fine layer, exact and $jpeg<95 of the baseline


def test_unmeasured_memory_and_ratio_are_a_dash(results):
    rows = results.presets["standard"].timing
    rows = (replace(rows[0], peak_mb=None, ratio_to_paper=None), *rows[1:])
    unknown = changed(results, "presets", "standard", timing=rows)
    assert report.render(unknown).count(DASH) == 6


def test_recognition_has_a_row_for_each_handling_and_maker(page):
    row = (
        r"<th scope=\"row\">none</th><td class=\"text\">standard</td>\s*<td>25%</td>\s*<td>75%</td>"
    )
    assert re.search(row, page.html)
    assert "Taken for none" in page.text
    assert "Taken for standard" in page.text


@pytest.mark.parametrize(
    ("part", "nothing", "section"),
    [
        ("quality", None, "quality"),
        ("robustness", {}, "robustness"),
        ("timing", (), "timing"),
        ("per_image", (), "pictures"),
    ],
)
def test_missing_parts_are_left_out(results, examples, parsed, part, nothing, section):
    results = changed(results, "presets", "standard", **{part: nothing})
    results = changed(results, "baselines", "<b>luminance</b>", **{part: nothing})
    page = parsed(report.render(results, examples))
    assert page.sections == [name for name in SECTIONS if name != section]


def test_timing_only(timing_only, parsed):
    page = parsed(report.render(timing_only))
    assert page.sections == ["timing", "machine"]
    assert "how fast it works" in page.text
    assert "restored value" not in page.text


def test_machine_is_told_with_the_weights(page):
    for text in ("A & B", "avx2", "x 1", "Linux 6", "Weights of standard", "ab12"):
        assert text in page.text


def test_made_up_colours_have_a_section_of_their_own(colorized_results, photo, parsed):
    page = parsed(report.render(colorized_results, colorized=[(photo, 255 - photo)] * 8))
    assert page.ids == ["colorization", "pictures", "machine"]
    assert "how close made-up colours come" in page.text
    assert len(page.all("img")) == 2 * report.COLORIZED
    assert "<b>30.0 ± 0.5</b>" not in page.html  # neither more nor less colourful is better


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
        assert _alike(shown[0], left)
        assert _alike(shown[1], right)


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
    assert _alike(before[0], after[0])
    assert not _alike(before[1], after[1])


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
    browser = show(report.render(timing_only), 1200)
    assert not browser.find_elements("css selector", "#gallery, #quality, img")
    assert _by_css(browser, "#timing svg").size["height"] > 100
    assert browser.get_log("browser") == []


def test_colorizers_fit_a_phone(show, colorized_results, photo):
    browser = show(report.render(colorized_results, colorized=[(photo, 255 - photo)]), 360)
    assert len(browser.find_elements("css selector", "#colorization img")) == 2
    root = "document.documentElement"
    assert browser.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")
    assert browser.get_log("browser") == []
