"""Where the random numbers of a run stand: Deep Learner's stream, which serves all devices, and Python's."""

from __future__ import annotations

import random
from typing import Any

from ...dtypes import int64
from ...ops.creation import tensor
from ...random import get_rng_state, set_rng_state

__all__ = ["get_random_state", "set_random_state"]


def get_random_state() -> dict[str, Any]:
    """Both states, as tensors and plain values."""
    version, words, gauss_next = random.getstate()
    python = {
        "version": version,
        "words": tensor(list(words), dtype=int64, device="cpu"),
        "gauss_next": gauss_next,
    }
    return {"default": get_rng_state(), "python": python}


def set_random_state(state: dict[str, Any]) -> None:
    """Go on from states that :func:`get_random_state` gave."""
    python = state["python"]
    random.setstate((python["version"], tuple(python["words"].tolist()), python["gauss_next"]))
    set_rng_state(state["default"].cpu())
