"""Pictures that the tests share; all come from scikit-image or are made on the spot."""

from __future__ import annotations

import os
import shutil
import signal
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from invgray import interruption, loading
from invgray.inference.machine import Machine


def pytest_configure() -> None:
    """Workers of the suite share the cores: threads of one do not wait for those of another.

    The commands that tests run keep compiled modules, as a user's do: most of their time is start.
    They also choose the number of their threads, which workers are told before they load NumPy.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    worker, count = (os.environ.get(f"PYTEST_XDIST_WORKER{end}", "") for end in ("", "_COUNT"))
    if worker and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        mine = cores[int(worker.removeprefix("gw")) :: int(count)]
        os.sched_setaffinity(0, mine or cores)
    if worker:
        os.environ.pop("OPENBLAS_NUM_THREADS", None)
    else:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def handlers():
    """Those of signals that a stopped batch leaves in the process are gone before the next test."""
    heard = {number: signal.getsignal(number) for number in interruption.signals()}
    yield
    for number, handler in heard.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    """A colour photograph, uint8 (256, 256, 3)."""
    return np.ascontiguousarray(data.astronaut()[20:276, 100:356])


@pytest.fixture(scope="session")
def photos() -> dict[str, np.ndarray]:
    """Colour photographs of different kinds, cropped to 256x256."""
    crops = {"astronaut": data.astronaut(), "coffee": data.coffee(), "cat": data.chelsea()}
    return {name: np.ascontiguousarray(x[20:276, 100:356]) for name, x in crops.items()}


@pytest.fixture
def pictures(photos) -> list[Image.Image]:
    """The same photographs, as training takes them."""
    return [Image.fromarray(rgb) for rgb in photos.values()]


@pytest.fixture
def photo_file(tmp_path, photo):
    """The photograph as a PNG file of 96x80 pixels."""
    path = tmp_path / "photo.png"
    Image.fromarray(photo[:80, :96]).save(path)
    return path


@pytest.fixture
def photo_folder(tmp_path, photos):
    """A folder with three colour photographs of 80x96 pixels."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, rgb in photos.items():
        Image.fromarray(rgb[:96, :80]).save(folder / f"{name}.png")
    return folder


@pytest.fixture(scope="session")
def machine():
    """The CPU in float32, whose results hardly differ from machine to machine."""
    return Machine(device="cpu", precision="float32")


@pytest.fixture(scope="session")
def codec(machine):
    """The shipped default preset in float32."""
    return loading.load_codec("standard-1", machine)


@pytest.fixture(scope="session")
def robust(machine):
    """The shipped preset whose grays survive handling, in float32."""
    return loading.load_codec("robust-1", machine)


@pytest.fixture(scope="session")
def paper(machine):
    """The shipped preset of Xia et al. 2018, in float32."""
    return loading.load_codec("paper", machine)


@pytest.fixture(scope="session")
def colorizer(machine):
    """The shipped colorizer in float32."""
    return loading.load_colorizer("colorizer", machine)


_D50 = (0.9642, 1.0, 0.8249)
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_PRIMARIES = {
    "display-p3": (0.51512, 0.2412, -0.00105, 0.29198, 0.69225, 0.04189, 0.1571, 0.06657, 0.78407),
    "adobe-rgb": (0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322, 0.74457),
    "prophoto": (0.79767, 0.28804, 0.0, 0.13519, 0.71187, 0.0, 0.03134, 0.00009, 0.82491),
}
_GAMMAS = {"adobe-rgb": 563 / 256, "prophoto": 1.8}


@pytest.fixture(scope="session")
def icc():
    """Makes the ICC profile of a wide colour space: ``display-p3``, ``adobe-rgb``, ``prophoto``."""

    def fixed(*numbers):
        return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)

    def icc(name):
        curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + fixed(*_SRGB_CURVE)
        if name in _GAMMAS:
            curve = b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(_GAMMAS[name] * 256), 0)
        tags = {
            b"desc": b"desc\0\0\0\0\0\0\0\1" + bytes(79),
            b"cprt": b"text\0\0\0\0none\0\0\0\0",
            b"wtpt": b"XYZ \0\0\0\0" + fixed(*_D50),
        }
        for channel, at in ((b"r", 0), (b"g", 3), (b"b", 6)):
            tags[channel + b"XYZ"] = b"XYZ \0\0\0\0" + fixed(*_PRIMARIES[name][at : at + 3])
            tags[channel + b"TRC"] = curve
        table, data = struct.pack(">I", len(tags)), b""
        for tag, content in tags.items():
            place = 128 + 4 + 12 * len(tags) + len(data)
            table += tag + struct.pack(">II", place, len(content))
            data += content + bytes(-len(content) % 4)
        size = 128 + len(table) + len(data)
        header = struct.pack(">I4sI", size, b"none", 0x04200000) + b"mntrRGB XYZ " + bytes(12)
        header += b"acsp" + bytes(28) + fixed(*_D50)
        return header.ljust(128, b"\0") + table + data

    return icc


@pytest.fixture(scope="session")
def vgg16_file(tmp_path_factory):
    """Random weights in the form of a .npz of torchvision's VGG-16."""
    from invgray.tensorflow import keras

    random = np.random.default_rng(0)
    network = keras.applications.VGG16(include_top=False, weights=None)
    arrays = {}
    for layer in network.layers[: network.layers.index(network.get_layer("block4_pool"))]:
        for w in layer.weights:
            fans = np.prod(w.shape[:-1])
            values = random.normal(0, np.sqrt(2 / fans), w.shape) if w.ndim == 4 else 0 * w
            arrays[f"{layer.name}/{w.name}"] = np.asarray(values, np.float16)
    path = tmp_path_factory.mktemp("vgg") / "vgg16.npz"
    np.savez(path, **arrays)
    return path


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    selenium = pytest.importorskip("selenium.webdriver", reason="needs selenium")
    options = selenium.ChromeOptions()
    options.binary_location = chromium
    profile = tmp_path_factory.mktemp("chromium")
    for argument in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        f"user-data-dir={profile}",
    ):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = selenium.Chrome(options=options, service=selenium.ChromeService(driver))
    yield browser
    browser.quit()


@pytest.fixture
def show(browser, tmp_path):
    """Opens a page at a width, in pixels."""

    def show(html, width):
        path = tmp_path / "page.html"
        path.write_text(html, "utf-8")
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(path.as_uri())
        return browser

    return show


@pytest.fixture(scope="session")
def violations():
    """What axe-core finds inaccessible in the page that a browser shows."""
    axe = Path(__file__).parent / "serve" / "axe" / "axe.min.js"

    def violations(browser):
        browser.execute_script(axe.read_text("utf-8"))
        found = browser.execute_async_script(
            "const done = arguments[0]; axe.run().then((r) => done(r.violations))"
        )
        return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]

    return violations


@dataclass(frozen=True)
class Usage:
    """What a process takes: megabytes, open files, threads."""

    megabytes: float
    descriptors: int
    threads: int


@pytest.fixture(scope="session")
def usage():
    """Tells what a process takes now; a KeyError where it has ended."""

    def usage(process):
        proc = Path("/proc", str(process.pid))
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        return Usage(
            megabytes=int(status["VmRSS"].split()[0]) / 1024,
            descriptors=len(os.listdir(proc / "fd")),
            threads=int(status["Threads"]),
        )

    return usage
