"""An LSTM, back through time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .layers import Layer, Store


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(−x))``."""
    return np.float32(0.5) * np.tanh(np.float32(0.5) * x) + np.float32(0.5)


def lstm(store: Store) -> Layer:
    """(T, N, features) inputs -> (T, N, hidden) outputs."""
    wide, deep, bias_in, bias_hidden = store.weights.values()
    size = deep.shape[1]

    def run(inputs: Any) -> tuple[Any, Callable[[Any], Any]]:
        T, N, _ = inputs.shape
        gates = inputs @ wide.T + (bias_in + bias_hidden)
        outputs = np.zeros((T + 1, N, size), np.float32)  # and what is before the first
        cells = np.zeros((T + 1, N, size), np.float32)
        for t, gate in enumerate(gates):
            gate += outputs[t] @ deep.T
            gate[:, : 2 * size] = sigmoid(gate[:, : 2 * size])
            gate[:, 3 * size :] = sigmoid(gate[:, 3 * size :])
            i, f, g, o = np.split(gate, 4, axis=1)
            np.tanh(g, out=g)
            cells[t + 1] = f * cells[t] + i * g
            outputs[t + 1] = o * np.tanh(cells[t + 1])

        def backward(gradient: Any) -> None:
            of_gates = np.empty_like(gates)
            of_output = of_cell = np.zeros((N, size), np.float32)
            for t in reversed(range(T)):
                i, f, g, o = np.split(gates[t], 4, axis=1)
                of_output = of_output + gradient[t]
                squashed = np.tanh(cells[t + 1])
                of_cell = of_cell + of_output * o * (1 - squashed * squashed)
                parts = np.split(of_gates[t], 4, axis=1)
                parts[0][...] = of_cell * g * i * (1 - i)
                parts[1][...] = of_cell * cells[t] * f * (1 - f)
                parts[2][...] = of_cell * i * (1 - g * g)
                parts[3][...] = of_output * squashed * o * (1 - o)
                of_cell = of_cell * f
                of_output = of_gates[t] @ deep
            rows = of_gates.reshape(T * N, -1)
            of_wide, of_deep = rows.T @ inputs.reshape(T * N, -1), rows.T @ outputs[:-1].reshape(T * N, -1)
            found = (of_wide, of_deep, rows.sum(0), rows.sum(0))
            store.gradients.update(zip(store.weights, found, strict=True))

        return outputs[1:], backward

    return run
