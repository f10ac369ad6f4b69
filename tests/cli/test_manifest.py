"""Pictures that a Parquet file names."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from pyarrow import parquet


@pytest.fixture
def manifest(tmp_path):
    """Write a manifest of some columns; tell its name."""

    def write(**columns):
        file = tmp_path / "pictures.parquet"
        parquet.write_table(
            pa.table({k: pa.array(v, pa.string()) for k, v in columns.items()}), file
        )
        return file

    return write


def planned(result):
    """Names of inputs and results, as they would be."""
    assert result.exit_code == 0, result.stderr
    rows = map(json.loads, result.stdout.splitlines())
    return {row["input"]: row["output"] for row in rows}


def test_results_are_named_by_the_command_or_by_the_manifest(run, folder, manifest, tmp_path):
    one, two = folder / "one.png", folder / "deep er" / "zwei.jpg"
    named = manifest(input=[str(one), str(two)], output=[str(tmp_path / "x.png"), None])
    result = run("encode", "--manifest", named, "-o", tmp_path / "out", "-n", "--json")
    assert planned(result) == {
        str(one): str(tmp_path / "x.png"),
        str(two): str(tmp_path / "out" / "zwei.gray.png"),
    }


def test_a_manifest_s_pictures_are_converted_and_kept_in_rows(run, folder, manifest, tmp_path):
    source, target = folder / "one.png", tmp_path / "far" / "gray.png"
    named, rows = manifest(input=[str(source)], output=[str(target)]), tmp_path / "rows.parquet"
    line = ("encode", "--manifest", named, "--rows", rows, "--preset", "luminance")
    assert run(*line).exit_code == 0
    assert target.is_file()
    (row,) = parquet.read_table(rows).to_pylist()
    assert (row["input"], row["output"], row["status"]) == (str(source), str(target), "done")
    assert run(*line).exit_code == 0  # it has a row, and is not tried again
    assert len(parquet.read_table(rows)) == 1


def test_two_results_of_one_name_are_refused(run, folder, manifest, tmp_path):
    names = [str(folder / "one.png"), str(folder / "deep er" / "zwei.jpg")]
    named = manifest(input=names, output=[str(tmp_path / "same.png")] * 2)
    result = run("encode", "--manifest", named)
    assert result.exit_code == 2
    assert "would both be written to" in result.stderr
