"""What a training run is made of: one class of settings for each network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray import gamut
from invgray.training.data import Augmentation
from invgray.training.schedules import linear, warmup_cosine


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Written beside a run's checkpoints, and read again by ``--resume``.

    Attributes:
        network: architecture, a module of :mod:`invgray.networks`.
        steps: length of the run, or
        minutes: length of the run, or
        epochs: length of the run in as many patches as there are pictures.
        batch: patches in a step.
        patch: side of a patch in pixels.
        learning_rate: the highest.
        seed: of all random choices.
        interval: steps between validations, each with a checkpoint.
        augmentation: how patches are drawn.
    """

    augmentation: ClassVar[Augmentation] = Augmentation()
    network: str = ""
    steps: int | None = None
    minutes: float | None = None
    epochs: float | None = None
    batch: int = 1
    patch: int = 256
    learning_rate: float = 2e-4
    seed: int = 0
    interval: int = 1000

    @property
    def arguments(self) -> dict:
        """What the network's functions are called with."""
        return {}

    @property
    def merit(self) -> str:
        """The figure of validation that picks the best weights, higher is better."""
        return "psnr"

    def rate(self, progress: float, step: int) -> float:
        """Share of the highest learning rate, of a run's progress from 0 to 1 and its step."""
        return warmup_cosine(progress, step)


@dataclass(frozen=True, kw_only=True)
class SubpixelSettings(Settings):
    """Settings of the ``subpixel`` network.

    Attributes:
        width: channels at half the resolution.
        levels: of resolution; 3 sees the 8x8 grid of JPEG.
        channel: what grays go through on their way to the decoder, of ``CHANNELS``.
        gray_weight: of the gray's distance to the luminance, beside the colours' error.
        structure_weight: of one minus the gray's structure term.
    """

    augmentation: ClassVar[Augmentation] = Augmentation(colorless=0.05)

    network: str = "subpixel"
    batch: int = 4
    patch: int = 96
    learning_rate: float = 4e-4
    width: int = 48
    levels: int = 2
    channel: str = "png"
    gray_weight: float = 0.1
    structure_weight: float = 0.13

    @property
    def arguments(self) -> dict:
        return {"width": self.width, "levels": self.levels, "slope": 0.1}

    @property
    def merit(self) -> str:
        return "psnr_jpeg_75" if self.channel == "handled" else "psnr"


@dataclass(frozen=True, kw_only=True)
class PaperSettings(Settings):
    """Settings of the ``paper`` network (Xia et al. 2018, section 6).

    Attributes:
        schedule: ``"two-stage"`` or ``"one-stage"``.
        optimizer: ``"adam"``, the paper's, or ``"muon"``.
        without: parts of the system to leave out, of ``PARTS``.
        contrast_network: whose features the contrast term compares, ``"vgg19"`` or ``"vgg16"``.
        contrast_weights: file with its weights; None downloads Keras' own.
    """

    network: str = "paper"
    epochs: float | None = 120
    schedule: str = "two-stage"
    optimizer: str = "adam"
    without: tuple[str, ...] = ()
    contrast_network: str = "vgg19"
    contrast_weights: str | None = None

    @property
    def arguments(self) -> dict:
        return {"down_up": "down-up" not in self.without}

    def rate(self, progress: float, step: int) -> float:
        """The paper's."""
        return linear(progress, step)


@dataclass(frozen=True, kw_only=True)
class ColorizerSettings(Settings):
    """Settings of the ``colorizer`` network (Zhang et al. 2016, section 2).

    Attributes:
        objective: one of ``OBJECTIVES``.
        grid: distance of the quantised ab colours.
        bins: how many there are, the nearest to the sRGB gamut; None takes those that touch it.
        uniform: lambda, the share of the uniform distribution in the rebalancing.
        smoothing: sigma of the Gaussian that smoothes the distribution of the training colours.
        backbone: file with VGG-16's weights to start from; None starts from random ones.
    """

    augmentation: ClassVar[Augmentation] = Augmentation(
        native=0.0, scale=4.0, turned=False, exposure=0.2
    )

    network: str = "colorizer"
    batch: int = 4
    patch: int = 128
    learning_rate: float = 1e-4
    objective: str = "classification-rebalanced"
    grid: int = 10
    bins: int | None = None
    uniform: float = 0.5
    smoothing: float = 5.0
    backbone: str | None = None

    @property
    def arguments(self) -> dict:
        return {"outputs": 2 if self.objective == "l2" else len(gamut.bins(self.grid, self.bins))}

    @property
    def merit(self) -> str:
        return "auc_rebalanced"


CHANNELS = ("png", "handled")
"""A PNG as it is, or one that is edited, resized and compressed with JPEG on its way."""

OBJECTIVES = ("classification-rebalanced", "classification", "l2")
"""What the colorizer can be trained to do."""

PARTS = ("lightness", "contrast", "structure", "quantization", "down-up")
"""What ``--without`` can leave out."""

NETWORKS: dict[str, type[Settings]] = {
    "subpixel": SubpixelSettings,
    "paper": PaperSettings,
    "colorizer": ColorizerSettings,
}
"""The settings of each network that can be trained."""
