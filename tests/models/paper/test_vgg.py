"""VGG features for the contrast term."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.errors import WeightsError
from invgray.models.paper.settings import ContrastNetwork
from invgray.models.paper.vgg import features
from invgray.tensorflow import keras

VGG16, VGG19 = ContrastNetwork.VGG16, ContrastNetwork.VGG19


def test_features_of_a_file(vgg16_file, photo):
    seen = features(VGG16, vgg16_file)
    rgb = photo[None, :32, :48].astype(np.float32)
    whole = keras.applications.VGG16(include_top=False, weights=None)
    with np.load(vgg16_file) as arrays:
        for layer in whole.layers:
            if f"{layer.name}/kernel" in arrays:
                layer.set_weights([arrays[f"{layer.name}/{n}"] for n in ("kernel", "bias")])
    reference = keras.Model(whole.input, whole.get_layer("block4_conv3").output)
    normalised = (rgb / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    np.testing.assert_allclose(seen(rgb), 57.63 * reference(normalised), rtol=1e-3, atol=0.05)
    assert seen(rgb).shape == (1, 4, 6, 512)


def test_without_weights_there_is_a_remedy(monkeypatch, tmp_path):
    def fail(**options):
        raise Exception("URL fetch failure")  # noqa: TRY002 - as Keras does

    monkeypatch.setattr(keras.applications, "VGG19", fail)
    with pytest.raises(WeightsError, match="vgg19 cannot be downloaded") as caught:
        features(VGG19, None)
    assert caught.value.remedy.startswith("name a file with weights of vgg19 or vgg16")
    assert "--" not in str(caught.value)


@pytest.mark.parametrize("name", ["wrong.npz", "missing.npz"])
def test_other_files_are_refused(tmp_path, name):
    np.savez(tmp_path / "wrong.npz", nothing=np.zeros(3))
    with pytest.raises(WeightsError, match=f"{name}: not weights of vgg16"):
        features(VGG16, tmp_path / name)
