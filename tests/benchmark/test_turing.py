"""The real-or-fake page, in a browser."""

from __future__ import annotations

import json
import time
from urllib.parse import unquote

import numpy as np
import pytest

from invgray.benchmark import turing


@pytest.fixture
def pairs(photos):
    return [(rgb, np.repeat(rgb[..., 1:2], 3, axis=-1)) for rgb in photos.values()]


def test_nothing_is_loaded_from_elsewhere(pairs):
    html = turing.render(pairs)
    assert html.count("data:image/jpeg") == 6
    assert "http:" not in html
    assert "https:" not in html


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
