"""Cases of ops/activation.py."""

from __future__ import annotations

import numpy as np
from scipy.special import erf, expit, log_expit
from scipy.special import logit as scipy_logit

from tests.ops.case import Case, S, arr
from tests.ops.samples import unary


def softplus(input, beta=1.0, threshold=20.0):
    return np.where(input * beta > threshold, input, np.logaddexp(0, input * beta) / beta)


def gelu(input, approximate="none"):
    if approximate == "tanh":
        return 0.5 * input * (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3)))
    return 0.5 * input * (1 + erf(input / np.sqrt(2)))


def gelu_backward(grad_output, input, approximate="none"):
    """By complex-step differentiation of the forward's definition."""
    if approximate == "tanh":
        return grad_output * gelu(input + 1e-100j, approximate).imag / 1e-100
    return grad_output * (
        gelu(input) / np.where(input == 0, 1, input) + input * np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
    )


def glu(input, dim=-1):
    left, right = np.split(input, 2, axis=dim)
    return left * expit(right)


CASES = [
    Case(
        "sigmoid_backward",
        reference=lambda grad_output, output: grad_output * output * (1 - output),
        samples=[
            S(arr(2, 3), arr(2, 3, low=0, high=1)),
            S(arr(), arr(low=0, high=1)),
            S(arr(0, 3), arr(0, 3)),
        ],
    ),
    Case("sigmoid", reference=expit, samples=[*unary(), S(arr(4, low=-80, high=80))]),
    Case("logsigmoid", reference=log_expit, samples=[*unary(), S(arr(4, low=-100, high=100, away=(0,)))]),
    Case(
        "softplus",
        reference=softplus,
        samples=[
            *unary(away=(0,)),
            S(arr(4, low=10, high=30, away=(20,))),
            S(arr(2, 3, away=(0,)), beta=2.0, threshold=5.0),
        ],
    ),
    Case("silu", reference=lambda input: input * expit(input), samples=unary()),
    Case("mish", reference=lambda input: input * np.tanh(softplus(input)), samples=unary(away=(0,))),
    Case("gelu", reference=gelu, samples=[*unary(), S(arr(2, 3), approximate="tanh")]),
    Case(
        "gelu_backward",
        reference=gelu_backward,
        samples=[S(arr(2, 3), arr(2, 3, away=(0,))), S(arr(2, 3), arr(2, 3, away=(0,)), approximate="tanh")],
    ),
    Case("softsign", reference=lambda input: input / (1 + np.abs(input)), samples=unary(away=(0,))),
    Case("tanhshrink", reference=lambda input: input - np.tanh(input), samples=unary()),
    Case(
        "logit",
        reference=lambda input, eps=None: scipy_logit(input if eps is None else np.clip(input, eps, 1 - eps)),
        samples=[*unary(low=0.1, high=0.9), S(arr(4, low=-0.5, high=1.5, away=(0.1, 0.9)), eps=0.1)],
    ),
    Case(
        "glu",
        reference=glu,
        samples=[S(arr(2, 4)), S(arr(4, 3), dim=0), S(arr(2, 4, 3), dim=-2), S(arr(0, 4))],
    ),
]
