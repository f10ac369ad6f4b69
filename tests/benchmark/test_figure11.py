"""Charts of what people answered."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from invgray.benchmark import figure11
from invgray.benchmark.answers import Better, Estimate, Findings, Ratings


@pytest.fixture
def findings():
    def rated(mean):
        shares = tuple(Estimate(n / 15, n / 20, n / 12) for n in range(6))
        return Ratings(Estimate(mean, mean - 0.2, mean + 0.3), shares)

    return Findings(
        preset="<mine>",
        participants=25,
        pictures=14,
        better={
            Better.LUMINANCE: Estimate(0.2, 0.1, 0.3),
            Better.BOTH: Estimate(0.3, 0.25, 0.35),
            Better.OURS: Estimate(0.5, 0.4, 0.6),
        },
        luminance=rated(4.0),
        ours=rated(4.25),
        restored=rated(4.75),
        seconds=3.21,
    )


def test_the_table_has_means_and_intervals(findings):
    text = figure11.text(findings)
    assert "50.0 % (40.0 to 60.0)" in text
    assert "4.75 (4.55 to 5.05)" in text
    assert "3.2" in text


def test_charts_are_svg_and_png(findings):
    svg = figure11.chart(findings, "svg")
    ET.fromstring(svg)
    assert svg == figure11.chart(findings, "svg")
    assert b"&lt;mine&gt;: 4.25" in svg
    image = Image.open(io.BytesIO(figure11.chart(findings, "png")))
    assert image.size == (1800, 540)
    assert np.ptp(np.asarray(image.convert("L"))) == 255
