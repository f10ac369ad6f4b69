"""What the README promises exists."""

from __future__ import annotations

import json
import re
import runpy
import shlex
from pathlib import Path

import pytest

from invgray import presets
from invgray.cli import main

ROOT = Path(__file__).parent.parent
FIGURES = runpy.run_path(str(ROOT / "figures" / "readme.py"))
README = (ROOT / "README.md").read_text("utf-8")
CALLS = re.findall(
    r"(?:^|[ |])invgray ((?:encode|decode|colorize|train|benchmark) [^|#&\n`>]*)", README, re.M
)


@pytest.mark.parametrize("call", CALLS)
def test_calls_parse(call):
    name, *arguments = shlex.split(call)
    command = main.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {a for a in arguments if a.startswith("-") and a != "-"} <= known


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) >= 9
    assert all((ROOT / link).exists() for link in links)


def test_every_exit_code_is_documented():
    from invgray import errors

    codes = (errors.DONE, errors.SOME_FAILED, errors.USAGE, errors.NO_INPUT, errors.WEIGHTS)
    assert all(f"\n| {code} |" in README for code in (*codes, errors.INTERRUPTED))
    assert len(CALLS) > 8


def test_tables_are_those_that_the_benchmark_measured():
    assert FIGURES["render"](README) == README
    assert set(re.findall(r"<!-- figures: (\w+) -->", README)) == FIGURES["TABLES"].keys()


MEASURED = {
    "kodak24.json": presets.names("codec"),
    "kodak24-handled.json": ["standard", "robust"],
    "photographs.json": presets.names("codec"),
    "speed.json": presets.names("codec"),
    "colorization.json": presets.names("colorizer"),
}
"""Presets whose figures each file must have."""


def test_every_table_is_of_measured_presets():
    assert {file for file, _ in FIGURES["TABLES"].values()} == MEASURED.keys()


@pytest.mark.parametrize(
    ("name", "file"), [(name, file) for file, names in MEASURED.items() for name in names]
)
def test_figures_are_of_the_shipped_weights(name, file):
    result = json.loads((ROOT / "figures" / file).read_text("utf-8"))
    measured, preset = result["presets"][name], presets.find(name)
    assert measured["digest"] == preset.digest, "measure again, then run figures/readme.py"
    if file in ("photographs.json", "colorization.json"):
        quality = result.get("colorization", result["presets"])[name]["quality"]
        if "robustness" in measured:
            quality["psnr_jpeg_75"] = measured["robustness"]["jpeg-75"]["psnr"]
        for figure, value in preset.card["figures"]["validation_256"].items():
            assert quality[figure]["mean"] == pytest.approx(value, rel=0.01)
