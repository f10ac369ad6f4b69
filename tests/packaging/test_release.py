"""Versions, the wheel, and the commands of the release checklist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import invgray
from invgray.cli import main

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LAST = PROJECT["tool"]["hatch"]["version"]["fallback-version"]
GUIDE = (ROOT / "docs" / "releasing.md").read_text("utf-8")


def call(*words, cwd):
    ran = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def git(*words, cwd):
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    return call("git", *identity, *words, cwd=cwd)


# Versions


def test_command_and_package_have_the_same_version():
    printed = CliRunner().invoke(main, ["--version"], prog_name="invgray").stdout
    assert printed == f"invgray, version {invgray.__version__}\n"


@pytest.fixture
def stub(tmp_path):
    """A project that is configured as this one, and has next to nothing in it."""
    pytest.importorskip("hatch_vcs", reason="needs the extra 'release'")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / name)
    for folder in ("invgray", "weights"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    return tmp_path


def version(folder):
    return call(sys.executable, "-m", "hatchling", "version", cwd=folder).strip()


def committed(folder):
    git("init", "-q", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "-q", "-m", "one", cwd=folder)


def test_without_git_the_version_is_the_last_release(stub):
    assert version(stub) == LAST


def test_without_tags_versions_come_after_the_last_release(stub):
    committed(stub)
    *rest, last = LAST.split(".")
    assert re.fullmatch(rf"{'.'.join(rest)}\.{int(last) + 1}\.dev1\+g[0-9a-f]+", version(stub))


def test_versions_come_from_tags_and_source_distributions_keep_them(stub):
    committed(stub)
    git("tag", "v7.8.9", cwd=stub)
    assert version(stub) == "7.8.9"
    call(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", "build", cwd=stub)
    shutil.unpack_archive(stub / "build" / "invgray-7.8.9.tar.gz", stub / "elsewhere")
    shutil.rmtree(stub / ".git")
    assert version(stub / "elsewhere" / "invgray-7.8.9") == "7.8.9"


# The wheel


def test_a_wheel_is_what_it_is_said_to_be(tmp_path):
    pytest.importorskip("hatch_vcs", reason="needs the extra 'release'")
    pytest.importorskip("twine", reason="needs the extra 'release'")
    call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    (wheel,) = tmp_path.iterdir()
    assert "PASSED" in call(sys.executable, "-m", "twine", "check", "--strict", wheel, cwd=ROOT)
    with zipfile.ZipFile(wheel) as archive:
        check_content(archive)
        check_sizes(archive.infolist())


def check_content(archive):
    """The program, all presets, and nothing else."""
    names = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = [path for path in (ROOT / "invgray").rglob("*") if path.is_file()]
    expected = {
        path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts
    }
    for card in (ROOT / "weights").glob("*/card.json"):
        kept = ["card.json", *json.loads(card.read_text("utf-8"))["files"]]
        expected |= {f"invgray/weights/{card.parent.name}/{name}" for name in kept}
    shared = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    data = {name for name in names if ".data/" in name}
    assert {name.split(".data/data/")[1] for name in data} == set(shared.values())
    assert names - data == expected
    described = archive.read(next(n for n in archive.namelist() if n.endswith("METADATA")))
    assert b"\nLicense-Expression: MIT\n" in described
    assert b"\nDescription-Content-Type: text/markdown\n" in described


def check_sizes(entries):
    """What the wheel has is as large as the documents tell."""
    found, unpacked = Counter(), Counter()
    for entry in entries:
        _, *parts = Path(entry.filename).parts
        part = parts[1] if parts[0] == "weights" else "program"
        for total in (part, "all"):
            found[total] += entry.compress_size
            unpacked[total] += entry.file_size
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \|$", GUIDE, re.M)
    said = {folder_of(name): (float(a), float(b)) for name, a, b in rows}
    assert said.keys() == found.keys()
    for name, sizes in said.items():
        assert sizes == pytest.approx((unpacked[name] / 1e6, found[name] / 1e6), abs=0.5), name
    (short,) = re.findall(r"wheel of (\d+) MB", (ROOT / "README.md").read_text("utf-8"))
    assert int(short) == pytest.approx(said["all"][1], abs=1)


def folder_of(row):
    """The folder of a preset that is named in a row, ``program`` or ``all``."""
    name, version = re.fullmatch(r"\W*(?:the )?(\w+)\W*(?:version (\d+))?", row).groups()
    return f"{name}-{version}" if version and version != "1" else name


def test_weights_are_half_precision_and_none_is_there_twice():
    digests = set()
    for card in (ROOT / "weights").glob("*/card.json"):
        for name, digest in json.loads(card.read_text("utf-8"))["files"].items():
            assert digest not in digests or name.endswith(".xml")
            digests.add(digest)
    for path in (ROOT / "weights").glob("*/*.xml"):
        stored = re.findall(
            r'<data element_type="(\w+)"[^>]* size="(\d+)"', path.read_text("utf-8")
        )
        sizes = Counter()
        for kind, size in stored:
            sizes[kind] += int(size)
        assert sizes["f16"] > 0.99 * sizes.total()


# A release


@pytest.fixture
def checkout(tmp_path):
    """A copy of the checkout as it is, with a tag."""
    pytest.importorskip("cyclonedx_py", reason="needs the extra 'release'")
    if not (ROOT / ".git").exists():
        pytest.skip("needs a checkout")
    folder = tmp_path / "checkout"
    for name in git("ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    committed(folder)
    git("tag", "v7.8.9", cwd=folder)
    return folder


@pytest.mark.long
def test_the_commands_of_the_checklist_make_a_release(checkout, tmp_path, photo):
    (block,) = re.findall(r"<!-- release -->\n *```sh\n(.*?)^ *```$", GUIDE, re.M | re.S)
    scripts = f"PATH={Path(sys.executable).parent}:$PATH"
    told = call("bash", "-ec", f"export {scripts}\n{block}", cwd=checkout)
    assert "invgray, version 7.8.9\n" in told
    rows = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert [row["status"] for row in rows] == ["done", "done"]
    (source,) = (checkout / "build" / "dist").glob("*.tar.gz")
    assert source.name == "invgray-7.8.9.tar.gz"

    bill = json.loads((checkout / "build" / "invgray.cdx.json").read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    parts = {part["name"].lower(): part for part in bill["components"]}
    named = {re.match(r"[\w-]+", need)[0] for need in PROJECT["project"]["dependencies"]}
    assert named <= parts.keys()
    assert parts["invgray"]["version"] == "7.8.9"
    assert all(parts[name].get("licenses") for name in named)

    python = checkout / "build" / "clean" / "bin" / "python"
    shutil.rmtree(checkout / "weights")
    shutil.rmtree(checkout / "invgray")
    convert_alone(python, tmp_path / "wheel", photo)
    call(python, "-m", "pip", "install", "-q", "--no-deps", "--force-reinstall", source, cwd="/")
    convert_alone(python, tmp_path / "source", photo)


def convert_alone(python, folder, photo):
    """Convert with all presets in a folder where nothing else is, without any network."""
    folder.mkdir()
    Image.fromarray(photo).save(folder / "photo.png")
    alone = (
        ("unshare", "--net") if subprocess.run(["unshare", "--net", "true"]).returncode == 0 else ()
    )
    for preset in ("standard", "standard-1", "robust", "luminance", "paper"):
        gray, color = f"{preset}.gray.png", f"{preset}.color.png"
        command = (*alone, python, "-m", "invgray")
        call(*command, "encode", "photo.png", "-o", gray, "--preset", preset, cwd=folder)
        call(*command, "decode", gray, "-o", color, cwd=folder)
        restored = np.asarray(Image.open(folder / color))
        assert np.abs(restored.astype(int) - photo).mean() < 3
    call(*command, "colorize", gray, cwd=folder)
