"""The ``hinted`` network: a colorizer that takes hints, after Zhang et al. 2017."""

from invgray.models.hinted.architecture import HintedArchitecture
from invgray.models.hinted.settings import HintedSettings
from invgray.models.model import Model

MODEL = Model("hinted", HintedArchitecture, HintedSettings)
