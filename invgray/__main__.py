"""``python -m invgray``."""

from invgray.cli import main

main(prog_name="invgray")
