"""Layers as functions: each returns its result and a function from the result's gradient to its input's.

What is found for weights on the way back goes into the store beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Arrays = dict[str, Any]
Layer = Callable[[Any], tuple[Any, Callable[[Any], Any]]]


class Store(NamedTuple):
    """Weights, and the gradients of the last step, by name."""

    weights: Arrays
    gradients: Arrays

    def affine(self, name: str) -> tuple[Any, Any]:
        """A layer's weight and bias."""
        return self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]

    def keep(self, name: str, of_weight: Any, of_bias: Any) -> None:
        """A layer's gradients."""
        self.gradients[f"{name}.weight"] = of_weight
        self.gradients[f"{name}.bias"] = of_bias


def sequence(*layers: Layer) -> Layer:
    """One layer after the other."""

    def run(x: Any) -> tuple[Any, Callable[[Any], Any]]:
        backwards: list[Callable[[Any], Any]] = []
        for layer in layers:
            x, backward = layer(x)
            backwards.append(backward)

        def back(gradient: Any) -> Any:
            for backward in reversed(backwards):
                gradient = backward(gradient)
            return gradient

        return x, back

    return run


def residual(*layers: Layer) -> Layer:
    """``x`` and what the layers make of it."""
    branch = sequence(*layers)

    def run(x: Any) -> tuple[Any, Callable[[Any], Any]]:
        out, backward = branch(x)
        out += x
        return out, lambda gradient: gradient + backward(gradient)

    return run


def linear(store: Store, name: str, first: bool = False) -> Layer:
    """``x Wᵀ + b``; nobody wants the gradient of the `first` layer's input."""
    weight, bias = store.affine(name)

    def run(x: Any) -> tuple[Any, Callable[[Any], Any]]:
        out = x @ weight.T
        out += bias

        def backward(gradient: Any) -> Any:
            rows = gradient.reshape(-1, len(weight))
            store.keep(name, rows.T @ x.reshape(len(rows), -1), rows.sum(0))
            return None if first else gradient @ weight

        return out, backward

    return run


