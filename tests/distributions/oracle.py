"""One distribution, transform or constraint from either library, and their results compared."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

import deep_learner as dl
from deep_learner import distributions as D


def to_numpy(value: Any) -> np.ndarray:
    """The values of a tensor of either library."""
    return np.asarray(value.detach().numpy() if hasattr(value, "detach") else value)


def assert_same(ours: Any, theirs: Any, tolerance: float = 1e-9, what: str = "") -> None:
    """Assert one shape, dtype and, to a tolerance, the same values."""
    ours, theirs = to_numpy(ours), to_numpy(theirs)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), what
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance, err_msg=what)


def outcome(call: Any) -> Any:
    """What a call gives, or the kind of error that it raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call()
    except (NotImplementedError, AttributeError) as error:
        return type(error)


def assert_same_outcome(ours: Any, theirs: Any, tolerance: float = 1e-9, what: str = "") -> None:
    """Assert that both calls give the same values, or raise the same error."""
    ours, theirs = outcome(ours), outcome(theirs)
    if isinstance(theirs, type):
        assert ours is theirs, what
    elif isinstance(theirs, bool):
        assert ours == theirs, what
    else:
        assert_same(ours, theirs, tolerance, what)


def both(torch: Any, case: Any, *, gradient: bool = False) -> tuple[Any, Any, list[Any], list[Any]]:
    """The distribution of a case in both libraries, and its parameters."""
    ours = [dl.from_numpy(np.array(value)) for value in case.parameters]
    theirs = [torch.from_numpy(np.array(value)) for value in case.parameters]
    if gradient:
        for parameter in (*ours, *theirs):
            parameter.requires_grad_()
    return case.make(D, *ours), case.make(torch.distributions, *theirs), ours, theirs


def seeded(torch: Any, seed: int) -> None:
    """Start both libraries' streams."""
    torch.manual_seed(seed)
    dl.manual_seed(seed)


def assert_same_gradients(torch: Any, ours: Any, theirs: Any, tolerance: float) -> None:
    """Assert that a weighted sum has the same gradients, for pairs of a result and its parameters."""
    (out, parameters), (expected, others) = ours, theirs
    weights = np.random.default_rng(5).normal(size=tuple(expected.shape)).astype(to_numpy(expected).dtype)
    found = dl.autograd.grad(
        (out * dl.from_numpy(weights)).sum(), parameters, allow_unused=True, retain_graph=True
    )
    wanted = torch.autograd.grad(
        (expected * torch.from_numpy(weights)).sum(), others, allow_unused=True, retain_graph=True
    )
    for position, (one, other) in enumerate(zip(found, wanted, strict=True)):
        zero = np.zeros(tuple(others[position].shape), to_numpy(others[position]).dtype)
        assert_same(zero if one is None else one, zero if other is None else other, tolerance, str(position))
