"""What libtiff says of damaged pictures: heard, where it would go to the terminal or nowhere."""

from __future__ import annotations

import ctypes
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

from PIL import _imaging

_LONGEST = 200
"""Bytes of a line that are kept."""

_FAX_DAMAGE = re.compile("Premature EO[LF]|Line length mismatch")
"""What libtiff only warns of, when rows of a fax (T.4, T.6) do not have the picture's width."""

_thread, _decoding, _beginning = threading.local(), threading.Lock(), threading.Lock()


@contextmanager
def errors(form: str | None) -> Iterator[list[str]]:
    """The first that libtiff says of damage in this thread; of some of it Pillow knows nothing.

    Args:
        form: Pillow's name of the format that is decoded meanwhile; TIFFs wait for each other.
    """
    with _beginning:
        _listen()
    lines: list[str] = []
    with _decoding if form == "TIFF" else nullcontext():
        _thread.errors = lines
        try:
            yield lines
        finally:
            del _thread.errors


@cache
def _listen() -> Any:  # noqa: ANN401 - ctypes' types of functions have no names
    """Have libtiff tell its errors and warnings; to be called by one thread at a time.

    Errors that no thread listens to go where they went before. Pillow turns warnings off, for all
    threads, before it decodes; they are turned on again as libtiff opens the picture, which it
    tells those who may want to add tags.

    Returns:
        What libtiff calls from now on, to be kept as long as the process lives.
    """
    library = ctypes.CDLL(_imaging.__file__)
    try:
        on_error, on_warning = library.TIFFSetErrorHandler, library.TIFFSetWarningHandler
        on_opening = library.TIFFSetTagExtender
    except AttributeError:  # Pillow was built without libtiff, or hides it
        return None
    handler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)
    extender = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
    for setting, kind in ((on_error, handler), (on_warning, handler), (on_opening, extender)):
        setting.argtypes, setting.restype = [kind], kind
    printf = ctypes.CDLL(None).vsnprintf
    printf.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_void_p]

    def told(module: bytes | None, form: bytes, values: int) -> str:
        line = ctypes.create_string_buffer(_LONGEST)
        printf(line, _LONGEST, form, values)
        return b": ".join(filter(None, (module, line.value))).decode("utf-8", "replace")

    def hear_error(module: bytes | None, form: bytes, values: int) -> None:
        lines = getattr(_thread, "errors", None)
        if lines is None:
            if before:
                before(module, form, values)
        elif not lines:
            lines.append(told(module, form, values))

    def hear_warning(module: bytes | None, form: bytes, values: int) -> None:
        lines = getattr(_thread, "errors", None)
        if lines == [] and _FAX_DAMAGE.search(line := told(module, form, values)):
            lines.append(line)

    def hear_opening(tiff: int) -> None:
        on_warning(warning)
        if extend:
            extend(tiff)

    error, warning, opening = handler(hear_error), handler(hear_warning), extender(hear_opening)
    before, extend = on_error(error), on_opening(opening)
    return error, warning, opening
