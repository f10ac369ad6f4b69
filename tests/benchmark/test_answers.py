"""What people answered, and what it comes to."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from invgray.benchmark import answers
from invgray.benchmark.answers import Better, Estimate
from invgray.errors import InputError


@pytest.fixture
def write(tmp_path):
    """Write answers of participants, each with one for each picture, to a file."""

    def write(name, participants, pictures=4, **facts):
        people = {who: [give(i) for i in range(pictures)] for who, give in participants.items()}
        data = {
            "schema": 1,
            "id": "abc",
            "invgray": "1",
            "preset": "standard",
            "digest": "d",
            "pictures": [f"{i}.png" for i in range(pictures)],
            "participants": [
                {
                    "participant": who,
                    "begun": "2026-01-01T00:00:00Z",
                    "similarity": [
                        {
                            "picture": i,
                            "place": i,
                            "left": "original",
                            "rating": rating,
                            "milliseconds": 2000,
                        }
                        for i, (rating, *_) in enumerate(given)
                    ],
                    "conformity": [
                        {
                            "picture": i,
                            "place": pictures + i,
                            "left": "ours",
                            "better": better,
                            "luminance": plain,
                            "ours": ours,
                            "milliseconds": 4000,
                        }
                        for i, (_, better, plain, ours) in enumerate(given)
                    ],
                }
                for who, given in people.items()
            ],
        }
        path = tmp_path / name
        path.write_text(json.dumps(data | facts))
        return path

    return write


def alike(picture):
    return 5, "both", 4, 4


def differing(picture):
    return picture, ("luminance", "ours")[picture % 2], 3, 5


def test_means_and_shares_are_those_of_the_answers(write):
    found = answers.findings(answers.load([write("a.json", {"x": alike, "y": differing})]))
    assert (found.participants, found.pictures, found.preset) == (2, 4, "standard")
    assert {one: share.mean for one, share in found.better.items()} == {
        Better.LUMINANCE: 0.25,
        Better.BOTH: 0.5,
        Better.OURS: 0.25,
    }
    assert (found.luminance.mean.mean, found.ours.mean.mean) == (3.5, 4.5)
    assert found.restored.mean.mean == (5 * 4 + 0 + 1 + 2 + 3) / 8
    assert [share.mean for share in found.restored.shares] == [1 / 8] * 4 + [0, 0.5]
    assert found.seconds == 3


def test_intervals_shrink_with_participants_and_vanish_where_all_agree(write):
    one = answers.findings(answers.load([write("a.json", {"x": alike, "y": alike})]))
    assert one.restored.mean == Estimate(5, 5, 5)
    widths = []
    for number in (3, 12):
        random = np.random.default_rng(0)
        people = {
            f"{i}": lambda picture, r=random: (int(r.integers(6)), "both", 4, 4)
            for i in range(number)
        }
        found = answers.findings(answers.load([write("b.json", people, 20)])).restored.mean
        assert found.low < found.mean < found.high
        widths.append(found.high - found.low)
    assert widths[1] < 0.7 * widths[0]


def test_an_interval_is_as_wide_as_the_theory_of_independent_answers_says(write):
    """With as many answers as pictures times people, all independent, at least 1.96 s / sqrt(n)."""
    random = np.random.default_rng(0)
    people = {f"{i}": lambda picture: (int(random.integers(6)), "both", 4, 4) for i in range(20)}
    found = answers.findings(answers.load([write("a.json", people, 20)])).restored.mean
    independent = 2 * 1.96 * math.sqrt(35 / 12) / 20
    assert independent < found.high - found.low < 2 * independent


def test_who_is_in_several_files_counts_once(write):
    first = write("a.json", {"x": alike, "y": differing})
    second = write("b.json", {"y": differing, "z": alike})
    assert len(answers.load([first, second]).participants) == 3


def test_other_files_are_refused(write, tmp_path):
    good = write("a.json", {"x": alike})
    other = write("b.json", {"x": alike}, id="other")
    with pytest.raises(InputError, match="answers to another study than"):
        answers.load([good, other])
    with pytest.raises(InputError, match="nobody has answered"):
        answers.load([write("c.json", {})])
    with pytest.raises(InputError, match=r"missing.json: cannot be read \(No such file"):
        answers.load([tmp_path / "missing.json"])
    for name, text in (("d.json", "{}"), ("e.json", "nothing"), ("f.json", "[" * 100_000)):
        (tmp_path / name).write_text(text)
        with pytest.raises(InputError, match="is not what a page of the user study wrote"):
            answers.load([tmp_path / name])
    for name, facts in (("g.json", {"schema": 2}), ("h.json", {"preset": 3})):
        with pytest.raises(InputError, match="is not what a page"):
            answers.load([write(name, {"x": alike}, **facts)])
    few = json.loads(good.read_text()) | {"pictures": ["one.png"]}
    (tmp_path / "j.json").write_text(json.dumps(few))
    with pytest.raises(InputError, match="answers to pictures that it has not"):
        answers.load([tmp_path / "j.json"])
    with pytest.raises(InputError, match="is not what a page"):
        answers.load([write("i.json", {"x": lambda picture: (6, "both", 4, 4)})])
