"""What networks are run on: the choices that a user has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Engine(StrEnum):
    """The library that runs a network."""

    AUTO = "auto"
    OPENVINO = "openvino"
    TENSORFLOW = "tensorflow"


class Device(StrEnum):
    """Where it is run."""

    AUTO = "auto"
    CPU = "cpu"
    GPU = "gpu"


class Precision(StrEnum):
    """The numbers that convolutions are computed in."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Engine, device, precision, tiles and threads; plain strings are taken for their members.

    Attributes:
        engine: ``auto`` is TensorFlow on a GPU or where OpenVINO is missing, else OpenVINO.
        device: ``auto`` is a GPU if there is one that works, else the CPU.
        precision: ``auto`` is the one that the processor is faster in; see
            :func:`invgray.inference.processor.fastest_precision`.
        tile: side of the tiles that large pictures are cut into, in pixels; None goes by memory.
        threads: that the engine runs a network with on a CPU; None is one for each core.

    Raises:
        ValueError: a string is none of the choices, or there are no threads.
    """

    engine: Engine = Engine.AUTO
    device: Device = Device.AUTO
    precision: Precision = Precision.AUTO
    tile: int | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "engine", Engine(self.engine))
        object.__setattr__(self, "device", Device(self.device))
        object.__setattr__(self, "precision", Precision(self.precision))
        if self.threads is not None and self.threads < 1:
            raise ValueError(f"there must be a thread at least, not {self.threads}")
