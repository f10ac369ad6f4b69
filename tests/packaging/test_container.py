"""The image of the Containerfile, made and run in clean root directories of this machine.

Its steps are carried out as they stand there, in overlays on this machine's root, whose Python
stands in for the base image's. The checkout is hidden from them.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Containerfile").read_text("utf-8")


def steps(text):
    """Instructions and what stands after them."""
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.M)).splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line.strip()]


STEPS = steps(TEXT)
LAST = STEPS[max(i for i, (name, _) in enumerate(STEPS) if name == "FROM") :]
SAID = dict(LAST)
"""What the last stage says, the last time that it does."""


def sources():
    """What is copied out of the checkout."""
    for name, rest in STEPS:
        words = shlex.split(rest)
        if name == "COPY" and not words[0].startswith("--from"):
            yield from words[:-1]


def test_the_image_runs_as_nobody_in_particular_and_tells_its_health():
    user, group = SAID["USER"].split(":")
    assert min(int(user), int(group)) >= 1000
    assert "CMD [" in SAID["HEALTHCHECK"]
    assert json.loads(SAID["ENTRYPOINT"]) == ["invgray"]
    assert json.loads(SAID["CMD"])[0] == "serve"
    assert all(rest.split()[0].endswith("-slim") for name, rest in STEPS if name == "FROM")


def test_the_context_is_what_is_copied():
    lines = (ROOT / ".containerignore").read_text("utf-8").split()
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == set(sources())
    assert all((ROOT / source).exists() for source in sources())


# The image


@dataclass
class Stage:
    """A root directory: what was changed of this machine's, and what was said of it."""

    folder: Path
    variables: dict[str, str]
    workdir: str = "/"
    user: str = "0:0"
    said: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self):
        return self.folder / "upper"

    def at(self, path):
        return self.changed / str(Path(self.workdir, path)).lstrip("/")

    def script(self, *, writable):
        """Shell that mounts the root and defines ``inside``, which runs a command in it."""
        root = self.folder / "root"
        given = shlex.join(f"{name}={value}" for name, value in self.variables.items())
        user, group = self.user.split(":")
        lock = "" if writable else f"mount -o remount,ro {root}; mount -t tmpfs tmpfs {root}/tmp"
        return f"""
            set -e
            mount -t overlay overlay \
                -o lowerdir=/,upperdir={self.changed},workdir={self.folder}/work {root}
            mount -t tmpfs -o ro tmpfs {root}{ROOT}
            mount -t proc proc {root}/proc
            mount --rbind /dev {root}/dev
            {lock}
            inside() {{
                chroot {root} setpriv --reuid {user} --regid {group} --clear-groups --no-new-privs \
                    env -i {given} sh -c 'cd {self.workdir} && exec "$@"' sh "$@"
            }}
        """


def run(script, *namespaces):
    ran = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", *namespaces, "bash", "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    return ran.stdout


def stage_in(folder):
    for name in ("upper", "work", "root"):
        (folder / name).mkdir(parents=True)
    base = Path(sys.base_prefix)
    for hidden in [base, *base.parents][:-1]:  # others than root must reach the base's Python
        (folder / "upper" / str(hidden).lstrip("/")).mkdir(parents=True, exist_ok=True)
    registry = {k: v for k, v in os.environ.items() if k.startswith("PIP_")}
    return Stage(folder, {"PATH": f"{base}/bin:/usr/bin:/bin", "HOME": "/tmp", **registry})


def built(folder):
    """The last stage of the Containerfile, and all that it says."""
    stages, arguments = {}, {"VERSION": "7.8.9"}
    for number, (name, rest) in enumerate(STEPS):
        match name:
            case "FROM":
                stage = stage_in(folder / str(number))
                stages[rest.split()[-1]] = stage
            case "ARG":
                stage.variables[rest] = arguments[rest]
            case "ENV":
                key, _, value = rest.partition("=")
                known = stage.variables
                stage.variables[key] = re.sub(r"\$(\w+)", lambda m, k=known: k[m[1]], value)
            case "WORKDIR":
                stage.workdir = rest
                stage.at(".").mkdir(parents=True)
            case "COPY":
                words = shlex.split(rest)
                copied = words.pop(0) if words[0].startswith("--from=") else None
                from_ = stages[copied.removeprefix("--from=")].at if copied else ROOT.joinpath
                for source in words[:-1]:
                    target = stage.at(words[-1])
                    copy(from_(source), target / source if words[-1].endswith("/") else target)
            case "RUN":
                run(f"{stage.script(writable=True)}\ninside sh -c {shlex.quote(rest)}")
            case "USER":
                stage.user = rest
            case "EXPOSE" | "HEALTHCHECK" | "ENTRYPOINT" | "CMD":
                stage.said[name] = rest
            case _:
                raise AssertionError(f"{name} is not known here")
    return stage


def copy(source, target):
    if source.is_dir():
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(
            source, target, symlinks=True, ignore=ignore if ROOT in source.parents else None
        )
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    mounts = "mount -t tmpfs tmpfs /mnt"
    allowed = subprocess.run(["unshare", "--mount", "--net", "sh", "-c", mounts], check=False)
    if allowed.returncode:
        pytest.skip("needs leave to mount, and to make networks")
    return built(tmp_path_factory.mktemp("image"))


UP = """
import fcntl, socket, struct
flags = struct.pack("16sh14x", b"lo", 1)
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8914, flags)
"""
"""Program that brings the loopback interface up."""

POST = """
import sys
from urllib.request import urlopen
answer = urlopen("http://127.0.0.1:8000/encode", data=open("photo.png", "rb").read(), timeout=60)
open("served.png", "wb").write(answer.read())
page = urlopen("http://127.0.0.1:8000/", timeout=5).read().decode()
assert "invgray" in page, page
"""


@pytest.mark.long
def test_the_image_converts_and_serves_without_network_on_a_root_that_cannot_be_written(
    image, tmp_path, photo
):
    pictures = tmp_path / "pictures"
    pictures.mkdir(mode=0o777)
    pictures.chmod(0o777)
    Image.fromarray(photo).save(pictures / "photo.png")
    entry = shlex.join(json.loads(image.said["ENTRYPOINT"]))
    serve = shlex.join(json.loads(image.said["CMD"]))
    health = shlex.join(json.loads(image.said["HEALTHCHECK"].split("CMD", 1)[1]))
    told = run(
        f"""
        {image.script(writable=False)}
        mount --bind {pictures} {image.folder}/root/pictures
        ! inside touch /opt/invgray/mark 2> /dev/null
        inside id -u
        inside {entry} --version
        inside {entry} encode photo.png --json
        inside {entry} decode photo.gray.png --json
        ! inside {health} 2> /dev/null
        {shlex.quote(sys.executable)} -c {shlex.quote(UP)}
        inside {entry} {serve} > {tmp_path}/log 2>&1 &
        for attempt in $(seq 60); do
            inside {health} 2> /dev/null && break
            sleep 1
        done
        inside {health}
        inside python -c {shlex.quote(POST)}
        """,
        "--net",
    )
    user, version, *rows = told.splitlines()
    assert (user, version) == (SAID["USER"].split(":")[0], "invgray, version 7.8.9")
    assert [json.loads(row)["status"] for row in rows] == ["done", "done"]
    gray, served = (np.asarray(Image.open(pictures / n)) for n in ("photo.gray.png", "served.png"))
    np.testing.assert_array_equal(gray, served)
    restored = np.asarray(Image.open(pictures / "photo.color.png"))
    assert np.abs(restored.astype(int) - photo).mean() < 2
    assert (pictures / "photo.gray.png").stat().st_uid == int(user)
