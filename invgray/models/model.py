"""What a family of networks has to tell: the contract between presets, engines and training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from invgray.training.settings import Settings

if TYPE_CHECKING:
    import keras

    from invgray.training.trained import Trained


@dataclass(frozen=True, kw_only=True)
class Architecture(ABC):
    """The complete arguments of a family's networks.

    Subclasses have no defaults: what shipped weights were trained with is written in their card,
    and no later change of a default can read them differently.

    Attributes:
        networks: names of the networks, in the order of their files.
        pilot_sign: of the tile that the family's pilot is: 1, or -1 for its negative.
    """

    networks: ClassVar[tuple[str, ...]]
    pilot_sign: ClassVar[int] = 1

    @property
    @abstractmethod
    def ratio(self) -> int:
        """Heights and widths must be multiples of this."""

    @property
    @abstractmethod
    def receptive_radius(self) -> int:
        """Pixels that an output pixel can see in each direction."""


@dataclass(frozen=True, kw_only=True)
class Abilities:
    """What a preset can do.

    Attributes:
        hides_colors: it encodes colours into a gray and decodes them.
        has_pattern: its gray is the luminance and a pattern, by which the gray can be told.
        has_pilot: its pattern has a pilot, by which the gray's grid can be found; see
            :mod:`invgray.models.pilot`.
        handled: it was trained for grays that are handled: compressed, resized, printed.
        comes_off: its pattern depends on the chrominance and the means of the gray's blocks only,
            and can be taken away from an untouched gray at once; or it has none.
        colorizes: it makes up colours for grays that hide none.
        takes_hints: these follow colours that somebody gives for parts of the picture.
    """

    hides_colors: bool = False
    has_pattern: bool = False
    has_pilot: bool = False
    handled: bool = False
    comes_off: bool = False
    colorizes: bool = False
    takes_hints: bool = False

    @property
    def layered(self) -> bool:
        """Its gray is the luminance, with a pattern or without, and takes a fine layer."""
        return self.has_pattern or self.comes_off

    @property
    def named(self) -> tuple[str, ...]:
        """Names of those that it has, as the attributes are called."""
        names = [field.name for field in fields(self) if getattr(self, field.name)]
        return (*names, "layered") if self.layered else tuple(names)


@dataclass(frozen=True, kw_only=True)
class NetworkSettings(Settings, ABC):
    """What the networks of a family are trained with: settings of the run, and their own."""

    @property
    @abstractmethod
    def architecture(self) -> Architecture:
        """Of the networks to train."""

    @property
    @abstractmethod
    def abilities(self) -> Abilities:
        """Of the preset that comes out."""

    @property
    def multiple(self) -> int:
        """Sides of patches must be multiples of this."""
        return self.architecture.ratio

    @property
    def pretrained(self) -> tuple[str, ...]:
        """Networks trained before that take part, in words."""
        return (f"preset '{self.start}': the weights to begin with",) if self.start else ()


@dataclass(frozen=True)
class Family:
    """What a preset can be of.

    Attributes:
        name: of the folder, and in cards.
        architecture: what its networks are built from, if it has any.
    """

    name: str
    architecture: type[Architecture]


@dataclass(frozen=True)
class Model(Family):
    """A family of networks that can be trained.

    Its folder has ``network.py`` (Keras definitions, one function for each of the architecture's
    ``networks``) and ``training.py`` (a function ``train``); both import TensorFlow, and are
    imported when first needed.

    Attributes:
        settings: what its networks are trained with.
    """

    settings: type[NetworkSettings]

    def build(
        self, architecture: Architecture, network: str, dtype: str | None = None
    ) -> keras.Model:
        """One network, with fresh weights.

        Args:
            architecture: of this family.
            network: one of the architecture's ``networks``.
            dtype: Keras dtype policy of the hidden layers; the output is float32 always.
        """
        module = import_module(f"invgray.models.{self.name}.network")
        built: keras.Model = getattr(module, network)(architecture, dtype=dtype)
        return built

    @property
    def train(self) -> Callable[..., Trained]:
        """The family's training; see :func:`invgray.models.subpixel.training.train`."""
        train: Callable[..., Trained] = import_module(f"invgray.models.{self.name}.training").train
        return train
