"""Softmax, cross entropy and layer normalisation give what PyTorch gives, for rows of every length and layout."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch says what is right")

pytestmark = pytest.mark.usefixtures("gpu")
RANDOM = np.random.default_rng(0)
# One thread, a warp and a block for each row; rows side by side, one behind another, and very few long ones.
SHAPES = [
    ((5, 7), 1), ((9, 33), 1), ((2, 1500), 1), ((1, 9000), 1), ((4, 5, 6), 1), ((3, 2, 4), 0), ((2, 3, 70), 1),
    ((1100, 2), 0), ((), 0), ((3, 0), 1), ((0, 3), 1), ((4, 1), 1),
]  # fmt: skip
TOLERANCES = {"float64": 1e-12, "float32": 2e-6, "float16": 2e-3, "bfloat16": 2e-2}


def pair(values: np.ndarray, dtype: str) -> tuple[dl.Tensor, torch.Tensor]:
    """The same values here and in PyTorch, in a dtype, both leaves."""
    theirs = torch.tensor(values, dtype=torch.float64).to(getattr(torch, dtype))
    ours = dl.tensor(theirs.double().numpy(), dtype=dl.float64).to("cuda").to(getattr(dl, dtype))
    return ours.requires_grad_(), theirs.requires_grad_()


def check(ours: dl.Tensor, theirs: torch.Tensor, scale: float = 1.0) -> None:
    dtype = str(theirs.dtype).removeprefix("torch.")
    assert ours.dtype.name == dtype
    assert tuple(ours.shape) == tuple(theirs.shape)
    received, wanted = ours.detach().to(dl.float64).cpu().numpy(), theirs.detach().double().numpy()
    np.testing.assert_allclose(
        received, wanted, rtol=scale * TOLERANCES[dtype], atol=scale * TOLERANCES[dtype]
    )


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize(("shape", "dim"), SHAPES)
def test_softmax_and_its_gradient(name, shape, dim, dtype):
    if dtype == "bfloat16" and name == "log_softmax" and shape == (1, 9000):
        pytest.skip("PyTorch on the CPU sums the gradient of so long a row in bfloat16")
    ours, theirs = pair(3 * RANDOM.normal(size=shape), dtype)
    weights, same = pair(RANDOM.normal(size=shape), dtype)
    out, expected = getattr(dl, name)(ours, dim), getattr(torch, name)(theirs, dim)
    check(out, expected)
    (out * weights.detach()).sum().backward()
    (expected * same.detach()).sum().backward()
    check(ours.grad, theirs.grad, 4 * max(1, shape[dim] if shape else 1) ** 0.5)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_of_infinities_is_that_of_pytorch(name):
    inf, nan = np.inf, np.nan
    rows = np.array([[-inf, 1, 2], [1, -inf, -inf], [-inf] * 3, [inf, 1, 2], [nan, 1, 2], [1, 2, -inf]])
    for values in (rows, np.repeat(rows, 500, axis=1)):
        ours, theirs = pair(values, "float32")
        check(getattr(dl, name)(ours, 1), getattr(torch, name)(theirs, 1))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax_of_views_and_large_numbers(dtype):
    values = 1000 * RANDOM.normal(size=(8, 6))
    ours, theirs = pair(values, dtype)
    check(dl.softmax(ours.T[::2], 1), torch.softmax(theirs.T[::2], 1))


CLASSES = [((6, 5), 1), ((4, 1500), 1), ((3, 5, 2, 4), 1), ((5,), 0), ((70, 3), 1)]


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("shape", "dim"), CLASSES)
def test_cross_entropy_and_its_gradient(shape, dim, weighted, reduction, dtype):
    ours, theirs = pair(2 * RANDOM.normal(size=shape), dtype)
    sizes = tuple(size for place, size in enumerate(shape) if place != dim)
    classes = RANDOM.integers(0, shape[dim], size=sizes)
    if classes.size > 1:
        classes.reshape(-1)[1] = -100  # to be ignored
    weights = pair(RANDOM.uniform(0.5, 2, size=shape[dim]), dtype) if weighted else (None, None)
    weights = tuple(weight if weight is None else weight.detach() for weight in weights)
    loss = dl.nn.functional.cross_entropy(
        ours, dl.tensor(classes, device="cuda"), weights[0], reduction=reduction
    )
    # PyTorch on the CPU sums 16-bit losses in 16 bits.
    wide = theirs.double() if dtype in ("float16", "bfloat16") else theirs
    expected = torch.nn.functional.cross_entropy(
        wide,
        torch.tensor(classes),
        None if weights[1] is None else weights[1].to(wide.dtype),
        reduction=reduction,
    )
    check(loss, expected.to(theirs.dtype), 4)
    loss.sum().backward()
    expected.sum().backward()
    check(ours.grad, theirs.grad, 4)


def test_second_derivatives_of_cross_entropy():
    ours, theirs = pair(RANDOM.normal(size=(4, 5)), "float64")
    (first,) = dl.autograd.grad(
        dl.nn.functional.cross_entropy(ours, dl.tensor([0, 1, 2, 3], device="cuda")), ours, create_graph=True
    )
    (wanted,) = torch.autograd.grad(
        torch.nn.functional.cross_entropy(theirs, torch.tensor([0, 1, 2, 3])), theirs, create_graph=True
    )
    (first * first).sum().backward()
    (wanted * wanted).sum().backward()
    check(ours.grad, theirs.grad)


NORMALIZED = [
    ((5, 8), (8,)),
    ((3, 2, 4), (2, 4)),
    ((2, 1500), (1500,)),
    ((7,), (7,)),
    ((300, 16), (16,)),
    ((0, 4), (4,)),
]


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize(("shape", "normalized"), NORMALIZED)
def test_layer_norm_and_its_gradients(shape, normalized, affine, dtype):
    ours, theirs = pair(RANDOM.normal(size=shape) + 3, dtype)
    given = [pair(RANDOM.normal(size=normalized), dtype) for _ in range(2)] if affine else []
    own, other = [p[0] for p in given] or [None, None], [p[1] for p in given] or [None, None]
    weights, same = pair(RANDOM.normal(size=shape), dtype)
    out = dl.nn.functional.layer_norm(ours, normalized, *own)
    expected = torch.nn.functional.layer_norm(theirs, normalized, *other)
    check(out, expected, 8)
    (out * weights.detach()).sum().backward()
    (expected * same.detach()).sum().backward()
    rows = max(1, len(theirs) if theirs.ndim > len(normalized) else 1)
    check(ours.grad, theirs.grad, 16)
    for p, q in given:
        check(p.grad, q.grad, 16 * rows**0.5)


CHANNELS = [(4, 3), (2, 3, 5), (3, 2, 7, 11), (1, 2, 40, 40), (40, 2, 3), (2, 5, 100, 100)]


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize("shape", CHANNELS)
def test_batch_norm_and_its_gradients(shape, affine, dtype):
    ours, theirs = pair(RANDOM.normal(size=shape) + 3, dtype)
    given = [pair(RANDOM.normal(size=shape[1]), dtype) for _ in range(2)] if affine else []
    own, other = [p[0] for p in given] or [None, None], [p[1] for p in given] or [None, None]
    running, same_running = pair(np.ones(shape[1]), dtype)
    running, same_running = running.detach(), same_running.detach()
    weights, same = pair(RANDOM.normal(size=shape), dtype)
    out = dl.nn.functional.batch_norm(ours, running, running.clone(), *own, training=True)
    expected = torch.nn.functional.batch_norm(
        theirs, same_running, same_running.clone(), *other, training=True
    )
    check(out, expected, 8)
    check(running, same_running)
    (out * weights.detach()).sum().backward()
    (expected * same.detach()).sum().backward()
    check(ours.grad, theirs.grad, 16)
    for p, q in given:
        check(p.grad, q.grad, 16 * (ours.numel() / shape[1]) ** 0.5)


@pytest.mark.parametrize("count", [1, 3])
def test_one_loss_takes_few_launches(machine, count):
    ours, _ = pair(RANDOM.normal(size=(count, 5)), "float32")
    targets = dl.zeros((count,), dtype=dl.int64, device="cuda")
    dl.nn.functional.cross_entropy(ours, targets)
    before = machine.launches
    dl.nn.functional.cross_entropy(ours, targets)
    assert machine.launches - before == 2
