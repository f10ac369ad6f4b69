"""A classifier's opinion on two pictures."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from invgray.benchmark import classifier
from invgray.errors import MissingExtraError, WeightsError


def test_two_pictures_are_compared_by_their_class(monkeypatch):
    keras = pytest.importorskip("keras")

    def brightest_channel(**options):
        inputs = keras.Input((224, 224, 3))
        return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(inputs))

    monkeypatch.setattr(keras.applications, "VGG16", brightest_channel)
    agree = classifier.load()
    red, green = np.zeros((2, 50, 60, 3), np.uint8)
    red[..., 0], green[..., 1] = 255, 255
    assert (agree(red, red), agree(red, green)) == (1, 0)


def test_weights_that_do_not_fit_are_named(tmp_path):
    pytest.importorskip("keras")
    wrong = tmp_path / "wrong.weights.h5"
    wrong.write_text("no")
    with pytest.raises(WeightsError, match="VGG-16 cannot be had"):
        classifier.load(wrong)


def test_without_keras_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    monkeypatch.delitem(sys.modules, "invgray.tensorflow", raising=False)
    with pytest.raises(MissingExtraError, match=r"invgray\[train\]"):
        classifier.load()