def relu(x: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The positive part, in the memory of `x`."""
    out = np.maximum(x, 0, out=x)

    def backward(gradient: Any) -> Any:
        gradient *= out > 0
        return gradient

    return out, backward


def gelu(x: Any) -> tuple[Any, Callable[[Any], Any]]:
    """``x Φ(x)``, with tanh for Φ (Hendrycks & Gimpel 2016)."""
    scale = np.float32((2 / np.pi) ** 0.5)
    square = x * x
    t = np.tanh(scale * x * (1 + np.float32(0.044715) * square))

    def backward(gradient: Any) -> Any:
        inner = scale * (1 + np.float32(3 * 0.044715) * square)
        return gradient * np.float32(0.5) * (1 + t + x * (1 - t * t) * inner)

    return np.float32(0.5) * x * (1 + t), backward


def layer_norm(store: Store, name: str) -> Layer:
    """Mean 0 and deviation 1 over the last axis, then scaled and moved."""
    weight, bias = store.affine(name)

    def run(x: Any) -> tuple[Any, Callable[[Any], Any]]:
        centred = x - x.mean(-1, keepdims=True)
        reciprocal = 1 / np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(1e-5))
        normal = centred * reciprocal

        def backward(gradient: Any) -> Any:
            rows = gradient.reshape(-1, len(weight))
            store.keep(name, (rows * normal.reshape(rows.shape)).sum(0), rows.sum(0))
            scaled = gradient * weight
            along = (scaled * normal).mean(-1, keepdims=True)
            return (scaled - scaled.mean(-1, keepdims=True) - normal * along) * reciprocal

        return normal * weight + bias, backward

    return run


def attention(heads: int) -> Layer:
    """Causal attention: (N, T, 3 d) queries, keys and values -> (N, T, d)."""

    def run(qkv: Any) -> tuple[Any, Callable[[Any], Any]]:
        N, T, _ = qkv.shape
        parts = qkv.reshape(N, T, 3, heads, -1)
        q, k, v = parts.transpose(2, 0, 3, 1, 4)
        scale = np.float32(q.shape[-1] ** -0.5)
        weights = (q * scale) @ k.swapaxes(-1, -2)
        weights += np.triu(np.full((T, T), -np.inf, np.float32), 1)
        weights -= weights.max(-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(-1, keepdims=True)

        def backward(gradient: Any) -> Any:
            mixed = gradient.reshape(N, T, heads, -1).transpose(0, 2, 1, 3)
            scores = mixed @ v.swapaxes(-1, -2)
            scores -= (scores * weights).sum(-1, keepdims=True)
            scores *= weights
            scores *= scale
            found = np.empty_like(parts)
            of_q, of_k, of_v = found.transpose(2, 0, 3, 1, 4)
            of_q[...] = scores @ k
            of_k[...] = scores.swapaxes(-1, -2) @ q
            of_v[...] = weights.swapaxes(-1, -2) @ mixed
            return found.reshape(qkv.shape)

        return (weights @ v).transpose(0, 2, 1, 3).reshape(N, T, -1), backward

    return run


def convolution(store: Store, name: str, first: bool = False) -> Layer:
    """A convolution by 3 × 3 of (N, H, W, channels) images, as one product of matrices."""
    weight, bias = store.affine(name)

    def run(x: Any) -> tuple[Any, Callable[[Any], Any]]:
        kernel = weight.transpose(2, 3, 1, 0)  # height, width, channels in, channels out
        matrix = kernel.reshape(-1, len(weight))
        windows = sliding_window_view(x, (3, 3), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
        shape = (*windows.shape[:3], -1)
        columns = windows.reshape(-1, len(matrix))
        out = columns @ matrix
        out += bias

        def backward(gradient: Any) -> Any:
            rows = gradient.reshape(-1, len(weight))
            store.keep(name, (columns.T @ rows).reshape(kernel.shape).transpose(3, 2, 0, 1), rows.sum(0))
            if first:
                return None
            found = np.zeros_like(x)
            for i in range(3):
                for j in range(3):
                    part = (rows @ kernel[i, j].T).reshape(shape)
                    found[:, i : i + shape[1], j : j + shape[2]] += part
            return found

        return out.reshape(shape), backward

    return run


def max_pool(x: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The largest of each 2 × 2 of (N, H, W, channels) images; of equal ones, the first."""
    quarters = [x[:, i::2, j::2] for i in range(2) for j in range(2)]
    out = np.maximum(np.maximum(quarters[0], quarters[1]), np.maximum(quarters[2], quarters[3]))

    def backward(gradient: Any) -> Any:
        found = np.empty_like(x)
        free = np.ones(out.shape, bool)
        for number, quarter in enumerate(quarters):
            chosen = (quarter == out) & free
            free &= ~chosen
            np.multiply(gradient, chosen, out=found[:, number // 2 :: 2, number % 2 :: 2])
        return found

    return out, backward


def flatten(x: Any) -> tuple[Any, Callable[[Any], Any]]:
    """(N, H, W, channels) images -> rows in which the channels come first."""
    turned = x.transpose(0, 3, 1, 2)
    return turned.reshape(len(x), -1), lambda gradient: gradient.reshape(turned.shape).transpose(0, 2, 3, 1)


def cross_entropy(logits: Any, targets: Any) -> tuple[Any, Any]:
    """The mean loss of (..., classes) logits, and its gradient."""
    rows, chosen = logits.reshape(-1, logits.shape[-1]), (np.arange(targets.size), targets.ravel())
    shifted = rows - rows.max(1, keepdims=True)
    raised = np.exp(shifted)
    total = raised.sum(1, keepdims=True)
    loss = (np.log(total[:, 0]) - shifted[chosen]).mean()
    raised /= total
    raised[chosen] -= 1
    raised /= np.float32(len(rows))
    return loss, raised.reshape(logits.shape)
