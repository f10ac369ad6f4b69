"""Pictures that a Parquet file names."""

from __future__ import annotations

import pytest

pytest.importorskip("pyarrow", reason="needs the extra 'cluster'")
import pyarrow as pa
from pyarrow import parquet

from invgray.cluster.manifest import Entry, entries
from invgray.errors import InputError


@pytest.fixture
def written(tmp_path):
    def write(**columns):
        path = tmp_path / "m.parquet"
        parquet.write_table(pa.table(columns), path, row_group_size=2)
        return str(path)

    return write


def test_names_with_and_without_results(written):
    assert list(entries(written(input=["a", "b", "c"], size=[1, 2, 3]))) == [
        Entry("a", None),
        Entry("b", None),
        Entry("c", None),
    ]
    both = written(output=["x.png", None], input=["a", "b"])
    assert list(entries(both)) == [Entry("a", "x.png"), Entry("b", None)]
    assert list(entries(written(input=pa.array([], pa.string())))) == []


@pytest.mark.parametrize("columns", [{"name": ["a"]}, {"input": [1]}, {"input": ["a", None]}])
def test_files_without_names(written, columns):
    with pytest.raises(InputError, match="is no Parquet file with a column 'input'; write"):
        list(entries(written(**columns)))


def test_files_of_other_kinds(tmp_path):
    (tmp_path / "a.parquet").write_text("nonsense, but long enough")
    with pytest.raises(InputError, match=r"a\.parquet: is no Parquet file"):
        list(entries(str(tmp_path / "a.parquet")))
    with pytest.raises(InputError, match=r"gone: the manifest may not be read \(No such file"):
        list(entries(str(tmp_path / "gone")))
