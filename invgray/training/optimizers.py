"""Optimizers: Adam, and Muon for convolutions, whose steps are orthogonal (Jordan et al., 2024)."""

from __future__ import annotations

import keras
import tensorflow as tf

from invgray.training.settings import ColorizerSettings, PaperSettings, Settings


@keras.saving.register_keras_serializable("invgray")
class ConvolutionMuon(keras.optimizers.Muon):
    """Keras' Muon, with kernels ``(kh, kw, in, out)`` taken as ``(kh * kw * in, out)`` matrices.

    Biases, and kernels with fewer than 16 outputs (a network's last), take Adam steps.
    """

    def _should_use_adamw(self, variable):
        return len(variable.shape) != 4 or variable.shape[-1] < 16

    def _muon_update_step(self, gradient, variable, lr, m):
        self.assign_add(m, gradient + m * (self.momentum - 1.0))
        step = gradient + self.momentum * m if self.nesterov else m
        matrix = tf.reshape(step, (-1, variable.shape[-1]))
        update = self.lr_adjust(lr * self.zeropower_via_newtonschulz5(matrix, self.ns_steps))
        self.assign_sub(variable, tf.reshape(update, variable.shape))

    def zeropower_via_newtonschulz5(self, x, steps):
        """Newton-Schulz on the Gram matrix of the columns: same iterates, a fifth of the work.

        Every iterate is ``x @ m`` with ``m`` a polynomial of ``x.T @ x``, so only matrices as wide
        as the layer are multiplied until the last product.
        """
        x = x / (tf.norm(x) + 1e-7)
        identity = tf.eye(x.shape[1], dtype=x.dtype)
        gram, m = tf.matmul(x, x, transpose_a=True), identity
        for _ in range(steps):
            q = self.muon_a * identity + self.muon_b * gram + self.muon_c * gram @ gram
            m, gram = m @ q, q @ gram @ q
        return x @ m


def optimizer(settings: Settings, policy: str = "float32") -> keras.optimizers.Optimizer:
    """The optimizer that the settings ask for, scaling the loss under ``mixed_float16``."""
    rate, averages = settings.learning_rate, {"use_ema": True, "ema_momentum": 0.998}
    made: keras.optimizers.Optimizer
    if isinstance(settings, ColorizerSettings):
        made = keras.optimizers.AdamW(rate, weight_decay=1e-3, global_clipnorm=1.0, **averages)
    elif isinstance(settings, PaperSettings) and settings.optimizer == "adam":
        made = keras.optimizers.Adam(rate)
    else:
        averages = {} if isinstance(settings, PaperSettings) else averages
        made = ConvolutionMuon(rate, weight_decay=None, adam_weight_decay=None, **averages)
    return keras.optimizers.LossScaleOptimizer(made) if policy == "mixed_float16" else made
