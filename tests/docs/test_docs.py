"""What README and documents say: commands exist, snippets run, links lead somewhere."""

from __future__ import annotations

import ast
import doctest
import json
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import av
import click
import numpy as np
import pytest
from PIL import Image

import invgray
from invgray import errors
from invgray.cli import main

ROOT = Path(__file__).parents[2]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
}
README, GUIDE, HOUSE = (PAGES[p] for p in ("README.md", "docs/guide.md", "docs/architecture.md"))


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


# Commands


def calls(text):
    """Words of every call of the program, in blocks of shell and in the running text."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    lines += re.findall(r"(?<!`)`(invgray [^`\n]+)`(?!`)", text)
    for line in lines:
        words = shlex.shlex(line, posix=True, punctuation_chars="|&>")
        words.whitespace_split = True
        for part in split_at_operators(words):
            if len(part) > 1 and Path(part[0]).name == "invgray":
                yield part[1:]


def split_at_operators(words):
    part = []
    for word in words:
        if set(word) <= set("|&>"):
            yield part
            part = []
        else:
            part.append(word)
    yield part


CALLS = [(page, words) for page, text in PAGES.items() for words in calls(text)]


@pytest.mark.parametrize(("page", "words"), CALLS, ids=[f"{p}: {' '.join(w)}" for p, w in CALLS])
def test_calls_parse(page, words):
    name, *arguments = words
    if name.startswith("-"):
        assert name in {*main.get_help_option_names(click.Context(main)), "--version"}
        return
    command = main.get_command(click.Context(main), name)
    assert command, f"there is no command {name}"
    context = click.Context(command)
    given, _, _ = command.make_parser(context).parse_args(list(arguments))
    for parameter in command.params:
        checked = isinstance(parameter.type, (click.Choice, click.IntRange, click.FloatRange))
        for value in np.atleast_1d(given.get(parameter.name) or []) if checked else ():
            parameter.type.convert(str(value).split("|")[0], parameter, context)


def test_there_are_calls_of_every_command():
    assert {words[0] for _, words in CALLS} >= set(main.list_commands(click.Context(main)))
    assert len(CALLS) > 30


def command_after(marker):
    return re.search(rf"<!-- {marker} -->\n```sh\n(.*?)\n```", README, re.S)[1]


def test_first_command_installs_the_light_set_and_converts_there_and_back():
    command = command_after("first command")
    assert "pip install -q . &&" in command
    assert [words[0] for words in calls(f"```sh\n{command}\n```\n")] == ["encode", "decode"]


def test_test_command_installs_everything():
    assert "-e '.[all]'" in command_after("test command")
    assert command_after("test command").endswith("pytest")


def test_every_extra_is_in_the_guide():
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project, version = configured["project"], configured["tool"]["hatch"]["version"]
    assert f"\n## {version['fallback-version']} - " in PAGES["CHANGELOG.md"]
    named = set(re.findall(r"pip install '\.\[(\w+)\]'", GUIDE))
    assert named <= project["optional-dependencies"].keys()
    assert {"train", "benchmark", "gpu", "all"} <= named


# What the program tells


def test_every_exit_code_is_documented():
    codes = (errors.DONE, errors.SOME_FAILED, errors.USAGE, errors.NO_INPUT, errors.WEIGHTS)
    assert all(f"\n| {code} |" in GUIDE for code in (*codes, errors.INTERRUPTED))


def test_every_field_of_an_outcome_is_documented():
    section = GUIDE.split("### Reports for programs")[1].split("\n### ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.M) == [f.name for f in fields(invgray.Outcome)]
    shown = json.loads(blocks(section, "json")[0])
    assert list(shown) == [f.name for f in fields(invgray.Outcome) if f.name in shown]


# Snippets


@pytest.fixture
def place(tmp_path, monkeypatch, photo):
    """A folder with the pictures that snippets name, and their arrays."""
    monkeypatch.chdir(tmp_path)
    rgb = photo[:40, :48]
    Image.fromarray(rgb).save("photo.jpg")
    with av.open("clip.mp4", "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = *rgb.shape[:2], "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode(None))
    return {"rgb": rgb, "gray": np.ascontiguousarray(rgb[..., 1]), "invgray": invgray}


@pytest.mark.parametrize("page", [page for page, text in PAGES.items() if blocks(text, "python")])
def test_snippets_run(place, page, capsys):
    for number, block in enumerate(blocks(PAGES[page], "python")):
        exec(compile(block, f"{page}, snippet {number}", "exec"), place)
    assert Path("photo.gray.png").is_file()
    assert Path("photo.color.png").is_file()
    assert place["restored"].shape == place["rgb"].shape


@pytest.mark.parametrize("documented", [invgray, invgray.load, invgray.load_colorizer])
def test_examples_in_docstrings_run(place, documented):
    examples = doctest.DocTestParser().get_examples(documented.__doc__)
    assert examples or documented is invgray.load
    for example in examples:
        exec(example.source, place)
    assert place["rgb"].dtype == np.uint8
    assert place["rgb"].ndim == 3


# Pages


def test_readme_is_short():
    assert len(README.splitlines()) < 150


def slug(heading):
    plain = re.sub(r"[^\w\s-]", "", heading.replace("`", "")).strip().lower()
    return re.sub(r"[-\s]+", "-", plain)


LINKS = [
    (page, link)
    for page, text in PAGES.items()
    for link in re.findall(r"\]\(([^)\s]+)\)", text)
    if not link.startswith("http")
]


@pytest.mark.parametrize(("page", "link"), LINKS, ids=[f"{p}: {link}" for p, link in LINKS])
def test_links_lead_somewhere(page, link):
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    assert target.exists()
    if anchor:
        headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M)
        assert anchor in map(slug, headings)


def test_nothing_is_left_to_be_filled_in():
    blanks = [(p, w) for p, text in PAGES.items() for w in re.findall(r"^[A-Z]{4,}$", text, re.M)]
    assert not blanks


def test_the_site_builds_strictly_and_needs_no_network(tmp_path):
    if not find_spec("mkdocs") or not find_spec("mkdocstrings"):
        pytest.skip("needs the extra 'docs'")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", tmp_path]
    built = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    for page in (
        "index",
        "guide",
        "format",
        "fine-layer",
        "training",
        "benchmark",
        "figures",
        "architecture",
    ):
        assert (tmp_path / f"{page}.html").is_file()
    loads = r"<(?:script|img|iframe|source)[^>]*\ssrc=\"?(?:https?:)?//[^ >]*"
    loads += r"|<link[^>]*rel=\"?(?:stylesheet|preconnect|icon)[^>]*href=\"?(?:https?:)?//[^ >]*"
    for page in tmp_path.rglob("*.html"):
        assert not re.findall(loads, page.read_text("utf-8"))
    described = (tmp_path / "api.html").read_text("utf-8")
    assert all(f'id="invgray.{name}"' in described for name in ("load", "convert.encode_file"))
    index = json.loads((tmp_path / "search" / "search_index.json").read_text("utf-8"))
    assert {"guide.html", "api.html"} <= {entry["location"] for entry in index["docs"]}


# The house


def test_imports_run_downward_as_the_house_says():
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", HOUSE, re.M)
    layers = {name: i for i, row in enumerate(rows) for name in re.findall(r"\w+", row)}
    package = ROOT / "invgray"
    parts = {path.stem for path in package.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert layers.keys() == parts - {"__init__", "__main__", "__pycache__", "py"}
    upward = []
    for path in package.rglob("*.py"):
        part = path.relative_to(package).parts[0].removesuffix(".py")
        for name in imported(ast.parse(path.read_text("utf-8"))):
            if part in layers and name in layers and part != name and layers[name] <= layers[part]:
                upward.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not upward


def imported(tree):
    """Parts of the package that a module imports, now or later."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "invgray":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("invgray."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("invgray."))
