"""The ``subpixel`` networks: an encoder that adds a pattern to the luminance, and its decoder."""

from invgray.models.model import Model
from invgray.models.subpixel.architecture import SubpixelArchitecture
from invgray.models.subpixel.settings import SubpixelSettings

MODEL = Model("subpixel", SubpixelArchitecture, SubpixelSettings)
