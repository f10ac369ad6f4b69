"""`invgray benchmark` measures what a user would get."""

from __future__ import annotations

import json

import numpy as np
from click.testing import CliRunner
from PIL import Image

from invgray import metrics
from invgray.benchmark import quality
from invgray.cli import main
from invgray.images import to_8_bits


def test_quality_figures_are_those_of_the_round_trip(tmp_path, photos, codec):
    for name, rgb in photos.items():
        Image.fromarray(rgb[:96, :80]).save(tmp_path / f"{name}.png")
    (tmp_path / "bad.png").write_text("no")
    gray = np.repeat(photos["cat"][:64, :64, :1], 3, axis=-1)
    Image.fromarray(gray).save(tmp_path / "gray.png")
    report = tmp_path / "report.json"
    command = ["benchmark", str(tmp_path), "--json", str(report), "--precision", "float32"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert "bad.png: is not a picture" in result.stderr
    assert "4 of 5 pictures, protocol full" in result.stderr
    assert result.stdout == ""
    figures = json.loads(report.read_text())
    rows = {row["image"]: row for row in figures["per_image"]}
    assert rows["gray.png"]["gray_psnr"] == "inf"
    rgb = np.ascontiguousarray(photos["coffee"][:96, :80])
    gray = to_8_bits(codec.encode(rgb))
    assert rows["coffee.png"]["psnr"] == metrics.psnr(rgb, codec.decode(gray))
    psnr = [row["psnr"] for row in rows.values()]
    assert figures["quality"]["psnr"]["mean"] == np.mean(psnr)


def test_paper_protocol_measures_squares(tmp_path, photo, codec):
    path = tmp_path / "wide.png"
    Image.fromarray(photo[:100]).save(path)
    (row,) = quality.measure(codec, [path], "paper", print)
    assert row["psnr"] > 30


def test_summary_leaves_infinities_out():
    rows = [
        {"image": "a", "psnr": 40.0},
        {"image": "b", "psnr": 42.0},
        {"image": "c", "psnr": np.inf},
    ]
    assert quality.summary(rows) == {"images": 3, "psnr": {"mean": 41.0, "std": 1.0}}
