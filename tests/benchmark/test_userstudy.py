"""The page of the user study, in a browser, from its beginning to the exported answers."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import replace
from urllib.parse import unquote

import numpy as np
import pytest
from msgspec.structs import replace as with_facts
from selenium.webdriver.support.wait import WebDriverWait

from invgray.benchmark import answers, methods, quality, userstudy
from invgray.benchmark.answers import Better
from invgray.benchmark.results import Protocol
from invgray.presets import store

PICTURES = 3


@pytest.fixture(scope="module")
def html(photos):
    """Three pictures; the second has a name that would be markup, and commas."""
    shown = []
    for name, rgb in zip(("a.png", '<b>,"b".png', "c.png"), photos.values(), strict=True):
        trip = quality.measure(methods.LUMINANCE, name, rgb[:96, :80], None, Protocol.FULL)
        bright = np.clip(trip.gray.astype(int) + 40, 0, 255).astype(np.uint8)
        shown.append(userstudy.shown(replace(trip, gray=bright)))
    return userstudy.render(shown, store.find("standard"))


class Study:
    """The page in a browser, answered by somebody who knows what is what."""

    def __init__(self, browser):
        self.browser, self.run = browser, browser.execute_script

    def find(self, selector):
        return self.browser.find_element("css selector", selector)

    def click(self, selector):
        WebDriverWait(self.browser, 5).until(lambda _: self.find(selector).is_displayed())
        self.find(selector).click()

    def reload(self):
        """The browser gives a new page what the last one stored a moment later."""
        time.sleep(1)
        self.browser.refresh()

    def wait_for(self, number):
        words = f"Question {number} of {2 * PICTURES}"
        for _ in range(500):
            ready = "return shownAt > 0 && document.activeElement.id === 'counter'"
            if self.find("#counter").text == words and self.run(ready):
                return
        pytest.fail(self.find("body").text)

    @property
    def trial(self):
        return self.run("return kept.current.trials[kept.current.answers.length]")

    def give(self, name, value):
        self.click(f"input[name={name}][value='{value}']")

    def answer(self, number):
        """Restored colours get 4 and luminance 2; ours gets 5 and is better."""
        self.wait_for(number)
        next_button, trial = self.find("#next"), self.trial
        assert not next_button.is_enabled()
        if trial["part"] == "similarity":
            self.give("rating", 4)
        else:
            self.give("better", "left" if trial["left"] == "ours" else "right")
            self.give("left", 5 if trial["left"] == "ours" else 2)
            assert not next_button.is_enabled()
            self.give("right", 5 if trial["right"] == "ours" else 2)
        self.run("shownAt -= 1000")
        next_button.click()
        return trial

    def exported(self, kind):
        link = self.find(f"#{kind}")
        assert link.get_attribute("download") == f"study-answers.{kind}"
        return unquote(link.get_attribute("href").partition(",")[2])

    def pixels(self):
        """Mean levels of the pictures that are shown, in their order."""
        return self.run(
            """return [...document.querySelectorAll('.pictures img')].map((image) => {
                 const canvas = document.createElement('canvas');
                 [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
                 const context = canvas.getContext('2d');
                 context.drawImage(image, 0, 0);
                 const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
                 const greens = data.filter((_, i) => i % 4 === 1);
                 return greens.reduce((a, b) => a + b, 0) / greens.length;
               })"""
        )


@pytest.fixture
def study(show, html):
    browser = show(html, 1200)
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    yield Study(browser)
    browser.execute_script("localStorage.clear()")
    assert browser.get_log("browser") == []


def test_nothing_is_loaded_from_elsewhere_and_pictures_are_without_loss(html):
    assert html.count("data:image/webp") == 4 * PICTURES
    assert "http:" not in html
    assert "https:" not in html
    assert "<b>," not in html


def test_from_the_first_question_to_the_exported_answers(study, tmp_path):
    study.click("#start")
    asked = [study.answer(n) for n in range(1, 2 * PICTURES + 1)]
    assert study.find("#thanks").is_displayed()
    parts = [trial["part"] for trial in asked]
    assert parts in ([a] * 3 + [b] * 3 for a, b in (parts[::3], parts[::-3]))
    for part, pair in (("similarity", "original restored"), ("conformity", "luminance ours")):
        trials = [trial for trial in asked if trial["part"] == part]
        assert sorted(trial["picture"] for trial in trials) == [0, 1, 2]
        left = [trial["left"] for trial in trials]
        assert sorted(left.count(kind) for kind in pair.split()) == [1, 2]
    path = tmp_path / "answers.json"
    path.write_text(study.exported("json"), "utf-8")
    found = answers.load([path])
    assert found.pictures == ("a.png", '<b>,"b".png', "c.png")
    assert (found.preset, found.digest) == ("standard", store.find("standard").digest)
    (one,) = found.participants
    assert [(a.picture, a.left, a.place) for a in (*one.similarity, *one.conformity)] == [
        (trial["picture"], trial["left"], place)
        for part in ("similarity", "conformity")
        for place, trial in enumerate(asked)
        if trial["part"] == part
    ]
    assert {a.rating for a in one.similarity} == {4}
    assert {(a.better, a.luminance, a.ours) for a in one.conformity} == {(Better.OURS, 2, 5)}
    assert all(1000 <= a.milliseconds < 60_000 for a in (*one.similarity, *one.conformity))
    findings = answers.findings(found)
    assert findings.better[Better.OURS].mean == 1
    rows = list(csv.DictReader(io.StringIO(study.exported("csv"))))
    assert len(rows) == 2 * PICTURES
    assert {row["picture"] for row in rows} == set(found.pictures)
    assert {row["rating"] for row in rows if row["part"] == "similarity"} == {"4"}
    assert {row["better"] for row in rows if row["part"] == "conformity"} == {"ours"}


def test_a_closed_page_goes_on_where_it_was_and_the_next_one_begins_otherwise(study, tmp_path):
    study.click("#start")
    first = [study.answer(n) for n in (1, 2)]
    study.reload()
    study.click("#continue")
    first += [study.answer(n) for n in range(3, 2 * PICTURES + 1)]
    study.reload()
    assert not study.find("#continue").is_displayed()
    study.click("#another")
    second = [study.answer(n) for n in range(1, 2 * PICTURES + 1)]
    assert first[0]["part"] != second[0]["part"]
    path = tmp_path / "answers.json"
    path.write_text(study.exported("json"), "utf-8")
    people = answers.load([path]).participants
    assert len({one.participant for one in people}) == 2
    assert study.find("#kept").text == "2 participants answered on this browser."


def test_what_stands_on_a_side_is_what_is_said_to(study):
    study.click("#start")
    for number in range(1, 2 * PICTURES + 1):
        study.wait_for(number)
        trial, levels = study.trial, study.pixels()
        if trial["part"] == "conformity":
            assert len(levels) == 3
            assert (levels[1] > levels[2] + 20) == (trial["left"] == "ours")
        else:
            assert len(levels) == 2
        study.answer(number)


def test_it_is_accessible_and_fits_a_phone(study, violations):
    def fits():
        assert violations(study.browser) == []
        for width in (360, 1200):
            size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
            study.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            root = "document.documentElement"
            assert study.run(f"return {root}.scrollWidth <= {root}.clientWidth")

    fits()
    study.click("#start")
    for number in range(1, 2 * PICTURES + 1):
        study.wait_for(number)
        if number in (1, PICTURES + 1):
            fits()
        study.answer(number)
    fits()


def test_another_study_has_other_answers(html, photos):
    trip = quality.measure(methods.LUMINANCE, "a.png", photos["cat"][:40, :40], None)
    trip = replace(trip, figures=with_facts(trip.figures, image="z.png"))
    other = userstudy.render([userstudy.shown(trip)], store.find("standard"))
    mine, its = (page.partition('"id": "')[2][:16] for page in (html, other))
    assert len(mine) == 16
    assert mine != its
