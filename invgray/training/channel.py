"""What happens to the gray between encoder and decoder, as differentiable stand-ins."""

from __future__ import annotations

import tensorflow as tf


def round_to_8_bits(gray):
    """Clip to [0, 1] and round to the 256 levels of a PNG, straight through.

    Forward, the exact value that a file would hold; backward, the gradient of the identity, so that
    the encoder still hears about values that were clipped or rounded.
    """
    stored = tf.round(tf.clip_by_value(gray, 0.0, 1.0) * 255.0) / 255.0
    return gray + tf.stop_gradient(stored - gray)
