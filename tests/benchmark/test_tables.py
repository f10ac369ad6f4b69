"""Figures as tables and as CSV."""

from __future__ import annotations

import csv
import io

from msgspec.structs import replace

from invgray.benchmark import tables


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_quality_has_a_row_for_each_method(results):
    heading, _, standard, luminance = tables.quality(results, "github").splitlines()
    columns = [
        "",
        *(f"PSNR {when} (dB)\N{NO-BREAK SPACE}↑" for when in ("untouched", "after JPEG 75")),
    ]
    assert cells(heading)[:3] == columns
    assert cells(standard)[:3] == ["standard", "43.07 ± 0.50", "34.50 ± 0.50"]
    assert cells(luminance)[:3] == ["<b>luminance</b>", "∞", "34.50 ± 0.50"]
    shares = dict(zip(cells(heading), cells(standard), strict=True))
    assert shares["Fine layer\N{NO-BREAK SPACE}↑"] == "0.75 ± 0.50"
    assert shares["Exact\N{NO-BREAK SPACE}↑"] == "0.25 ± 0.50"
    assert cells(luminance)[cells(heading).index("LPIPS\N{NO-BREAK SPACE}↓")] == "\N{EN DASH}"


def test_columns_that_no_method_has_are_left_out(results):
    method = results.presets["standard"]
    plain = replace(method.quality, psnr_jpeg_75=None, fine=None, exact=None)
    only = replace(results, presets={"x": replace(method, quality=plain)}, baselines={})
    heading = tables.quality(only, "github").splitlines()[0]
    assert not [name for name in ("JPEG", "Fine", "Exact") if name in heading]


def test_robustness_has_a_row_for_each_handling(results):
    both = replace(results, baselines={"other": results.presets["standard"]})
    heading, _, none, jpeg = tables.robustness(both, "github").splitlines()
    assert cells(heading) == ["gray after", "standard", "other"]
    assert cells(none) == ["none", "43.0", "43.0"]
    assert cells(jpeg) == ["$jpeg<95", "30.0", "30.0"]


def test_recognition_tells_shares_in_percent(results):
    heading, _, row = tables.recognition(results, "github").splitlines()
    assert cells(heading)[2:] == ["taken for none", "taken for standard"]
    assert cells(row) == ["none", "standard", "25%", "75%"]


def test_colorization_leaves_out_what_nobody_measured(colorized_results):
    heading, *rows = tables.colorization(colorized_results, "github").splitlines()
    assert "LPIPS" not in heading
    assert "Colourfulness" in heading
    assert [cells(row)[0] for row in rows[1:]] == ["grayscale", "hasty"]


def test_timing_without_a_reference_has_no_ratio(results):
    (row, *_) = results.presets["standard"].timing
    method = replace(results.presets["standard"], timing=(replace(row, ratio_to_paper=None),))
    lines = tables.timing(replace(results, presets={"standard": method}), "github").splitlines()
    found = dict(zip(cells(lines[0]), cells(lines[2]), strict=True))
    assert found[""] == "standard, encode"
    assert (found["median s"], found["MP/s"], found["ratio"]) == ("0.1940", "1.35", "")


def test_csv_has_a_row_for_each_picture_of_each_method(results, hostile):
    rows = list(csv.DictReader(io.StringIO(tables.to_csv(results))))
    assert [row["method"] for row in rows] == ["standard"] * 2 + ["<b>luminance</b>"] * 2
    assert (rows[1]["image"], rows[1]["psnr"], rows[0]["psnr"]) == (hostile, "inf", "43.071")
    assert "lpips" not in rows[0]


def test_csv_of_a_timing_has_no_rows(timing_only):
    assert tables.to_csv(timing_only) == "method\n"
