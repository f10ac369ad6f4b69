"""The command line, as a process and within the tests' own."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from invgray.cli import main


@pytest.fixture
def command():
    """Words that start the command line in a process."""
    return [sys.executable, "-m", "invgray"]


@pytest.fixture
def invgray(command):
    """Run the command line in a real process; its output is bytes."""

    def run(*arguments, **options):
        line = [*command, *map(str, arguments)]
        return subprocess.run(line, capture_output=True, timeout=120, check=False, **options)

    return run


@pytest.fixture
def run(recwarn):
    """Run the command line within this process, which is much faster."""

    def run(*arguments, **options):
        return CliRunner().invoke(main, [str(a) for a in arguments], **options)

    return run


@pytest.fixture
def folder(tmp_path, photo):
    """A tree with two pictures and something else."""
    root = tmp_path / "in"
    (root / "deep er").mkdir(parents=True)
    Image.fromarray(photo[:32, :32]).save(root / "one.png")
    Image.fromarray(photo[32:64, :32]).save(root / "deep er" / "zwei.jpg")
    (root / "notes.txt").write_text("not a picture")
    return root


@pytest.fixture
def many(tmp_path, photo):
    """A folder with sixty pictures, a second or two of work."""
    source = tmp_path / "many"
    source.mkdir()
    for i in range(60):
        Image.fromarray(np.roll(photo, i, axis=0)).save(source / f"{i}.png", compress_level=1)
    return source
