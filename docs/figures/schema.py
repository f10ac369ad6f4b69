"""Write the JSON Schema of what ``invgray benchmark --json`` writes.

    python docs/figures/schema.py

It is made from the types in ``invgray/benchmark/results.py`` and their docstrings.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import msgspec

from invgray.benchmark.results import SCHEMA, Benchmark, Number

FILE = Path(__file__).parents[1] / "benchmark.schema.json"


def text() -> str:
    """The schema as JSON."""
    types = msgspec.json.schema(Benchmark, schema_hook=_of_type)
    for described in types["$defs"].values():
        _describe(described)
    types["$defs"]["Benchmark"]["properties"]["schema"]["const"] = SCHEMA
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **types}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _of_type(kind: type) -> dict[str, Any]:
    if kind is Number:
        return {"anyOf": [{"type": "number"}, {"const": "inf"}]}
    raise NotImplementedError


def _describe(described: dict[str, Any]) -> None:
    """Give each property its part of the docstring."""
    docstring = inspect.cleandoc(described["description"])
    described["description"], _, attributes = docstring.partition("\n\nAttributes:\n")
    for name, meaning in re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", attributes, re.M):
        sentence = " ".join(line.strip() for line in meaning.splitlines())
        described["properties"][name]["description"] = _plain(sentence)


def _plain(sentence: str) -> str:
    """Without the marks of reStructuredText."""
    return re.sub(r":\w+:`(\w+)`|``([^`]*)``", r"\1\2", sentence)


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
