"""Muon for convolutions: momentum steps made orthogonal (Jordan et al., 2024)."""

from __future__ import annotations

import keras
import tensorflow as tf


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
