"""The command line: parses, calls and reports. TensorFlow is only imported where it is used."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from importlib import import_module
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from invgray.cli.messages import explained, say
from invgray.errors import DONE, SOME_FAILED, USAGE, Interrupted, InvgrayError

_COMMANDS = {
    "encode": "Colour to gray that can be undone: photo.jpg -> photo.gray.png",
    "decode": "Gray to colour: photo.gray.png -> photo.color.png",
    "inspect": "What a gray says of itself, and how much of it is intact.",
    "colorize": "Plausible colours for any gray picture: old.jpg -> old.colorized.png",
    "watch": "Convert what arrives in a folder.",
    "serve": "A page on this machine for all of this, and an HTTP interface.",
    "train": "Train networks on your own pictures.",
    "benchmark": "Measure presets on pictures of yours: colours, gray, speed.",
}
"""Modules of this folder, each with a command of its name, in the order of the help.

Their short help stands here, so that the help of the whole imports none of them.
"""


class Group(click.Group):
    """Ends every failure with one line on stderr and its documented exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of the help."""
        return list(_COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, whose module is imported only now."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"invgray.cli.{cmd_name}"), cmd_name)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands and options, without importing the commands."""
        commands = [
            CompletionItem(name, help=text)
            for name, text in _COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Run the command; Ctrl-C is one more way to end with a line and a code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted("interrupted") from None

    def main(self, *args: Any, **extra: Any) -> NoReturn:  # noqa: ANN401
        """Run, and exit the process."""
        warnings.simplefilter("ignore")  # libraries' doubts are no news to a user
        logging.getLogger("PIL").addHandler(logging.NullHandler())
        try:
            code = super().main(*args, **extra | {"standalone_mode": False}) or DONE
        except InvgrayError as error:
            say(explained(error))
            code = error.exit_code
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            code = USAGE
        except click.ClickException as error:
            say(f"{error.format_message()}; see 'invgray --help'")
            code = error.exit_code
        except OSError as error:
            say(f"{error.filename or 'standard output'}: {error.strerror}; check and try again")
            code = SOME_FAILED
        _forget_unwritten()
        sys.exit(code)


def _forget_unwritten() -> None:
    """Drop what standard output would not take, for which Python would fail once more at exit."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="invgray")
def main() -> None:
    """Grayscale you can undo.

    Turn a colour photo into an ordinary-looking gray PNG, and that PNG back into the colour photo:

    \b
        invgray encode photo.jpg         writes photo.gray.png
        invgray decode photo.gray.png    writes photo.color.png

    Old black-and-white photos hide no colours; for these, plausible ones can be made up:

    \b
        invgray colorize old.jpg         writes old.colorized.png

    \b
    Exit codes: 0 all done; 1 some inputs failed; 2 wrong usage; 3 no usable input;
    4 weights missing or damaged; 130 interrupted.
    """
