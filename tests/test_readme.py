"""What the README promises exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from invgray.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CALLS = re.findall(
    r"(?:^|[ |])invgray ((?:encode|decode|train|benchmark) [^|#&\n`>]*)", README, re.M
)


@pytest.mark.parametrize("call", CALLS)
def test_calls_parse(call):
    name, *arguments = shlex.split(call)
    command = main.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {a for a in arguments if a.startswith("-") and a != "-"} <= known


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) >= 9
    assert all((ROOT / link).exists() for link in links)


def test_every_exit_code_is_documented():
    from invgray import errors

    codes = (errors.DONE, errors.SOME_FAILED, errors.USAGE, errors.NO_INPUT, errors.WEIGHTS)
    assert all(f"\n| {code} |" in README for code in (*codes, errors.INTERRUPTED))
    assert len(CALLS) > 8
