"""What recording an operation costs beside the NumPy call it makes."""

from __future__ import annotations

import timeit
from typing import Any


def overhead(repeats: int = 15, count: int = 5_000) -> dict[str, Any]:
    """Nanoseconds of ``x * y`` and ``tanh(x)`` on 10 elements: NumPy, Deep Learner, Deep Learner recorded."""
    import numpy as np

    import deep_learner as dl

    x, y = dl.ones(10), dl.ones(10)
    leaf = dl.ones(10, requires_grad=True)
    names = {"np": np, "dl": dl, "x": x, "y": y, "leaf": leaf, "a": x.numpy(), "b": y.numpy()}
    statements = {
        "multiply": ("a * b", "x * y", "leaf * y"),
        "tanh": ("np.tanh(a)", "dl.tanh(x)", "dl.tanh(leaf)"),
    }
    rows: dict[str, Any] = {}
    for name, variants in statements.items():
        best = [
            min(timeit.repeat(s, globals=names, repeat=repeats, number=count)) / count * 1e9 for s in variants
        ]
        rows[name] = dict(zip(("numpy", "plain", "recorded"), best, strict=True))
    return rows
