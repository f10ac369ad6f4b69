"""From a photograph or scan of a printed gray back to its pixels: corners, perspective, light."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import ndimage
from skimage.measure import approximate_polygon, find_contours, label, regionprops
from skimage.transform import estimate_transform, warp

from invgray.admission import Admit, admit_all
from invgray.errors import InputError
from invgray.prints import border
from invgray.types import Floats, Mask, Pixels

MOST = 4
"""Times a side by which a print's picture may have more pixels than a photograph shows of it.

No pattern survives as much; what says more is no border, but looks like one by accident.
"""

_BLACK = 0.5, 0.58, 0.65
"""Shares of the brightness of the paper nearby, of which less is black.

The first tells corners best. Thin lines of blurred frames are closed at the others only; so is
noise, to shapes as large as the photograph, which are left out.
"""

_LEAST_TURN = 1e-3
"""Of two sides that meet: their cross product, by the square of the extent."""


def rectify(
    scan: Pixels | Floats,
    name: str = "the picture",
    size: tuple[int, int] | None = None,
    admit: Admit = admit_all,
) -> Floats:
    """The gray picture on a photograph of its print.

    A printed border (:mod:`invgray.prints.border`) tells the picture's size and which way is up;
    light and shade, and the printer's black and white, are evened out by its paper and ink. Without
    one, the picture itself must stand out from white paper all around, and be upright. Corners are
    found to a part of a pixel by the straight lines of the sides.

    Args:
        scan: brightness, ``(H', W')``, tilted, unevenly lit, with a border turned in any direction.
        name: of the photograph, for errors.
        size: height and width that a print without border was made from; None takes those in the
            photograph.
        admit: hears of the picture's size, and may raise to stop.

    Returns:
        Float64 ``(H, W)`` in [0, 255], at the size that the print was made from.

    Raises:
        InputError: no border, and no picture with four corners, can be found; or the size is more
            than ``MOST`` times what the photograph shows.
        ValueError: a brightness is not finite.
    """
    scan = scan.astype(np.float64)
    if not np.isfinite(scan).all():
        raise ValueError("brightness must be finite, not NaN or infinity")
    relative = _relative_to_paper(scan)
    for corners in filter(len, map(_corners, _frames(relative))):
        for turn in range(4):
            turned = np.roll(corners, turn, axis=0)
            if told := _told_size(scan, turned):
                admit(*told)
                return _evened(_within_border(scan, turned, told), told)
    for corners in filter(len, map(_corners, _pictures(relative))):
        if np.all(corners > 3) and np.all(corners < np.subtract(scan.shape[::-1], 4)):
            corners = np.roll(corners, -np.argmin(corners.sum(axis=1)), axis=0)
            if size and not _plausible(corners, size):
                raise InputError(
                    f"{name}: shows no picture of {size[1]}x{size[0]} pixels",
                    f"name a size of at most {MOST} times the photograph's own",
                )
            size = size or _seen_size(corners)
            admit(*size)
            return _without_border(scan, corners, size)
    raise InputError(
        f"{name}: no border and no four corners of a picture can be found",
        "print grays that were encoded with a border, and take in the whole sheet",
    )


def _frames(relative: Floats) -> Iterator[Floats]:
    """Outer outlines of large black shapes: ``(n, 2)``, x and y.

    Those that are black at the first of ``_BLACK`` come first, and of those the largest.
    """
    for black in _BLACK:
        for region in _large_regions(relative < black):
            if black > _BLACK[0] and _touches_edge(region, relative.shape):
                continue
            filled = np.zeros(relative.shape, bool)
            filled[region.slice] = region.image_filled
            near = ndimage.binary_dilation(filled, iterations=3)
            inner = ndimage.binary_erosion(filled, iterations=3)
            shape = np.where(near, np.where(inner, 0.0, relative), 1.0)
            yield _outline(shape, black)


def _pictures(relative: Floats) -> Iterator[Floats]:
    """Outlines of large shapes that are not white paper, made convex: ``(n, 2)``, x and y."""
    inked = ndimage.binary_opening(relative < 0.9, iterations=2)
    inked = ndimage.binary_closing(inked, iterations=max(relative.shape) // 50)
    for region in _large_regions(inked):
        hull = np.zeros(relative.shape)
        hull[region.slice] = region.image_convex
        yield _outline(1 - ndimage.gaussian_filter(hull, 1), 0.5)


def _relative_to_paper(scan: Floats) -> Floats:
    """Brightness as a share of that of the brightest nearby."""
    step = max(1, round(max(scan.shape) / 500))
    small = scan[::step, ::step]
    reach = max(3, max(small.shape) // 5)
    paper = ndimage.gaussian_filter(ndimage.maximum_filter(small, reach), reach / 3)
    zoom = np.divide(scan.shape, paper.shape)
    shade = ndimage.zoom(paper, zoom, order=1, grid_mode=True, mode="nearest")
    return np.asarray(ndimage.gaussian_filter(scan, 0.7) / np.maximum(shade, 1))


def _large_regions(mask: Mask) -> list[Any]:
    """Connected shapes whose bounding box has a twentieth of the area, the largest first."""
    regions = [r for r in regionprops(label(mask)) if r.area_bbox > 0.05 * mask.size]
    return sorted(regions, key=lambda region: -region.area_bbox)


def _touches_edge(region: Any, shape: tuple[int, ...]) -> bool:  # noqa: ANN401 - has no type
    top, left, bottom, right = region.bbox
    return bool(min(top, left) == 0 or bottom == shape[0] or right == shape[1])


def _outline(shape: Floats, level: float) -> Floats:
    outlines = find_contours(np.pad(shape, 1, constant_values=1.0), level)
    return np.asarray(max(outlines, key=len, default=np.empty((0, 2))))[:, ::-1] - 1


def _corners(outline: Floats) -> Floats:
    """The corners of a quadrilateral, clockwise as seen: ``(4, 2)``; of another shape none."""
    if len(outline) < 4:
        return np.empty((0, 2))
    extent = np.ptp(outline, axis=0).max()
    for tolerance in (0.02, 0.03, 0.05, 0.08):
        rough = approximate_polygon(outline, tolerance * extent)[:-1]
        if len(rough) <= 4:
            break
    if len(rough) != 4:
        return np.empty((0, 2))
    sides = []
    for start, end in zip(rough, np.roll(rough, -1, axis=0), strict=True):
        along = (end - start) / np.linalg.norm(end - start)
        position = (outline - start) @ along / np.linalg.norm(end - start)
        off = np.abs((outline - start) @ [-along[1], along[0]])
        points = outline[(position > 0.06) & (position < 0.94) & (off < 0.03 * extent)]
        if len(points) < 10:
            return np.empty((0, 2))
        sides.append(_line(points))
    corners = np.array([np.cross(sides[i - 1], sides[i]) for i in range(4)])
    with np.errstate(divide="ignore", invalid="ignore"):  # of sides that do not meet
        corners = corners[:, :2] / corners[:, 2:]
    if not np.isfinite(corners).all():
        return np.empty((0, 2))
    x, y = corners.T
    clockwise = np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) > 0  # y points down
    corners = corners if clockwise else corners[::-1]
    return np.asarray(corners) if _convex(corners, extent) else np.empty((0, 2))


def _convex(corners: Floats, extent: float) -> bool:
    """Whether corners, clockwise as seen, are those of a quadrilateral of about that extent."""
    if not np.all(np.ptp(corners, axis=0) < 2 * extent):
        return False
    x, y = (np.roll(corners, -1, axis=0) - corners).T
    turns = x * np.roll(y, -1) - np.roll(x, -1) * y
    return bool(np.all(turns > _LEAST_TURN * extent**2))


def _line(points: Floats) -> Floats:
    """Homogeneous coefficients of the line through points; stray ones are left out."""
    for _ in range(3):
        centre = points.mean(axis=0)
        normal = np.linalg.svd(points - centre, full_matrices=False)[2][1]
        off = np.abs((points - centre) @ normal)
        points = points[off <= max(3 * np.median(off), 0.3)]
    return np.array([*normal, -normal @ points.mean(axis=0)])


def _told_size(scan: Floats, corners: Floats) -> tuple[int, int] | None:
    """Height and width by the frame's cells, if its upper bar is between the first two corners."""
    across = np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])
    down = np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])
    unit = min(across, down) / (64 + 2 * (border.FRAME + border.GAP)) / down
    unit_square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    frame = estimate_transform("projective", unit_square, corners)
    smooth = ndimage.gaussian_filter(scan, 0.5)

    def at(x: Floats, y: Floats) -> Floats:
        points = frame(np.stack([x, y], axis=-1))
        values = ndimage.map_coordinates(smooth, points.T[::-1], order=1, mode="nearest")
        return np.asarray(values)

    def along(depth: float) -> Floats:
        x = (np.arange(border.CELLS) + 0.5) / border.CELLS
        depths = np.full_like(x, depth * unit)
        return np.stack([at(x, depths), at(x, 1 - depths)])

    bars = np.mean([along(share * border.FRAME) for share in (0.4, 0.5, 0.6)], axis=0)
    paper = np.maximum(along(-border.MARGIN / 2), 1)
    told = border.read_cells(bars / paper)
    return told if told and _plausible(corners, told) else None


