"""What importing the package does to its process: nothing."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import os, signal, sys
from PIL import Image, ImageFile, PngImagePlugin

def state():
    umask = os.umask(0)
    os.umask(umask)
    return (
        umask,
        PngImagePlugin.MAX_TEXT_CHUNK,
        PngImagePlugin.MAX_TEXT_MEMORY,
        Image.MAX_IMAGE_PIXELS,
        ImageFile.LOAD_TRUNCATED_IMAGES,
        signal.getsignal(signal.SIGINT),
        (os.fstat(2).st_dev, os.fstat(2).st_ino),
        os.environ.copy(),
    )

os.umask(0o027)
before = state()
import invgray
for name in invgray.__all__:
    getattr(invgray, name)
import invgray.convert, invgray.files.reading, invgray.files.writing, invgray.prints.rectification
assert state() == before, (before, state())
assert "tensorflow" not in sys.modules
"""


def test_importing_changes_nothing_of_the_process():
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
