"""Networks, put together from layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .layers import (
    Layer,
    Store,
    attention,
    convolution,
    flatten,
    gelu,
    layer_norm,
    linear,
    max_pool,
    relu,
    residual,
    sequence,
)


def mlp(store: Store, sizes: dict[str, Any]) -> Layer:
    """Linear layers with ReLU between them."""
    layers = [linear(store, "0", first=True)]
    for number in range(2, len(store.weights), 2):
        layers += [relu, linear(store, str(number))]
    return sequence(*layers)


def cnn(store: Store, sizes: dict[str, Any]) -> Layer:
    """Convolutions with ReLU, max-pooling by 2, two linear layers; within, channels come last."""
    last = 2 * len(sizes["channels"])
    layers: list[Layer] = [channels_last, convolution(store, "0", first=True), relu]
    for number in range(2, last - 2, 2):
        layers += [convolution(store, str(number)), relu]
    return sequence(*layers, max_pool, flatten, linear(store, str(last)), relu, linear(store, str(last + 2)))


def channels_last(images: Any) -> tuple[Any, Callable[[Any], Any]]:
    """(N, channels, H, W) images -> (N, H, W, channels)."""
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1)), lambda gradient: gradient


def gpt(store: Store, sizes: dict[str, Any]) -> Layer:
    """GPT-2: (N, T) tokens -> (N, T, vocabulary) logits."""
    layers: list[Layer] = [embedding(store)]
    for number in range(sizes["layers"]):
        block = f"blocks.{number}"
        layers += [
            residual(
                layer_norm(store, f"{block}.normed.0"), linear(store, f"{block}.attention.qkv"),
                attention(sizes["heads"]), linear(store, f"{block}.attention.out"),
            ),
            residual(
                layer_norm(store, f"{block}.normed.1"), linear(store, f"{block}.feed.0"), gelu,
                linear(store, f"{block}.feed.2"),
            ),
        ]  # fmt: skip
    return sequence(*layers, layer_norm(store, "normed"), head(store))


def embedding(store: Store) -> Layer:
    """The tokens' rows, and the positions'."""
    tokens, positions = store.weights["tokens.weight"], store.weights["positions.weight"]

    def run(indices: Any) -> tuple[Any, Callable[[Any], Any]]:
        length = indices.shape[1]

        def backward(gradient: Any) -> None:
            found = np.zeros_like(positions)
            found[:length] = gradient.sum(0)
            store.gradients["positions.weight"] = found
            chosen = np.zeros((indices.size, len(tokens)), np.float32)
            chosen[np.arange(indices.size), indices.ravel()] = 1
            store.gradients["tokens.weight"] += chosen.T @ gradient.reshape(indices.size, -1)

        return tokens[indices] + positions[:length], backward

    return run


def head(store: Store) -> Layer:
    """The scores of all tokens, by the embedding's weight; its gradient is the first of two that are added."""
    weight = store.weights["tokens.weight"]

    def run(x: Any) -> tuple[Any, Callable[[Any], Any]]:
        def backward(gradient: Any) -> Any:
            rows = gradient.reshape(-1, len(weight))
            store.gradients["tokens.weight"] = rows.T @ x.reshape(len(rows), -1)
            return gradient @ weight

        return x @ weight.T, backward

    return run
