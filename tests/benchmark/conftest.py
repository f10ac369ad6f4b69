"""Results that nobody measured, and weights that nobody trained."""

from __future__ import annotations

import math
from html.parser import HTMLParser

import numpy as np
import pytest
from msgspec.structs import replace

from invgray.benchmark.methods import to_png
from invgray.benchmark.quality import RoundTrip
from invgray.benchmark.results import (
    Benchmark,
    Colorization,
    ColorizationQuality,
    Handled,
    ImageColorization,
    ImageQuality,
    Method,
    Number,
    Platform,
    Protocol,
    Quality,
    Recognition,
    Scope,
    Stage,
    Summary,
    Timing,
)
from invgray.color.luminance import luminance
from invgray.inference.machine import Engine, Precision

HOSTILE = "<img src=x onerror=alert(1)>.png"
INFINITE = Number(math.inf)


def _mean(mean, std=0.5):
    return Summary(mean=Number(mean), std=std)


def _timing(scope, stage, size):
    return Timing(
        scope=scope,
        stage=stage,
        size=size,
        engine=Engine.OPENVINO,
        precision=Precision.FLOAT32,
        median_s=0.194,
        spread_s=0.01,
        runs=25,
        megapixels_per_s=1.35,
        ratio_to_paper=10.6,
        peak_mb=301.4,
    )


@pytest.fixture(scope="session")
def hostile():
    """A name that would be a picture with a script if it were put into HTML as it is."""
    return HOSTILE


@pytest.fixture(scope="session")
def image_quality():
    """Figures of one picture."""
    return ImageQuality(
        image="a.png",
        psnr=Number(43.071),
        psnr_jpeg_75=Number(34.5),
        ssim=0.9907,
        mae=1.22,
        structure=0.98,
        gray_psnr=Number(40.0),
        ciede2000=1.5,
        fine=1.0,
        exact=0.0,
    )


@pytest.fixture(scope="session")
def results(image_quality):
    """A benchmark of one preset and one baseline on two pictures."""
    rows = (image_quality, replace(image_quality, image=HOSTILE, psnr=INFINITE))
    quality = Quality(
        images=2,
        psnr=_mean(43.071),
        psnr_jpeg_75=_mean(34.5),
        ssim=_mean(0.9907),
        mae=_mean(1.22),
        structure=_mean(0.98),
        gray_psnr=_mean(40.0),
        ciede2000=_mean(1.5),
        lpips=_mean(0.01),
        fine=_mean(0.75),
        exact=_mean(0.25),
    )
    worse = replace(
        quality, psnr=_mean(math.inf), mae=_mean(9.0), lpips=None, fine=None, exact=None
    )
    plain = tuple(replace(row, fine=None, exact=None) for row in rows)
    return Benchmark(
        invgray="0.1.0",
        machine=Platform(
            processor="A & B",
            cores=2,
            flags=("avx2",),
            system="Linux 6",
            python="3.11",
            libraries={"x": "1"},
        ),
        protocol=Protocol.FULL,
        images=2,
        skipped=1,
        presets={
            "standard": Method(
                digest="ab12",
                quality=quality,
                per_image=rows,
                robustness={
                    "none": Handled(psnr=_mean(43.0), fine=_mean(0.75)),
                    "$jpeg<95": Handled(psnr=_mean(30.0)),
                },
                timing=tuple(
                    _timing(scope, stage, size)
                    for scope in Scope
                    for stage in Stage
                    for size in (256, 512)
                ),
                fresh_process_s=0.9,
            )
        },
        baselines={
            "<b>luminance</b>": Method(
                quality=worse,
                per_image=plain,
                robustness={"none": Handled(psnr=_mean(math.inf, 0.0))},
            )
        },
        recognition=(
            Recognition(
                handling="none", maker="standard", taken_for={"standard": 0.75, "none": 0.25}
            ),
        ),
    )


@pytest.fixture(scope="session")
def timing_only(results):
    """A benchmark without pictures."""
    return Benchmark(
        invgray=results.invgray,
        machine=results.machine,
        presets={
            "standard": Method(digest="ab12", timing=(_timing(Scope.NETWORK, Stage.ENCODE, 8),))
        },
    )


@pytest.fixture(scope="session")
def colorized_results(results):
    """A benchmark of one colorizer and one baseline."""
    row = ImageColorization(
        image="a.png",
        auc=80.0,
        auc_rebalanced=60.0,
        psnr=Number(24.0),
        colorfulness=30.0,
        colorfulness_original=40.0,
    )
    quality = ColorizationQuality(
        images=1,
        auc=_mean(80.0),
        auc_rebalanced=_mean(60.0),
        psnr=_mean(24.0),
        colorfulness=_mean(30.0),
        colorfulness_original=_mean(40.0),
    )
    made = Colorization(quality=quality, per_image=(row,))
    return Benchmark(
        invgray=results.invgray,
        machine=results.machine,
        protocol=Protocol.PAPER,
        images=1,
        presets={"hasty": Method(digest="cd34")},
        colorization={"grayscale": made, "hasty": made},
    )


@pytest.fixture(scope="session")
def examples(photos, image_quality):
    """Round trips of two pictures, whose restored colours are the opposite ones."""
    names = {"astronaut": "a.png", "coffee": HOSTILE}
    trips = []
    for name, image in names.items():
        rgb = photos[name][:, :200]
        gray = luminance(rgb).astype(np.uint8)
        figures = replace(image_quality, image=image, psnr=INFINITE, ssim=1.0, mae=0.0)
        trips.append(RoundTrip("standard", rgb, to_png(gray), gray, 255 - rgb, figures))
    return trips


class Page(HTMLParser):
    """Elements, their attributes and the text of a page."""

    SECTIONS = ("gallery", "quality", "robustness", "timing", "pictures", "machine")

    def __init__(self, html: str):
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._silent = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._silent = tag in ("style", "script")

    def handle_endtag(self, tag):
        self._silent = False

    def handle_data(self, data):
        if not self._silent:
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self):
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    @property
    def sections(self):
        return [name for name in self.ids if name in self.SECTIONS]


@pytest.fixture(scope="session")
def parsed():
    """Takes a page apart."""
    return Page


@pytest.fixture(scope="session")
def alexnet_file(tmp_path_factory):
    """Random weights in the form of LPIPS's AlexNet."""
    random = np.random.default_rng(0)
    shapes = [(11, 3, 64), (5, 64, 192), (3, 192, 384), (3, 384, 256), (3, 256, 256)]
    arrays = {}
    for number, (side, inputs, outputs) in enumerate(shapes, 1):
        kernel = random.normal(0, (2 / (side**2 * inputs)) ** 0.5, (side, side, inputs, outputs))
        arrays[f"conv{number}/kernel"] = kernel
        arrays[f"conv{number}/bias"] = random.normal(0, 0.1, outputs)
        arrays[f"lpips{number}/weight"] = random.random(outputs)
    path = tmp_path_factory.mktemp("lpips") / "alexnet.npz"
    np.savez(path, **arrays)
    return path
