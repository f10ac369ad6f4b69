"""A hundred thousand objects are listed and planned."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLAN = """
import resource
from invgray.cli.encode import CONVERTER
from invgray.cli.plan import Selection, plan
from invgray.files import store
tasks = plan(Selection(("s3://bucket/in/",), "s3://bucket/out/"), CONVERTER.naming).tasks
there = store.existing(task.target for task in tasks)
used = resource.getrusage(resource.RUSAGE_SELF)
print(len(tasks), len(there), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


@pytest.mark.long
def test_a_hundred_thousand_objects_take_under_a_minute_of_a_core_and_500_megabytes():
    lister = [sys.executable, str(Path(__file__).parent / "lister.py"), "100000"]
    with subprocess.Popen(lister, stdout=subprocess.PIPE, text=True) as server:
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        environment = os.environ | keys | {"AWS_ENDPOINT_URL": address}
        try:
            done = subprocess.run(
                [sys.executable, "-c", PLAN], env=environment, capture_output=True, check=True
            )
        finally:
            server.kill()
    tasks, there, seconds, megabytes = map(float, done.stdout.split())
    assert (tasks, there) == (100_000, 0)
    assert seconds < 60
    assert megabytes < 500
