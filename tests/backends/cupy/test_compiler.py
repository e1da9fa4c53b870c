"""Compiled steps on CuPy: generated kernels give what the operations give, and graphs what the kernels give."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl

pytestmark = pytest.mark.usefixtures("gpu")
F = dl.nn.functional
RANDOM = np.random.default_rng(0)
TOLERANCES = {"float64": 1e-12, "float32": 2e-6, "float16": 4e-3, "bfloat16": 4e-2}


def values(*shape: int, dtype: str = "float32") -> Any:
    return dl.tensor(RANDOM.normal(size=shape), dtype=dl.float64).to("cuda").to(getattr(dl, dtype))


def check(function: Callable[..., Any], *arguments: Any, loose: float = 1.0) -> None:
    """Compare a compiled function's first runs, of which the third replays a graph, with the function."""
    compiled = dl.compile(function, fullgraph=True)
    expected = function(*arguments)
    for _ in range(4):
        for mine, theirs in zip(compiled(*arguments), expected, strict=True):
            assert mine.dtype is theirs.dtype
            assert mine.shape == theirs.shape
            received, wanted = (one.to(dl.float64).cpu().numpy() for one in (mine, theirs))
            tolerance = loose * TOLERANCES.get(mine.dtype.name, 0.0)
            scale = np.abs(wanted[np.isfinite(wanted)]).max(initial=1.0)
            np.testing.assert_allclose(received, wanted, rtol=tolerance, atol=tolerance * scale)


def layer_norm(x: Any, weight: Any, g: Any) -> Any:
    """Forward and backward, with sums along rows and over rows."""
    centred = x - x.mean(-1, keepdim=True)
    scale = (centred.square().mean(-1, keepdim=True) + 0.1).sqrt()
    normal = centred / scale
    slope = g * weight
    back = slope - slope.mean(-1, keepdim=True) - normal * (slope * normal).mean(-1, keepdim=True)
    return normal * weight, back / scale, (g * normal).sum((0, 1)), scale


def batch_norm(x: Any) -> Any:
    """Rows that lie across memory, whose results are kept."""
    mean = x.mean((0, 2, 3), keepdim=True)
    centred = x - mean
    return centred * centred.square().sum((0, 2, 3), keepdim=True), mean


def reductions(x: Any) -> Any:
    return (
        x.amax(1),
        x.amin(1),
        (x > 1).any(1),
        (x < 3).all(1),
        (x * 0.1 + 1).prod(1),
        x.sum(1),
        (x > 0).sum(1),
    )


def over_rows(x: Any) -> Any:
    y = x * 2
    return y.sum(0), y.amax(0), y.sum((0, 2)), y.mean(), y.amin(), y.reshape(-1, y.shape[-1]).sum(0)


def totals(x: Any, y: Any) -> Any:
    difference = x - y
    return difference.square().mean(), difference.abs().amax(), difference


SHAPES = {
    "rows of one warp": ((6, 5, 9), (9,), (6, 5, 9)),
    "rows of a block": ((2, 9, 1500), (1500,), (2, 9, 1500)),
    "many short rows": ((700, 3, 4), (4,), (700, 3, 4)),
}


@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
def test_a_normalisation_and_its_gradients_are_computed_row_by_row(shapes: Any) -> None:
    check(layer_norm, *(values(*shape) for shape in shapes), loose=10)


@pytest.mark.parametrize("dtype", TOLERANCES)
def test_numbers_of_16_bits_are_summed_in_float(dtype: str) -> None:
    arguments = [values(*shape, dtype=dtype) for shape in ((4, 5, 8), (8,), (4, 5, 8))]
    check(layer_norm, *arguments, loose=4)


@pytest.mark.parametrize("shape", [(4, 3, 5, 5), (2, 40, 2, 2)])
def test_rows_may_lie_across_memory(shape: tuple[int, ...]) -> None:
    check(batch_norm, values(*shape), loose=5)
    check(lambda x: (F.softmax(x, 0), (x - x.amax(0)).exp()), values(*shape)[:, :, 0].transpose(0, 1))


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16", "int64", "int32"])
def test_reductions(dtype: str) -> None:
    x = (4 * values(40, 7)).to(getattr(dl, dtype))
    check(reductions, x, loose=4)


