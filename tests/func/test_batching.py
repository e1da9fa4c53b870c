"""``vmap`` of a function gives what the function gives for each member; so do the gradients, taken in either order."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.func import grad, vmap
from tests.func.case import BATCH, Case

TOPICS = ("along_dims", "networks", "pointwise", "positions", "products", "shapes")
TABLES = [importlib.import_module(f"tests.func.cases.{topic}").CASES for topic in TOPICS]
ALL: dict[str, Case] = {
    f"{topic}: {name}": table[name] for topic, table in zip(TOPICS, TABLES, strict=True) for name in table
}
NEEDS_SCIPY = ("pointwise: digamma", "pointwise: igamma", "pointwise: polygamma", "pointwise: i0")


def one_by_one(function: Callable[..., Any]) -> Callable[..., Any]:
    """What ``vmap`` is compared with."""
    return lambda *batch: dl.stack([function(*[operand[i] for operand in batch]) for i in range(BATCH)])


def same(got: Any, wanted: Any) -> None:
    assert got.shape == wanted.shape and got.dtype is wanted.dtype
    np.testing.assert_allclose(got.numpy(force=True), wanted.numpy(force=True), rtol=1e-9, atol=1e-9)


def gradients(
    function: Callable[..., Any], batch: Sequence[Any], places: Sequence[int], weight: Any
) -> tuple[Any, ...] | None:
    """Of the weighted sum of the results; None where they require none."""
    leaves = [one.clone().requires_grad_() if i in places else one for i, one in enumerate(batch)]
    out = function(*leaves)
    if not out.requires_grad:
        return None
    return dl.autograd.grad((out * weight).sum(), [leaves[i] for i in places], materialize_grads=True)


@pytest.mark.parametrize("name", ALL)
def test_members_of_a_batch_are_computed_as_each_alone(name: str) -> None:
    case = ALL[name]
    if name in NEEDS_SCIPY:
        pytest.importorskip("scipy")
    batch = [dl.tensor(array) for array in case.batch()]
    wanted = one_by_one(case.function)(*batch)
    same(vmap(case.function)(*batch), wanted)
    moved = [operand.moveaxis(0, -1) for operand in batch]
    same(vmap(case.function, in_dims=-1, out_dims=-1)(*moved), wanted.moveaxis(0, -1))

    places = [i for i, operand in enumerate(batch) if operand.is_floating_point()]
    if not places or not wanted.is_floating_point():
        return
    weight = dl.tensor(np.random.default_rng(9).normal(size=tuple(wanted.shape)))
    expected = gradients(one_by_one(case.function), batch, places, weight)
    if expected is None:
        return
    outer = gradients(vmap(case.function), batch, places, weight)

    def weighted(weight: Any, *operands: Any) -> Any:
        return (case.function(*operands) * weight).sum()

    inner = vmap(grad(weighted, argnums=tuple(i + 1 for i in places)))(weight, *batch)
    assert outer is not None
    for ours, theirs, each in zip(outer, inner, expected, strict=True):
        same(ours, each)
        same(theirs, each)


@pytest.mark.parametrize(
    "name",
    [
        "along_dims: fftn", "networks: conv2d of members", "networks: cross_entropy", "networks: layer_norm of members",
        "positions: embedding of members", "positions: index_put", "positions: scatter_add", "products: einsum",
        "products: solve", "pointwise: in place on new",
    ],
)  # fmt: skip
def test_members_may_live_on_any_backend(name: str) -> None:
    case = ALL[name]
    wanted = one_by_one(case.function)(*[dl.tensor(array) for array in case.batch()])
    with dl.backend("strict"):
        batch = [dl.tensor(array) for array in case.batch()]
    got = vmap(case.function)(*batch)
    assert got.backend == "strict"
    np.testing.assert_allclose(got.numpy(), wanted.numpy(force=True), rtol=1e-9, atol=1e-9)
