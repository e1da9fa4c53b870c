"""Cases of recurrent layers: each sequence is followed by itself, step by step."""

from __future__ import annotations

import numpy as np

import deep_learner_layers.functional.recurrent.functions  # noqa: F401  # defines the operations
from deep_learner_layers.functional.recurrent.steps import walk
from tests.ops.case import Case, S, arr

EVEN, FALLING = (2, 2, 2), (3, 2, 1)
FORWARD, BACKWARD = walk(FALLING), walk(FALLING, reverse=True)


def logistic(x):
    return 1 / (1 + np.exp(-x))


def rows_of_sequences(steps):
    """For each sequence the rows of its steps, in the order in which they are computed."""
    count = max(step.stop - step.start for step in steps)
    return [[step.start + n for step in steps if n < step.stop - step.start] for n in range(count)]


def lstm_step(sums, cell):
    i, f, g, o = np.split(sums, 4, axis=-1)
    i, f, o, g = logistic(i), logistic(f), logistic(o), np.tanh(g)
    cell = f * cell + i * g
    return o * np.tanh(cell), cell, np.stack([i, f, o, g])


def lstm_layer(input, hx, cx, weight_ih, weight_hh, bias, weight_hr, steps):
    output, cells = np.zeros((len(input), hx.shape[1])), np.zeros((len(input), cx.shape[1]))
    gates = np.zeros((4, len(input), cx.shape[1]))
    for n, rows in enumerate(rows_of_sequences(steps)):
        hidden, cell = hx[n], cx[n]
        for row in rows:
            sums = weight_ih @ input[row] + weight_hh @ hidden + (0 if bias is None else bias)
            hidden, cell, gates[:, row] = lstm_step(sums, cell)
            hidden = hidden if weight_hr is None else weight_hr @ hidden
            output[row], cells[row] = hidden, cell
    return output, cells, gates


def gru_step(sums_ih, sums_hh, hidden):
    (x_r, x_z, x_n), (h_r, h_z, h_n) = np.split(sums_ih, 3, axis=-1), np.split(sums_hh, 3, axis=-1)
    r, z = logistic(x_r + h_r), logistic(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    return (1 - z) * n + z * hidden, np.stack([r, z, n, h_n])


def gru_layer(input, hx, weight_ih, weight_hh, bias_ih, bias_hh, steps):
    output, gates = np.zeros((len(input), hx.shape[1])), np.zeros((4, len(input), hx.shape[1]))
    for n, rows in enumerate(rows_of_sequences(steps)):
        hidden = hx[n]
        for row in rows:
            from_input = weight_ih @ input[row] + (0 if bias_ih is None else bias_ih)
            from_state = weight_hh @ hidden + (0 if bias_hh is None else bias_hh)
            hidden, gates[:, row] = gru_step(from_input, from_state, hidden)
            output[row] = hidden
    return output, gates


def rnn_layer(input, hx, weight_ih, weight_hh, bias, nonlinearity, steps):
    output = np.zeros((len(input), hx.shape[1]))
    for n, rows in enumerate(rows_of_sequences(steps)):
        hidden = hx[n]
        for row in rows:
            sums = weight_ih @ input[row] + weight_hh @ hidden + (0 if bias is None else bias)
            hidden = np.tanh(sums) if nonlinearity == "tanh" else np.maximum(sums, 0)
            output[row] = hidden
    return output


CASES = [
    Case(
        "lstm_pointwise",
        reference=lstm_step,
        samples=[S(arr(3, 8), arr(3, 2)), S(arr(0, 8), arr(0, 2))],
    ),
    Case(
        "gru_pointwise",
        reference=gru_step,
        samples=[S(arr(3, 6), arr(3, 6), arr(3, 2)), S(arr(0, 6), arr(0, 6), arr(0, 2))],
    ),
    Case(
        "lstm_layer",
        reference=lstm_layer,
        samples=[
            S(arr(6, 3), arr(2, 2), arr(2, 2), arr(8, 3), arr(8, 2), arr(8), None, walk(EVEN)),
            S(arr(6, 3), arr(3, 2), arr(3, 2), arr(8, 3), arr(8, 2), None, None, FORWARD),
            S(arr(6, 3), arr(3, 1), arr(3, 2), arr(8, 3), arr(8, 1), arr(8), arr(1, 2), BACKWARD),
        ],
    ),
    Case(
        "gru_layer",
        reference=gru_layer,
        samples=[
            S(arr(6, 3), arr(2, 2), arr(6, 3), arr(6, 2), arr(6), arr(6), walk(EVEN, reverse=True)),
            S(arr(6, 3), arr(3, 2), arr(6, 3), arr(6, 2), None, None, FORWARD),
            S(arr(6, 3), arr(3, 2), arr(6, 3), arr(6, 2), arr(6), arr(6), BACKWARD),
        ],
    ),
    Case(
        "rnn_layer",
        reference=rnn_layer,
        samples=[
            S(arr(6, 3), arr(2, 2), arr(2, 3), arr(2, 2), arr(2), "tanh", walk(EVEN)),
            S(arr(6, 3), arr(3, 2), arr(2, 3), arr(2, 2), None, "tanh", BACKWARD),
            S(
                arr(6, 3, low=1),
                arr(3, 2, low=1),
                arr(2, 3, low=0.5),
                arr(2, 2, low=0.5),
                None,
                "relu",
                FORWARD,
            ),
        ],
    ),
]
