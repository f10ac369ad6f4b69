"""The ``colorizer`` network: Zhang, Isola and Efros 2016."""

from invgray.models.colorizer.architecture import ColorizerArchitecture
from invgray.models.colorizer.settings import ColorizerSettings
from invgray.models.model import Model

MODEL = Model("colorizer", ColorizerArchitecture, ColorizerSettings)
