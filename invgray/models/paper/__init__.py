"""The ``paper`` networks: Xia, Liu and Wong 2018."""

from invgray.models.model import Model
from invgray.models.paper.architecture import PaperArchitecture
from invgray.models.paper.settings import PaperSettings

MODEL = Model("paper", PaperArchitecture, PaperSettings)
