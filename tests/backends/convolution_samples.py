"""Arguments to try kernels of convolutions with: each way in which one may be computed, and parts of a large one."""

from __future__ import annotations

import numpy as np

RANDOM = np.random.default_rng(1)


def random(*shape):
    return RANDOM.normal(size=shape)


def last(x):
    """The same values, with the channels last in memory."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)


ONE, NONE, TWO = (1, 1), (0, 0), (2, 2)
IMAGES, LARGE = random(2, 8, 6, 5), random(1, 8, 136, 120)
COLUMNS = random(2, 24, 20)

SAMPLES = {
    "convolution": [
        (IMAGES, random(9, 8, 3, 2), random(9), ONE, (1, 2), ONE, False, NONE, 1),
        (last(IMAGES), random(2, 8, 3, 3), None, (2, 1), NONE, (1, 2), False, NONE, 1),
        (IMAGES, random(4, 8, 1, 1), random(4), ONE, NONE, ONE, False, NONE, 1),
        (last(IMAGES), random(4, 8, 1, 1), None, TWO, NONE, ONE, False, NONE, 1),
        (IMAGES, random(4, 4, 2, 2), None, ONE, NONE, ONE, False, NONE, 2),
        (IMAGES, random(16, 1, 3, 3), random(16), (1, 2), ONE, ONE, False, NONE, 8),
        (IMAGES[:0], random(4, 8, 2, 2), random(4), ONE, NONE, ONE, False, NONE, 1),
        (LARGE, random(3, 8, 3, 3), None, ONE, ONE, ONE, False, NONE, 1),
        (random(2, 3, 7), random(4, 3, 3), random(4), (2,), (1,), (1,), False, (0,), 1),
        (random(1, 2, 4, 3, 5), random(2, 2, 2, 1, 3), None, (1,) * 3, (0, 1, 1), (1,) * 3, False, (0,) * 3, 1),
        (IMAGES, random(8, 9, 3, 2), random(9), (2, 1), (1, 0), ONE, True, (1, 0), 1),
        (last(IMAGES), random(8, 2, 2, 2), None, ONE, TWO, (2, 1), True, (1, 0), 1),
        (IMAGES, random(8, 9, 1, 1), None, ONE, NONE, ONE, True, NONE, 1),
        (IMAGES, random(8, 3, 2, 2), random(6), TWO, NONE, ONE, True, NONE, 2),
        (IMAGES, random(8, 1, 3, 2), random(4), (2, 3), (1, 3), (1, 2), True, (1, 2), 4),
        (LARGE, random(8, 8, 3, 3), None, ONE, ONE, ONE, True, NONE, 1),
        (LARGE, random(8, 3, 3, 3), None, TWO, ONE, ONE, True, ONE, 1),
    ],
    "convolution_backward_weight": [
        (IMAGES, random(2, 3, 4, 6), (3, 2), ONE, (0, 1), ONE, 1),
        (last(IMAGES), last(random(2, 4, 3, 2)), TWO, TWO, NONE, ONE, 2),
        (IMAGES, random(2, 3, 6, 5), ONE, ONE, NONE, ONE, 1),
        (IMAGES, random(2, 16, 4, 3), (3, 3), ONE, NONE, ONE, 8),
        (random(2, 3, 8, 8), random(2, 4, 3, 2), TWO, TWO, NONE, (1, 3), 1),
        (IMAGES[:0], random(0, 4, 5, 4), TWO, ONE, NONE, ONE, 1),
        (LARGE, random(1, 3, 136, 120), (3, 3), ONE, ONE, ONE, 1),
    ],
    "im2col": [
        (IMAGES, (2, 3), ONE, (1, 0), (2, 1)),
        (last(IMAGES), TWO, (2, 1), NONE, ONE, (2, 3)),
        (random(1, 2, 5), (2,), (1,), (3,), (1,)),
    ],
    "col2im": [
        (COLUMNS, (5, 6), TWO, ONE, NONE, ONE),
        (COLUMNS[:, :, :4], (3, 3), (2, 3), ONE, (1, 1), TWO, TWO),
        (random(1, 2, 5), (7,), (2,), (1,), (0,), (1,), (5,)),
    ],
}  # fmt: skip
