"""What happens to the gray between encoder and decoder, as differentiable stand-ins.

Every function takes gray ``(N, H, W, 1)`` in [0, 1] and returns the like. Rounding, of pixels and
of JPEG's coefficients, is straight through: exact forward, the gradient of the identity backward,
so that the encoder still hears about values that were rounded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from scipy.fft import dct

from invgray.tensorflow import Tensor, tf
from invgray.types import Floats, Pixels

QUALITIES = (30, 95)
"""Lowest and highest quality of JPEG and WebP files."""

SCALES = (0.4, 1.1)
"""Lowest and highest factor of resizing."""

ANGLE = 3.0
"""Degrees of the greatest turn."""

CURVE = 0.15
"""The greatest change of gamma, contrast and brightness."""


def untouched(gray: Tensor, seed: Tensor) -> Tensor:
    """The paper's channel: the gray as it is, not even rounded."""
    return gray


def png(gray: Tensor, seed: Tensor = None) -> Tensor:
    """Clip to [0, 1] and round to the 256 levels of a PNG."""
    stored = _rounded(255.0 * tf.clip_by_value(gray, 0.0, 1.0)) / 255.0
    return gray + tf.stop_gradient(stored - gray)


def with_random_bit(gray: Tensor, seed: Tensor) -> Tensor:
    """Rounded to the nearest level whose lowest bit is a random one, as a fine layer leaves it.

    Args:
        gray: from the encoder.
        seed: int32 ``(2,)``; the same seed does the same.
    """
    bit = tf.cast(tf.random.stateless_uniform(tf.shape(gray), seed) < 0.5, gray.dtype)
    levels = 2.0 * _rounded((255.0 * tf.clip_by_value(gray, 0.0, 1.0) - bit) / 2.0) + bit
    levels = tf.where(levels > 255.0, levels - 2.0, tf.where(levels < 0.0, levels + 2.0, levels))
    return gray + tf.stop_gradient(levels / 255.0 - gray)


def handled(gray: Tensor, seed: Tensor) -> Tensor:
    """:func:`mailed`, or for one batch in eight :func:`printed`.

    Args:
        gray: from the encoder.
        seed: int32 ``(2,)``; the same seed does the same.
    """
    chance, way = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
    on_paper = tf.random.stateless_uniform((), chance) < 1 / 8
    return tf.cond(on_paper, lambda: printed(gray, way), lambda: mailed(gray, way))


def layered(gray: Tensor, seed: Tensor) -> Tensor:
    """:func:`handled`, of a gray that has a fine layer: see :func:`with_random_bit`."""
    return handled(with_random_bit(gray, seed), seed)


def mailed(gray: Tensor, seed: Tensor) -> Tensor:
    """A PNG that is edited, resized, turned and compressed at random.

    Each of the following happens to one patch in twelve: gamma, contrast, brightness, sharpening,
    blur, noise; to one batch in five, resizing to 40 to 110% and back, to one in ten, a turn by up
    to three degrees and back. Two patches in three then become JPEG files of any quality in
    ``QUALITIES``, on their own grid or, one batch in four, on a shifted one; half of the batches
    between become JPEG files twice; and one batch in twelve becomes lossy WebP files.
    """
    x = png(gray)
    uniform, normal = _random(x, seed)

    def sometimes(edited: Tensor, share: float = 1 / 12) -> Tensor:
        return tf.where(uniform(0.0, 1.0) < share, edited, x)

    def in_batches(share: float, change: Callable[[Tensor], Tensor]) -> Tensor:
        return tf.cond(uniform(0.0, 1.0, ()) < share, lambda x=x: change(x), lambda x=x: x)

    def compressed(x: Tensor, share: float) -> Tensor:
        shifted = tf.cast(uniform(0.0, 1.0, ()) < 0.25, tf.int32)
        grid = shifted * tf.cast(uniform(0.0, 8.0, (2,)), tf.int32)
        low, high = QUALITIES
        quality = tf.cast(uniform(low, high + 1.0)[:, 0, 0, 0], tf.int32)
        file = tf.roll(jpeg(tf.roll(x, grid, (1, 2)), quality), -grid, (1, 2))
        return tf.where(uniform(0.0, 1.0) < share, file, x)

    x = sometimes(tf.maximum(x, 1e-3) ** tf.exp(uniform(-CURVE, CURVE)))
    x = sometimes(0.5 + (x - 0.5) * uniform(1 - CURVE, 1 + CURVE))
    x = sometimes(x * uniform(1 - CURVE, 1 + CURVE))
    x = sometimes(x + uniform(0.0, 1.5) * (x - blurred(x, 0.25)))
    x = sometimes(blurred(x, uniform(0.0, 0.25)))
    scale = tf.exp(uniform(np.log(SCALES[0]), np.log(SCALES[1]), ()))
    shift, angle = uniform(-0.5, 0.5, (2,)), uniform(-ANGLE, ANGLE, ())
    x = in_batches(0.2, lambda x: resampled(x, scale, shift))
    x = in_batches(0.1, lambda x: turned(x, angle))
    x = png(sometimes(x + normal() * uniform(0.0, 3.0 / 255.0)))
    x = compressed(x, 2 / 3)
    x = in_batches(0.1, lambda x: compressed(x, 1.0))
    quality = tf.cast(uniform(QUALITIES[0], QUALITIES[1] + 1.0)[:, 0, 0, 0], tf.int32)
    return in_batches(1 / 12, lambda x: webp(x, quality))


