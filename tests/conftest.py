"""Pictures that the tests share; all come from scikit-image or are made on the spot."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage import data


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
def photo_file(tmp_path, photo):
    """The photograph as a PNG file of 96x80 pixels."""
    path = tmp_path / "photo.png"
    Image.fromarray(photo[:80, :96]).save(path)
    return path


@pytest.fixture(scope="session")
def codec():
    """The shipped default preset in float32."""
    import invgray

    return invgray.load("standard", precision="float32")


@pytest.fixture(scope="session")
def vgg16_file(tmp_path_factory):
    """Random weights in the form of a .npz of torchvision's VGG-16."""
    import keras

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
