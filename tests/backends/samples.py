"""Arguments to try kernels of the layers' operations with, for the contract of every backend that has such."""

from __future__ import annotations

import numpy as np

from tests.backends import convolution_samples, sequence_samples, window_samples

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(3, 4))
OTHER = RANDOM.normal(size=(3, 4))
STACK = RANDOM.normal(size=(2, 3, 4))
WIDE = RANDOM.normal(size=(3, 300))
IMAGE = RANDOM.normal(size=(2, 4, 3))
IMAGES = RANDOM.normal(size=(3, 4, 20, 30))
WEIGHT, BIAS, FACTORS = RANDOM.normal(size=(5, 4)), RANDOM.normal(size=5), RANDOM.uniform(0.5, 2.0, size=4)
TABLE = RANDOM.normal(size=(6, 3))
SHARES, TARGETS = RANDOM.uniform(0.05, 0.95, size=(3, 4)), RANDOM.uniform(size=(3, 4))
CLASSES, IGNORING = [1, 0, 3], [1, -100, 3]
ONE = np.asarray(1.5)


def normalized(x):
    """The mean and the reciprocal deviation of rows."""
    return x.mean(axis=-1, keepdims=True), 1 / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)


def statistics(x):
    """The mean and the variance of channels."""
    axes = (0, *range(2, x.ndim))
    return x.mean(axis=axes), x.var(axis=axes)


def normalizer(x, axis):
    """log(sum(exp(x)))."""
    return np.log(np.exp(x).sum(axis=axis))


SAMPLES = {
    **convolution_samples.SAMPLES,
    **sequence_samples.SAMPLES,
    **window_samples.SAMPLES,
    "batch_norm_evaluation": [
        (ROWS, FACTORS, WEIGHT[0], OTHER[0], FACTORS, 1e-5),
        (IMAGE, None, FACTORS, OTHER[0], FACTORS, 1e-3),
    ],
    "batch_norm_training": [
        (ROWS, FACTORS, WEIGHT[0], 1e-5),
        (IMAGE, FACTORS, None, 1e-5),
        (IMAGES, None, FACTORS, 1e-3),
        (WIDE[None], None, None, 1e-5),
    ],
    "batch_norm_training_backward": [
        (OTHER, FACTORS, WEIGHT[1], ROWS, *statistics(ROWS), FACTORS, 1e-5),
        (IMAGE[::-1].copy(), np.zeros(4), np.zeros(4), IMAGE, *statistics(IMAGE), None, 1e-5),
        (IMAGES[::-1].copy(), WEIGHT[2], FACTORS, IMAGES, *statistics(IMAGES), WEIGHT[0], 1e-3),
    ],
    "binary_cross_entropy": [(SHARES, TARGETS)],
    "binary_cross_entropy_with_logits": [(ROWS, TARGETS, None), (ROWS, TARGETS, FACTORS)],
    "embedding": [
        ([[1, 0], [5, 1]], TABLE, None, False),
        ([[1, 0], [5, 1]], TABLE, 1, False),
        ([2, 2, 2], TABLE, None, True),
    ],
    "embedding_backward": [
        (RANDOM.normal(size=(4, 3)), [1, 0, 5, 1], 6, None, False),
        (RANDOM.normal(size=(4, 3)), [1, 0, 5, 1], 6, 1, False),
        (RANDOM.normal(size=(2, 2, 3)), [[1, 0], [5, 1]], 6, None, True),
    ],
    "linear": [(ROWS, WEIGHT, BIAS), (ROWS, WEIGHT, None), (STACK, WEIGHT, BIAS), (ROWS[0], WEIGHT, BIAS)],
    "native_layer_norm": [
        (ROWS, (4,), FACTORS, WEIGHT[0], 1e-5),
        (ROWS, (4,), None, None, 1e-5),
        (STACK, (3, 4), OTHER, None, 1e-3),
        (STACK, (4,), None, FACTORS, 1e-5),
        (WIDE, (300,), None, None, 1e-5),
    ],
    "native_layer_norm_backward": [
        (OTHER, None, None, ROWS, *normalized(ROWS), FACTORS, (4,)),
        (STACK[::-1].copy(), None, np.ones((2, 3, 1)), STACK, *normalized(STACK), None, (4,)),
        (OTHER, ONE * np.ones((3, 1)), np.ones((3, 1)), ROWS, *normalized(ROWS), FACTORS, (4,)),
        (OTHER, np.zeros((3, 1)), np.zeros((3, 1)), ROWS, *normalized(ROWS), None, (4,)),
        (WIDE[::-1].copy(), np.zeros((3, 1)), np.zeros((3, 1)), WIDE, *normalized(WIDE), WIDE[1], (300,)),
    ],
    "softmax_cross_entropy": [
        *((ROWS, CLASSES, None, -100, reduction) for reduction in ("none", "sum", "mean")),
        (ROWS, IGNORING, FACTORS, -100, "mean"),
        (IMAGE, [[1, 0, 3], [2, 2, 0]], FACTORS, 2, "mean"),
        (ROWS[0], np.asarray(2), None, -100, "mean"),
        (100 * ROWS, CLASSES, None, -100, "sum"),
    ],
    "softmax_cross_entropy_backward": [
        (ONE, OTHER[:, 0], ROWS, CLASSES, None, normalizer(ROWS, 1), -100, "mean"),
        (ONE, OTHER[:, 0], ROWS, IGNORING, FACTORS, normalizer(ROWS, 1), -100, "sum"),
        (OTHER[:, 1], OTHER[:, 0], ROWS, IGNORING, FACTORS, normalizer(ROWS, 1), -100, "none"),
        (ONE, np.zeros((2, 3)), IMAGE, [[1, 0, 3], [2, 2, 0]], None, normalizer(IMAGE, 1), 2, "mean"),
    ],
}
