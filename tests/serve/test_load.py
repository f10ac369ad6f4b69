"""Eight clients at once, hostile bodies among theirs: nothing is lost, and memory stays flat.

``pytest -m long tests/serve`` sends 400 requests; ``-s`` shows what was measured.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CLIENTS = 8


def megabytes(process):
    """Resident memory of a process."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
@pytest.mark.parametrize("requests", [40, pytest.param(400, marks=pytest.mark.long)])
def test_nothing_is_lost_under_load(serve, photo, png, requests, tmp_path):
    pictures = [png(np.roll(photo[:160, :192], 7 * i, axis=1)) for i in range(4)]
    bomb = tmp_path / "bomb.png"
    Image.new("1", (30_000, 30_000)).save(bomb)
    with serve("--queue", "4") as served:
        grays = [served.ask("/encode", picture) for picture in pictures]
        colors = [served.ask("/decode", gray.body) for gray in grays]
        served.ask("/colorize", pictures[0])
        calls = [
            *(("/encode", p, 200, g.body) for p, g in zip(pictures, grays, strict=True)),
            *(("/decode", g.body, 200, c.body) for g, c in zip(grays, colors, strict=True)),
            ("/inspect", grays[0].body, 200, None),
            ("/colorize", grays[0].body, 200, None),
            ("/decode", pictures[0], 422, None),
            ("/encode", pictures[0][:3000], 422, None),
            ("/encode", bomb.read_bytes(), 413, None),
            ("/inspect", random.Random(0).randbytes(200_000), 422, None),
            ("/encode?quality=0", pictures[0], 400, None),
            ("/encode", b"", 400, None),
            ("/encode", pictures[1], None, None),  # goes away
        ]
        busy = Counter()

        def ask(number):
            path, body, status, expected = calls[number % len(calls)]
            if status is None:
                connection = served.connect()
                connection.request("POST", path, body)
                connection.close()
                return True
            answer = served.ask(path, body)
            while answer.status == 503:
                busy["times"] += 1
                time.sleep(float(answer.headers["Retry-After"]) / 10)
                answer = served.ask(path, body)
            assert answer.status == status, (path, answer.body[:300])
            return expected is None or answer.body == expected

        memory = []
        start = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as clients:
            for first in range(0, requests, requests // 4):
                numbers = range(first, first + requests // 4)
                assert all(clients.map(ask, numbers))
                memory.append(megabytes(served.process))
        took = time.monotonic() - start
        for state in ("receiving", "waiting", "working"):
            served.wait_for(f'invgray_requests_now{{state="{state}"}}', 0)
        with pytest.raises((OSError, HTTPException)):
            garbage(served)
        assert served.ask("/encode", pictures[0]).body == grays[0].body
        print(f"\n{requests} requests, {took:.1f} s, {busy['times']} times busy, MB: {memory}")
        assert memory[-1] < memory[0] + 40


def garbage(served):
    """Send what is no HTTP."""
    connection = served.connect(timeout=10)
    connection.connect()
    connection.sock.sendall(b"\x16\x03\x01\x00\xa5" + bytes(100) + b"\r\n\r\n")
    answer = connection.sock.recv(1000)
    connection.close()
    if not answer or b" 400 " in answer:
        raise HTTPException("refused")
