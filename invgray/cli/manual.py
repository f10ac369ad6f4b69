"""The manual page, made from the help: ``python -m invgray.cli.manual > docs/man/invgray.1``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import cleandoc

import click

from invgray.cli import main


def page(group: click.Group) -> str:
    """A manual page of a program and all of its commands, in the language of man(7)."""
    context = click.Context(group, info_name="invgray", **group.context_settings)
    return "\n".join(_lines(context, group)) + "\n"


def _lines(context: click.Context, group: click.Group) -> Iterator[str]:
    title, _, text = cleandoc(group.help or "").partition("\n")
    yield '.TH INVGRAY 1 "" "invgray" "User Commands"'
    yield ".SH NAME"
    yield f"invgray \\- {_plain(title.rstrip('.'))}"
    yield ".SH SYNOPSIS"
    yield f".B invgray\n{_plain(' '.join(group.collect_usage_pieces(context)))}"
    yield ".SH DESCRIPTION"
    yield from _paragraphs(text)
    yield ".SH OPTIONS"
    yield from _options(context, group)
    yield ".SH COMMANDS"
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        usage = " ".join(command.collect_usage_pieces(inner))
        yield f".SS invgray {_plain(name)} {_plain(usage)}"
        yield from _paragraphs(cleandoc(command.help or ""))
        yield from _options(inner, command)


def _options(context: click.Context, command: click.Command) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and parameter.param_type_name == "option":
            names, text = record
            yield f".TP\n\\fB{_plain(names)}\\fR"
            yield _plain(" ".join(text.split()))


def _paragraphs(text: str) -> Iterator[str]:
    """Click's help: paragraphs are filled, but for those that begin with a line of ``\\b``."""
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.splitlines()
        if lines and lines[0].strip() == "\b":
            yield ".PP\n.nf"
            yield from (_plain(line) for line in lines[1:])
            yield ".fi"
        else:
            yield ".PP"
            yield _plain(" ".join(line.strip() for line in lines))


def _plain(text: str) -> str:
    """Text in which nothing is a request, and hyphens can be copied as options."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return f"\\&{escaped}" if escaped.startswith((".", "\\(aq")) else escaped


if __name__ == "__main__":
    sys.stdout.write(page(main))
