"""The page in a real browser: what is put in, seen, moved, and downloaded."""

from __future__ import annotations

import base64
import io
import time
import zipfile
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from skimage import data

from invgray.cli import main

BEYOND = """
    const edge = document.querySelector("main").getBoundingClientRect().right + 1;
    return [...document.querySelectorAll("main *")]
      .filter((e) => !e.closest(".viewport") && e.getBoundingClientRect().right > edge)
      .map((e) => e.outerHTML)"""
"""What sticks out of the page on the right, apart from what scrolls."""

WIDTHS, SCHEMES = (360, 1280), ("light", "dark")


class Page:
    """The page in a browser."""

    def __init__(self, browser, url, downloads):
        self.browser, self.url, self.downloads = browser, url, downloads
        self.run = browser.execute_script
        behavior = {"behavior": "allow", "downloadPath": str(downloads)}
        browser.execute_cdp_cmd("Browser.setDownloadBehavior", behavior)
        self.look(1280)
        browser.get(url)
        self.until(lambda: self.run("return document.getElementById('preset').value"))

    def look(self, width, scheme="light"):
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def find(self, selector):
        return self.browser.find_element("css selector", selector)

    def all(self, selector):
        return self.browser.find_elements("css selector", selector)

    def until(self, fulfilled, seconds=60):
        end = time.monotonic() + seconds
        while not (found := fulfilled()):
            assert time.monotonic() < end, self.find("body").text
            time.sleep(0.05)
        return found

    def put(self, *paths):
        self.find("#files").send_keys("\n".join(map(str, paths)))

    def news(self, words):
        self.until(lambda: self.find("#news").text == words)

    def choose(self, id_, value):
        self.run(
            "const e = document.getElementById(arguments[0]); e.value = arguments[1];"
            "e.dispatchEvent(new Event('change'))",
            id_,
            value,
        )

    def download(self, element, name):
        element.click()
        path = self.downloads / name
        self.until(path.exists)
        return path.read_bytes()


@pytest.fixture
def page(server, browser, tmp_path):
    page = Page(browser, server.url, tmp_path)
    yield page
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.get("about:blank")
    log = [entry for entry in browser.get_log("browser") if entry["source"] != "network"]
    assert log == []


@pytest.fixture
def picture(tmp_path, photo):
    path = tmp_path / "a photo.png"
    Image.fromarray(photo[:160, :192]).save(path)
    return path


def by_command(source, target, name, *options):
    line = [name, str(source), "-o", str(target), "--precision", "float32", *options]
    result = CliRunner().invoke(main, line)
    assert result.exit_code == 0, result.output
    return target.read_bytes()


