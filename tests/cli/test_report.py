"""Lines, counts and exit codes."""

from __future__ import annotations

import pytest

from invgray.cli.report import Report, exit_code, line
from invgray.convert import Outcome, Status


def outcome(**more):
    return Outcome(input="a.jpg", output="gone/a.png", **more)


@pytest.mark.parametrize(
    ("facts", "seconds", "said"),
    [
        ({"width": 3, "height": 2, "preset": "p"}, 0.126, "3x2, preset 'p', 0.13 s"),
        ({"width": 3, "height": 2}, 12.34, "3x2, without colour, 12.3 s"),
        ({"width": 3, "height": 2, "preset": "p", "fine": 0.274}, None, "27% from the fine layer"),
        ({"width": 3, "height": 2, "preset": "p", "fine": 1.0, "exact": True}, None, "exact"),
        ({"status": Status.SKIPPED}, 1.0, "a.png: exists already; skipped"),
        ({"status": Status.SKIPPED, "notices": ("why",)}, None, "a.png: skipped"),
        ({"status": Status.PLANNED}, None, "a.jpg -> gone/a.png"),
    ],
)
def test_lines(facts, seconds, said):
    assert line(outcome(**facts), seconds).endswith(said)


def test_streams_and_sizes_are_named(tmp_path):
    for size, words in ((999, "999 bytes"), (1500, "1.5 kB"), (2_340_000, "2.34 MB")):
        (tmp_path / "a").write_bytes(bytes(size))
        facts = {"width": 1, "height": 1, "input": "-", "output": str(tmp_path / "a")}
        said = line(Outcome(**facts), None)
        assert said == f"standard input -> {tmp_path / 'a'}: 1x1, {words}, without colour"
    assert "-> standard output: 1x1, without" in line(
        Outcome(input="-", output="-", width=1, height=1), None
    )


def test_counts_and_codes(capsys):
    lines = []
    report = Report(as_json=False, each=lines.append)
    report.add(outcome(width=1, height=1))
    report.add(outcome(status=Status.SKIPPED))
    assert report.exit_code == 0
    report.add(outcome(status=Status.FAILED, error="bad", exit_code=3))
    assert report.summary(5) == "1 done, 1 skipped, 1 failed, 2 not begun or stopped"
    assert report.exit_code == 1
    assert len(lines) == 2
    assert capsys.readouterr().err == "invgray: bad\n"
    assert (exit_code([3, 3], 2), exit_code([3, 4], 2), exit_code([3], 2)) == (3, 1, 1)
