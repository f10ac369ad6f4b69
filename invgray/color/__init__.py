"""Colour science: levels, luminance, CIE Lab and the sRGB gamut, in numpy and in TensorFlow."""
