"""Cases of ops/softmax.py."""

from __future__ import annotations

import numpy as np
import scipy.special

from tests.ops.case import Case, S, arr


def softmax_backward(grad_output, output, dim):
    return output * (grad_output - np.sum(grad_output * output, axis=dim, keepdims=True))


def log_softmax_backward(grad_output, output, dim):
    return grad_output - np.exp(output) * np.sum(grad_output, axis=dim, keepdims=True)


def logsumexp(input, dim, keepdim=False):
    return np.asarray(scipy.special.logsumexp(input, axis=dim if input.ndim else None, keepdims=keepdim))


def along(function):
    """``function(input, axis=...)`` that takes PyTorch's dim, also of a 0-d array."""
    return lambda input, dim: function(np.atleast_1d(input), axis=dim).reshape(np.shape(input))


SAMPLES = [
    S(arr(2, 3), 1),
    S(arr(2, 3, 4), dim=-2),
    S(arr(2, 3, low=-300, high=300), 0),
    S(arr(), 0),
    S(arr(0, 3), 1),
    S(arr(1), 0),
]
BACKWARD = [S(arr(2, 3), arr(2, 3), 1), S(arr(2, 3, 4), arr(2, 3, 4), -2)]

CASES = [
    Case("softmax", reference=along(scipy.special.softmax), samples=SAMPLES),
    Case("softmax_backward", reference=softmax_backward, samples=BACKWARD),
    Case("log_softmax", reference=along(scipy.special.log_softmax), samples=SAMPLES),
    Case("log_softmax_backward", reference=log_softmax_backward, samples=BACKWARD),
    Case(
        "softmin", reference=along(lambda x, axis: scipy.special.softmax(-x, axis=axis)), samples=SAMPLES[:2]
    ),
    Case(
        "logsumexp",
        reference=logsumexp,
        samples=[
            S(arr(2, 3), 1),
            S(arr(2, 3, 4), dim=(0, -1)),
            S(arr(2, 3, 4), dim=(0, -1), keepdim=True),
            S(arr(2, 3, low=-800, high=800), 0, True),
            S(arr(), 0),
            S(arr(0, 3), 1),
        ],
    ),
]
