"""Truths about ops/masked_*.py: what is masked out takes no part, and all else is PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import masked

GENERATOR = np.random.default_rng(0)
VALUES = GENERATOR.uniform(-2, 2, (3, 4, 2))
MASK = GENERATOR.random((3, 4, 2)) < 0.6
MASK[0, :, 1] = False  # a lane of which nothing is kept
REDUCED = ({"dim": 1}, {"dim": (0, -1), "keepdim": True}, {"dim": None}, {"dim": 1, "dtype": "float32"})
PLACED = ({"dim": 1}, {"dim": -1, "keepdim": True}, {"dim": None}, {"dim": 0, "dtype": "int64"})
ALONG = ({"dim": 1}, {"dim": -1, "dtype": "float32"})
CALLS = {
    **dict.fromkeys(("amax", "amin", "logsumexp", "mean", "prod", "sum"), REDUCED),
    **dict.fromkeys(("argmax", "argmin"), PLACED),
    **dict.fromkeys(("cumprod", "cumsum", "log_softmax", "softmax", "softmin"), ALONG),
    "median": ({"dim": 1}, {"keepdim": True}),
    "norm": (
        *REDUCED[:3],
        {"ord": 1, "dim": 0},
        {"ord": float("inf")},
        {"ord": -float("inf"), "dim": (1, 2)},
    ),
    "normalize": ({"ord": 2, "dim": 1}, {"ord": 1, "dim": -1, "eps": 1.0}),
    **dict.fromkeys(
        ("std", "var"), (*REDUCED, {"unbiased": False, "dim": 1}, {"correction": 2, "dim": (0, 1)})
    ),
}
SAMPLES = [
    pytest.param(name, options, id=f"{name} {options}") for name, calls in CALLS.items() for options in calls
]


def on(lib, name, mask, options):
    """The function of a library with its options, as a function of the input."""
    if "dtype" in options:
        options = options | {"dtype": getattr(lib, options["dtype"])}
    made = None if mask is None else lib.tensor(mask)

    def call(x):
        out = getattr(lib.masked, name)(x, **options, mask=made)
        if out.shape != x.shape or made is None or name not in ("softmax", "log_softmax", "softmin"):
            return out
        return lib.where(made.bool(), out, lib.zeros_like(out))  # elsewhere the result has no meaning

    return call


@pytest.mark.parametrize(("name", "options"), SAMPLES)
def test_values_and_gradients_are_those_of_pytorch(name, options):
    from tests.ops.oracle import torch
    from tests.ops.outputs import assert_outputs_like_torch

    rtol = 1e-4 if options.get("dtype") == "float32" else 1e-10
    for mask in (MASK, MASK[1], MASK[:, :1, :1].astype(np.int64), None):
        mine, theirs = on(dl, name, mask, options), on(torch, name, mask, options)
        assert_outputs_like_torch(mine, theirs, VALUES, rtol=rtol)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64"])
@pytest.mark.parametrize(
    "name", ["amax", "amin", "argmax", "argmin", "cumsum", "median", "prod", "sum", "var"]
)
def test_integers_are_reduced_as_in_pytorch(name, dtype):
    from tests.ops.oracle import torch

    numbers = GENERATOR.integers(0, 5, (3, 4)).astype(dtype)
    mask = np.asarray([True, False, True, True])
    expected = getattr(torch.masked, name)(torch.tensor(numbers), 1, mask=torch.tensor(mask))
    found = getattr(masked, name)(dl.tensor(numbers), 1, mask=dl.tensor(mask))
    assert found.dtype.name == str(expected.dtype).removeprefix("torch.")
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-6)


def test_sums_of_exponentials_leave_out_either_side():
    from tests.ops.oracle import torch
    from tests.ops.outputs import assert_outputs_like_torch

    def call(lib):
        return lambda x, y: lib.masked.logaddexp(
            x, y, input_mask=lib.tensor(MASK), other_mask=lib.tensor(MASK[1] | MASK[2])
        )

    keep = MASK | (MASK[1] | MASK[2])
    assert_outputs_like_torch(
        lambda x, y: call(dl)(x, y)[dl.tensor(keep)],
        lambda x, y: call(torch)(x, y)[torch.tensor(keep)],
        VALUES,
        VALUES[::-1].copy(),
    )


def test_complex_numbers_vary_about_their_mean():
    from tests.ops.oracle import torch
    from tests.ops.outputs import assert_outputs_like_torch

    numbers = VALUES[..., 0] + 1j * VALUES[..., 1]
    for name in ("sum", "mean", "prod", "var", "std"):
        assert_outputs_like_torch(
            on(dl, name, MASK[..., 0], {"dim": 1}), on(torch, name, MASK[..., 0], {"dim": 1}), numbers
        )


@pytest.mark.parametrize(
    "call",
    [
        lambda lib, x: lib.masked.sum(x, 3),
        lambda lib, x: lib.masked.amax(x, (0, 0)),
        lambda lib, x: lib.masked.sum(x, mask=x[None] > 0),
        lambda lib, x: lib.masked.sum(x, mask=x[:2] > 0),
        lambda lib, x: lib.masked.mean(x.long()),
        lambda lib, x: lib.masked.mean(x, dtype=lib.int64),
        lambda lib, x: lib.masked.median(x.long(), 1, mask=x > 99),
        lambda lib, x: lib.masked.softmax(x.long(), 1),
        lambda lib, x: lib.masked.cumsum(x),
    ],
)
def test_what_pytorch_refuses_is_refused(call):
    from tests.ops.refusals import assert_refused_alike

    assert_refused_alike(call, VALUES)


def test_what_has_no_identity_is_refused():
    truth = dl.tensor([True, False])
    with pytest.raises(NotImplementedError, match="uint8"):
        masked.amax(truth, mask=truth)
    with pytest.raises(AssertionError, match="unbiased"):
        masked.var(dl.tensor(VALUES), unbiased=True, correction=1)


def test_masks_and_results_stay_where_the_input_is():
    x = dl.tensor(VALUES, device="strict:1", requires_grad=True)
    out = masked.std(x, 1, mask=dl.tensor(MASK[1], device="strict:1"))
    out.backward(dl.ones_like(out))
    assert out.device == x.grad.device == "strict:1"
