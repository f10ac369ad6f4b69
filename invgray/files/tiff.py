"""What libtiff says of damaged pictures: heard, where it would go to the terminal."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from PIL import _imaging

_LONGEST = 200
"""Bytes of a line that are kept."""

_thread = threading.local()


@contextmanager
def errors() -> Iterator[list[str]]:
    """The errors of libtiff in this thread, as they come; some of them Pillow passes over."""
    _listen()
    lines: list[str] = []
    _thread.errors = lines
    try:
        yield lines
    finally:
        del _thread.errors


@cache
def _listen() -> Any:  # noqa: ANN401 - ctypes' types of functions have no names
    """Have libtiff tell its errors; what no thread listens to goes where it went before.

    Returns:
        What libtiff calls from now on, to be kept as long as the process lives.
    """
    library = ctypes.CDLL(_imaging.__file__)
    try:
        replace = library.TIFFSetErrorHandler
    except AttributeError:  # Pillow was built without libtiff, or hides it
        return None
    kind = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)
    replace.argtypes, replace.restype = [kind], kind
    printf = ctypes.CDLL(None).vsnprintf
    printf.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_void_p]

    def hear(module: bytes | None, form: bytes, values: int) -> None:
        lines = getattr(_thread, "errors", None)
        if lines is not None:
            line = ctypes.create_string_buffer(_LONGEST)
            printf(line, _LONGEST, form, values)
            lines.append(b": ".join(filter(None, (module, line.value))).decode("utf-8", "replace"))
        elif before:
            before(module, form, values)

    heard = kind(hear)
    before = replace(heard)
    return heard
