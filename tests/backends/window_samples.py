"""Arguments to try kernels of pooling and interpolation with."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

RANDOM = np.random.default_rng(0)


def greatest(x, kernel, stride, padding, dilation, counts):
    """The greatest elements of windows over two dimensions."""
    (ph, pw), out = padding, np.empty((*x.shape[:-2], *counts))
    room = ((0, 0),) * (x.ndim - 2) + ((ph, 99), (pw, 99))
    padded = np.pad(x, room, constant_values=-np.inf)
    for i, j in np.ndindex(*counts):
        rows = i * stride[0] + dilation[0] * np.arange(kernel[0])
        columns = j * stride[1] + dilation[1] * np.arange(kernel[1])
        out[..., i, j] = padded[..., rows[:, None], columns].max(axis=(-2, -1))
    return out


def tables():
    """What windows see in six rows and seven columns: cubic interpolation, and windows of several sizes."""
    if find_spec("deep_learner_layers") is None:
        return []
    from deep_learner_layers.functional._filters import cubic, nearest
    from deep_learner_layers.functional._windows import adaptive

    return [
        (cubic(6, 4, False, None, True), cubic(7, 8, True, None, True)),
        (nearest(6, 4, None, False, True, False), nearest(7, 8, None, False, True, False)),
        (adaptive(6, 4), adaptive(7, 5)),
    ]


PLANES = RANDOM.normal(size=(2, 3, 6, 7))
SHARES_OF_WINDOWS = RANDOM.normal(size=(2, 3, 4, 8))
WINDOWS = [  # kernel, stride, padding, dilation, and how many windows that makes
    ((2, 2), (2, 2), (0, 0), (1, 1), (3, 3)),
    ((3, 2), (2, 1), (1, 1), (1, 1), (3, 8)),
    ((3, 3), (2, 2), (1, 1), (1, 2), (4, 3)),
    ((1, 2), (3, 3), (0, 0), (1, 1), (2, 2)),
    ((6, 7), (6, 7), (0, 0), (1, 1), (1, 1)),
]
TABLES = tables()

SAMPLES = {
    "avg_pool": [
        (PLANES, (2, 2), (2, 2), (0, 0), (3, 3), True, None),
        (PLANES, (3, 2), (2, 1), (1, 1), (4, 8), True, None),
        (PLANES, (3, 2), (2, 1), (1, 1), (4, 8), False, None),
        (PLANES, (6, 7), (6, 7), (0, 0), (1, 1), True, None),
        (PLANES[0], (4,), (3,), (1,), (2,), False, 5),
    ],
    "avg_pool_backward": [
        (SHARES_OF_WINDOWS[..., :3, :3], (6, 7), (2, 2), (2, 2), (0, 0), (3, 3), True, None),
        (SHARES_OF_WINDOWS, (6, 7), (3, 2), (2, 1), (1, 1), (4, 8), True, None),
        (SHARES_OF_WINDOWS, (6, 7), (3, 2), (2, 1), (1, 1), (4, 8), False, None),
        (SHARES_OF_WINDOWS[..., :1, :1], (6, 7), (6, 7), (6, 7), (0, 0), (1, 1), True, None),
        (SHARES_OF_WINDOWS[0, ..., :2], (7,), (4,), (3,), (1,), (2,), False, 5),
    ],
    **{name: [(PLANES, *windows) for windows in WINDOWS] for name in ("max_pool", "max_pool_with_indices")},
    "max_pool_backward": [
        (
            SHARES_OF_WINDOWS[..., : counts[0], : counts[1]],
            PLANES,
            greatest(PLANES, *windows, counts),
            *windows,
            counts,
        )
        for *windows, counts in WINDOWS
    ],
    "resample": [(PLANES, tables) for tables in TABLES],
    "resample_adjoint": [
        (SHARES_OF_WINDOWS[..., : len(tables[0].counts), : len(tables[1].counts)], tables, (6, 7))
        for tables in TABLES
    ],
}
