"""Optimizers: Adam, and Muon for convolutions, whose steps are orthogonal (Jordan et al., 2024)."""

from __future__ import annotations

from invgray.tensorflow import Tensor, keras, tf

_AVERAGES = {"use_ema": True, "ema_momentum": 0.998}


class ConvolutionMuon(keras.optimizers.Muon):  # type: ignore[misc] # Keras has no types
    """Keras' Muon, with kernels ``(kh, kw, in, out)`` taken as ``(kh * kw * in, out)`` matrices.

    Biases, and kernels with fewer than 16 outputs (a network's last), take Adam steps.
    """

    def _should_use_adamw(self, variable: keras.Variable) -> bool:
        return len(variable.shape) != 4 or variable.shape[-1] < 16

    def _muon_update_step(
        self, gradient: Tensor, variable: keras.Variable, lr: Tensor, m: keras.Variable
    ) -> None:
        self.assign_add(m, gradient + m * (self.momentum - 1.0))
        step = gradient + self.momentum * m if self.nesterov else m
        matrix = tf.reshape(step, (-1, variable.shape[-1]))
        update = self.lr_adjust(lr * self.zeropower_via_newtonschulz5(matrix, self.ns_steps))
        self.assign_sub(variable, tf.reshape(update, variable.shape))

    def zeropower_via_newtonschulz5(self, x: Tensor, steps: int) -> Tensor:
        """Newton-Schulz on the Gram matrix of the columns: same iterates, a fifth of the work.

        Every iterate is ``x @ m`` with ``m`` a polynomial of ``x.T @ x``, so only matrices as wide
        as the layer are multiplied until the last product.

        Args:
            x: a matrix.
            steps: of the iteration.
        """
        x = x / (tf.norm(x) + 1e-7)
        identity = tf.eye(x.shape[1], dtype=x.dtype)
        gram, m = tf.matmul(x, x, transpose_a=True), identity
        for _ in range(steps):
            q = self.muon_a * identity + self.muon_b * gram + self.muon_c * gram @ gram
            m, gram = m @ q, q @ gram @ q
        return x @ m


def muon(rate: float, policy: str, averaged: bool = True) -> keras.optimizers.Optimizer:
    """Muon for convolutions, Adam for the rest.

    Args:
        rate: the highest learning rate.
        policy: Keras dtype policy of the networks; under ``mixed_float16`` the loss is scaled.
        averaged: keep moving averages of the weights.
    """
    averages = _AVERAGES if averaged else {}
    made = ConvolutionMuon(rate, weight_decay=None, adam_weight_decay=None, **averages)
    return _scaling(made, policy)


def adam(rate: float, policy: str) -> keras.optimizers.Optimizer:
    """Adam; arguments as for :func:`muon`."""
    return _scaling(keras.optimizers.Adam(rate), policy)


def adamw(rate: float, policy: str) -> keras.optimizers.Optimizer:
    """Adam with weights that decay and gradients of norm 1 at most; keeps moving averages.

    Arguments as for :func:`muon`.
    """
    made = keras.optimizers.AdamW(rate, weight_decay=1e-3, global_clipnorm=1.0, **_AVERAGES)
    return _scaling(made, policy)


def _scaling(optimizer: keras.optimizers.Optimizer, policy: str) -> keras.optimizers.Optimizer:
    if policy != "mixed_float16":
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)
