"""Cases of ops/rectifier.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, ints
from tests.ops.samples import unary


def elu(input, alpha=1.0, scale=1.0, input_scale=1.0):
    return scale * np.where(input > 0, input, alpha * np.expm1(input_scale * input))


def prelu(input, weight):
    shape = (-1,) + (1,) * (input.ndim - 2) if weight.size > 1 else ()
    return np.where(input > 0, input, weight.reshape(shape) * input)


def relu6(input):
    return np.clip(input, 0, 6)


KINK = {"away": (0,)}
WIDE = {"low": -5, "high": 8, "away": (-3, 0, 3, 6)}

CASES = [
    Case(
        "relu",
        reference=lambda input: np.maximum(input, 0),
        samples=[*unary(**KINK), S(ints(4, low=-3, high=3))],
    ),
    Case(
        "leaky_relu",
        reference=lambda input, negative_slope=0.01: np.where(input > 0, input, negative_slope * input),
        samples=[*unary(**KINK), S(arr(2, 3, **KINK), 0.2)],
    ),
    Case(
        "prelu",
        reference=prelu,
        samples=[
            S(arr(2, 3, **KINK), arr(3)),
            S(arr(2, 3, 4, **KINK), arr(3)),
            S(arr(2, 3, **KINK), arr(1)),
            S(arr(4, **KINK), arr(1)),
            S(arr(**KINK), arr(1)),
        ],
    ),
    Case(
        "elu",
        reference=elu,
        samples=[
            *unary(**KINK),
            S(arr(2, 3, **KINK), 1.5),
            S(arr(3, **KINK), 1.5, scale=2.0, input_scale=0.5),
        ],
    ),
    Case("selu", reference=lambda x: elu(x, 1.6732632423543772, 1.0507009873554805), samples=unary(**KINK)),
    Case(
        "celu",
        reference=lambda input, alpha=1.0: elu(input, alpha, 1.0, 1 / alpha),
        samples=[*unary(**KINK), S(arr(2, 3, **KINK), alpha=2.0)],
    ),
    Case(
        "hardtanh",
        reference=lambda input, min_val=-1.0, max_val=1.0: np.clip(input, min_val, max_val),
        samples=[*unary(away=(-1, 1)), S(arr(2, 3, away=(-0.5, 1.5)), -0.5, 1.5)],
    ),
    Case("relu6", reference=relu6, samples=[*unary(**WIDE), S(ints(4, low=-3, high=9))]),
    Case("hardsigmoid", reference=lambda input: relu6(input + 3) / 6, samples=unary(**WIDE)),
    Case("hardswish", reference=lambda input: input * relu6(input + 3) / 6, samples=unary(**WIDE)),
    Case(
        "threshold",
        reference=lambda input, threshold, value: np.where(input > threshold, input, value),
        samples=[
            S(arr(2, 3, away=(0.5,)), 0.5, -1.0),
            S(arr(away=(0.5,)), 0.5, -1.0),
            S(arr(0, 3), 0.5, -1.0),
        ],
    ),
    Case(
        "softshrink",
        reference=lambda input, lambd=0.5: np.sign(input) * np.maximum(np.abs(input) - lambd, 0),
        samples=[*unary(away=(-0.5, 0.5)), S(arr(2, 3, away=(-1, 1)), 1.0)],
    ),
    Case(
        "hardshrink",
        reference=lambda input, lambd=0.5: np.where(np.abs(input) > lambd, input, 0),
        samples=[*unary(away=(-0.5, 0, 0.5)), S(arr(2, 3, away=(-1, 0, 1)), 1.0)],
    ),
]