def _plausible(corners: Floats, size: tuple[int, int]) -> bool:
    """Whether a picture of a size can be what a photograph shows between corners."""
    return all(told <= MOST * seen for told, seen in zip(size, _seen_size(corners), strict=True))


def _seen_size(corners: Floats) -> tuple[int, int]:
    """Height and width in a photograph of what is between corners, the first the upper left."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    height, width = (round((sides[i] + sides[i + 2]) / 2) for i in (1, 0))
    return height, width


def _within_border(scan: Floats, corners: Floats, size: tuple[int, int]) -> Floats:
    """The picture and its border in their own pixels, by the corners of the frame."""
    (height, width), around = size, 2 * border.thickness(*size)
    inset = border.MARGIN * border.unit(*size)
    return _straightened(scan, corners, (height + around, width + around), inset)


def _without_border(scan: Floats, corners: Floats, size: tuple[int, int]) -> Floats:
    """The picture in its own pixels, by its own corners; paper is white, its darkest part black."""
    height, width = size
    around = max(2, min(height, width) // 50)
    framed = _straightened(scan, corners, (height + 2 * around, width + 2 * around), around)
    outside, x, y = _places(framed.shape)
    paper = _surface(x, y, framed, outside < around - 1.5, degree=2)
    levels = border.crop(framed / np.maximum(paper, 1), around)
    black = np.percentile(levels, 0.5)
    return np.clip(255 * (levels - black) / max(1 - black, 0.1), 0, 255)


def _straightened(scan: Floats, corners: Floats, shape: tuple[int, int], inset: int) -> Floats:
    """A picture ``(H, W)`` of the scan's part whose corners, ``inset`` from its own, are known."""
    height, width = shape
    low, right, bottom = inset - 0.5, width - inset - 0.5, height - inset - 0.5
    inner = np.array([[low, low], [right, low], [right, bottom], [low, bottom]])
    shrink = np.linalg.norm(corners[1] - corners[0]) / (right - low)
    if shrink > 1.2:
        scan = ndimage.gaussian_filter(scan, 0.4 * (shrink**2 - 1) ** 0.5)
    transform = estimate_transform("projective", inner, corners)
    return np.asarray(warp(scan, transform, output_shape=shape, order=3, mode="edge"))


