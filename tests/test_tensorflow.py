"""TensorFlow comes in quietly, and leaves the process's stderr alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from invgray.errors import MissingExtraError


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=120,
    )


def test_nothing_is_said_on_the_way_and_another_backend_of_keras_is_not_taken(tmp_path):
    """Its libraries say that they are loaded before any log level is heard."""
    (tmp_path / "keras.json").write_text('{"backend": "torch"}')
    code = """
from invgray.tensorflow import keras, tf
print(keras.backend.backend(), int(tf.constant(1) + 1))
"""
    done = run(code, KERAS_HOME=str(tmp_path))
    assert (done.stdout, done.stderr) == ("tensorflow 2\n", "")


def test_what_other_threads_say_meanwhile_is_not_lost():
    """``quietly()`` redirected the process's stderr under them."""
    code = """
import os, sys, threading, time
def talk():
    while not over.wait(0.01):
        spoken.append(f"line {len(spoken)}\\n")
        os.write(2, spoken[-1].encode())
over, spoken = threading.Event(), []
thread = threading.Thread(target=talk)
thread.start()
import invgray.tensorflow
os.system("echo shell >&2")
over.set()
thread.join()
print("".join(spoken) + "shell")
"""
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("line") > 20
    assert sorted(done.stderr.split("\n")) == sorted(done.stdout.split("\n"))


def test_without_it_an_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    monkeypatch.delitem(sys.modules, "invgray.tensorflow", raising=False)
    with pytest.raises(MissingExtraError, match=r"keras is not installed.*invgray\[train\]"):
        __import__("invgray.tensorflow")
