"""Optimizers that change weights in their own memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .layers import Store


def sgd(store: Store) -> Callable[[], None]:
    """Steps against the gradient."""

    def update() -> None:
        for name, gradient in store.gradients.items():
            gradient *= 0.01
            store.weights[name] -= gradient

    return update


def adamw(store: Store) -> Callable[[], None]:
    """Steps of AdamW (Loshchilov & Hutter 2019)."""
    first = {name: np.zeros_like(array) for name, array in store.weights.items()}
    second = {name: np.zeros_like(array) for name, array in store.weights.items()}
    count = 0

    def update() -> None:
        nonlocal count
        count += 1
        rate, correction = 6e-4 / (1 - 0.9**count), (1 - 0.999**count) ** -0.5
        for name, gradient in store.gradients.items():
            parameter, m, v = store.weights[name], first[name], second[name]
            m *= 0.9
            m += 0.1 * gradient
            gradient *= gradient
            gradient *= 0.001
            v *= 0.999
            v += gradient
            np.sqrt(v, out=gradient)
            gradient *= correction
            gradient += 1e-8
            np.divide(m, gradient, out=gradient)
            gradient *= rate
            parameter *= 1 - 6e-4 * 1e-2
            parameter -= gradient

    return update
