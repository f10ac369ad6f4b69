"""The options of ``invgray serve``; the server itself is tested in ``tests/serve``."""

from __future__ import annotations

import pytest

from invgray.cli.serve import serve
from invgray.serve.limits import Limits


def test_defaults_are_the_server_s():
    given = serve.make_context("serve", []).params
    limits = Limits()
    assert (given["max_body"], given["max_pixels"]) == (limits.body, limits.pixels)
    assert (given["jobs"], given["queue"]) == (limits.jobs, limits.queue)
    assert (given["seconds"], given["max_memory"]) == (limits.seconds, limits.memory)
    assert given["host"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "no.such.host.invalid"], "no.such.host.invalid:8000 cannot be listened on ("),
        (["--host", "a" * 70], "cannot be listened on ("),
        (["--port", "70000"], "Invalid value for '--port'"),
        (["--max-body", "0"], "no number of at least 1"),
        (["--seconds", "0"], "Invalid value for '--seconds'"),
    ],
)
def test_what_cannot_be_is_one_line(run, options, words):
    result = run("serve", *options)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert words in result.stderr