def test_a_picture_goes_there_and_back_bit_for_bit_as_by_the_command(page, picture, tmp_path):
    page.put(picture)
    page.news("1 of 1 done")
    assert [e.text for e in page.all("figcaption")] == ["Original", "Gray", "Restored"]
    assert page.find(".facts").text == "192 × 160 pixels, preset standard"  # noqa: RUF001
    assert page.find(".share").text.startswith("100 % from the fine layer")
    gray, color = page.all(".downloads a")
    expected = by_command(picture, tmp_path / "gray.png", "encode")
    assert page.download(gray, "a photo.gray.png") == expected
    expected = by_command(tmp_path / "gray.png", tmp_path / "color.png", "decode")
    assert page.download(color, "a photo.color.png") == expected
    hosts = page.run("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert all(name.startswith((page.url, f"blob:{page.url}")) for name in hosts)
    assert len(hosts) > 5


def test_many_come_as_one_zip(page, picture, tmp_path, photos, violations):
    gray = tmp_path / "mailed.gray.png"
    by_command(picture, gray, "encode", "--preset", "robust")
    camera, bad = tmp_path / "camera.png", tmp_path / "bad.png"
    Image.fromarray(data.camera()[::8, ::8]).save(camera)
    bad.write_bytes(b"no picture")
    (tmp_path / "other").mkdir()
    twin = tmp_path / "other" / picture.name
    Image.fromarray(photos["cat"][:96, :96]).save(twin)
    page.put(picture, gray, camera, bad, twin)
    page.news("4 of 5 done, 1 failed")
    cards = page.all(".card")
    assert "Is not a picture; give a JPEG, PNG, TIFF, ..." in cards[3].text
    assert "It seems to hide no colours" in cards[2].text
    assert "preset robust" in cards[1].text
    content = page.download(page.find("#all"), "invgray.zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            *("a photo.gray.png", "a photo.color.png", "mailed.color.png", "camera.color.png"),
            *("a photo.gray (2).png", "a photo.color (2).png"),
        ]
        expected = by_command(gray, tmp_path / "mailed.color.png.png", "decode")
        assert archive.read("mailed.color.png") == expected
    cards[2].find_element("css selector", ".colorize").click()
    page.until(lambda: "Colours made up" in page.all(".card")[2].text)
    expected = by_command(camera, tmp_path / "made.png", "colorize")
    link = page.all(".card")[2].find_element("css selector", ".downloads a")
    assert page.download(link, "camera.colorized.png") == expected
    assert violations(page.browser) == []


def test_options_are_heeded(page, picture, tmp_path):
    page.choose("preset", "robust")
    page.choose("gray-format", "jpg")
    page.run("document.getElementById('quality').value = 60")
    page.choose("color-format", "tif")
    page.put(picture)
    page.news("1 of 1 done")
    gray, color = page.all(".downloads a")
    expected = by_command(
        picture, tmp_path / "x.jpg", "encode", "--preset", "robust", "--quality", "60"
    )
    assert page.download(gray, "a photo.gray.jpg") == expected
    expected = by_command(tmp_path / "x.jpg", tmp_path / "x.tif", "decode")
    assert page.download(color, "a photo.color.tif") == expected
    assert "This browser cannot show the format" in page.all("figure")[2].text
    page.choose("color-format", "png")
    page.find("#again").click()
    page.until(lambda: "a photo.color.png" in page.find(".card").text)


def test_the_slider_and_zoom_show_pixels(page, picture):
    from selenium.webdriver.common.keys import Keys

    page.put(picture)
    page.news("1 of 1 done")

    def left():
        return page.run("return parseFloat(document.querySelector('.line').offsetLeft)")

    def shown():
        return page.run("return document.querySelector('.compare').clientWidth")

    slider = page.find(".split")
    assert left() == pytest.approx(shown() / 2, abs=2)
    slider.send_keys(Keys.HOME)
    assert left() == pytest.approx(0, abs=2)
    slider.send_keys(Keys.END)
    assert left() == pytest.approx(shown(), abs=2)
    slider.send_keys(Keys.ARROW_LEFT)
    assert slider.get_property("value") == "99"
    assert slider.get_property("ariaValueText") == "1 % Restored"
    page.run("const z = document.querySelector('.zoom'); z.value = '16'; z.onchange()")
    assert page.run("return document.querySelector('.stack').clientWidth") == 16 * 192
    rendering = "return getComputedStyle(document.querySelector('.before')).imageRendering"
    assert page.run(rendering) == "pixelated"
    page.run("document.querySelector('.compare').scrollLeft = 640")
    page.until(
        lambda: page.run("return document.querySelector('.panes .viewport').scrollLeft") == 640
    )
    page.until(lambda: left() == pytest.approx(640 + 0.99 * shown(), abs=2))


def test_what_is_seen_is_the_picture_on_either_side(page, photo, picture):
    page.put(picture)
    page.news("1 of 1 done")
    page.run(
        "document.querySelector('.pair').value = 1;"
        "document.querySelector('.pair').onchange();"
        "document.querySelector('.compare').scrollIntoView()"
    )
    assert page.find(".pair").text.split("\n")[1].strip() == "Original and gray"
    page.run("const z = document.querySelector('.zoom'); z.value = '2'; z.onchange()")
    seen = np.asarray(Image.open(io.BytesIO(page.find(".stack").screenshot_as_png)).convert("RGB"))
    height, width = seen.shape[:2]
    assert abs(width - 384) <= 2
    inner = seen[8:-8, 8:-8]  # without the round corners
    before, after = inner[:, : width // 2 - 12], inner[:, width // 2 - 4 :]
    assert np.ptp(before.astype(int), axis=-1).mean() > 20
    assert np.ptp(after.astype(int), axis=-1).max() == 0
    doubled = np.kron(photo[:160, :192], np.ones((2, 2, 1), np.uint8))[8 : height - 8, 8:]
    assert np.abs(before.astype(int) - doubled[:, : width // 2 - 12]).mean() < 3


def file_event(kind, name, path):
    content = base64.b64encode(path.read_bytes()).decode()
    return f"""
        const bytes = Uint8Array.from(atob("{content}"), (c) => c.charCodeAt(0));
        const files = new DataTransfer();
        files.items.add(new File([bytes], "{name}", {{ type: "image/png" }}));
        {kind}"""


def test_pictures_are_pasted_and_dropped(page, picture):
    paste = "document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: files }));"
    page.run(file_event(paste, "image.png", picture))
    page.news("1 of 1 done")
    over = "document.getElementById('drop').dispatchEvent(new DragEvent('dragover', options));"
    drop = "document.getElementById('drop').dispatchEvent(new DragEvent('drop', options));"
    options = "const options = { dataTransfer: files, bubbles: true, cancelable: true };"
    page.run(file_event(options + over, "b.png", picture))
    assert "over" in page.find("#drop").get_attribute("class")
    page.run(file_event(options + drop, "b.png", picture))
    page.news("2 of 2 done")
    assert [e.text for e in page.all(".name")] == ["pasted-1.png", "b.png"]
    assert "over" not in page.find("#drop").get_attribute("class")


def test_long_work_shows_progress_and_can_be_removed(page, server, large, tmp_path, violations):
    path = tmp_path / "large.png"
    path.write_bytes(large)
    page.choose("preset", "luminance")
    page.choose("action", "encode")
    page.put(path, path, path)
    page.until(lambda: page.find(".state").text.startswith("Working"))
    assert page.find("progress").is_displayed()
    assert "Waiting for its turn." in page.all(".card")[2].text
    assert violations(page.browser) == []
    server.wait_for('invgray_requests_now{state="working"}', 2)
    page.find("#clear").click()
    assert not page.find("#results").is_displayed()
    server.wait_for('invgray_requests_now{state="working"}', 0)
    assert page.run("return document.activeElement.id") == "files"


def test_everything_is_reached_by_keyboard(page, picture):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    page.put(picture)
    page.news("1 of 1 done")
    page.run("document.activeElement.blur(); window.scrollTo(0, 0)")
    reached = []
    for _ in range(40):
        ActionChains(page.browser).send_keys(Keys.TAB).perform()
        reached.append(
            page.run(
                "const e = document.activeElement;"
                "return e.id || e.className || e.textContent || e.tagName"
            )
        )
        style = "return getComputedStyle(document.activeElement).outlineStyle"
        assert page.run(style) != "none", reached[-1]
        if reached[-1] == "health":
            break
    order = [
        *("files", "action", "preset", "gray-format", "color-format", "temperature", "strip"),
        *("again", "all", "clear", "paint", "remove", "pair", "zoom", "compare viewport", "split"),
        *("viewport", "viewport", "viewport"),
        *("Download a photo.gray.png", "Download a photo.color.png"),
        *("OpenAPI description", "presets", "metrics", "health"),
    ]
    assert reached == order


ENGINE = "--hint-engine"


def hints_sent(page):
    """The hints of the last request, and what spreads them, as options of the command."""
    names = page.run("return performance.getEntriesByType('resource').map((e) => e.name)")
    (query,) = [parse_qs(urlsplit(name).query) for name in names if "/colorize?" in name][-1:]
    hints = [part for hint in query["hint"] for part in ("--hint", hint)]
    return hints + [part for engine in query.get("hint_engine", ()) for part in (ENGINE, engine)]


def coloured(page, tmp_path, picture):
    """The hints that were sent; what comes back is what the command makes of them."""
    page.find(".spread").click()
    page.until(lambda: "Colours from hints" in page.find(".panes").text)
    page.news("1 of 1 done")
    sent = hints_sent(page)
    expected = by_command(picture, tmp_path / "expected.png", "colorize", *sent)
    link = page.find(".downloads a")
    assert page.download(link, "a photo.colorized.png") == expected
    (tmp_path / "a photo.colorized.png").unlink()
    (tmp_path / "expected.png").unlink()
    return sent


def test_strokes_of_a_brush_give_their_colours(page, picture, tmp_path, violations):
    from selenium.webdriver.common.action_chains import ActionChains

    page.put(picture)
    page.news("1 of 1 done")
    page.find(".paint").click()
    page.until(lambda: page.run("return document.querySelector('.hints canvas').width") == 192)
    canvas = page.find(".hints canvas")
    page.run("arguments[0].scrollIntoView({ block: 'center' })", canvas)
    for color, down in (("#d02020", -60), ("#2040d0", 60)):
        page.run("document.querySelector('.hints .bar .color').value = arguments[0]", color)
        drag = ActionChains(page.browser).move_to_element_with_offset(canvas, -80, down)
        drag.click_and_hold().move_by_offset(80, 0).move_by_offset(80, 20).release().perform()
    rows = page.all(".given li")
    assert [row.text.split(" points")[0] for row in rows] == ["Stroke of 3", "Stroke of 3"]
    painted = page.run(
        "const c = document.querySelector('.hints canvas');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "return d.filter((_, i) => i % 4 === 3 && d[i] > 0).length"
    )
    assert painted > 100
    assert violations(page.browser) == []
    sent = coloured(page, tmp_path, picture)
    assert [hint.split(",")[2] for hint in sent[1::2]] == ["d02020"] * 3 + ["2040d0"] * 3
    rows[1].find_element("css selector", ".drop-hint").click()
    page.find(".network").click()
    assert coloured(page, tmp_path, picture)[6:] == [ENGINE, "network"]
    page.find(".none").click()
    assert not page.find(".spread").is_enabled()


def test_hints_are_listed_by_keyboard_alone(page, picture, tmp_path):
    from selenium.webdriver.common.keys import Keys

    page.put(picture)
    page.news("1 of 1 done")
    page.find(".paint").send_keys(Keys.ENTER)
    page.until(lambda: page.run("return document.querySelector('.hints canvas').width") == 192)
    page.find(".add").send_keys(Keys.ENTER)
    x, y = page.find(".given .x"), page.find(".given .y")
    assert page.run("return document.activeElement.className") == "x"
    assert (x.get_property("value"), y.get_property("value")) == ("96", "80")
    x.send_keys(Keys.CONTROL, "a")
    x.send_keys("500")
    assert not page.find(".spread").is_enabled()
    x.send_keys(Keys.CONTROL, "a")
    x.send_keys("12")
    y.send_keys(Keys.CONTROL, "a")
    y.send_keys("34")
    assert coloured(page, tmp_path, picture) == ["--hint", "12,34,c04030"]
    page.find(".paint").send_keys(Keys.ENTER)
    assert not page.find(".hints").is_displayed()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_state_fits_and_is_accessible(page, picture, tmp_path, width, violations):
    def fits():
        for scheme in SCHEMES:
            page.look(width, scheme)
            assert violations(page.browser) == []
            assert page.run("return document.documentElement.scrollWidth") <= width
            assert page.run(BEYOND) == []
            ground = page.run("return getComputedStyle(document.body).backgroundColor")
            light = int(ground.split("(")[1].split(",")[0]) > 127
            assert light == (scheme == "light")

    fits()
    page.choose("gray-format", "jpg")
    bad = tmp_path / f"{'a very long name ' * 6}{'x' * 60}.png"
    bad.write_bytes(b"no picture")
    page.put(picture, bad)
    page.news("1 of 2 done, 1 failed")
    page.find(".paint").click()
    page.find(".add").click()
    fits()
    page.run("const z = document.querySelector('.zoom'); z.value = '8'; z.onchange()")
    fits()
