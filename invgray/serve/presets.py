"""What there is to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from invgray.models import Abilities
from invgray.presets import store


@dataclass(frozen=True, kw_only=True)
class Described:
    """A preset, as it is told.

    Attributes:
        name: by which it is chosen.
        newest: whether it is the newest version of its name.
        default: whether it is used when none is chosen.
        weights: digest of its weights.
        layered: whether its grays have a fine layer.
        abilities: what it can do.
    """

    name: str
    newest: bool
    default: bool
    weights: str
    layered: bool
    abilities: Abilities


def described() -> tuple[Described, ...]:
    """All shipped presets, every version of each."""
    newest = store.latest()
    return tuple(
        Described(
            name=preset.name,
            newest=preset in newest,
            default=preset.name in (store.DEFAULT, store.COLORIZER, store.HINTED),
            weights=preset.digest,
            layered=preset.card.abilities.layered,
            abilities=preset.card.abilities,
        )
        for preset in store.shipped()
    )
