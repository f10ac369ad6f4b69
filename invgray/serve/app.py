"""The server as an ASGI application: its paths, and what is answered on each."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from invgray.errors import InvgrayError
from invgray.serve import parameters, problems
from invgray.serve.body import Body
from invgray.serve.description import OUTCOME, describe
from invgray.serve.guard import Guard
from invgray.serve.metrics import Metrics
from invgray.serve.operations import (
    COLORIZE,
    DECODE,
    ENCODE,
    INSPECT,
    Operation,
    Result,
    Setting,
)
from invgray.serve.presets import described
from invgray.serve.problems import GONE, Kind, Refusal
from invgray.serve.work import Gone, Workshop

OPERATIONS: tuple[Operation[Any], ...] = (ENCODE, DECODE, COLORIZE, INSPECT)

_PAGE = Path(__file__).parent / "page"

Endpoint = Callable[[Request], Awaitable[Response]]


def create(setting: Setting, workshop: Workshop, *, local: bool) -> ASGIApp:
    """The application.

    Args:
        setting: the machine that networks run on, and the limits.
        workshop: where conversions take place; closed when the application ends.
        local: whether only names of this machine itself are answered to.
    """
    metrics = Metrics(workshop)
    description = describe(OPERATIONS)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await workshop.close()

    async def page(_request: Request) -> Response:
        return FileResponse(_PAGE / "index.html")

    async def presets(_request: Request) -> Response:
        return _json(described())

    async def health(_request: Request) -> Response:
        return _json({"status": "ok", "version": version("invgray")})

    async def count(_request: Request) -> Response:
        return metrics.answer()

    async def openapi(_request: Request) -> Response:
        return _json(description)

    async def progress(request: Request) -> Response:
        return _json(workshop.progress(request.path_params["ticket"]))

    converting = [
        Route(f"/{each.name}", _converting(each, setting, workshop, metrics), methods=["POST"])
        for each in OPERATIONS
    ]
    app = Starlette(
        routes=[
            *converting,
            Route("/", page),
            Mount("/page", StaticFiles(directory=_PAGE)),
            Route("/presets", presets),
            Route("/progress/{ticket}", progress),
            Route("/health", health),
            Route("/metrics", count),
            Route("/openapi.json", openapi),
        ],
        exception_handlers={
            Refusal: _refused,
            InvgrayError: _failed,
            HTTPException: _lost,
            Exception: _broken,
        },
        lifespan=lifespan,
    )
    return Guard(app, local=local)


def _converting(
    operation: Operation[Any], setting: Setting, workshop: Workshop, metrics: Metrics
) -> Endpoint:
    """What answers to an operation's path; each answer is counted."""

    async def convert(request: Request) -> Response:
        start = time.monotonic()
        try:
            answer = await _converted(request, operation, setting, workshop)
        except Refusal as refused:
            answer = problems.refusal(refused)
        except InvgrayError as error:
            answer = problems.answer(error)
        except (Gone, ClientDisconnect):
            answer = Response(status_code=GONE)
        except Exception:
            metrics.answered(operation.name, 500, time.monotonic() - start)
            raise
        metrics.answered(operation.name, answer.status_code, time.monotonic() - start)
        return answer

    return convert


async def _converted(
    request: Request, operation: Operation[Any], setting: Setting, workshop: Workshop
) -> Response:
    body = Body(request, setting.limits)

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    try:
        query = parameters.parse(request.query_params, operation.query)
        with workshop.ticket(query.ticket) as ticket:
            picture = await workshop.received(body.read())
            result = await workshop.do(
                ticket, lambda watch: operation.run(picture, query, setting, watch), gone()
            )
    except InvgrayError:
        await body.drain()
        raise
    return _answer(result)


def _answer(result: Result) -> Response:
    if result.picture is None:
        return _json(result.facts)
    facts = json.dumps(result.facts)  # in ASCII, as headers are
    return Response(result.picture, headers={OUTCOME: facts}, media_type=result.media_type)


def _json(content: object) -> Response:
    return Response(
        msgspec.json.encode(content),
        headers={"Cache-Control": "no-store"},
        media_type="application/json",
    )


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problems.refusal(error)


async def _failed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, InvgrayError)
    return problems.answer(error)


async def _lost(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.scope["path"]
    if error.status_code == Kind.METHOD.value.status:
        allowed = (error.headers or {}).get("Allow", "")
        return problems.refusal(
            Refusal(Kind.METHOD, f"{path} takes no {request.method}", f"use {allowed}")
        )
    return problems.refusal(
        Refusal(Kind.NOT_FOUND, f"there is no {path}", "see /openapi.json for what there is")
    )


async def _broken(_request: Request, error: Exception) -> Response:
    cause = f"{type(error).__name__} ({error})"
    return problems.refusal(Refusal(Kind.SERVER, cause, "this is a bug; please report it"))
