"""Many pictures in one process: memory, descriptors and threads stay what they were.

``pytest -m long tests/soak`` runs it; ``INVGRAY_SOAK`` is the number of pictures, 20,000 if not
given. ``-s`` shows what was measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PICTURES = int(os.environ.get("INVGRAY_SOAK", "20000"))


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_many_pictures_take_no_more_than_some(tmp_path, photo, usage):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for i in range(PICTURES):
        Image.fromarray(np.roll(photo[:48, :64], i, axis=1)).save(source / f"{i}.png")
    line = [sys.executable, "-m", "invgray", "encode", str(source), "-o", str(out), "-q"]
    process, samples, tenth = subprocess.Popen(line), [], 0
    with suppress(KeyError):  # of a process that has ended, nothing is told
        while process.poll() is None:
            samples.append(usage(process))
            tenth += len(list(out.glob("*.png"))) <= PICTURES // 10
            time.sleep(1)
    assert process.wait() == 0
    assert len(list(out.iterdir())) == PICTURES
    first, last = samples[tenth], samples[-1]
    print(f"\n{PICTURES} pictures, {len(samples)} s\nat a tenth: {first}\nat the end: {last}")
    assert last.megabytes < first.megabytes + 20
    assert max(s.descriptors for s in samples[tenth:]) <= first.descriptors + 4
    assert last.threads <= first.threads
