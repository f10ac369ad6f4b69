"""TensorFlow and Keras, which everything imports from here: quietly, or with a clear error."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from invgray.errors import extra_installed

__all__ = ["Tensor", "keras", "layers", "tf"]

Tensor = Any
"""A TensorFlow tensor, or what TensorFlow takes for one; docstrings give its shape."""


@contextmanager
def _silent_libraries() -> Iterator[None]:
    """Without what C libraries write to ``stderr`` while they are loaded.

    TensorFlow's report that they are loaded, whatever its log level. Only their stream is changed:
    the process's stderr stays, for Python, other threads and other processes. Where the C library
    is not glibc, nothing is changed.
    """
    if platform.libc_ver()[0] != "glibc":
        yield
        return
    libc = ctypes.CDLL(None)
    libc.fopen.restype = ctypes.c_void_p
    stream = ctypes.c_void_p.in_dll(libc, "stderr")
    before, stream.value = stream.value, libc.fopen(os.devnull.encode(), b"w")
    try:
        yield
    finally:
        stream.value = before


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # heeded once they are loaded
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

with extra_installed("train"), _silent_libraries():
    import keras
    import tensorflow as tf
    from keras import layers

tf.get_logger().setLevel("ERROR")
