"""Which error is whose fault, and what is said of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from invgray.errors import (
    DeviceError,
    ForeignWeightsError,
    InputError,
    InvgrayError,
    OutputError,
    TooLargeError,
    UsageError,
    WeightsError,
)
from invgray.inference.machine import Machine
from invgray.serve import app as application
from invgray.serve import problems
from invgray.serve.limits import Limits
from invgray.serve.operations import ENCODE, Setting
from invgray.serve.problems import Kind, Refusal
from invgray.serve.work import Workshop


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("a"), 422),
        (ForeignWeightsError("a"), 422),
        (TooLargeError("a"), 413),
        (UsageError("a"), 400),
        (DeviceError("a"), 500),
        (WeightsError("a"), 500),
        (InvgrayError("a"), 500),
        (OutputError("too long for JPEG"), 422),
    ],
)
def test_statuses(error, status):
    answer = problems.answer(error)
    assert (answer.status_code, json.loads(answer.body)["status"]) == (status, status)


def test_a_full_disk_is_the_server_s_fault():
    error = OutputError("standard output: cannot be written (No space left on device)")
    error.__cause__ = OSError(28, "No space left on device")
    answer = problems.answer(error)
    assert answer.status_code == 500
    assert json.loads(answer.body)["cause"].startswith("the result: cannot be written")


def test_details_are_one_line_and_harmless():
    answer = json.loads(problems.answer(InputError("a\n\x1b[31mb", "c")).body)
    assert answer["detail"] == "a??[31mb; c"


def test_only_passing_problems_say_when_to_ask_again():
    for kind in Kind:
        answer = problems.refusal(Refusal(kind, "a"))
        passing = kind in (Kind.BUSY, Kind.STOPPING)
        assert ("retry-after" in answer.headers) == passing
        assert answer.status_code == kind.value.status


def test_a_bug_is_told_and_counted(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(application, "OPERATIONS", (replace(ENCODE, run=broken),))

    async def ask(method, path):
        limits = Limits()
        workshop = Workshop(limits)
        app = application.create(Setting(Machine(), limits), workshop, local=False)
        heard = []

        async def send(message):
            heard.append(message)

        async def call(method, path):
            scope = {
                "type": "http",
                "method": method,
                "path": path,
                "query_string": b"",
                "headers": [],
            }
            messages = iter([{"type": "http.request", "body": b"x", "more_body": False}])

            async def receive():
                return next(messages, None) or await asyncio.Event().wait()

            await app(scope, receive, send)

        with pytest.raises(ZeroDivisionError):
            await call(method, path)
        await call("GET", "/metrics")
        await workshop.close()
        return heard

    with_problem = asyncio.run(ask("POST", "/encode"))
    start, body, _, counts = with_problem
    assert start["status"] == 500
    assert json.loads(body["body"])["detail"] == (
        "ZeroDivisionError (by zero); this is a bug; please report it"
    )
    assert b'invgray_requests_total{operation="encode",status="500"} 1.0' in counts["body"]