def _evened(framed: Floats, size: tuple[int, int]) -> Floats:
    """The picture within its border, where paper is 255 and ink is 0; the bars at the sides are."""
    u = border.unit(*size)
    outside, x, y = _places(framed.shape)
    frame, gap = border.MARGIN * u, (border.MARGIN + border.FRAME) * u
    blank = (outside >= 0.5 * frame) & (outside < 0.8 * frame)
    blank |= (outside >= gap + 0.3 * u) & (outside < gap + 0.7 * u)
    inked = (outside >= frame + 0.6 * u) & (outside < gap - 0.6 * u)
    inked &= np.abs(y) < 0.5 - gap / len(framed)  # there are cells in the upper and lower bars
    paper = _surface(x, y, framed, blank, degree=2)
    ink = _surface(x, y, framed, inked, degree=1)
    levels = 255 * (framed - ink) / np.maximum(paper - ink, 1)
    return np.clip(border.crop(levels, border.thickness(*size)), 0, 255)


def _places(shape: tuple[int, ...]) -> tuple[Floats, Floats, Floats]:
    """Of every pixel: pixels between it and the edge, and x and y from -0.5 to 0.5."""
    (height, width), (rows, columns) = shape, np.indices(shape, float)
    outside = np.minimum.reduce([rows, height - 1 - rows, columns, width - 1 - columns])
    return outside, columns / width - 0.5, rows / height - 0.5


def _surface(x: Floats, y: Floats, values: Floats, where: Mask, degree: int) -> Floats:
    """The polynomial in x and y that fits values best where they count, everywhere."""
    terms = [x**i * y**j for i in range(degree + 1) for j in range(degree + 1 - i)]
    inside = np.stack([term[where] for term in terms], axis=-1)
    weights = np.linalg.lstsq(inside, values[where], rcond=None)[0]
    fitted = np.zeros(x.shape)
    for weight, term in zip(weights, terms, strict=True):
        fitted += weight * term
    return fitted
