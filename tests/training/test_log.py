"""The log of a run."""

from __future__ import annotations

import math

from invgray.training import log


def test_rows_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "log.csv"
    rows = [{"step": 1.0, "loss": 1 / 3}, {"step": 2.0, "loss": 1e-30}]
    for row in rows:
        log.append(path, row)
    assert list(log.read(path)) == rows
    assert [p.name for p in tmp_path.iterdir()] == ["log.csv"]


def test_columns_may_come_and_go(tmp_path):
    """A run resumed with another channel has other terms; their numbers went into wrong columns."""
    path = tmp_path / "log.csv"
    log.append(path, {"step": 1.0, "loss": 2.0})
    log.append(path, {"step": 2.0, "start": 3.0, "loss": 4.0})
    first, second = log.read(path)
    assert math.isnan(first["start"])
    assert (first["loss"], second["loss"], second["start"]) == (2.0, 4.0, 3.0)


def test_the_highest_number_of_a_column(tmp_path):
    path = tmp_path / "log.csv"
    assert log.highest(path, "psnr") == -math.inf
    for psnr in (math.nan, 30.0, 20.0):
        log.append(path, {"psnr": psnr})
    assert log.highest(path, "psnr") == 30.0
    assert log.highest(path, "psnr_jpeg_75") == -math.inf
