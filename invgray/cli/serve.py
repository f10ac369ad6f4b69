"""``invgray serve``."""

from __future__ import annotations

import click

from invgray.cli.messages import say
from invgray.cli.options import Amount, allow_pixels, machine, tile
from invgray.errors import extra_installed
from invgray.inference.machine import Device, Engine, Machine, Precision

with extra_installed("serve"):
    from invgray.serve.limits import Limits
    from invgray.serve.operations import Setting
    from invgray.serve.server import serve as run

_DEFAULT = Limits()


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; only the default and other loopback addresses are this machine's "
    "alone.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 64),
    default=_DEFAULT.jobs,
    show_default=True,
    help="Pictures in work at a time.",
)
@click.option(
    "--queue",
    type=click.IntRange(0, 10_000),
    default=_DEFAULT.queue,
    show_default=True,
    help="Requests that may wait beside these; more are told to come again.",
)
@click.option(
    "--max-body",
    type=Amount(),
    default="100M",
    show_default=True,
    metavar="BYTES",
    help="Refuse larger files.",
)
@click.option(
    "--max-pixels",
    type=Amount(),
    default="50M",
    show_default=True,
    callback=allow_pixels,
    metavar="N",
    help="Refuse pictures of more pixels.",
)
@click.option(
    "--max-memory",
    type=Amount(),
    metavar="BYTES",
    help="Refuse pictures that may take more memory, as 4G (default: a job's share of what is "
    "free).",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    default=_DEFAULT.seconds,
    show_default=True,
    help="For a picture to arrive, and once more for its conversion.",
)
@machine
@tile
def serve(
    host: str,
    port: int,
    jobs: int,
    queue: int,
    max_body: int,
    max_pixels: int,
    max_memory: int | None,
    seconds: float,
    engine: Engine,
    device: Device,
    precision: Precision,
    threads: int | None,
    tile: int | None,
) -> None:
    """A page on this machine for all of this, and an HTTP interface.

    \b
        invgray serve                                    http://127.0.0.1:8000
        invgray serve --port 9000
        invgray serve --host 0.0.0.0 --max-pixels 20M    for other machines, too

    \b
        curl --data-binary @photo.jpg -o gray.png http://127.0.0.1:8000/encode

    There is no password: whoever reaches the address can use it.
    """
    limits = Limits(
        body=max_body,
        pixels=max_pixels,
        memory=max_memory,
        jobs=jobs,
        queue=queue,
        seconds=seconds,
    )
    networks = Machine(
        engine=engine, device=device, precision=precision, tile=tile, threads=threads
    )
    try:
        run(host, port, Setting(networks, limits), say)
    except KeyboardInterrupt:
        say("stopped")
