"""One benchmark: what is measured is put together."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from invgray.benchmark import classifier, methods, robustness, suite, timing
from invgray.benchmark.handling import HANDLINGS
from invgray.benchmark.results import Protocol
from invgray.benchmark.suite import Plan
from invgray.errors import InputError, WeightsError
from invgray.presets import store

BASELINES = [method.name for method in methods.BASELINES]


@pytest.fixture
def pictures(photo_folder):
    return tuple(sorted(photo_folder.iterdir()))


@pytest.fixture
def said():
    return []


@pytest.fixture
def measure(machine, said):
    """Measure the presets of the given names."""

    def measure(*names, **plan):
        presets = tuple(store.find(name) for name in names)
        return suite.run(Plan(presets=presets, machine=machine, **plan), said.append, quiet=True)

    return measure


def test_figures_are_those_of_every_picture(measure, pictures):
    benchmark, shown = measure("standard", pictures=pictures)
    assert (benchmark.images, benchmark.skipped, benchmark.protocol) == (3, 0, Protocol.FULL)
    assert list(benchmark.baselines) == BASELINES
    method = benchmark.presets["standard"]
    assert method.digest == store.find("standard").digest
    assert [row.image for row in method.per_image] == [path.name for path in pictures]
    decibels = [row.psnr for row in method.per_image]
    assert method.quality.images == 3
    assert method.quality.psnr.mean == pytest.approx(np.mean(decibels))
    assert method.quality.psnr.std == pytest.approx(np.std(decibels))
    assert method.robustness == {}
    assert method.quality.psnr_jpeg_75 is None
    assert benchmark.recognition == ()
    assert [trip.figures for trip in shown.round_trips] == list(method.per_image)
    assert shown.colorized == []


def test_handled_grays_of_every_method_are_measured(measure, pictures, monkeypatch):
    few = {name: HANDLINGS[name] for name in ("none", "jpeg-75", "noise-4")}
    monkeypatch.setattr(robustness, "handlings", lambda seed: few)
    benchmark, _ = measure("standard", pictures=pictures[:1], robustness=True)
    for method in benchmark.methods.values():
        assert method.robustness.keys() == few.keys()
        assert method.robustness["none"].psnr == method.quality.psnr
        assert method.robustness["jpeg-75"].psnr == method.quality.psnr_jpeg_75
        assert method.per_image[0].psnr_jpeg_75 == method.quality.psnr_jpeg_75.mean
    layered, plain = (benchmark.methods[name] for name in ("standard", "last bit"))
    assert layered.robustness["none"].fine.mean == layered.quality.fine.mean == 1
    assert layered.robustness["noise-4"].fine.mean == 0
    assert plain.robustness["none"].fine is plain.quality.fine is None
    first = benchmark.recognition[0]
    assert (first.handling, first.maker) == ("none", "standard")
    assert first.taken_for == {"standard": 1.0}
    assert {row.maker for row in benchmark.recognition} == {"standard", "grayscale"}


def test_a_preset_without_networks_is_measured_beside_the_baselines(measure, pictures):
    benchmark, _ = measure("luminance", pictures=pictures[:1])
    preset, last_bit = benchmark.presets["luminance"], benchmark.baselines["last bit"]
    assert len(preset.per_image) == len(benchmark.baselines["grayscale"].per_image) == 1
    assert preset.quality.fine.mean == 1
    assert preset.quality.psnr.mean > last_bit.quality.psnr.mean > 20


def test_codecs_and_colorizers_stand_side_by_side(measure, pictures):
    benchmark, shown = measure("standard", "colorizer", pictures=pictures[:2])
    assert list(benchmark.presets) == ["standard", "colorizer"]
    assert benchmark.presets["standard"].quality is not None
    assert benchmark.presets["colorizer"].quality is None
    names = ["grayscale", "random training colours", "colorizer"]
    assert list(benchmark.colorization) == names
    gray = benchmark.colorization["grayscale"].quality
    assert gray.colorfulness.mean < 0.5 < gray.colorfulness_original.mean
    assert len(shown.colorized) == 2
    assert shown.colorized[0][0].shape == shown.colorized[0][1].shape == (96, 80, 3)


def test_a_colorizer_alone_has_no_baselines_of_codecs(measure, pictures):
    benchmark, shown = measure("colorizer", pictures=pictures[:1], robustness=True)
    assert benchmark.baselines == {}
    assert benchmark.recognition == ()
    assert shown.round_trips == []


def test_pictures_that_cannot_be_read_are_told_and_counted(measure, pictures, said, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_text("no")
    benchmark, _ = measure("standard", pictures=(pictures[0], bad))
    assert (benchmark.images, benchmark.skipped) == (1, 1)
    assert "bad.png: is not a picture" in said[0]
    with pytest.raises(InputError, match="none of the inputs is a picture"):
        measure("standard", pictures=(bad,))


def test_names_that_are_no_valid_unicode_are_made_so(measure, tmp_path, photo):
    path = tmp_path / "\udce4.png"
    Image.fromarray(photo[:16, :16]).save(path)
    benchmark, _ = measure("standard", pictures=(path,))
    assert benchmark.presets["standard"].per_image[0].image == "?.png"


def test_perceptual_distance_is_measured_where_there_are_weights(measure, pictures, alexnet_file):
    benchmark, _ = measure("standard", pictures=pictures[:1], lpips=alexnet_file)
    ours, plain = (benchmark.methods[name].quality.lpips for name in ("standard", "grayscale"))
    assert 0 < ours.mean < plain.mean


def test_a_classifier_that_cannot_be_had_is_named_and_left_out(
    measure, pictures, said, monkeypatch
):
    def refuse(weights):
        raise WeightsError("VGG-16 cannot be had (no network)")

    monkeypatch.setattr(classifier, "load", refuse)
    benchmark, _ = measure("colorizer", pictures=pictures[:1], classifier=True)
    assert said == ["the classifier test is left out: VGG-16 cannot be had (no network)"]
    assert benchmark.colorization["colorizer"].quality.recognised is None


def test_a_classifier_s_opinion_is_a_share(measure, pictures, monkeypatch):
    opinions = iter([1.0, 1.0, 0.0] * 2)
    monkeypatch.setattr(classifier, "load", lambda weights: lambda x, y: next(opinions))
    benchmark, _ = measure("colorizer", pictures=pictures[:2], classifier=True)
    shares = [made.quality.recognised.mean for made in benchmark.colorization.values()]
    assert shares == [1.0, 1.0, 0.0]


def test_a_timing_needs_no_pictures(measure, said, monkeypatch):
    monkeypatch.setattr(timing, "ENGINES", timing.ENGINES[1:2])
    monkeypatch.setattr(timing, "has_reference", lambda: False)
    monkeypatch.setattr(timing, "_in_a_process_of_its_own", lambda job, *case: job(*case))
    monkeypatch.setattr(timing, "fresh_process", lambda preset: 0.5)
    benchmark, shown = measure("standard", sizes=(32,), runs=1)
    assert (benchmark.images, benchmark.protocol, benchmark.baselines) == (0, None, {})
    method = benchmark.presets["standard"]
    assert (method.fresh_process_s, method.quality, len(method.timing)) == (0.5, None, 4)
    assert said == ["the paper's network is not timed: TensorFlow is not installed"]
    assert shown.round_trips == []
