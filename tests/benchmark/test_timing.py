"""Speed: what is timed, in which engines, and beside what."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from invgray.benchmark import timing
from invgray.benchmark.results import Scope, Stage, Timing
from invgray.files import reading
from invgray.inference.machine import Engine, Precision
from invgray.presets import store

OPENVINO = ((Engine.OPENVINO, Precision.FLOAT32),)


@pytest.fixture
def preset():
    return store.find("standard")


@pytest.fixture
def without_tensorflow(monkeypatch):
    monkeypatch.setattr(
        timing, "find_spec", lambda name: None if name == "tensorflow" else find_spec(name)
    )


def test_the_reference_comes_first_and_every_engine_is_timed(preset):
    pytest.importorskip("tensorflow")
    cases = timing.cases([preset], [64, 128], 3)
    assert [(c.preset, c.size, c.stage) for c in cases[:4]] == [
        (None, size, stage) for size in (64, 128) for stage in Stage
    ]
    assert {(c.engine, c.precision) for c in cases[4:]} == set(timing.ENGINES)
    assert len(cases) == 4 * (1 + len(timing.ENGINES))


def test_without_tensorflow_what_is_installed_is_timed(preset, without_tensorflow):
    cases = timing.cases([preset], [64], 3)
    assert {case.engine for case in cases} == {Engine.OPENVINO}
    assert all(case.preset is preset for case in cases)


def test_without_the_reference_there_is_no_ratio(preset, without_tensorflow, monkeypatch):
    monkeypatch.setattr(timing, "ENGINES", OPENVINO)
    found = list(timing.measure(timing.cases([preset], [64], 2)))
    rows = [row for _, rows in found for row in rows]
    assert [(row.stage, row.scope) for row in rows] == [
        (stage, scope) for stage in Stage for scope in Scope
    ]
    for row in rows:
        assert (row.ratio_to_paper, row.size, row.runs) == (None, 64, 2)
        assert row.median_s > 0
        assert row.spread_s >= 0
        assert row.megapixels_per_s == pytest.approx(64 * 64 / row.median_s / 1e6)
        assert row.peak_mb is None or 50 < row.peak_mb < 5000


def test_ratios_are_to_the_reference_of_the_same_stage_and_size(preset, monkeypatch):
    seconds = {(None, "encode"): 8.0, (None, "decode"): 6.0, (preset, "encode"): 2.0}

    def timed(case):
        return [
            Timing(
                stage=case.stage,
                size=case.size,
                engine=case.engine,
                precision=case.precision,
                scope=Scope.NETWORK,
                median_s=seconds.get((case.preset, case.stage), 1.0),
                spread_s=0.0,
                runs=1,
                megapixels_per_s=1.0,
            )
        ]

    monkeypatch.setattr(timing, "_in_a_process_of_its_own", timed)
    monkeypatch.setattr(timing, "ENGINES", OPENVINO)
    monkeypatch.setattr(timing, "has_reference", lambda: True)
    found = list(timing.measure(timing.cases([preset], [64], 1)))
    ratios = {(c.preset, c.stage): rows[0].ratio_to_paper for c, rows in found}
    assert ratios == {
        (None, Stage.ENCODE): 1.0,
        (None, Stage.DECODE): 1.0,
        (preset, Stage.ENCODE): 4.0,
        (preset, Stage.DECODE): 6.0,
    }


def test_the_paper_s_network_is_timed_in_tensorflow():
    pytest.importorskip("tensorflow")
    (case, *_) = timing.cases([], [32], 2)
    (row,) = timing._measure(case)
    assert (row.engine, row.precision, row.runs) == (Engine.TENSORFLOW, Precision.FLOAT32, 2)
    assert row.median_s > 0


def test_the_gray_to_decode_says_what_made_it(preset):
    picture = reading.read(timing._gray(timing._photo(48, 32), preset))
    assert picture.record.weights == preset.digest
    assert picture.pixels.shape == (32, 48)


def test_a_fresh_process_takes_a_while(preset, monkeypatch):
    monkeypatch.setattr(timing, "FRESH_RUNS", 1)
    assert 0.1 < timing.fresh_process(preset) < 60
