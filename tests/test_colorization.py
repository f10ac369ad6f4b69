"""`invgray benchmark` on colorizers, and the real-or-fake page in a browser."""

from __future__ import annotations

import csv
import io
import json
import time
from urllib.parse import unquote

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from skimage.color import rgb2lab

import invgray
from invgray import errors, gamut, metrics
from invgray.benchmark import classifier, colorization, report, turing
from invgray.benchmark.suite import Pictures
from invgray.cli import main
from invgray.images import to_8_bits

BASELINES = ["grayscale", "random training colours"]


def run(*arguments):
    return CliRunner().invoke(main, ["benchmark", *map(str, arguments)])


# Measures


def test_auc_is_the_area_under_the_curve(photos):
    x, y = photos["cat"], photos["coffee"]
    distance = np.linalg.norm(rgb2lab(x)[..., 1:] - rgb2lab(y)[..., 1:], axis=-1)
    thresholds = np.linspace(0, 150, 3001)
    shares = [(distance <= threshold).mean() for threshold in thresholds]
    area = np.trapezoid(shares, thresholds) / 150
    assert metrics.ab_accuracy(x, y).mean() == pytest.approx(area, abs=1e-3)
    assert np.all(metrics.ab_accuracy(x, x) == 1)


def test_colorfulness_in_closed_form():
    rgb = np.zeros((2, 2, 3), np.uint8)
    rgb[0] = 200, 100, 50  # red - green 100, yellow - blue 100; half of the pixels are black
    deviation, mean = np.hypot(50, 50), np.hypot(50, 50)
    assert metrics.colorfulness(rgb) == pytest.approx(deviation + 0.3 * mean)
    assert metrics.colorfulness(rgb[:, :, :1].repeat(3, axis=-1)) == 0


def test_rebalanced_accuracy_weighs_pixels_by_their_true_colours():
    rgb = np.array([[[128, 128, 128]] * 3 + [[255, 0, 0]]], np.uint8)
    gray = np.repeat(to_8_bits(gamut.gray_of(rgb))[..., None], 3, axis=-1)
    centres = np.array([[0, 0], [80, 67]], np.float32)
    figures = metrics.colorization(rgb, gray, centres, np.array([1.0, 9.0]))
    wrong = 1 - np.linalg.norm(rgb2lab(rgb)[0, 3, 1:]) / 150
    assert figures["auc"] == pytest.approx(100 * (3 + wrong) / 4, abs=0.1)
    assert figures["auc_rebalanced"] == pytest.approx(100 * (3 + 9 * wrong) / 12, abs=0.1)
    both = [figures, figures | {"auc_rebalanced": 100.0, "rarity": 36.0}]
    mean = metrics.mean_of_colorizations(both)["auc_rebalanced"]
    assert mean == pytest.approx((figures["auc_rebalanced"] + 3 * 100) / 4)


def test_random_colours_are_those_of_the_training(colorizer_folder, photo):
    made = invgray.load_colorizer(colorizer_folder)
    colors = made.preset.card["colors"]
    random = colorization.methods([made])[1]
    rgb = random.decode(np.full((200, 200), 128, np.uint8))
    centres = gamut.bins(colors["grid"], colors["count"])
    found = np.bincount(
        gamut.nearest(rgb2lab(rgb)[..., 1:], centres).ravel(), minlength=len(centres)
    )
    assert abs(found / found.sum() - np.array(colors["distribution"])).max() < 0.02


# The command


def test_figures_are_those_of_the_colorizer(photo_folder, colorizer_folder, tmp_path, photos):
    files = {name: tmp_path / f"out.{name}" for name in ("json", "csv", "html")}
    options = [part for kind, file in files.items() for part in (f"--{kind}", file)]
    result = run(photo_folder, "--weights", colorizer_folder, *options, "--precision", "float32")
    assert result.exit_code == 0, result.output
    assert "Made-up colours" in result.stderr and "AuC, rebalanced" in result.stderr
    figures = json.loads(files["json"].read_text())
    assert list(figures["colorization"]) == [*BASELINES, "hasty"]
    assert figures["baselines"] == {} and "quality" not in figures["presets"]["hasty"]
    rows = {row["image"]: row for row in figures["colorization"]["hasty"]["per_image"]}
    rgb = np.ascontiguousarray(photos["cat"][:96, :80])
    made = invgray.load_colorizer(colorizer_folder, precision="float32")
    colorized = made.colorize(to_8_bits(gamut.gray_of(rgb)))
    centres, weights = gamut.rarity(made.preset.card["colors"])
    assert rows["cat.png"].items() >= metrics.colorization(rgb, colorized, centres, weights).items()
    gray = figures["colorization"]["grayscale"]["quality"]
    assert gray["colorfulness"]["mean"] < 0.5 < gray["colorfulness_original"]["mean"]
    table = list(csv.DictReader(io.StringIO(files["csv"].read_text())))
    assert [row["method"] for row in table] == [m for m in (*BASELINES, "hasty") for _ in range(3)]
    page = files["html"].read_text()
    assert 'id="colorization"' in page and page.count("with made-up colours") == 3


def test_codecs_and_colorizers_stand_side_by_side(photo_folder, colorizer_folder):
    result = run(
        photo_folder / "cat.png",
        "--preset",
        "standard",
        "--weights",
        colorizer_folder,
        "--json",
        "-",
    )
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["presets"].keys() == {"standard", "hasty"}
    assert "quality" in figures["presets"]["standard"]
    assert list(figures["colorization"]) == [*BASELINES, "hasty"]


