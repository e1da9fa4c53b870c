"""The same call in PyTorch and here: values and gradients."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")


def random(*shape, seed=0, low=-2.0, high=2.0, dtype="float32"):
    """Random numbers, the same ones at every call."""
    return np.random.default_rng(seed).uniform(low, high, shape).astype(dtype)


def into(library, value):
    """Arrays as tensors that require a gradient if they are floating; anything else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    tensor = torch.tensor(value) if library is torch else dl.tensor(value)
    return tensor.requires_grad_() if value.dtype.kind == "f" else tensor


def outcome(library, function, arrays, constants=()):
    """The value of ``function(library, *tensors)`` and the gradients of its sum with fixed weights.

    Tensors at the positions in `constants` require none.
    """
    tensors = [into(library, array) for array in arrays]
    for position in constants:
        tensors[position] = tensors[position].detach()
    out = function(library, *tensors)
    leaves = [tensor for tensor in tensors if getattr(tensor, "requires_grad", False)]
    if not out.requires_grad:
        return np.asarray(out.numpy()), []
    weights = (
        np.random.default_rng(1).uniform(0.5, 1.5, tuple(out.shape)).astype(str(out.dtype).split(".")[-1])
    )
    (out * (torch.tensor(weights) if library is torch else dl.tensor(weights))).sum().backward()
    return out.detach().numpy(), [leaf.grad.numpy() for leaf in leaves]


def assert_same(function, *arrays, constants=(), rtol=2e-5, atol=2e-6):
    """Values and gradients agree with PyTorch's."""
    theirs, their_gradients = outcome(torch, function, arrays, constants)
    ours, our_gradients = outcome(dl, function, arrays, constants)
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)
    assert len(our_gradients) == len(their_gradients)
    for mine, other in zip(our_gradients, their_gradients, strict=True):
        assert mine.dtype == other.dtype
        np.testing.assert_allclose(mine, other, rtol=rtol, atol=atol)


def raised(library, function, *arrays):
    """The exception's type."""
    try:
        function(library, *(into(library, array) for array in arrays))
    except Exception as error:
        return type(error)
    raise AssertionError("nothing was raised")


def assert_refused(function, *arrays):
    """Both refuse, and who catches PyTorch's exception catches ours."""
    expected = raised(torch, function, *arrays).__name__
    assert expected in [kind.__name__ for kind in raised(dl, function, *arrays).__mro__]