def printed(gray: Tensor, seed: Tensor) -> Tensor:
    """A print at 300 pixels an inch, scanned at 150 to 300, and straightened.

    Ink and lens blur it, the scanner's pixels are larger and lie elsewhere, its noise is of 1 to 3
    levels; straightening leaves brightness and contrast off by up to 3%.
    """
    x = png(gray)
    uniform, normal = _random(x, seed)
    share = uniform(0.08, 0.25)
    x = blurred(blurred(x, share), share)
    x = resampled(x, uniform(0.5, 1.0, ()), uniform(-0.5, 0.5, (2,)))
    x = uniform(-0.03, 0.03) + x * uniform(0.97, 1.03)
    return png(x + normal() * uniform(1.0 / 255.0, 3.0 / 255.0))


def _random(gray: Tensor, seed: Tensor) -> tuple[Callable[..., Tensor], Callable[[], Tensor]]:
    """Draws of their own for each patch, or of any shape; and noise for all of them."""
    seeds = iter(tf.unstack(tf.random.experimental.stateless_split(seed, 32)))

    def uniform(low: float, high: float, shape: tuple[int, ...] | None = None) -> Tensor:
        shape = (tf.shape(gray)[0], 1, 1, 1) if shape is None else shape
        return tf.random.stateless_uniform(shape, next(seeds), low, high)

    return uniform, lambda: tf.random.stateless_normal(tf.shape(gray), next(seeds))


