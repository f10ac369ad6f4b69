"""The interface's description in OpenAPI, made of the types that check its requests."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import msgspec

from invgray.convert import Outcome
from invgray.inspection import Inspection
from invgray.serve import problems
from invgray.serve.operations import Operation
from invgray.serve.presets import Described
from invgray.serve.problems import Kind, Problem
from invgray.serve.work import Progress

OUTCOME = "Invgray-Outcome"
"""Header of a result with what is known of it."""

_SCHEMAS = "#/components/schemas/{name}"
_COMMON = (Kind.USAGE, Kind.FORBIDDEN, Kind.SERVER)
_OF_PICTURES = (
    *_COMMON,
    Kind.SLOW,
    Kind.TOO_LARGE,
    Kind.PICTURE,
    Kind.BUSY,
)


def describe(operations: Iterable[Operation[Any]]) -> dict[str, Any]:
    """An OpenAPI document of the whole interface.

    Args:
        operations: what can be done with a picture.
    """
    types = (Outcome, Inspection, Problem, Progress, Described)
    _, schemas = msgspec.json.schema_components(types, ref_template=_SCHEMAS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "invgray",
            "version": version("invgray"),
            "summary": "Grayscale you can undo.",
        },
        "paths": {
            **{f"/{each.name}": {"post": _operation(each)} for each in operations},
            "/progress/{ticket}": {"get": _progress()},
            "/presets": {"get": _get("presets", "Presets that are here.", _list_of("Described"))},
            "/health": {
                "get": _get("health", "That the server serves.", _content({"type": "object"}))
            },
            "/metrics": {
                "get": _get(
                    "metrics",
                    "Counts for Prometheus.",
                    {"text/plain": {"schema": {"type": "string"}}},
                )
            },
        },
        "components": {
            "schemas": schemas,
            "responses": {kind.name: _response(kind) for kind in Kind},
        },
    }


def _operation(operation: Operation[Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": "What came out.",
        "content": {kind: {"schema": {"type": "string"}} for kind in operation.makes},
    }
    if operation.makes == ("application/json",):
        answer["content"] = _content({"$ref": _SCHEMAS.format(name="Inspection")})
    else:
        answer["headers"] = {
            OUTCOME: {
                "description": "What is known of the result; fields without a value, and those of "
                "files, are left out.",
                "content": _content({"$ref": _SCHEMAS.format(name="Outcome")}),
            }
        }
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "requestBody": {
            "description": "The bytes of a picture in any format that can be read.",
            "required": True,
            "content": {"*/*": {}},
        },
        "responses": {"200": answer, **_problems(_OF_PICTURES)},
    }


def _parameters(operation: Operation[Any]) -> list[dict[str, Any]]:
    """What may stand in the query."""
    (reference,), schemas = msgspec.json.schema_components(
        (operation.query,), ref_template=_SCHEMAS
    )
    options = schemas[reference["$ref"].rpartition("/")[2]]["properties"]
    return [_parameter(name, schema, schemas) for name, schema in options.items()]


def _parameter(name: str, schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    inner = {key: value for key, value in schema.items() if key not in ("description", "$ref")}
    if "$ref" in schema:
        named = schemas[schema["$ref"].rpartition("/")[2]]
        inner = {"type": "string", "enum": named["enum"], **inner}
    for kind in schema.get("anyOf", ()):
        if kind != {"type": "null"}:
            inner = {key: value for key, value in kind.items() if key != "description"}
            schema = {**kind, **schema}
    return {
        "name": name,
        "in": "query",
        "description": schema.get("description", ""),
        "schema": inner,
    }


def _progress() -> dict[str, Any]:
    found = _get(
        "progress",
        "How far the request is that named its ticket so.",
        _content({"$ref": _SCHEMAS.format(name="Progress")}),
        (*_COMMON, Kind.NOT_FOUND),
    )
    ticket = {"name": "ticket", "in": "path", "required": True, "schema": {"type": "string"}}
    return {**found, "parameters": [ticket]}


def _get(
    name: str, summary: str, content: dict[str, Any], kinds: tuple[Kind, ...] = _COMMON
) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": {"description": "It.", "content": content}, **_problems(kinds)},
    }


def _list_of(name: str) -> dict[str, Any]:
    return _content({"type": "array", "items": {"$ref": _SCHEMAS.format(name=name)}})


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _problems(kinds: Iterable[Kind]) -> dict[str, Any]:
    return {
        str(kind.value.status.value): {"$ref": f"#/components/responses/{kind.name}"}
        for kind in kinds
    }


def _response(kind: Kind) -> dict[str, Any]:
    schema = {"$ref": _SCHEMAS.format(name="Problem")}
    described: dict[str, Any] = {
        "description": f"{kind.value.title}.",
        "content": {problems.MEDIA_TYPE: {"schema": schema}},
    }
    if kind.value.passing:
        described["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
        }
    return described
