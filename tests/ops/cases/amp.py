"""Cases of the operation that unscales gradients."""

from __future__ import annotations

import numpy as np

import deep_learner.amp  # noqa: F401  # defines the operation
from tests.ops.case import Case, S, arr


def unscaled(gradients, inverse_scale):
    found = any(not np.isfinite(gradient).all() for gradient in gradients)
    return (np.asarray(float(found)), *[gradient * inverse_scale for gradient in gradients])


CASES = [
    Case(
        "amp_unscale",
        reference=unscaled,
        differentiable=False,
        samples=[
            S([arr(2, 3), arr(4)], arr(low=0.1, high=1)),
            S([arr(), arr(0, 3)], arr(low=0.1, high=1)),
            S([np.asarray([1.0, np.inf]), np.asarray([2.0])], arr(low=0.1, high=1)),
            S([np.asarray([1.0]), np.asarray([np.nan, 1.0])], arr(low=0.1, high=1)),
        ],
    ),
]
