"""``invgray benchmark``: what it takes, what it writes, and what it never writes over."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from invgray import errors, metrics
from invgray.benchmark import recognition, results, robustness, timing
from invgray.benchmark.handling import HANDLINGS
from invgray.presets import store

QUICK = ("--preset", "standard-1", "-q")


@pytest.fixture
def benchmark(run):
    """Run the command on arguments."""
    return lambda *arguments: run("benchmark", *arguments)


@pytest.fixture
def unmeasured(monkeypatch):
    """Fail if anything is measured."""
    from invgray.benchmark import suite

    def measure(*arguments):
        raise AssertionError("measured")

    monkeypatch.setattr(suite, "run", measure)


@pytest.fixture
def mine(tmp_path):
    """A folder of trained networks that are those of ``standard``."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for file in store.find("standard-1").directory.iterdir():
        (folder / file.name).symlink_to(file)
    return folder


def test_figures_are_those_of_the_round_trip(benchmark, photo_folder, tmp_path, photos, codec):
    (photo_folder / "bad.png").write_text("no")
    gray = np.repeat(photos["cat"][:64, :64, :1], 3, axis=-1)
    Image.fromarray(gray).save(photo_folder / "gray.png")
    files = {kind: tmp_path / f"report.{kind}" for kind in ("json", "csv", "html")}
    options = [part for kind, file in files.items() for part in (f"--{kind}", file)]
    found = benchmark(photo_folder, *options, *QUICK, "--precision", "float32")
    assert found.exit_code == errors.SOME_FAILED, found.output
    assert "bad.png: is not a picture" in found.stderr
    assert "4 of 5 pictures, protocol full" in found.stderr
    assert found.stdout == ""
    figures = results.load(files["json"])
    assert (figures.images, figures.skipped) == (4, 1)
    assert list(figures.baselines) == ["grayscale", "de Queiroz-Braun", "last bit"]
    rows = {row.image: row for row in figures.presets["standard-1"].per_image}
    rgb = np.ascontiguousarray(photos["coffee"][:96, :80])
    assert rows["coffee.png"].psnr == metrics.psnr(rgb, codec.decode(codec.encode(rgb)))
    assert rows["gray.png"].gray_psnr == rows["gray.png"].psnr == np.inf
    table = list(csv.DictReader(io.StringIO(files["csv"].read_text())))
    assert len(table) == 4 * 4
    assert float(table[0]["ssim"]) == figures.presets["standard-1"].per_image[0].ssim
    assert "coffee.png" in files["html"].read_text()


def test_json_goes_to_standard_output_on_request(benchmark, photo_file):
    found = benchmark(photo_file, "--json", "-", *QUICK)
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["machine"]["cores"] >= 1


def test_the_default_preset_makes_the_headline(benchmark, photo_file):
    found = benchmark(photo_file, "--html", "-", "--preset", "robust", "--preset", "standard", "-q")
    assert found.exit_code == 0, found.output
    assert "(preset standard)" in found.stdout
    assert found.stdout.index(">standard") < found.stdout.index(">robust")


def test_all_shipped_presets_are_measured_if_none_is_named(benchmark, monkeypatch, photo_file):
    from invgray.benchmark import suite

    plans = []

    def measure(plan, report, quiet):
        plans.append(plan)
        raise errors.InputError("enough")

    monkeypatch.setattr(suite, "run", measure)
    benchmark(photo_file)
    names = [preset.name for preset in plans[0].presets]
    assert names[0] == store.DEFAULT
    assert sorted(names) == sorted(preset.name for preset in store.latest())


def test_weights_stand_beside_presets(benchmark, photo_file, mine):
    found = benchmark(photo_file, "--weights", mine, *QUICK, "--json", "-")
    assert found.exit_code == 0, found.output
    presets = json.loads(found.stdout)["presets"]
    assert presets["mine"]["quality"] == presets["standard-1"]["quality"]


def test_weights_named_as_a_baseline_are_refused(benchmark, photo_file, mine):
    found = benchmark(photo_file, "--weights", mine.rename(mine.with_name("last bit")))
    assert found.exit_code == 2
    assert "'last bit' is the name of a baseline, too" in found.stderr


def test_robustness_and_colorization_are_told(benchmark, photo_file, monkeypatch):
    few = {name: HANDLINGS[name] for name in ("none", "jpeg-75", "black-box")}
    monkeypatch.setattr(robustness, "handlings", lambda seed: few)
    monkeypatch.setattr(recognition, "HANDLED", ("none", "jpeg-50"))
    options = ("--robustness", "--preset", "colorizer", "--protocol", "paper")
    found = benchmark(photo_file, *options, *QUICK)
    assert found.exit_code == 0, found.output
    for text in (
        "black-box",
        "PSNR after JPEG 75",
        "taken for standard",
        "Made-up colours",
        "protocol paper",
    ):
        assert text in found.stderr


