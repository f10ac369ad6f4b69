"""Several machines that train together, as ``TF_CONFIG`` tells each of them."""

from __future__ import annotations

import json
import os

from invgray.errors import UsageError

VARIABLE = "TF_CONFIG"
"""Of the environment; see TensorFlow's guide to multi-worker training."""


def number() -> int:
    """The number of this machine; 0, the chief or the first worker, saves the networks.

    Raises:
        UsageError: ``TF_CONFIG`` is not as TensorFlow documents it.
    """
    text = os.environ.get(VARIABLE)
    if not text:
        return 0
    try:
        config = json.loads(text)
        kind, index = config["task"]["type"], int(config["task"]["index"])
        return index + (kind != "chief" and "chief" in config["cluster"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{VARIABLE} does not tell which worker this is",
            "set it as TensorFlow's guide to multi-worker training says, or not at all",
        ) from error


def check_batch(batch: int, replicas: int) -> None:
    """Refuse a batch that cannot be shared equally.

    Raises:
        UsageError: the batch is not a multiple of the number of replicas.
    """
    if batch % replicas:
        raise UsageError(
            f"a batch of {batch} cannot be shared by {replicas} replicas",
            f"make it a multiple of {replicas}",
        )
