"""What can go wrong, as problem details for HTTP (RFC 9457)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus

import msgspec
from starlette.responses import Response

from invgray.errors import (
    DeviceError,
    InputError,
    InvgrayError,
    MissingExtraError,
    OutputError,
    TooLargeError,
    UsageError,
    WeightsError,
)
from invgray.files.reading import STANDARD_INPUT
from invgray.files.writing import STANDARD_OUTPUT

MEDIA_TYPE = "application/problem+json"

RETRY_SECONDS = 2
"""When to ask again of a server that is busy."""

GONE = 499
"""Status of a request whose client went away; nobody reads it but the metrics."""


@dataclass(frozen=True)
class Sort:
    """A sort of problem: its status, what it is called, and whether asking again may help."""

    status: HTTPStatus
    title: str
    passing: bool = False


class Kind(Enum):
    """All sorts of problems; the names are those of the description's responses."""

    USAGE = Sort(HTTPStatus.BAD_REQUEST, "The request's options cannot be used")
    FORBIDDEN = Sort(HTTPStatus.FORBIDDEN, "The request comes from elsewhere")
    NOT_FOUND = Sort(HTTPStatus.NOT_FOUND, "There is no such thing here")
    METHOD = Sort(HTTPStatus.METHOD_NOT_ALLOWED, "The method is not that of the path")
    SLOW = Sort(HTTPStatus.REQUEST_TIMEOUT, "The picture took too long to arrive")
    TOO_LARGE = Sort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The picture is too large")
    PICTURE = Sort(HTTPStatus.UNPROCESSABLE_ENTITY, "The picture cannot be used for this")
    SERVER = Sort(HTTPStatus.INTERNAL_SERVER_ERROR, "The server is at fault")
    BUSY = Sort(HTTPStatus.SERVICE_UNAVAILABLE, "Too many requests are waiting", passing=True)
    TIME = Sort(HTTPStatus.SERVICE_UNAVAILABLE, "The conversion took too long")
    STOPPING = Sort(HTTPStatus.SERVICE_UNAVAILABLE, "The server is stopping", passing=True)


class Refusal(InvgrayError):  # noqa: N818 - the request may be in order
    """A request that the server does not serve, whatever the picture."""

    def __init__(self, kind: Kind, cause: str, remedy: str = "") -> None:
        super().__init__(cause, remedy)
        self.kind = kind


@dataclass(frozen=True, kw_only=True)
class Problem:
    """The body of an answer that is no result.

    Attributes:
        type: reference to the description of its sort.
        title: of its sort.
        status: of the answer.
        detail: one line with cause and remedy, as the command line prints.
        cause: what is wrong.
        remedy: what to do about it; may be empty.
    """

    type: str
    title: str
    status: int
    detail: str
    cause: str
    remedy: str


_KINDS: dict[type[BaseException], Kind] = {
    DeviceError: Kind.SERVER,
    InputError: Kind.PICTURE,
    InvgrayError: Kind.SERVER,
    MissingExtraError: Kind.SERVER,
    OutputError: Kind.PICTURE,
    TooLargeError: Kind.TOO_LARGE,
    UsageError: Kind.USAGE,
    WeightsError: Kind.SERVER,
}


def answer(error: InvgrayError) -> Response:
    """The answer to a request that failed of one of our errors."""
    return _answer(_kind(error), error.cause, error.remedy)


def refusal(refused: Refusal) -> Response:
    """The answer to a request that is not served."""
    return _answer(refused.kind, refused.cause, refused.remedy)


def _answer(kind: Kind, cause: str, remedy: str) -> Response:
    sort, cause, remedy = kind.value, _shown(cause), _shown(remedy)
    problem = Problem(
        type=f"/openapi.json#/components/responses/{kind.name}",
        title=sort.title,
        status=sort.status,
        detail=f"{cause}; {remedy}" if remedy else cause,
        cause=cause,
        remedy=remedy,
    )
    headers = {"Retry-After": str(RETRY_SECONDS)} if sort.passing else None
    return Response(msgspec.json.encode(problem), sort.status, headers, MEDIA_TYPE)


def _kind(error: InvgrayError) -> Kind:
    """The sort of an error; a result that the system would not take is the server's."""
    kind = next(_KINDS[kind] for kind in type(error).__mro__ if kind in _KINDS)
    full = kind is Kind.PICTURE and issubclass(type(error.__cause__), OSError)
    return Kind.SERVER if full and issubclass(type(error), OutputError) else kind


def _shown(text: str) -> str:
    """A text of the library, which knows of no requests."""
    shown = text.replace(STANDARD_INPUT, "the picture").replace(STANDARD_OUTPUT, "the result")
    return "".join(c if c.isprintable() else "?" for c in shown)