def test_timing_measures_each_engine_and_the_paper_s_network(benchmark, tmp_path, monkeypatch):
    pytest.importorskip("tensorflow")
    monkeypatch.setattr(timing, "ENGINES", timing.ENGINES[1:2])
    monkeypatch.setattr(timing, "FRESH_RUNS", 1)
    monkeypatch.setattr(timing, "WARM_UP_SECONDS", 0)
    monkeypatch.setattr(timing, "_in_a_process_of_its_own", lambda job, *case: job(*case))
    file = tmp_path / "timing.json"
    found = benchmark("--timing", "--size", 32, "--runs", 2, *QUICK, "--json", file)
    assert found.exit_code == 0, found.output
    figures = results.load(file)
    reference = figures.baselines[timing.REFERENCE].timing
    assert [(row.stage, row.ratio_to_paper) for row in reference] == [("encode", 1), ("decode", 1)]
    assert all(row.ratio_to_paper > 0 for row in figures.presets["standard-1"].timing)
    assert figures.presets["standard-1"].fresh_process_s > 0
    assert f"{timing.REFERENCE}, encode" in found.stderr
    assert "fresh process, standard-1" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give pictures, --timing, or both"),
        (["x.png", "--size", 64], "--size is for --timing"),
        (["x.png", "--preset", "standard", "--preset", "standard"], "have one name"),
        (["x.png", "--csv", "a", "--json", "./a"], "two of the results would be one file"),
        (["x.png", "--csv", "-", "--json", "-"], "two of the results would be one file"),
        (["x.png", "--turing-test", "-", *QUICK], "needs pictures and a colorizer"),
        (["--timing", "--turing-test", "-"], "needs pictures and a colorizer"),
        (["--timing", "--user-study", "-"], "needs pictures and a preset that hides colours"),
        (["x.png", "--user-study", "-", "--preset", "colorizer"], "a preset that hides colours"),
        (["x.png", "--protocol", "idn", "--robustness"], "--protocol idn is for untouched grays"),
        (["x.png", "--chart", "a.svg"], "--chart is for --study-results"),
        (["--study-results"], "give files of answers"),
        (["a.json", "--study-results", "--timing"], "--timing is not for --study-results"),
        (["a.json", "--study-results", "--chart", "a.pdf"], "charts are .svg or .png"),
    ],
)
@pytest.mark.usefixtures("unmeasured")
def test_wrong_usage(benchmark, arguments, message):
    found = benchmark(*arguments)
    assert found.exit_code == errors.USAGE
    assert message in found.stderr


@pytest.mark.parametrize("option", ["--json", "--csv", "--html"])
@pytest.mark.usefixtures("unmeasured")
def test_an_input_is_never_written_over(benchmark, photo_file, option):
    before = photo_file.read_bytes()
    linked = photo_file.with_name("linked.png")
    linked.hardlink_to(photo_file)
    for target in (photo_file, photo_file.parent / "." / "photo.png", linked):
        found = benchmark(photo_file, option, target, "--overwrite", *QUICK)
        assert found.exit_code == errors.USAGE
        assert "is an input itself" in found.stderr
    assert photo_file.read_bytes() == before


@pytest.mark.usefixtures("unmeasured")
def test_weights_are_never_written_over(benchmark, photo_file, tmp_path):
    weights = tmp_path / "alexnet.npz"
    weights.write_bytes(b"weights")
    found = benchmark(photo_file, "--lpips", weights, "--json", weights, "--overwrite", *QUICK)
    assert found.exit_code == errors.USAGE
    assert weights.read_bytes() == b"weights"


@pytest.mark.usefixtures("unmeasured")
def test_a_file_that_exists_is_refused_before_anything_is_measured(benchmark, photo_file, tmp_path):
    file = tmp_path / "results.json"
    file.write_text("mine")
    found = benchmark(photo_file, "--json", file, *QUICK)
    assert found.exit_code == errors.SOME_FAILED
    assert f"{file}: exists already; use --overwrite, or name another file" in found.stderr
    assert file.read_text() == "mine"


@pytest.mark.usefixtures("unmeasured")
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_measured(
    benchmark, photo_file
):
    found = benchmark(photo_file, "--json", photo_file / "results.json", *QUICK)
    assert found.exit_code == errors.SOME_FAILED
    assert "cannot be written" in found.stderr


def test_overwrite_replaces_a_file(benchmark, photo_file, tmp_path):
    file = tmp_path / "results.json"
    file.write_text("mine")
    found = benchmark(photo_file, "--json", file, "--overwrite", *QUICK)
    assert found.exit_code == 0, found.output
    assert results.load(file).images == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_clear_line(command, photo_file):
    line = [*command, "benchmark", photo_file, "--json", "/dev/full", *QUICK]
    found = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == errors.SOME_FAILED
    last = found.stderr.splitlines()[-1]
    assert "cannot be written (No space left on device)" in last
    assert "bug" not in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("library", ["tabulate", "jinja2", "pywt", "matplotlib"])
