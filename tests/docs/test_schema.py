"""The schema of the benchmark's results, as the docs have it."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import msgspec
import pytest

from invgray.benchmark import results

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = runpy.run_path(str(DOCS / "figures" / "schema.py"))


@pytest.fixture
def types():
    return json.loads((DOCS / "benchmark.schema.json").read_text("utf-8"))["$defs"]


def test_it_is_up_to_date():
    committed = (DOCS / "benchmark.schema.json").read_text("utf-8")
    assert SCHEMA["text"]() == committed, "run python docs/figures/schema.py"


def test_every_property_is_described(types):
    for name, described in types.items():
        for key, value in described.get("properties", {}).items():
            assert value["description"], (name, key)
        assert "Attributes:" not in described["description"]


def test_every_type_of_the_results_is_in_it(types):
    structs = {
        kind.__name__
        for kind in vars(results).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__name__[0] != "_"
    }
    assert structs - {"Struct"} <= types.keys()
    assert types["Benchmark"]["properties"]["schema"]["const"] == results.SCHEMA
    assert all(not types[name]["additionalProperties"] for name in structs - {"Struct"})


def test_a_figure_may_be_infinite(types):
    expected = [{"type": "number"}, {"const": "inf"}]
    assert types["Summary"]["properties"]["mean"]["anyOf"] == expected
    assert types["Summary"]["properties"]["std"]["type"] == "number"


@pytest.mark.parametrize("file", sorted((DOCS / "figures").glob("*.json")), ids=lambda f: f.name)
def test_figures_of_the_docs_keep_to_it(file, types):
    """As far as keys go; their types are checked on reading."""

    def check(value, kind):
        described = types[kind]["properties"]
        assert value.keys() == described.keys()
        for key, part in value.items():
            text = json.dumps(described[key])
            names = [name for name in types if f'"#/$defs/{name}"' in text]
            parts = part.values() if "additionalProperties" in described[key] else [part]
            parts = part if isinstance(part, list) else parts
            for item in parts:
                if isinstance(item, dict) and names:
                    check(item, names[0])

    check(json.loads(file.read_text("utf-8")), "Benchmark")
    assert results.to_json(results.load(file)) == file.read_text("utf-8")