def test_a_classifier_that_cannot_be_had_is_named_and_left_out(
    photo_folder, colorizer_folder, monkeypatch
):
    def refuse(**options):
        raise Exception("no network")

    monkeypatch.setattr(keras.applications, "VGG16", refuse)
    options = ["--weights", colorizer_folder, "--json", "-", "--classifier"]
    result = run(photo_folder / "cat.png", *options)
    assert result.exit_code == 0
    assert "the classifier test is left out: VGG-16 cannot be had (no network)" in result.stderr
    assert "recognised" not in json.loads(result.stdout)["colorization"]["hasty"]["quality"]


def test_the_classifier_compares_two_pictures(monkeypatch, photos):
    def brightest_channel(**options):
        inputs = keras.Input((224, 224, 3))
        return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(inputs))

    monkeypatch.setattr(keras.applications, "VGG16", brightest_channel)
    agree = classifier.load()
    red, green = np.zeros((2, 50, 60, 3), np.uint8)
    red[..., 0], green[..., 1] = 255, 255
    assert agree(red, red) == 1 and agree(red, green) == 0


@pytest.mark.parametrize("arguments", [["PHOTOS", "--preset", "standard"], ["--timing"]])
def test_the_page_needs_a_colorizer_and_pictures(photo_folder, arguments):
    arguments = [photo_folder if a == "PHOTOS" else a for a in arguments]
    result = run(*arguments, "--turing-test", "-")
    assert result.exit_code == errors.USAGE
    assert "the real-or-fake page needs pictures and a colorizer" in result.stderr


# The page


@pytest.fixture
def pairs(photos):
    return [(rgb, np.repeat(rgb[..., 1:2], 3, axis=-1)) for rgb in photos.values()]


def test_the_command_writes_the_page(photo_folder, colorizer_folder, tmp_path):
    page = tmp_path / "page.html"
    result = run(photo_folder, "--weights", colorizer_folder, "--turing-test", page, "-q")
    assert result.exit_code == 0, result.output
    html = page.read_text()
    assert html.count("data:image/jpeg") == 6
    assert "http:" not in html and "https:" not in html


def _by_id(browser, name):
    return browser.find_element("id", name)


def _pictures(browser):
    """Whether each of the two pictures is shown, and whether it has colours."""
    return browser.execute_script(
        """return [...document.querySelectorAll('.pair img')].map(image => {
             const canvas = document.createElement('canvas');
             canvas.width = canvas.height = 256;
             const context = canvas.getContext('2d');
             context.drawImage(image, 0, 0);
             const data = context.getImageData(0, 0, 256, 256).data;
             let colored = false;
             for (let i = 0; i < data.length; i += 4)
               if (Math.abs(data[i] - data[i + 2]) > 30) colored = true;
             return [!image.hidden, colored];
           })"""
    )


def _wait(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.02)


@pytest.mark.parametrize("right", [True, False])
def test_answers_are_counted(show, pairs, right):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.keys import Keys

    browser = show(turing.render(pairs), 900)
    _by_id(browser, "start").click()
    seen = []
    for number in range(3):
        _wait(lambda n=number: _by_id(browser, "counter").text == f"Pair {n + 1} of 3")
        _wait(lambda: all(shown for shown, _ in _pictures(browser)))
        buttons = browser.find_elements("css selector", ".answers button")
        assert not any(button.is_enabled() for button in buttons)
        start = time.monotonic()
        colored = [colored for _, colored in _pictures(browser)]
        assert sorted(colored) == [False, True]
        _wait(lambda b=buttons: all(button.is_enabled() for button in b))
        assert 0.3 < time.monotonic() - start < 3
        assert not any(shown for shown, _ in _pictures(browser))
        side = colored.index(not right)
        seen.append(side)
        if number:
            buttons[side].click()
        else:
            keys = [Keys.ARROW_LEFT, Keys.ARROW_RIGHT]
            ActionChains(browser).send_keys(keys[side]).perform()
    fooled = 0 if right else 3
    summary = _by_id(browser, "summary").text
    assert (
        summary == f"Made-up colours were taken for real {fooled} times of 3: {fooled * 100 // 3}%."
    )
    href = _by_id(browser, "download").get_attribute("href")
    answers = json.loads(unquote(href.partition(",")[2]))
    assert (answers["pairs"], answers["fooled"]) == (3, fooled)
    assert sorted(a["pair"] for a in answers["answers"]) == [0, 1, 2]
    assert [a["answer"] for a in answers["answers"]] == [("left", "right")[side] for side in seen]
    assert _by_id(browser, "download").get_attribute("download") == "real-or-fake.json"
    assert browser.get_log("browser") == []
    _by_id(browser, "again").click()
    assert _by_id(browser, "counter").text == "Pair 1 of 3"


def test_the_page_fits_a_phone(show, pairs):
    browser = show(turing.render(pairs), 360)
    _by_id(browser, "start").click()
    root = "document.documentElement"
    assert browser.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")


def test_the_benchmark_s_page_shows_colorizers(show, colorizer_folder, pairs):
    figures = {"auc": {"mean": 80.0, "std": 1.0}, "colorfulness": {"mean": 30.0, "std": 2.0}}
    results = {
        "invgray": "0.1.0",
        "presets": {"hasty": {"digest": "ab"}},
        "colorization": {
            name: {"quality": {"images": 3} | figures, "per_image": []}
            for name in ("grayscale", "hasty")
        },
    }
    browser = show(report.render(results, *Pictures([], pairs)), 360)
    assert len(browser.find_elements("css selector", "#colorization img")) == 6
    assert "Colourfulness" in _by_id(browser, "colorization").text
    assert "how close made-up colours come" in browser.find_element("css selector", ".lead").text
    root = "document.documentElement"
    assert browser.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")
    assert browser.get_log("browser") == []