def test_without_the_extra_it_is_named(photo_file, library):
    code = (
        f"import sys; sys.modules[{library!r}] = None; from invgray.cli import main; "
        f"main(['benchmark', {str(photo_file)!r}])"
    )
    line = [sys.executable, "-c", code]
    found = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == errors.USAGE
    assert found.stderr == (
        f"invgray: {library} is not installed; pip install 'invgray[benchmark]' brings it\n"
    )


def test_a_folder_without_pictures_is_named(benchmark, tmp_path):
    (tmp_path / "notes.txt").write_text("no")
    found = benchmark(tmp_path, *QUICK)
    assert found.exit_code == errors.NO_INPUT
    assert "has no pictures in it" in found.stderr


def test_no_picture_at_all_is_an_error(benchmark, tmp_path):
    (tmp_path / "bad.png").write_text("no")
    found = benchmark(tmp_path, *QUICK)
    assert found.exit_code == errors.NO_INPUT
    assert "none of the inputs is a picture" in found.stderr


def test_the_real_or_fake_page_is_written(benchmark, photo_folder, tmp_path):
    page = tmp_path / "page.html"
    found = benchmark(photo_folder, "--preset", "colorizer", "--turing-test", page, "-q")
    assert found.exit_code == 0, found.output
    assert page.read_text().count("data:image/jpeg") == 6


def test_colours_from_hints_stand_beside_those_that_grays_hide(benchmark, photo_file, tmp_path):
    files = {kind: tmp_path / f"report.{kind}" for kind in ("json", "csv", "html")}
    options = [part for kind, file in files.items() for part in (f"--{kind}", file)]
    found = benchmark(photo_file, "--hints", *options, "--preset", "luminance", "-q")
    assert found.exit_code == 0, found.output
    table = found.stderr.partition("Colours from random hints")[2]
    rows = ["optimization, 0 hints", "optimization, 500 hints", "luminance"]
    assert [table.index(row) for row in rows] == sorted(table.index(row) for row in rows)
    figures = results.load(files["json"])
    means = [made.quality.psnr.mean for made in figures.hinted.values()]
    assert len(means) == 4
    assert means == sorted(means)
    assert means[-1] < figures.presets["luminance"].quality.psnr.mean
    assert "optimization, 50 hints" in files["csv"].read_text()
    assert "Colours from hints" in files["html"].read_text()


def test_the_protocol_of_idn_is_scored_as_its_log_is(benchmark, tmp_path, photos):
    path = tmp_path / "photo.png"
    Image.fromarray(np.tile(photos["cat"], (3, 3, 1))[:520, :600]).save(path)
    found = benchmark(path, "--protocol", "idn", "--preset", "luminance", "--json", "-", "-q")
    assert found.exit_code == 0, found.output
    assert "IDN gray PSNR" in found.stderr
    (row,) = json.loads(found.stdout)["presets"]["luminance"]["per_image"]
    assert row["idn_psnr"] <= row["psnr"]
    assert row["idn_gray_psnr"] < row["gray_psnr"]


def test_a_user_study_is_written_and_its_answers_are_told(benchmark, photo_folder, tmp_path):
    page, chart = tmp_path / "page.html", tmp_path / "chart.svg"
    found = benchmark(photo_folder, "--user-study", page, "--preset", "luminance", "-q")
    assert found.exit_code == 0, found.output
    study = re.search(r"const study = (\{.*\});", page.read_text())
    facts = json.loads(study[1])
    assert len(facts["pictures"]) == 3
    one = {"picture": 0, "place": 0, "milliseconds": 1500}
    participant = {
        "participant": "ab",
        "begun": "",
        "similarity": [one | {"left": "original", "rating": 5}],
        "conformity": [one | {"left": "ours", "better": "both", "luminance": 4, "ours": 3}],
    }
    answers = facts | {"pictures": ["a", "b", "c"], "participants": [participant]}
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    line = ("--study-results", tmp_path / "answers.json", "--chart", chart)
    found = benchmark(*line)
    assert found.exit_code == 0, found.output
    assert "1 participant, 3 pictures, preset luminance" in found.stderr
    assert "gray that stands better: both" in found.stderr
    assert chart.read_text().startswith("<?xml")
    assert "exists already; use --overwrite" in benchmark(*line).stderr
    assert benchmark(*line, "--overwrite").exit_code == 0
    linked = tmp_path / "linked.svg"
    linked.hardlink_to(tmp_path / "answers.json")
    assert "is an input itself" in benchmark(*line[:2], "--chart", linked, "--overwrite").stderr
