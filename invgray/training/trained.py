"""What goes into a training run beside its settings, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PIL import Image

from invgray.color.quantized import QuantizedColors

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run works with.

    Attributes:
        pictures: RGB pictures to cut patches from.
        validation: RGB pictures, never trained on, that pick the best weights.
        directory: for ``checkpoints``, the best weights, ``log.csv`` and ``curves.png``; a run
            whose checkpoints are in it goes on.
        policy: Keras dtype policy of the hidden layers.
        start: gives fresh networks, known by their names, the weights to begin with; they keep
            their own if it leaves them.
        quiet: show no progress bar.
        stop: once it is set, as Ctrl-C does, the run stops after the next step.
        report: takes one line of news.
    """

    pictures: Sequence[Image.Image]
    validation: Sequence[Image.Image]
    directory: Path
    policy: str = "float32"
    start: Callable[[keras.Model], None] = lambda network: None
    quiet: bool = False
    stop: Event = field(default_factory=Event)
    report: Callable[[str], None] = print


@dataclass(frozen=True, kw_only=True)
class Trained:
    """The result of a run.

    Attributes:
        networks: float32, with their best weights.
        figures: of the validation, by name.
        steps: that the run took.
        seconds: that it took, over all sittings.
        precision: Keras dtype policy of the hidden layers.
        colors: of a colorizer, the colours that it tells apart.
    """

    networks: tuple[keras.Model, ...]
    figures: Mapping[str, float]
    steps: int
    seconds: int
    precision: str
    colors: QuantizedColors | None = None
