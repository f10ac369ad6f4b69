"""A server that converts for a long time: memory, descriptors and threads stay what they were.

``pytest -m long tests/serve/test_soak.py`` runs it for five minutes, or ``INVGRAY_SOAK_SECONDS``;
``-s`` shows what was measured.
"""

from __future__ import annotations

import itertools
import os
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

SECONDS = float(os.environ.get("INVGRAY_SOAK_SECONDS", "300"))
PERIOD = 1.0
"""Seconds from one request to the next, if the server keeps up."""


def peak(usages):
    """The most that was taken of each."""
    return {
        name: max(getattr(taken, name) for taken in usages)
        for name in ("megabytes", "descriptors", "threads")
    }


def calls(served, photo, png):
    """Path, body and expected status of what is asked for in turn; a status of None goes away."""
    pictures = [png(np.roll(photo[:80, :96], 9 * i, axis=1)) for i in range(3)]
    grays = [served.ask("/encode", picture).body for picture in pictures]
    jpeg = served.ask("/encode?preset=robust&format=jpg", pictures[0]).body
    return [
        ("/encode", pictures[0], 200),
        ("/decode", grays[0], 200),
        ("/inspect", grays[1], 200),
        ("/encode?preset=robust&format=jpg", pictures[1], 200),
        ("/decode?format=webp", jpeg, 200),
        ("/colorize", grays[2], 200),
        ("/encode?verify=true&border=false", pictures[2], 200),
        ("/decode?format=tif", grays[2], 200),
        ("/encode", pictures[0][:3000], 422),
        ("/encode", pictures[1], None),
        ("/decode", pictures[1], 422),
        ("/inspect", b"no picture", 422),
        ("/encode?quality=0", pictures[0], 400),
        ("/encode", b"", 400),
        ("/encode?preset=nonsense", pictures[0], 400),
        ("/", None, 200),
        ("/page/main.js", None, 200),
        ("/presets", None, 200),
        ("/openapi.json", None, 200),
        ("/progress/nobody-s", None, 404),
    ]


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_server_takes_no_more_after_long(serve, photo, png, usage):
    samples, answers = [], Counter()
    with serve() as served:
        turn = itertools.cycle(calls(served, photo, png))
        start = time.monotonic()
        for number, (path, body, status) in enumerate(turn):
            time.sleep(max(0, start + PERIOD * number - time.monotonic()))
            if time.monotonic() > start + SECONDS:
                break
            if status is None:
                connection = served.connect()
                connection.request("POST", path, body)
                connection.close()
                answers["went away"] += 1
            else:
                answer = served.ask(path, body)
                assert answer.status == status, (path, answer.body[:300])
                answers[status] += 1
            samples.append((time.monotonic() - start, usage(served.process)))
        for state in ("receiving", "waiting", "working"):
            served.wait_for(f'invgray_requests_now{{state="{state}"}}', 0)
    first = peak([taken for after, taken in samples if 0.1 * SECONDS < after < 0.2 * SECONDS])
    last = peak([taken for after, taken in samples if after > 0.9 * SECONDS])
    print(f"\n{SECONDS:g} s, {dict(answers)}\nafter a tenth: {first}\nat the end: {last}")
    assert last["megabytes"] < first["megabytes"] + 20
    assert last["descriptors"] <= first["descriptors"] + 4
    assert last["threads"] <= first["threads"]
