"""Arguments to try kernels of recurrent layers and of attention with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

RANDOM = np.random.default_rng(1)


class Step(NamedTuple):
    """The rows of a step, and where the states of its first sequences come from."""

    start: int
    stop: int
    before: int
    kept: int


# Of two sequences of three steps; of sequences with three, two and two steps, from the last to the first.
EVEN = (Step(0, 2, 0, 0), Step(2, 4, 0, 2), Step(4, 6, 2, 2))
BACKWARD = (Step(6, 7, 0, 0), Step(3, 6, 6, 1), Step(0, 3, 3, 3))
FORWARD = (Step(0, 3, 0, 0), Step(3, 6, 0, 3), Step(6, 7, 3, 1))


def normal(*shape):
    """Numbers of no particular kind."""
    return 0.5 * RANDOM.normal(size=shape)


def gates(*shape):
    """What logistic functions and a hyperbolic tangent may give."""
    return RANDOM.uniform(0.1, 0.9, shape)


def lstm(steps, size=2, projected=None, biased=True):
    """Operands of an LSTM layer with two features in."""
    rows, count = max(step.stop for step in steps), max(step.stop - step.start for step in steps)
    state = size if projected is None else projected
    return (
        normal(rows, 2), normal(count, state), normal(count, size), normal(4 * size, 2), normal(4 * size, state),
        normal(4 * size) if biased else None, None if projected is None else normal(state, size), steps,
    )  # fmt: skip


def lstm_backward(steps, size=2, projected=None, inputs=True, others=True):
    """Operands of its gradient."""
    input, hx, cx, weight_ih, weight_hh, _, weight_hr, _ = lstm(steps, size, projected)
    rows = len(input)
    return (
        normal(rows, hx.shape[1]), normal(rows, size) if others else None, normal(4, rows, size) if others else None,
        input, hx, cx, weight_ih if inputs else None, weight_hh, weight_hr, normal(rows, hx.shape[1]),
        normal(rows, size), gates(4, rows, size), steps,
    )  # fmt: skip


def gru(steps, biased=True):
    """Operands of a GRU layer of size 2 with two features in."""
    rows, count = max(step.stop for step in steps), max(step.stop - step.start for step in steps)
    biases = (normal(6), normal(6)) if biased else (None, None)
    return normal(rows, 2), normal(count, 2), normal(6, 2), normal(6, 2), *biases, steps


def gru_backward(steps, inputs=True, others=True):
    """Operands of its gradient."""
    input, hx, weight_ih, weight_hh, *_ = gru(steps)
    rows = len(input)
    return (
        normal(rows, 2), normal(4, rows, 2) if others else None, input, hx, weight_ih if inputs else None, weight_hh,
        normal(rows, 2), gates(4, rows, 2), steps,
    )  # fmt: skip


def rnn(steps, nonlinearity):
    """Operands of a plain recurrent layer of size 2 with two features in."""
    input, hx, *_ = gru(steps)
    return input, hx, normal(2, 2), normal(2, 2), normal(2), nonlinearity, steps


def rnn_backward(steps, nonlinearity, inputs=True):
    """Operands of its gradient."""
    input, hx, weight_ih, weight_hh, *_ = rnn(steps, nonlinearity)
    weight_ih = weight_ih if inputs else None
    return normal(len(input), 2), input, hx, weight_ih, weight_hh, gates(len(input), 2), nonlinearity, steps


def attention(leading, queries, keys, size, mask=None, is_causal=False):
    """Operands of attention."""
    query, key, value = (
        normal(*leading, queries, size),
        normal(*leading, keys, size),
        normal(*leading, keys, 3),
    )
    return query, key, value, mask, is_causal, 0.7


def attention_backward(*args, normalizer=False, mask_wanted=False, **kwargs):
    """Operands of its gradient, which tells what attention gave."""
    query, key, value, mask, is_causal, scale = attention(*args, **kwargs)
    rows = query.shape[:-1]
    scores = scale * query @ key.swapaxes(-1, -2)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    if is_causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    logarithms = np.logaddexp.reduce(scores, -1, keepdims=True)
    logarithms = np.where(np.isinf(logarithms), 0, logarithms)
    return (
        normal(*rows, 3), normal(*rows, 1) if normalizer else None, query, key, value, mask,
        np.exp(scores - logarithms) @ value, logarithms, is_causal, scale, mask_wanted,
    )  # fmt: skip


SEEN = np.array([[True, False, True, True], [False, False, False, False], [True, True, False, False]])
SAMPLES = {
    "lstm_layer": [lstm(EVEN), lstm(FORWARD, biased=False), lstm(BACKWARD, 3, projected=2)],
    "lstm_layer_backward": [
        lstm_backward(EVEN), lstm_backward(FORWARD, inputs=False, others=False),
        lstm_backward(BACKWARD, 3, projected=2),
    ],
    "lstm_pointwise": [(normal(3, 8), normal(3, 2)), (normal(1, 4), normal(1, 1))],
    "lstm_pointwise_backward": [
        (normal(3, 2), normal(3, 2), None, normal(3, 2), normal(3, 2), gates(4, 3, 2)),
        (normal(3, 2), normal(3, 2), normal(4, 3, 2), normal(3, 2), normal(3, 2), gates(4, 3, 2)),
    ],
    "gru_layer": [gru(EVEN), gru(FORWARD, biased=False), gru(BACKWARD)],
    "gru_layer_backward": [
        gru_backward(EVEN), gru_backward(FORWARD, inputs=False, others=False), gru_backward(BACKWARD),
    ],
    "gru_pointwise": [(normal(3, 6), normal(3, 6), normal(3, 2)), (normal(1, 3), normal(1, 3), normal(1, 1))],
    "gru_pointwise_backward": [
        (normal(3, 2), None, normal(3, 2), gates(4, 3, 2)),
        (normal(3, 2), normal(4, 3, 2), normal(3, 2), gates(4, 3, 2)),
    ],
    "rnn_layer": [rnn(EVEN, "tanh"), rnn(BACKWARD, "tanh"), rnn(FORWARD, "relu")],
    "rnn_layer_backward": [
        rnn_backward(EVEN, "tanh"), rnn_backward(BACKWARD, "relu"), rnn_backward(FORWARD, "tanh", inputs=False),
    ],
    "dot_product_attention": [
        attention((2,), 3, 4, 2), attention((2, 1), 3, 3, 2, is_causal=True), attention((2,), 3, 4, 2, normal(3, 4)),
        attention((2,), 3, 4, 2, SEEN), attention((1,), 5, 40, 2, is_causal=True),
        attention((), 140, 3, 2, is_causal=True),
    ],
    "dot_product_attention_backward": [
        attention_backward((2,), 3, 4, 2, normalizer=True),
        attention_backward((2, 1), 3, 3, 2, is_causal=True),
        attention_backward((2,), 3, 4, 2, normal(3, 4), mask_wanted=True),
        attention_backward((2,), 3, 4, 2, SEEN),
        attention_backward((), 140, 3, 2, is_causal=True),
    ],
}  # fmt: skip
