"""The manual page is the help, and man(1) has nothing to say against it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from invgray.cli import main, manual

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "man" / "invgray.1"


def test_the_page_that_is_installed_is_made_from_the_help():
    """In a process of its own: Click keeps the help options of commands that ran before."""
    line = [sys.executable, "-m", "invgray.cli.manual"]
    made = subprocess.run(line, capture_output=True, text=True, check=True, encoding="utf-8")
    assert PAGE.read_text("utf-8") == made.stdout
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    shared = wheel["targets"]["wheel"]["shared-data"]
    assert shared["docs/man/invgray.1"] == "share/man/man1/invgray.1"


@pytest.mark.skipif(not shutil.which("groff"), reason="needs groff")
def test_the_page_is_set_without_a_warning_and_has_every_command_and_option():
    line = ["groff", "-man", "-ww", "-z", str(PAGE)]
    checked = subprocess.run(line, capture_output=True, text=True, check=True)
    assert checked.stderr == ""
    line = ["groff", "-man", "-Tascii", "-rLL=200n", "-P-cbou", str(PAGE)]
    text = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    context = click.Context(main)
    for name in main.list_commands(context):
        section = text.split(f"invgray {name} ")[1:]
        command = main.get_command(context, name)
        assert section, name
        for parameter in command.params:
            for option in parameter.opts if isinstance(parameter, click.Option) else ():
                assert re.search(rf"{option}\b", "".join(section)), option


def test_text_cannot_become_a_request():
    @click.command(help="\b\n.so /etc/passwd\n'tr ab\n\nA \\fBbackslash\\fR, --option 'quoted'.")
    @click.option("-x", help=".TH is no request")
    def command(x):
        pass

    group = click.Group("test", {"command": command}, help="A test.\n\n.so first")
    page = manual.page(group)
    requests = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert requests <= {".TH", ".SH", ".SS", ".PP", ".TP", ".nf", ".fi", ".B"}
    assert page.count(".TH INVGRAY") == 1
    assert "\\&.so /etc/passwd\n\\&\\(aqtr ab" in page
    assert "A \\efBbackslash\\efR, \\-\\-option \\(aqquoted\\(aq." in page
