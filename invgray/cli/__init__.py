"""The command line: parses, calls and reports. TensorFlow is only imported where it is used."""

from __future__ import annotations

import sys
import warnings

import click

from invgray.cli.benchmark import benchmark
from invgray.cli.colorize import colorize
from invgray.cli.decode import decode
from invgray.cli.encode import encode
from invgray.cli.messages import say
from invgray.cli.train import train
from invgray.errors import DONE, SOME_FAILED, Interrupted, InvgrayError


class Group(click.Group):
    """Ends every failure with one line on stderr and its documented exit code."""

    def invoke(self, context: click.Context):
        """Run the command; Ctrl-C is one more way to end with a line and a code."""
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            raise Interrupted("interrupted") from None

    def main(self, *args, **options):
        """Run, and exit the process."""
        warnings.simplefilter("ignore")  # libraries' doubts are no news to a user
        try:
            code = super().main(*args, **options | {"standalone_mode": False}) or DONE
        except InvgrayError as error:
            say(str(error))
            code = error.exit_code
        except click.ClickException as error:
            say(f"{error.format_message()}; see 'invgray --help'")
            code = error.exit_code
        except OSError as error:
            say(f"{error.filename or 'standard output'}: {error.strerror}; check and try again")
            code = SOME_FAILED
        sys.exit(code)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="invgray")
def main():
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


for command in (encode, decode, colorize, train, benchmark):
    main.add_command(command)
