"""Pictures that the tests share; all come from scikit-image or are made on the spot."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image
from skimage import data

from invgray import loading
from invgray.inference.machine import Machine


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
