"""Small pictures side by side as HTML, for notebooks."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from PIL import Image

from invgray.errors import InvgrayError
from invgray.files.picture import Picture, fitted

LONG_SIDE = 320
"""Pixels that the longer side of a picture has at most, as it is shown."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture of several.

    Attributes:
        title: what it is.
        name: of its file.
        read: gives the picture when it is shown; what goes wrong is shown in its place.
    """

    title: str
    name: str
    read: Callable[[], Picture]


def html(panels: Sequence[Panel], lines: Sequence[str]) -> str:
    """Pictures side by side, and lines of text below; nothing is loaded from anywhere."""
    figures = "".join(map(_figure, panels))
    text = "".join(f"<div>{escape(line)}</div>" for line in lines)
    return f'<div style="display:flex;flex-wrap:wrap;gap:1em">{figures}</div>{text}'


def _figure(panel: Panel) -> str:
    title, name = escape(panel.title), escape(panel.name)
    try:
        picture = fitted(panel.read(), LONG_SIDE)
    except InvgrayError as error:
        shown = f"<div>{escape(error.cause)}</div>"
    else:
        height, width = picture.pixels.shape[:2]
        shown = (
            f'<img alt="{title}: {name}" width="{width}" height="{height}" '
            f'src="data:image/webp;base64,{_webp(picture)}">'
        )
    caption = f"<figcaption>{title}<br><small>{name}</small></figcaption>"
    return f'<figure style="margin:0;max-width:{LONG_SIDE}px">{shown}{caption}</figure>'


def _webp(picture: Picture) -> str:
    """A picture as WebP in base64."""
    image = Image.fromarray(picture.pixels).convert("RGB")
    if picture.alpha is not None:
        image.putalpha(Image.fromarray(picture.alpha))
    stored = io.BytesIO()
    image.save(stored, "WEBP", quality=90, icc_profile=picture.icc)
    return base64.b64encode(stored.getvalue()).decode()
