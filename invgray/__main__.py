"""``invgray`` and ``python -m invgray``: the command line, interruptible from its first import."""

import sys


def main() -> None:
    """Run the command line and exit."""
    try:
        from invgray.cli import main as commands

        commands(prog_name="invgray")
    except KeyboardInterrupt:
        sys.stderr.write("invgray: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
