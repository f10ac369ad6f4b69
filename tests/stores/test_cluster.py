"""A batch on Ray from a store into a store."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image
from pyarrow import parquet

CALL = (sys.executable, "-m", "invgray", "encode")


@pytest.mark.long
def test_actors_read_from_and_write_to_a_store(run, s3, bucket, photo, tmp_path):
    for number in range(6):
        file = io.BytesIO()
        Image.fromarray(photo[:48, 8 * number : 8 * number + 48]).save(file, "PNG")
        s3.put(bucket, f"in/{number}.png", file.getvalue())
    s3.put(bucket, "in/broken.png", b"no picture")
    alone = run("encode", f"s3://{bucket}/in", "-o", f"s3://{bucket}/alone", "-q")
    assert alone.exit_code == 1
    rows = tmp_path / "rows.parquet"
    line = (f"s3://{bucket}/in", "-o", f"s3://{bucket}/out", "--ray", "local", "--rows", rows)
    done = subprocess.run((*CALL, *line), capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "6 done, 0 skipped, 1 failed" in done.stderr
    for number in range(6):
        made = s3.get(bucket, f"out/{number}.gray.png")
        assert made == s3.get(bucket, f"alone/{number}.gray.png")
    found = {row["input"]: row["status"] for row in parquet.read_table(rows).to_pylist()}
    assert found.pop(f"s3://{bucket}/in/broken.png") == "failed"
    assert set(found.values()) == {"done"}
    assert len(found) == 6
