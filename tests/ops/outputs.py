"""PyTorch as the oracle for operations of several outputs: values, dtypes, field names and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deep_learner import Tensor, autograd, tensor


def floats(*shape: int, seed: int = 0, ties: bool = False) -> np.ndarray:
    """Random float64 numbers; with ``ties`` from so few values that many are equal."""
    generator = np.random.default_rng(seed)
    return generator.integers(-2, 3, shape).astype(np.float64) if ties else generator.uniform(-2, 2, shape)


def assert_outputs_like_torch(
    ours: Callable[..., Any], theirs: Callable[..., Any], *operands: Any, rtol: float = 1e-10, **options: Any
) -> None:
    """Compare all outputs and, from fixed random starting gradients, the gradients of all floating arrays.

    Arrays (or arrays in a list) become tensors of their dtype; anything else is passed as it is.
    """
    from tests.ops.oracle import torch

    here_leaves: list[Any] = []
    there_leaves: list[Any] = []

    def carried(value: Any, make: Callable[..., Any], leaves: list[Any]) -> Any:
        if isinstance(value, list) and any(isinstance(item, np.ndarray) for item in value):
            return [carried(item, make, leaves) for item in value]
        if not isinstance(value, np.ndarray):
            return value
        made = make(value, requires_grad=value.dtype.kind in "fc")
        if value.dtype.kind in "fc":
            leaves.append(made)
        return made

    here = [carried(value, tensor, here_leaves) for value in operands]
    there = [carried(value, torch.tensor, there_leaves) for value in operands]
    out, expected = ours(*here, **options), theirs(*there, **options)
    assert isinstance(out, tuple) == isinstance(expected, tuple)
    outs, expecteds = (out, expected) if isinstance(out, tuple) else ((out,), (expected,))
    for mine, other in zip(outs, expecteds, strict=True):
        assert isinstance(mine, Tensor)
        assert mine.dtype.name == str(other.dtype).removeprefix("torch.")
        assert tuple(mine.shape) == tuple(other.shape)
        np.testing.assert_allclose(
            mine.numpy(force=True), other.detach().resolve_conj().numpy(), rtol=rtol, atol=1e-12
        )
    pairs = [(a, b) for a, b in zip(outs, expecteds, strict=True) if b.requires_grad]
    if not pairs:
        return
    generator = np.random.default_rng(1)
    starts = [np.asarray(generator.uniform(0.5, 1.5, tuple(b.shape)), dtype=a.dtype.name) for a, b in pairs]
    grads = autograd.grad(
        [a for a, _ in pairs], here_leaves, [tensor(g) for g in starts], materialize_grads=True
    )
    torch.autograd.backward([b for _, b in pairs], [torch.tensor(g) for g in starts])
    for mine, leaf in zip(grads, there_leaves, strict=True):
        wanted = np.zeros(tuple(leaf.shape)) if leaf.grad is None else leaf.grad.resolve_conj().numpy()
        np.testing.assert_allclose(mine.numpy(), wanted, rtol=max(rtol, 1e-9), atol=1e-11)
