"""No networks: the gray is the luminance, and only a fine layer hides colours in it."""

from invgray.models.luminance.architecture import LuminanceArchitecture
from invgray.models.model import Family

FAMILY = Family("luminance", LuminanceArchitecture)