@pytest.mark.parametrize("shape", [(3, 4, 5), (600, 2, 3), (2, 3, 1030), (40, 1, 1), (700, 5, 6)])
def test_sums_over_rows(shape: tuple[int, ...]) -> None:
    check(over_rows, values(*shape), loose=5)


@pytest.mark.parametrize("size", [1, 5, 3000, 150_000])
def test_totals_are_gathered_from_all_blocks(size: int) -> None:
    check(totals, values(size), values(size), loose=5)


def real_functions(x: Any, y: Any, mask: Any) -> Any:
    """Functions of the elements at one position, of which some have special values."""
    positive = x.abs() + 0.5
    inside = x.tanh() * 0.9
    return (
        x + y, x - y, x * y, x / y, -x, x.square(), x.abs(), x.sign(), dl.maximum(x, y), dl.minimum(x, y),
        dl.exp(inside), dl.expm1(inside), dl.log(positive), dl.log1p(positive), dl.log2(positive), dl.log10(positive),
        positive.sqrt(), positive.rsqrt(), positive.reciprocal(), positive**y, x**2, 2.0**inside, x.sin(), x.cos(),
        inside.tan(), inside.asin(), inside.acos(), x.atan(), dl.atan2(x, y), inside.sinh(), inside.cosh(),
        x.asinh(), (positive + 1).acosh(), inside.atanh(), x.floor(), x.ceil(), x.trunc(), x.round(), dl.hypot(x, y),
        dl.copysign(x, y), dl.erf(x), dl.erfc(inside), dl.lgamma(positive), x.clamp(-0.5, 1.0), x.clamp(min=y),
        dl.where(mask, x, y), dl.where(x > y, 2.0, x), x.masked_fill(mask, float("-inf")), x == y, x != y, x < y,
        x <= 0.25, x > 1, x >= y, (x / 0).isinf(), (x - x / 0).isnan(), (1 / x).isfinite(), mask & (x > 0), ~mask,
        mask | (y > 0), mask ^ (x > y), dl.logical_and(mask, x > y), dl.logical_not(mask), F.gelu(x),
        F.gelu(x, approximate="tanh"), F.silu(x), F.leaky_relu(x, 0.1), F.elu(x), F.softplus(x), F.hardtanh(x),
        F.sigmoid(x), F.relu(x), F.mish(x), (mask * x), x.to(dl.float64) + y,
        x.to(dl.int32) * 3, x.to(dl.bool), mask.to(x.dtype) + 1,
    )  # fmt: skip


def integral_functions(x: Any, y: Any) -> Any:
    return (
        x + y, x - y * 3, -x, x.abs(), x.square(), dl.maximum(x, y), dl.minimum(x, 1), x & y, x | 6, x ^ y, ~x, x == y,
        x < 2, x / y, x * 0.5, dl.where(x > y, x, 0), x.sign(), x.to(dl.float32), x.to(dl.bool), x > 0.5,
    )  # fmt: skip


@pytest.mark.parametrize("dtype", TOLERANCES)
def test_real_functions(dtype: str) -> None:
    x, y = values(3, 40, dtype=dtype), values(40, dtype=dtype)
    check(real_functions, x, y, values(3, 1) > 0, loose=4)


@pytest.mark.parametrize("dtype", ["int64", "int32", "int16", "uint8"])
def test_integral_functions(dtype: str) -> None:
    x, y = ((4 * values(3, 4).abs() + 1).to(getattr(dl, dtype)) for _ in range(2))
    check(integral_functions, x, y, loose=4)


def test_arrays_that_lie_across_memory_are_read_where_they_lie() -> None:
    x, y, z = values(6, 5), values(5, 3, 4), values(4, 1, 1)
    check(
        lambda x, y: (x.t() * 2 + x.t()[:, :1], y.permute(2, 0, 1) + z, y[:, ::2] - y[:1, 1:], x[1] * x[2]),
        x,
        y,
    )


def test_more_arrays_than_a_kernel_can_be_told_of() -> None:
    many = [values() for _ in range(600)]
    check(lambda x: (functools.reduce(dl.add, many, x),), values())


def test_one_element_and_none() -> None:
    check(lambda x, y: (x * 2 + y, x.sum() / 3, (x - y).exp()), values(), values())
    check(lambda x: (x * 2 + 1, x.sum(1), x.sum()), values(3, 0))
