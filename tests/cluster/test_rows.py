"""What became of each picture, in a Parquet file that outlives a run that is killed."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("pyarrow", reason="needs the extra 'cluster'")
from pyarrow import parquet

from invgray.cluster.rows import kept_in
from invgray.convert import Outcome, Status
from invgray.errors import InputError, OutputError, UsageError


def outcome(name, status=Status.DONE, **more):
    return Outcome(input=name, output=f"{name}.png", status=status, **more)


def failed(name):
    return outcome(name, Status.FAILED, error="bad; mend it", exit_code=3)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "deep" / "rows.parquet"


def table(file):
    return [(row["input"], row["status"]) for row in parquet.read_table(file).to_pylist()]


def journal(file):
    return file.with_name("rows.parquet.journal")


def test_rows_of_a_run_and_of_one_that_goes_on(file):
    with kept_in(file) as rows:
        assert not rows.continued
        rows.add(outcome("a", psnr=41.5), 0.5)
        rows.add(failed("b"), 0.1)
        rows.add(outcome("c", Status.SKIPPED), None)
        assert len(journal(file).read_text().splitlines()) == 3
    assert not journal(file).exists()
    assert parquet.read_table(file).to_pylist()[:2] == [
        {
            "input": "a",
            "output": "a.png",
            "status": "done",
            "seconds": 0.5,
            "psnr": 41.5,
            "exact": None,
            "error": None,
        },
        {
            "input": "b",
            "output": "b.png",
            "status": "failed",
            "seconds": 0.1,
            "psnr": None,
            "exact": None,
            "error": "bad; mend it",
        },
    ]
    with kept_in(file) as rows:
        assert rows.continued
        assert [rows.has(name, f"{name}.png") for name in "abcd"] == [True, False, True, False]
        assert not rows.has("a", "another.png")
        rows.add(outcome("a", Status.SKIPPED), None)
        rows.add(outcome("b"), 0.2)
        rows.add(failed("d"), 0.2)
    assert table(file) == [("a", "done"), ("c", "skipped"), ("b", "done"), ("d", "failed")]


@pytest.mark.parametrize("torn", ["", '{"input": "x", "out', "\0\0\0"])
def test_a_run_that_was_killed_loses_nothing_that_was_told(file, torn):
    with kept_in(file) as rows:
        rows.add(outcome("a"), 1)
        left = journal(file).read_text()
    journal(file).write_text(left + left.replace('"a', '"b') + torn)
    with kept_in(file) as rows:
        assert rows.has("b", "b.png")
        assert table(file) == [("a", "done"), ("b", "done")]
        rows.add(outcome("c"), 1)
        assert json.loads(journal(file).read_text())["input"] == "c"
    assert table(file) == [("a", "done"), ("b", "done"), ("c", "done")]


def test_what_ends_a_run_does_not_end_its_rows(file):
    def run():
        with kept_in(file) as rows:
            rows.add(outcome("a"), 1)
            raise FileNotFoundError(2, "no matter of rows")

    with pytest.raises(FileNotFoundError):
        run()
    assert table(file) == [("a", "done")]


def test_names_that_are_no_text(file):
    with kept_in(file) as rows:
        rows.add(outcome("\udcff\n"), 1)
    with kept_in(file) as rows:
        assert rows.has("\udcff\n", "\udcff\n.png")
    assert table(file) == [("\\xff\n", "done")]


def test_files_that_cannot_be_kept_in(file, tmp_path):
    with (
        kept_in(file),
        pytest.raises(UsageError, match=r"rows\.parquet: another run keeps its rows there"),
        kept_in(file),
    ):
        pytest.fail("two runs keep their rows in one file")
    file.write_text("something else")
    with pytest.raises(InputError, match=r"rows\.parquet: is no file of rows"), kept_in(file):
        pytest.fail("it was replaced")
    assert file.read_text() == "something else"
    (tmp_path / "x").write_text("in the way")
    with pytest.raises(OutputError, match="rows cannot be written"), kept_in(tmp_path / "x" / "y"):
        pytest.fail("there is no such folder")
