"""What participants of the user study answered, and what it comes to (Xia et al. 2018, Fig. 11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta

from invgray.errors import InputError
from invgray.types import Floats

SCHEMA = 1
"""Version of the answers that this program reads and its pages write."""

SCALE = tuple(range(6))
"""Ratings, from completely different to exactly the same."""

DRAWS = 2000
"""Of the bootstrap."""

Rating = Annotated[int, Meta(ge=SCALE[0], le=SCALE[-1])]
Count = Annotated[int, Meta(ge=0)]


class Better(StrEnum):
    """Which gray stands better for the colours."""

    LUMINANCE = "luminance"
    BOTH = "both"
    OURS = "ours"


class _Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file."""


class Similarity(_Facts, frozen=True, kw_only=True):
    """How similar the restored colours were found to the original's.

    Attributes:
        picture: its place in the study.
        place: of the question among all of the participant's.
        left: what was on the left.
        rating: from 0 to 5.
        milliseconds: that the answer took.
    """

    picture: Count
    place: Count
    left: str
    rating: Rating
    milliseconds: Count


class Conformity(_Facts, frozen=True, kw_only=True):
    """How well the grays were found to stand for the colours.

    Attributes:
        picture: its place in the study.
        place: of the question among all of the participant's.
        left: what was on the left.
        better: which one stands better for the colours.
        luminance: rating of the luminance's similarity, from 0 to 5.
        ours: rating of our gray's.
        milliseconds: that the answers took.
    """

    picture: Count
    place: Count
    left: str
    better: Better
    luminance: Rating
    ours: Rating
    milliseconds: Count


class Participant(_Facts, frozen=True, kw_only=True):
    """All answers of one participant.

    Attributes:
        participant: random letters.
        begun: date and time.
        similarity: of restored colours.
        conformity: of grays.
    """

    participant: str
    begun: str
    similarity: tuple[Similarity, ...]
    conformity: tuple[Conformity, ...]


class Answers(_Facts, frozen=True, kw_only=True):
    """The answers of some participants of a study: what its page exports.

    Attributes:
        schema: version of this file's format.
        id: of the study.
        invgray: version of the program that made the page.
        preset: that made the grays.
        digest: of its weights.
        pictures: names of the pictures.
        participants: who answered.
    """

    schema: int
    id: str
    invgray: str
    preset: str
    digest: str
    pictures: tuple[str, ...]
    participants: tuple[Participant, ...]


@dataclass(frozen=True)
class Estimate:
    """A mean, and its 95% confidence interval.

    Attributes:
        mean: over all answers.
        low: of the interval.
        high: of it.
    """

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Ratings:
    """Of one kind of picture.

    Attributes:
        mean: from 0 to 5.
        shares: of each rating from 0 to 5, of all.
    """

    mean: Estimate
    shares: tuple[Estimate, ...]


@dataclass(frozen=True)
class Findings:
    """What a study found.

    Attributes:
        preset: that made the grays.
        participants: number of them.
        pictures: number of them.
        better: shares of the answers to which gray stands better for the colours.
        luminance: ratings of plain grays.
        ours: ratings of our grays.
        restored: ratings of restored colours.
        seconds: median time of an answer.
    """

    preset: str
    participants: int
    pictures: int
    better: dict[Better, Estimate]
    luminance: Ratings
    ours: Ratings
    restored: Ratings
    seconds: float


def load(paths: Sequence[Path]) -> Answers:
    """The answers in some files of one study; who is in several counts once.

    Raises:
        InputError: a file cannot be read, or is anything else, or of another study; or nobody has
            answered.
    """
    found = [_read(path) for path in paths]
    for path, answers in zip(paths, found, strict=True):
        if answers.id != found[0].id:
            raise InputError(
                f"{path}: has answers to another study than {paths[0]}", "give those of one study"
            )
    everybody = {one.participant: one for answers in found for one in answers.participants}
    if not everybody:
        raise InputError(f"{paths[0]}: nobody has answered", "give files with answers")
    return msgspec.structs.replace(found[0], participants=tuple(everybody.values()))


def _read(path: Path) -> Answers:
    try:
        answers = msgspec.json.decode(path.read_bytes(), type=Answers)
        _check(answers)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", "check the name") from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: is not what a page of the user study wrote ({error})",
            "name a file of its answers",
        ) from error
    return answers


def _check(answers: Answers) -> None:
    places = [a.picture for one in answers.participants for a in one.similarity]
    places += [a.picture for one in answers.participants for a in one.conformity]
    if answers.schema != SCHEMA:
        raise ValueError(f"version {answers.schema}")
    if max(places, default=-1) >= len(answers.pictures):
        raise ValueError("answers to pictures that it has not")
    if not all(one.similarity and one.conformity for one in answers.participants):
        raise ValueError("a participant without answers")


def findings(answers: Answers) -> Findings:
    """What the answers come to.

    Intervals are of a bootstrap that draws both participants and pictures anew: answers of one
    participant, and those to one picture, belong together.
    """
    people, pictures = answers.participants, len(answers.pictures)
    conforming = [(i, a) for i, one in enumerate(people) for a in one.conformity]
    similar = [(i, a) for i, one in enumerate(people) for a in one.similarity]
    grays = _Crossed([(i, a.picture) for i, a in conforming], len(people), pictures)
    colors = _Crossed([(i, a.picture) for i, a in similar], len(people), pictures)
    times = [*(a.milliseconds for _, a in conforming), *(a.milliseconds for _, a in similar)]
    better = [a.better for _, a in conforming]
    return Findings(
        preset=answers.preset,
        participants=len(people),
        pictures=pictures,
        better={one: grays.estimate([float(b is one) for b in better]) for one in Better},
        luminance=_ratings([a.luminance for _, a in conforming], grays.estimate),
        ours=_ratings([a.ours for _, a in conforming], grays.estimate),
        restored=_ratings([a.rating for _, a in similar], colors.estimate),
        seconds=float(np.median(times)) / 1000,
    )


def _ratings(given: Sequence[int], estimate: Callable[[Sequence[float]], Estimate]) -> Ratings:
    shares = [estimate([float(rating == step) for rating in given]) for step in SCALE]
    return Ratings(estimate([float(rating) for rating in given]), tuple(shares))


class _Crossed:
    """Means of answers that participants gave to pictures, with their intervals.

    Args:
        who: participant and picture of each answer.
        participants: number of them.
        pictures: number of them.
    """

    def __init__(self, who: Sequence[tuple[int, int]], participants: int, pictures: int) -> None:
        random = np.random.default_rng(0)
        people, places = np.array(who).T
        drawn = [_counts(random, size) for size in (participants, pictures)]
        weights = drawn[0][:, people] * drawn[1][:, places]
        self._weights: Floats = weights[weights.any(axis=1)]

    def estimate(self, values: Sequence[float]) -> Estimate:
        """The mean of what each answer says."""
        means = self._weights @ np.array(values) / self._weights.sum(axis=1)
        low, high = np.quantile(means, (0.025, 0.975))
        return Estimate(float(np.mean(values)), float(low), float(high))


def _counts(random: np.random.Generator, size: int) -> npt.NDArray[np.float64]:
    """How often each of some is among as many that are drawn: ``(DRAWS, size)``."""
    return random.multinomial(size, np.full(size, 1 / size), DRAWS).astype(np.float64)
