"""``invgray inspect`` as a user runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import invgray
from invgray.presets import store


@pytest.fixture
def gray_file(tmp_path, photo_file):
    """A layered gray of 96x80 pixels."""
    path = tmp_path / "photo.gray.png"
    invgray.encode_file(photo_file, path, invgray.EncodeOptions(preset="luminance"))
    return path


def test_a_line_for_people(run, gray_file, tmp_path, photo):
    result = run("inspect", gray_file)
    assert (result.exit_code, result.stderr) == (0, "")
    digest = store.find("luminance").digest
    assert result.stdout == (
        f"{gray_file}: 96x80, preset 'luminance', weights {digest}, "
        "fine layer in 100% of it (1 of 1 cells), upright\n"
    )
    Image.fromarray(photo[:140, :160]).save(tmp_path / "large.png")
    run("encode", tmp_path / "large.png", "--preset", "luminance")
    page = np.full((200, 190), 255, np.uint8)
    page[20:180, 30:170] = np.rot90(np.asarray(Image.open(tmp_path / "large.gray.png")))
    Image.fromarray(page).save(tmp_path / "page.png")
    assert run("inspect", tmp_path / "page.png").stdout == (
        f"{tmp_path / 'page.png'}: 190x200, preset 'luminance', weights {digest}, no record, "
        "fine layer in 100% of it (1 of 1 cells), turned left, "
        "the original has 160x140 pixels and begins at +20+30\n"
    )


def test_json_has_the_fields_of_an_inspection(run, gray_file):
    facts = json.loads(run("inspect", gray_file, "--json").stdout)
    assert facts == {
        "input": str(gray_file),
        "width": 96,
        "height": 80,
        "border": 0,
        "recorded": True,
        "colorless": False,
        "preset": "luminance",
        "weights": store.find("luminance").digest,
        "cells": 1,
        "intact": 1,
        "fine": 1.0,
        "exact": False,
        "orientation": {"turns": 0, "mirrored": False},
        "original": {"top": 0, "left": 0, "height": 80, "width": 96},
    }


def test_what_says_nothing_is_said_to(run, tmp_path, photo):
    Image.fromarray(photo[:40, :40, 1]).save(tmp_path / "old.png")
    result = run("inspect", tmp_path / "old.png")
    assert result.exit_code == 0
    assert "no record and no fine layer: nothing is known of it, decoding looks" in result.stdout
    run("encode", tmp_path / "old.png")
    assert "a picture without colour" in run("inspect", tmp_path / "old.gray.png").stdout


def test_bad_files_are_named_and_the_rest_goes_on(run, gray_file, photo_file, tmp_path):
    result = run("inspect", photo_file, gray_file, tmp_path / "missing.png", "--json")
    assert result.exit_code == 1
    assert "photo.png: is a colour picture; give the gray" in result.stderr
    assert "missing.png: no such file" in result.stderr
    first, second, third = map(json.loads, result.stdout.splitlines())
    assert (first["input"], first["exit_code"]) == (str(photo_file), 3)
    assert "is a colour picture" in first["error"]
    assert second["preset"] == "luminance"
    assert "error" in third
    assert run("inspect", photo_file, tmp_path / "missing.png").exit_code == 3


def test_folders_and_pipes(run, gray_file, tmp_path):
    folder = tmp_path / "grays"
    (folder / "deep").mkdir(parents=True)
    shutil.copy(gray_file, folder / "a.png")
    shutil.copy(gray_file, folder / "deep" / "b.png")
    rows = run("inspect", folder, "--json").stdout.splitlines()
    names = [str(folder / "a.png"), str(folder / "deep" / "b.png")]
    assert [json.loads(row)["input"] for row in rows] == names
    assert len(run("inspect", folder, "-R").stdout.splitlines()) == 1
    piped = run("inspect", "-", input=gray_file.read_bytes())
    assert piped.stdout.startswith("standard input: 96x80, preset 'luminance'")
    (tmp_path / "empty").mkdir()
    result = run("inspect", tmp_path / "empty")
    assert (result.exit_code, "has no pictures in it" in result.stderr) == (3, True)
    assert run("inspect").exit_code == 2


def test_names_cannot_write_to_the_terminal(run, gray_file, tmp_path):
    odd = tmp_path / "a\x1b[31m.png"
    shutil.copy(gray_file, odd)
    assert "\x1b" not in run("inspect", odd).stdout


def test_no_network_is_loaded(gray_file):
    code = (
        "import sys, invgray\n"
        f"assert invgray.inspect_file({str(gray_file)!r}).preset == 'luminance'\n"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'openvino')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_damage_is_told_without_options_that_inspect_has_not(run, tmp_path, photo):
    source = tmp_path / "a.bmp"
    Image.fromarray(photo[..., 0]).save(source)
    source.write_bytes(source.read_bytes()[:40_000])
    result = run("inspect", source)
    assert result.exit_code == 3
    assert "is damaged" in result.stderr
    assert "--" not in result.stderr


def test_a_page_of_several_is_chosen(run, tmp_path, gray_file):
    pages = tmp_path / "two.tif"
    with Image.open(gray_file) as gray:
        Image.new("L", (32, 32)).save(pages, save_all=True, append_images=[gray])
    result = run("inspect", pages, "--json")
    assert result.exit_code == 3
    assert "has 2 pages; choose one with --page, from 1 on" in result.stderr
    assert "--page" in json.loads(result.stdout)["error"]
    assert json.loads(run("inspect", pages, "--page", "2", "--json").stdout)["fine"] == 1
