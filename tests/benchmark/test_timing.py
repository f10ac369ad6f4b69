"""Speed: what is timed, in which engines, and beside what."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from invgray.benchmark import timing
from invgray.benchmark.results import Scope, Stage, Timing
from invgray.inference.machine import Engine, Precision
from invgray.models import MODELS
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

    def timed(job, case):
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


def test_the_gray_to_decode_has_all_layers(preset, monkeypatch):
    monkeypatch.setattr(timing, "_in_a_process_of_its_own", lambda job, *case: job(*case))
    case = timing.Case(preset, *OPENVINO[0], Stage.DECODE, 64, 1)
    outcome = timing._conversion(case, preset)()
    assert (outcome.fine, outcome.preset) == (1, preset.directory.name)
    assert (outcome.height, outcome.width) == (64, 64)


def test_a_preset_without_networks_is_timed_once_from_file_to_file():
    cases = timing.cases([store.find("luminance")], [32], 1)
    cases = [case for case in cases if case.preset]
    assert [case.stage for case in cases] == list(Stage)
    (row,) = timing._measure(cases[0])
    assert row.scope is Scope.END_TO_END


@pytest.mark.parametrize("model", ["layered", "subpixel", "paper"])
def test_of_two_networks_the_first_makes_grays(model):
    architecture = MODELS[model].architecture
    names = [timing._network(architecture, stage) for stage in (Stage.ENCODE, Stage.DECODE)]
    assert names == ["pattern" if model == "layered" else "encoder", "decoder"]


def test_a_fresh_process_takes_a_while(preset, monkeypatch):
    monkeypatch.setattr(timing, "FRESH_RUNS", 1)
    assert 0.1 < timing.fresh_process(preset) < 60
