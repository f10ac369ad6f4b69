"""Trained networks on disk: the card that describes them, where they are, how they are saved."""
