"""The figures in the README and the docs are those that the benchmark measured."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from invgray.benchmark import results
from invgray.presets import store

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "figures"
FIGURES = runpy.run_path(str(FOLDER / "tables.py"))
CODECS = [preset for preset in store.latest() if preset.card.abilities.hides_colors]
HINTED = [preset for preset in store.latest() if preset.card.abilities.takes_hints]
COLORIZERS = [
    preset for preset in store.latest() if preset.card.abilities.colorizes and preset not in HINTED
]
LAYERED = [preset for preset in CODECS if preset.card.abilities.layered]
WITH_PATTERN = [preset for preset in CODECS if preset.card.abilities.has_pattern]
MEASURED = {
    "kodak24.json": CODECS,
    "kodak24-handled.json": WITH_PATTERN,
    "photographs.json": CODECS,
    "speed.json": CODECS,
    "colorization.json": COLORIZERS,
    "idn.json": LAYERED,
    "hints.json": [*WITH_PATTERN, *HINTED],
}
"""Presets whose figures each file must have."""

CASES = [(file, preset) for file, presets in MEASURED.items() for preset in presets]
IDS = [f"{file}-{preset.name}" for file, preset in CASES]


def test_the_picture_of_the_layers_is_that_of_their_table():
    script = runpy.run_path(str(FOLDER / "architecture.py"))
    rows = script["layers"](script["PAGE"].read_text("utf-8"))
    assert script["TARGET"].read_text("utf-8") == script["drawn"](rows)


@pytest.mark.parametrize("page", FIGURES["pages"](), ids=lambda path: path.name)
def test_tables_are_those_that_the_benchmark_measured(page):
    text = page.read_text("utf-8")
    assert FIGURES["render"](text) == text, "run python docs/figures/tables.py"


def test_every_table_stands_somewhere():
    text = "".join(page.read_text("utf-8") for page in FIGURES["pages"]())
    assert set(re.findall(r"<!-- figures: (\w+) -->", text)) == FIGURES["TABLES"].keys()


def test_a_table_takes_the_place_of_what_stands_there():
    page = "before\n<!-- figures: summary -->\nold\n<!-- end -->\nafter"
    before, begin, *table, end, after = FIGURES["render"](page).splitlines()
    assert (before, begin, end, after) == (
        "before",
        "<!-- figures: summary -->",
        "<!-- end -->",
        "after",
    )
    measured = results.load(FOLDER / "kodak24.json")
    assert len(table) == 2 + len(CODECS) + ("last bit" in measured.baselines)
    untouched = measured.presets["standard"].quality
    cells = [cell.strip() for cell in table[2].strip("|").split("|")]
    assert cells[:2] == ["standard", f"{untouched.psnr.mean:.1f}"]
    assert cells[3:] == [f"{untouched.gray_psnr.mean:.1f}", f"{untouched.structure.mean:.3f}"]


def test_speed_is_of_one_size_and_of_the_engine_of_cpus():
    table = FIGURES["_table"]("speed").splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in table]
    assert {row[1] for row in cells} == {"512"}
    assert {row[2] for row in cells if row[0].startswith("standard")} == {"openvino"}
    assert {row[2] for row in cells if row[0].startswith("paper's network")} == {"tensorflow"}


def test_the_table_beside_idn_is_of_presets_and_of_plain_luminance():
    measured = results.load(FOLDER / "idn.json")
    _, _, *rows = FIGURES["_table"]("idn").splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [row[0] for row in cells] == ["IDN, best of its log", *measured.presets, "grayscale"]
    plain = measured.baselines["grayscale"].quality
    figures = (plain.idn_psnr, plain.idn_gray_psnr, plain.gray_psnr)
    assert cells[-1][1:] == [f"{figure.mean:.2f}" for figure in figures]


def test_the_table_of_hints_ends_with_what_grays_hide():
    measured = results.load(FOLDER / "hints.json")
    _, _, *rows = FIGURES["_table"]("hints").splitlines()
    first = [row.strip("|").split("|")[0].strip() for row in rows]
    hiding = [name for name in measured.presets if measured.presets[name].quality]
    assert first == [*measured.hinted, *hiding]
    assert first[0] == "optimization, 0 hints"


@pytest.mark.parametrize("name", ["nothing", "kodak-24", ""])
def test_an_unknown_table_is_refused(name):
    with pytest.raises(ValueError, match=f"there is no table '{name}'"):
        FIGURES["render"](f"<!-- figures: {name} -->\n<!-- end -->")


def test_a_table_without_an_end_is_refused():
    with pytest.raises(ValueError, match="has no end"):
        FIGURES["render"]("<!-- figures: summary -->\n")


def test_every_table_is_of_measured_presets():
    used = {file for table in FIGURES["TABLES"].values() for file in table.files}
    assert used == MEASURED.keys() == {path.name for path in FOLDER.glob("*.json")}


@pytest.mark.parametrize(("file", "preset"), CASES, ids=IDS)
def test_figures_are_of_the_shipped_weights(file, preset):
    measured = results.load(FOLDER / file).presets[preset.name]
    again = "measure again, then run docs/figures/tables.py"
    assert measured.digest == preset.digest, again


@pytest.mark.parametrize("preset", CODECS, ids=lambda preset: preset.name)
def test_codecs_do_as_well_as_their_cards_say(preset):
    measured = results.load(FOLDER / "photographs.json").presets[preset.name]
    layered = preset.card.abilities.layered  # cards tell what the networks do alone
    for name, value in preset.card.figures.items():
        if name == "psnr_jpeg_75":
            found = measured.robustness["jpeg-75"].psnr
        elif layered or name == "mae":
            continue  # the one photograph without colour is exact now, and was not for the card
        else:
            found = getattr(measured.quality, name)
        assert found.mean == pytest.approx(value, rel=0.01), name


@pytest.mark.parametrize("preset", COLORIZERS, ids=lambda preset: preset.name)
def test_colorizers_do_as_well_as_their_cards_say(preset):
    measured = results.load(FOLDER / "colorization.json").colorization[preset.name].quality
    for name, value in preset.card.figures.items():
        assert getattr(measured, name).mean == pytest.approx(value, rel=0.01), name
