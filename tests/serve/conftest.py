"""The server as a process, and a client for it."""

from __future__ import annotations

import http.client
import io
import json
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image


@dataclass(frozen=True)
class Answer:
    """What a server answers."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def facts(self):
        return json.loads(self.headers["Invgray-Outcome"])


@dataclass(frozen=True)
class Served:
    """A server in a process."""

    process: subprocess.Popen
    url: str
    said: str

    def connect(self, timeout=60):
        return http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=timeout)

    def ask(self, path, body=None, method=None, headers=None):
        connection = self.connect()
        try:
            connection.request(
                method or ("GET" if body is None else "POST"), path, body, headers or {}
            )
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def metric(self, name):
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.ask("/metrics").body.decode(), re.M)
        return float(found[1]) if found else 0.0

    def wait_for(self, name, value, seconds=20):
        """Seconds until a metric has a value."""
        start = time.monotonic()
        while self.metric(name) != value:
            assert time.monotonic() < start + seconds, f"{name} is {self.metric(name)}"
            time.sleep(0.05)
        return time.monotonic() - start


@contextmanager
def serving(*options):
    line = [sys.executable, "-m", "invgray", "serve", "--port", "0", "--precision", "float32"]
    process = subprocess.Popen([*line, *options], stderr=subprocess.PIPE, text=True)
    try:
        said = process.stderr.readline()
        found = re.search(r"http://\S+", said)
        assert found, said + process.stderr.read()
        yield Served(process, found[0], said)
    finally:
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=60)[1]
    assert (process.returncode, rest) == (0, "invgray: stopped\n")


@pytest.fixture(scope="session")
def serve():
    """Starts a server with options; at its end it must stop in order, and have said nothing."""
    return serving


@pytest.fixture(scope="session")
def server():
    """A server with the default limits, for tests that leave it as it is."""
    with serving() as served:
        yield served


@pytest.fixture(scope="session")
def png():
    """Makes the bytes of a PNG of pixels."""

    def png(pixels):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        return file.getvalue()

    return png


@pytest.fixture(scope="session")
def small(photo, png):
    """A colour photograph of 96x80 pixels, as bytes of a PNG."""
    return png(photo[:80, :96])


@pytest.fixture(scope="session")
def large(photo, png):
    """A colour picture of 12 megapixels, as bytes of a PNG: seconds of work."""
    return png(np.tile(photo, (12, 16, 1)))
