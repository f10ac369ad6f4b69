"""The command line: parses, calls and reports. TensorFlow is only imported where it is used."""

from __future__ import annotations

import click

from invgray import __version__
from invgray.cli.benchmark import benchmark
from invgray.cli.decode import decode
from invgray.cli.encode import encode
from invgray.cli.train import train
from invgray.errors import INTERRUPTED, InvgrayError


class Group(click.Group):
    """Ends every foreseen failure with one line on stderr and its documented exit code."""

    def invoke(self, context: click.Context):
        try:
            return super().invoke(context)
        except InvgrayError as error:
            click.echo(f"invgray: {error}", err=True)
            context.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("invgray: interrupted", err=True)
            context.exit(INTERRUPTED)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="invgray")
def main():
    """Grayscale you can undo.

    Turn a colour photo into an ordinary-looking gray PNG, and that PNG back into the colour photo:

    \b
        invgray encode photo.jpg         writes photo.gray.png
        invgray decode photo.gray.png    writes photo.color.png

    \b
    Exit codes: 0 all done; 1 some inputs failed; 2 wrong usage; 3 no usable input;
    4 weights missing or damaged; 130 interrupted.
    """


for command in (encode, decode, train, benchmark):
    main.add_command(command)
