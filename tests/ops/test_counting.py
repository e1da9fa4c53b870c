"""Truths about histograms, covariances, finite differences, places and windows: PyTorch's, call by call."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from tests.ops.oracle import torch
from tests.ops.refusals import assert_refused_alike

pytestmark = pytest.mark.needs("deep_learner_numpy")

RANDOM = np.random.default_rng(3)
LIST = RANDOM.normal(size=60).astype("float32")
POINTS = RANDOM.normal(size=(2, 15, 3))
ROWS = RANDOM.normal(size=(3, 6))
COMPLEX = ROWS[:, :3] + 1j * ROWS[:, 3:]
OFTEN, WEIGHTS = RANDOM.integers(0, 4, 6), RANDOM.uniform(0.1, 2, 6)
GRID = RANDOM.normal(size=(4, 5))
COORDINATES = [np.cumsum(RANDOM.uniform(0.2, 1, size)) for size in (4, 5)]
EDGES = np.array([-1.0, 0.0, 0.5, 2.0])

CALLS = {
    "bincount": [
        lambda L, t: L.bincount(t(OFTEN)),
        lambda L, t: L.bincount(t(OFTEN), t(WEIGHTS), 9),
        lambda L, t: L.bincount(t(OFTEN), t(LIST[:6])),
        lambda L, t: L.bincount(t(OFTEN[:0]), t(WEIGHTS[:0])),
    ],
    "histc": [
        lambda L, t: L.histc(t(LIST)),
        lambda L, t: L.histc(t(LIST), 7, -1, 1),
        lambda L, t: L.histc(t(LIST), bins=4, min=2, max=2),
        lambda L, t: L.histc(t(LIST[:0]), 3),
        lambda L, t: L.histc(t(np.ones(3)), 3),
        lambda L, t: L.histc(t(np.linspace(-1.3, 2.9, 200, dtype="float32")), 23, -1.3, 2.9),
    ],
    "histogram": [
        lambda L, t: L.histogram(t(LIST), 7),
        lambda L, t: L.histogram(t(LIST), 5, range=(-1.0, 1.0), density=True),
        lambda L, t: L.histogram(t(LIST.astype("float64")), t(EDGES), weight=t(np.abs(LIST).astype("float64"))),
        lambda L, t: L.histogram(t(LIST[:0]), 3),
        lambda L, t: L.histogram(t(np.ones(4)), 2),
    ],
    "histogramdd": [
        lambda L, t: L.histogramdd(t(POINTS), 4),
        lambda L, t: L.histogramdd(t(POINTS), [2, 3, 4], range=[-1.0, 1.0] * 3, density=True),
        lambda L, t: L.histogramdd(t(POINTS), [t(EDGES)] * 3, weight=t(np.abs(POINTS[..., 0]))),
    ],
    "cov": [
        *[lambda L, t, x=x: L.cov(t(x)) for x in (ROWS, ROWS[0], ROWS[0, 0], ROWS[:1], COMPLEX, OFTEN)],
        lambda L, t: L.cov(t(ROWS), correction=0),
        lambda L, t: L.cov(t(ROWS), fweights=t(OFTEN), correction=2),
        lambda L, t: L.cov(t(ROWS), aweights=t(WEIGHTS)),
        lambda L, t: L.cov(t(ROWS), fweights=t(OFTEN), aweights=t(WEIGHTS), correction=0),
    ],
    "corrcoef": [lambda L, t, x=x: L.corrcoef(t(x)) for x in (ROWS, ROWS[0], COMPLEX, ROWS * 0)],
    "gradient": [
        lambda L, t: L.gradient(t(GRID)),
        lambda L, t: L.gradient(t(GRID), spacing=0.5, dim=-1, edge_order=2),
        lambda L, t: L.gradient(t(GRID), spacing=[2.0, 3.0]),
        lambda L, t: L.gradient(t(GRID), spacing=tuple(map(t, COORDINATES)), edge_order=2),
        lambda L, t: L.gradient(t(GRID), spacing=(t(COORDINATES[0]),), dim=0),
        lambda L, t: L.gradient(t(OFTEN)),
        lambda L, t: L.gradient(t(ROWS[0, 0])),
    ],
    "unravel_index": [lambda L, t: L.unravel_index(t(OFTEN * 5), (2, 3, 4)), lambda L, t: L.unravel_index(t(OFTEN), 5)],
    "trapz": [lambda L, t: L.trapz(t(GRID), dx=0.5), lambda L, t: L.trapz(t(GRID), t(COORDINATES[1]))],
    "clamp": [lambda L, t: L.clamp_min(t(GRID), 0.1), lambda L, t: L.clamp_max(t(GRID), t(GRID[0]))],
    "range": [lambda L, t: L.range(0, 1, 0.25), lambda L, t: L.range(3, 0, -1, dtype=L.int64)],
    "sum_to_size": [lambda L, t: t(GRID).sum_to_size(1, 5), lambda L, t: t(GRID).sum_to_size((5,))],
    "fill_diagonal_": [
        lambda L, t: t(np.zeros((7, 3))).fill_diagonal_(1),
        lambda L, t: t(np.zeros((7, 3))).fill_diagonal_(1, True),
        lambda L, t: t(np.zeros((3, 3, 3))).fill_diagonal_(1),
    ],
    "by elements": [
        lambda L, t: t(GRID).apply_(lambda x: x * 2),
        lambda L, t: t(GRID).map_(t(GRID[0]), lambda x, y: x * y),
        lambda L, t: t(GRID).map2_(t(GRID), t(GRID[0]), lambda x, y, z: x * y + z),
    ],
    "norm_except_dim": [lambda L, t, dim=dim: L.norm_except_dim(t(POINTS), 2, dim) for dim in (-1, 0, 1)],
    "frombuffer": [lambda L, t: L.frombuffer(bytearray(range(16)), dtype=L.int16, count=3, offset=2)],
    "copies of views": [
        lambda L, t: L.narrow_copy(t(GRID), 1, 1, 2),
        lambda L, t: L.unbind_copy(t(GRID)),
        lambda L, t: L.unfold_copy(t(GRID), 0, 2, 1),
        lambda L, t: L.expand_copy(t(GRID), (2, 4, 5)),
    ],
}  # fmt: skip

REFUSED = {
    "bincount": [
        lambda L, x: L.bincount(x), lambda L, x: L.bincount(x.long().abs()),
        lambda L, x: L.bincount(-x[0].long().abs() - 1), lambda L, x: L.bincount(x[0].long().abs(), minlength=-1),
        lambda L, x: L.bincount(x[0].long().abs(), x[0][:2]),
    ],
    "histc": [
        lambda L, x: L.histc(x.long()), lambda L, x: L.histc(x, 0), lambda L, x: L.histc(x, 3, 2, 1),
        lambda L, x: L.histc(x, 3, 0, float("inf")),
    ],
    "histogram": [
        lambda L, x: L.histogram(x.long(), 3), lambda L, x: L.histogram(x, 0), lambda L, x: L.histogram(x, x),
        lambda L, x: L.histogram(x, 3, range=(2.0, 1.0)), lambda L, x: L.histogram(x, 3, weight=x[0]),
        lambda L, x: L.histogram(x, x[0].float()), lambda L, x: L.histogram(x / 0, 3),
    ],
    "histogramdd": [
        lambda L, x: L.histogramdd(x[0], 3), lambda L, x: L.histogramdd(x, [3, 3]),
        lambda L, x: L.histogramdd(x, 3, range=[0.0, 1.0]),
    ],
    "cov": [
        lambda L, x: L.cov(x.reshape(2, 2, 5)), lambda L, x: L.cov(x > 0), lambda L, x: L.cov(x, fweights=x[0]),
        lambda L, x: L.cov(x, aweights=-x[0].abs()), lambda L, x: L.cov(x, aweights=x[0] * 0),
        lambda L, x: L.cov(x, aweights=x), lambda L, x: L.cov(x, aweights=x[0][:2]),
        lambda L, x: L.corrcoef(x.reshape(2, 2, 5)),
    ],
    "gradient": [
        lambda L, x: L.gradient(x, spacing=[1.0]), lambda L, x: L.gradient(x, dim=2),
        lambda L, x: L.gradient(x, dim=(0, 0)), lambda L, x: L.gradient(x, edge_order=3),
        lambda L, x: L.gradient(x[0][:1]), lambda L, x: L.gradient(x, spacing=x[0]),
    ],
    "renorm": [
        lambda L, x: L.renorm(x[0], 2, 0, 1.0), lambda L, x: L.renorm(x, 0, 0, 1.0),
        lambda L, x: L.renorm(x, 2, 2, 1.0), lambda L, x: L.renorm(x, 2, 0, -1.0),
        lambda L, x: L.renorm(x.long(), 2, 0, 1.0),
    ],
    "unfold": [
        lambda L, x: x.unfold(0, 9, 1), lambda L, x: x.unfold(0, 1, 0), lambda L, x: x.unfold(0, -1, 1),
        lambda L, x: x.unfold(2, 1, 1),
    ],
    "others": [
        lambda L, x: L.gcd(x, x), lambda L, x: L.lcm(x > 0, x > 0), lambda L, x: L.gcd(x.long(), 3),
        lambda L, x: L.frexp(x.long()), lambda L, x: L.unravel_index(x, (2,)),
        lambda L, x: L.unravel_index(x.long(), (2, -1)), lambda L, x: L.nonzero_static(x, size=-1),
        lambda L, x: x.sum_to_size(3, 3, 3), lambda L, x: x.sum_to_size(2), lambda L, x: L.fill(x, x),
        lambda L, x: L.is_nonzero(x), lambda L, x: L.empty_permuted((2, 3), (0, 0)),
        lambda L, x: L.empty_strided((2, 3), (1,)), lambda L, x: L.range(0, 1, -1), lambda L, x: L.range(4),
        lambda L, x: x[0].fill_diagonal_(1), lambda L, x: L.frombuffer(b"abc", dtype=L.int16),
    ],
}  # fmt: skip


def flat(made):
    return [one for item in made for one in flat(item)] if isinstance(made, tuple | list) else [made]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.filterwarnings(
    "ignore:cov..:UserWarning", "ignore:.*range is deprecated:UserWarning", "ignore:.*not writable"
)
def test_results_are_those_of_pytorch(name):
    for call in CALLS[name]:
        with np.errstate(all="ignore"):
            ours, theirs = flat(call(dl, dl.tensor)), flat(call(torch, torch.tensor))
        assert len(ours) == len(theirs)
        for mine, expected in zip(ours, theirs, strict=True):
            assert mine.dtype.name == str(expected.dtype).removeprefix("torch.")
            assert mine.shape == tuple(expected.shape)
            np.testing.assert_allclose(mine.numpy(), expected.numpy(), rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore:.*range is deprecated:UserWarning", "ignore:.*not writable")
def test_what_pytorch_refuses_is_refused(name):
    for call in REFUSED[name]:
        assert_refused_alike(call, GRID)


def test_gradients_flow_through_covariances_and_differences():
    for call in (
        lambda L, x: L.cov(x),
        lambda L, x: L.corrcoef(x),
        lambda L, x: L.gradient(x, edge_order=2)[1],
    ):
        ours = dl.tensor(ROWS, requires_grad=True)
        theirs = torch.tensor(ROWS, requires_grad=True)
        (call(dl, ours) ** 2).sum().backward()
        (call(torch, theirs) ** 2).sum().backward()
        np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_windows_and_layouts_are_views():
    base = dl.zeros(6, requires_grad=True)
    x = base * 1
    x.unfold(0, 2, 3)[0] = 1.0
    x.as_strided((2,), (5,)).mul_(3)
    assert x.tolist() == [3.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    x.sum().backward()
    assert base.grad.tolist() == [0.0, 0.0, 1.0, 1.0, 1.0, 3.0]


def test_functions_with_an_underscore_change_the_tensor():
    x = dl.tensor([4.0, 9.0])
    assert dl.sqrt_(x) is x
    assert dl.clamp_max_(x, 2.5).tolist() == [2.0, 2.5]
    assert dl.zero_(x).tolist() == [0.0, 0.0]
    expected = {name for name in dir(torch) if name.endswith("_") and not name.startswith("_")}
    missing = expected - set(dir(dl)) - {"resize_as_", "resize_as_sparse_"}
    assert all(any(word in name for word in ("dropout", "embedding", "rrelu")) for name in missing), missing


def test_memory_is_asked_for_in_another_order():
    permuted = dl.empty_permuted((2, 3, 4), (2, 0, 1))
    assert (
        permuted.shape == (2, 3, 4)
        and permuted.stride() == torch.empty_permuted((2, 3, 4), (2, 0, 1)).stride()
    )
    strided = dl.ones(2, dtype="float64").new_empty_strided((2, 3), (1, 2))
    assert strided.shape == (2, 3) and strided.stride() == (1, 2) and strided.dtype is dl.float64
    row = dl.zeros(3, 4)[1]
    assert row.storage_offset() == 4 and row.is_set_to(row.view(4)) and row.data_ptr() == row[:1].data_ptr()


def test_a_tensor_is_asked_what_it_is():
    for value in (1.0, 2, True, 1j):
        ours, theirs = dl.tensor([value]), torch.tensor([value])
        for question in (
            "is_complex",
            "is_floating_point",
            "is_signed",
            "is_nonzero",
            "numel",
            "is_inference",
            "get_device",
        ):
            assert getattr(dl, question)(ours) == getattr(torch, question)(theirs)
            assert getattr(ours, question)() == getattr(theirs, question)()
    assert dl.is_same_size(dl.ones(2), dl.zeros(2)) and not dl.is_same_size(dl.ones(2), dl.ones(3))
    assert not (dl.ones(1).is_sparse or dl.ones(1).is_quantized or dl.ones(1).is_meta)
