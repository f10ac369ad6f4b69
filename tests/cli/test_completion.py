"""Completion by the shell: commands, options, presets, and file names where files are meant."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time

import click
import pytest
from click.shell_completion import ShellComplete, get_completion_class

from invgray.cli import main

COMPLETE = "_INVGRAY_COMPLETE"


def completions(*words, begun=""):
    found = ShellComplete(main, {}, "invgray", COMPLETE).get_completions(list(words), begun)
    return [(item.type, item.value) for item in found]


def test_commands_are_completed_without_importing_them():
    code = (
        "import sys; from click.shell_completion import ShellComplete\n"
        "from invgray.cli import main\n"
        "found = ShellComplete(main, {}, 'invgray', 'x').get_completions([], '')\n"
        "print([item.value for item in found], 'invgray.convert' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = main.list_commands(click.Context(main))
    assert done.stdout == f"{names} False\n"
    assert completions(begun="en") == [("plain", "encode")]


@pytest.mark.parametrize(
    "words",
    [
        ["encode"],
        ["encode", "a.png"],
        ["decode", "--rectify"],
        ["colorize", "-r"],
        ["inspect"],
        ["train"],
        ["benchmark"],
        ["encode", "-o"],
        ["encode", "--files-from"],
        ["watch", "in", "-o"],
    ],
)
def test_file_names_are_the_shell_s(words):
    assert completions(*words, begun="ph") == [("file", "ph")]


def test_folders_are_the_shell_s():
    assert completions("watch") == [("dir", "")]
    assert completions("encode", "--weights") == [("dir", "")]
    assert completions("train", "-o") == [("dir", "")]


def test_every_parameter_that_names_a_file_is_known_to():
    context = click.Context(main)
    for name in main.list_commands(context):
        for parameter in main.get_command(context, name).params:
            shown = parameter.metavar or ""
            if shown.rstrip(".") in {"INPUT", "IMAGES", "IN", "OUT", "FILE", "DIR"}:
                assert isinstance(parameter.type, click.Path), (name, parameter.name)


def test_choices_and_presets_are_completed():
    assert ("plain", "--on-clash") in completions("encode", begun="--on")
    assert completions("encode", "--on-clash", begun="n") == [("plain", "number")]
    assert completions("decode", "--format", begun="w") == [("plain", "webp")]
    assert completions("encode", "--preset", begun="rob") == [("plain", "robust")]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_hands_files_to_it(shell):
    script = get_completion_class(shell)(main, {}, "invgray", COMPLETE).source()
    assert COMPLETE in script
    files = {"bash": "compopt -o default", "zsh": "_path_files -f", "fish": "__fish_complete_path"}
    assert files[shell] in script


@pytest.fixture
def place(tmp_path):
    """A folder with pictures, and an environment whose PATH has the program."""
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / "invgray"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m invgray "$@"\n')
    program.chmod(0o755)
    (tmp_path / "photos").mkdir()
    for name in ("photo one.jpg", "photo.png"):
        (tmp_path / "photos" / name).write_bytes(b"")
    return tmp_path / "photos", os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"}


def check_script(shell, place, lines):
    """Run a script in a real shell, and give what it prints."""
    return subprocess.run(
        [shell, "-c", lines],
        cwd=place[0],
        env=place[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_in_a_real_bash(place):
    """Click's function, called as bash calls it; 'compopt' tells to go on with file names."""
    done = check_script(
        "bash",
        place,
        """
        compopt() { local IFS=" "; echo "compopt $*"; }
        eval "$(_INVGRAY_COMPLETE=bash_source invgray)"
        complete -p invgray
        try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
                _invgray_completion invgray; echo "$* = ${COMPREPLY[*]}"; }
        try invgray wa
        try invgray encode --on-clash s
        try invgray encode ph
        try invgray watch ph
        """,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "complete -o nosort -F _invgray_completion invgray",
        "invgray wa = watch",
        "invgray encode --on-clash s = stop skip",
        "compopt -o default",
        "invgray encode ph = ",
        "compopt -o dirnames",
        "invgray watch ph = ",
    ]


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_tab_in_bash_completes_file_names(place):
    controller, terminal = os.openpty()
    folder, environment = place
    process = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        cwd=folder,
        env=environment | {"PS1": "$ ", "TERM": "dumb"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        os.write(controller, b'eval "$(_INVGRAY_COMPLETE=bash_source invgray)"; echo re""ady\n')
        shown(controller, b"ready")
        os.write(controller, b"invgray encode photo\\ o\t")
        shown(controller, b"photo\\ one.jpg")
        os.write(controller, b"--on-c\t")
        shown(controller, b"--on-clash")
    finally:
        process.kill()
        process.wait()
        os.close(controller)


def shown(terminal, text):
    """Wait until a terminal shows a text."""
    seen, end = b"", time.monotonic() + 30
    while text not in seen:
        left = end - time.monotonic()
        assert left > 0, seen
        if select.select([terminal], [], [], left)[0]:
            seen += os.read(terminal, 4096)


@pytest.mark.skipif(not shutil.which("fish"), reason="needs fish")
def test_in_a_real_fish(place):
    done = check_script(
        "fish",
        place,
        """
        _INVGRAY_COMPLETE=fish_source invgray | source
        complete -C 'invgray encode ph'
        complete -C 'invgray encode --on-clash n'
        """,
    )
    names = [line.split("\\t")[0] for line in done.stdout.splitlines()]
    assert names == ["photo one.jpg", "photo.png", "number"]


@pytest.mark.skipif(not shutil.which("zsh"), reason="needs zsh")
def test_in_a_real_zsh(place):
    done = check_script(
        "zsh",
        place,
        """
        autoload -Uz compinit && compinit -u -d "$PWD/.zcompdump"
        eval "$(_INVGRAY_COMPLETE=zsh_source invgray)"
        _path_files() { print "files: $*"; }
        compadd() { print "compadd $*"; }
        words=(invgray encode ph); CURRENT=3; _invgray_completion
        """,
    )
    assert "files: -f" in done.stdout
