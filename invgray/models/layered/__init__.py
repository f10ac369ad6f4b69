"""The ``layered`` networks: a pattern that comes off an untouched gray, and its decoder."""

from invgray.models.layered.architecture import LayeredArchitecture
from invgray.models.layered.settings import LayeredSettings
from invgray.models.model import Model

MODEL = Model("layered", LayeredArchitecture, LayeredSettings)