def jpeg(gray: Tensor, quality: Tensor) -> Tensor:
    """Through a JPEG file of one component, its 8x8 grid aligned with the patch.

    Args:
        gray: H and W are multiples of 8.
        quality: of Pillow's encoder, int32 ``(N,)`` from 1 to 100.
    """
    n, h, w, _ = tf.unstack(tf.shape(gray))
    blocks = tf.reshape(255.0 * png(gray) - 128.0, (n, h // 8, 8, w // 8, 8))
    steps = tf.gather(_tables(), quality)[:, None, :, None, :]
    coefficients = tf.einsum("ui,nyixj,vj->nyuxv", _DCT, blocks, _DCT) / steps
    coefficients = steps * (coefficients + tf.stop_gradient(_rounded(coefficients) - coefficients))
    blocks = tf.einsum("ui,nyuxv,vj->nyixj", _DCT, coefficients, _DCT)
    return png((tf.reshape(blocks, tf.shape(gray)) + 128.0) / 255.0)


def webp(gray: Tensor, quality: Tensor) -> Tensor:
    """Through a lossy WebP file, by Pillow; backward it is the identity.

    Args:
        gray: patches.
        quality: int32 ``(N,)`` from 0 to 100.
    """

    def stored(levels: Pixels, qualities: npt.NDArray[np.int32]) -> Pixels:
        return np.stack([_webp(x, int(q)) for x, q in zip(levels, qualities, strict=True)])

    x = png(gray)
    levels = tf.cast(_rounded(255.0 * x[..., 0]), tf.uint8)
    found = tf.numpy_function(stored, [levels, quality], tf.uint8, stateful=False)
    found = tf.ensure_shape(tf.cast(found, tf.float32)[..., None] / 255.0, gray.shape)
    return x + tf.stop_gradient(found - x)


def _webp(levels: Pixels, quality: int) -> Pixels:
    file = BytesIO()
    Image.fromarray(levels).save(file, "WEBP", quality=quality)
    with Image.open(file) as image:
        return np.asarray(image.convert("L"))


def blurred(gray: Tensor, share: Tensor) -> Tensor:
    """Every pixel mixed with its neighbours: in rows and columns, ``share`` of each side's."""
    padded = tf.pad(gray, ((0, 0), (1, 1), (1, 1), (0, 0)), "SYMMETRIC")
    rows = (1 - 2 * share) * padded[:, 1:-1] + share * (padded[:, :-2] + padded[:, 2:])
    return (1 - 2 * share) * rows[:, :, 1:-1] + share * (rows[:, :, :-2] + rows[:, :, 2:])


def resampled(gray: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """To another size and back, on a grid that is shifted by parts of a pixel (Lanczos).

    Args:
        gray: patches.
        scale: of both sides, a scalar.
        shift: of rows and columns in pixels, ``(2,)``.
    """
    edges = ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0))
    padded = tf.pad(gray, edges, "SYMMETRIC")
    size = tf.shape(padded)[1:3]
    other = tf.cast(_rounded(tf.cast(size, tf.float32) * scale), tf.int32)
    scales = tf.cast(other, tf.float32) / tf.cast(size, tf.float32)
    there = _resample(padded, other, scales, shift)
    back = _resample(there, size, 1 / scales, -shift / scales)
    return tf.ensure_shape(back[:, MARGIN:-MARGIN, MARGIN:-MARGIN], gray.shape)


MARGIN = 24
"""Pixels around a patch while it is resampled: what falls outside the picture would be black."""


def turned(gray: Tensor, angle: Tensor) -> Tensor:
    """Turned by an angle in degrees, and back.

    Pixels between pixels are found in patches of twice the size, where bilinear interpolation is
    about as good as the bicubic one of programs.
    """
    size = tf.shape(gray)[1:3]
    double, two = 2 * size, tf.constant([2.0, 2.0])
    none = tf.zeros(2)
    x = _rotated(_resample(gray, double, two, none), angle)
    x = _resample(_resample(x, size, 1 / two, none), double, two, none)
    x = _resample(_rotated(x, -angle), size, 1 / two, none)
    return tf.ensure_shape(x, gray.shape)


def _rotated(gray: Tensor, angle: Tensor) -> Tensor:
    """About its middle; what was outside is a mirror image."""
    size = tf.shape(gray)[1:3]
    radians = angle * (np.pi / 180)
    cos, sin = tf.cos(radians), tf.sin(radians)
    y, x = tf.unstack((tf.cast(size, tf.float32) - 1) / 2)
    transform = tf.stack(
        [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y, 0.0, 0.0]
    )
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=gray,
        transforms=transform[None],
        output_shape=size,
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


def _resample(gray: Tensor, size: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    return tf.raw_ops.ScaleAndTranslate(
        images=gray, size=size, scale=scale, translation=shift, kernel_type="lanczos3"
    )


def _rounded(x: Tensor) -> Tensor:
    return tf.stop_gradient(tf.round(x))


@cache
def _tables() -> Floats:
    """Quantisation tables of Pillow's JPEG encoder by quality: ``(101, 8, 8)``."""
    tables = np.ones((101, 8, 8), np.float32)
    for quality in range(1, 101):
        file = BytesIO()
        Image.new("L", (8, 8)).save(file, "JPEG", quality=quality)
        file.seek(0)
        tables[quality] = np.reshape(JpegImageFile(file).quantization[0], (8, 8))
    return tables


_DCT = dct(np.eye(8), axis=0, norm="ortho").astype(np.float32)
"""Orthonormal DCT-II of eight values, a coefficient a row."""
