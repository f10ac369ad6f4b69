"""A real server: its limits, those who go away, and its end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPResponse
from urllib.parse import urlsplit

import numpy as np
import pytest


@pytest.fixture(scope="module")
def tight(serve):
    """A server that takes little."""
    options = ("--max-body", "200k", "--max-pixels", "20k", "--seconds", "2", "-j", "1")
    with serve(*options, "--queue", "1") as served:
        yield served


def test_a_body_has_a_limit(tight):
    for body in (bytes(300_000), iter([bytes(100_000)] * 3)):  # the second one in chunks
        answer = tight.ask("/encode", body)
        assert (answer.status, answer.json["title"]) == (413, "The picture is too large")
        assert answer.json["detail"] == (
            "the picture has more than 0.2 MB; send it in a smaller file"
        )


def test_a_body_of_another_size_than_announced_is_the_client_s_end(tight, small):
    with socket.create_connection(urlsplit(tight.url).netloc.split(":")) as client:
        head = b"POST /encode HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
        client.sendall(head + small[:1000])
    tight.wait_for('invgray_requests_now{state="receiving"}', 0)


@pytest.mark.parametrize("operation", ["encode", "decode", "colorize", "inspect"])
def test_pixels_have_a_limit(tight, png, operation):
    answer = tight.ask(f"/{operation}", png(np.zeros((150, 150), np.uint8)))
    assert answer.status == 413
    assert answer.json["detail"] == (
        "the picture: 150x150 pixels are more than 0.02 megapixels; cut it into parts"
    )


def test_arrival_and_queue_have_limits(tight, small):
    address = urlsplit(tight.url).netloc.split(":")
    head = b"POST /encode HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    slow = [socket.create_connection(address, timeout=30) for _ in range(2)]
    start = time.monotonic()
    for client in slow:
        client.sendall(head + b"x")
    tight.wait_for('invgray_requests_now{state="receiving"}', 2)
    busy = tight.ask("/encode", small)
    assert (busy.status, busy.json["title"]) == (503, "Too many requests are waiting")
    assert int(busy.headers["Retry-After"]) >= 1
    assert tight.ask("/health").status == 200
    for client in slow:
        answer = HTTPResponse(client)
        answer.begin()
        assert answer.status == 408
        assert b"did not arrive within 2 seconds" in answer.read()
        client.close()
    assert time.monotonic() - start > 2
    tight.wait_for('invgray_requests_now{state="receiving"}', 0)
    assert tight.ask("/encode", small).status == 200


def test_a_conversion_has_a_limit(serve, large):
    with serve("--seconds", "0.5") as served:
        start = time.monotonic()
        answer = served.ask("/encode?preset=luminance", large)
        took = time.monotonic() - start
        assert (answer.status, answer.json["title"]) == (503, "The conversion took too long")
        assert answer.json["detail"] == (
            "the conversion took longer than 0.5 seconds; send a smaller picture"
        )
        assert took < 5
        served.wait_for('invgray_requests_now{state="working"}', 0)


def test_a_client_that_goes_away_frees_its_work(server, large):
    connections = [server.connect() for _ in range(4)]
    for connection in connections:
        connection.request("POST", "/encode?preset=luminance", large)
    server.wait_for('invgray_requests_now{state="working"}', 2)
    server.wait_for('invgray_requests_now{state="waiting"}', 2)
    before = server.metric('invgray_requests_total{operation="encode",status="499"}')
    for connection in connections:
        connection.close()
    server.wait_for('invgray_requests_total{operation="encode",status="499"}', before + 4)
    freed = server.wait_for('invgray_requests_now{state="working"}', 0)
    assert freed < 3
    assert server.metric('invgray_requests_now{state="waiting"}') == 0


def test_small_requests_are_served_beside_a_large_one(server, large, small):
    connection = server.connect()
    connection.request("POST", "/encode?preset=luminance", large)
    server.wait_for('invgray_requests_now{state="working"}', 1)
    assert server.ask("/encode", small).status == 200
    assert server.metric('invgray_requests_now{state="working"}') == 1
    connection.close()
    server.wait_for('invgray_requests_now{state="working"}', 0)


def test_term_lets_work_end(serve, photo, png):
    picture, answers = png(np.tile(photo, (3, 3, 1))), []
    with serve() as served:
        asking = threading.Thread(
            target=lambda: answers.append(served.ask("/encode?preset=luminance", picture))
        )
        asking.start()
        served.wait_for('invgray_requests_now{state="working"}', 1)
    asking.join()
    assert answers[0].status == 200


def test_who_it_serves_is_said(serve):
    with serve() as served:
        assert (
            served.said
            == f"invgray: serving on {served.url} for this machine only; Ctrl-C ends it\n"
        )
    with serve("--host", "0.0.0.0") as served:
        assert "for every machine that reaches it, without a password; Ctrl-C" in served.said
        here = served.url.replace("0.0.0.0", "127.0.0.1")
        elsewhere = type(served)(served.process, here, served.said)
        assert elsewhere.ask("/health", headers={"Host": "example.org"}).status == 200


def test_a_taken_port_is_one_line(server):
    port = urlsplit(server.url).port
    line = [sys.executable, "-m", "invgray", "serve", "--port", str(port)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be listened on (Address already in use" in done.stderr
    assert done.stderr.count("\n") == 1


def test_ctrl_c_twice_answers_at_once(serve, large):
    answers = []
    with serve() as served:
        asking = threading.Thread(
            target=lambda: answers.append(served.ask("/encode?preset=luminance", large))
        )
        asking.start()
        served.wait_for('invgray_requests_now{state="working"}', 1)
        sending = socket.create_connection(urlsplit(served.url).netloc.split(":"), timeout=10)
        sending.sendall(b"POST /encode HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx")
        served.wait_for('invgray_requests_now{state="receiving"}', 1)
        for _ in range(2):
            served.process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        answer = HTTPResponse(sending)
        answer.begin()
        assert (answer.status, b"the server is stopping" in answer.read()) == (503, True)
        served.process.wait(5)
        sending.close()
    asking.join()
    assert answers[0].status == 503
    assert answers[0].json["detail"] == "the server is stopping; try again in a moment"


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "prometheus_client"])
def test_the_extra_is_named(missing):
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from invgray.cli import main; main(['serve'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "pip install 'invgray[serve]' brings it" in done.stderr


def test_the_server_loads_no_tensorflow(small):
    code = (
        "import asyncio, sys\n"
        "from invgray.inference.machine import Machine\n"
        "from invgray.watching import unwatched\n"
        "from invgray.serve.limits import Limits\n"
        "from invgray.serve.operations import *\n"
        "import invgray.cli.serve, invgray.serve.app\n"
        "setting, body = Setting(Machine(), Limits()), sys.stdin.buffer.read()\n"
        "gray = ENCODE.run(body, ENCODE.query(), setting, unwatched).picture\n"
        "DECODE.run(gray, DECODE.query(), setting, unwatched)\n"
        "COLORIZE.run(gray, COLORIZE.query(), setting, unwatched)\n"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, input=small, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
