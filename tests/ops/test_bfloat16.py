"""bfloat16 on NumPy, which ml_dtypes brings: operations and their rules keep it, and sums do not stop growing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.ops.registry import OPERATIONS
from tests.ops.case import Case, all_cases

pytest.importorskip("ml_dtypes", reason="NumPy has bfloat16 with ml_dtypes alone")
pytestmark = pytest.mark.needs("deep_learner_numpy")


def leaves_of(value: Any, inputs: list[dl.Tensor]) -> Any:
    """Floating arrays as leaves of bfloat16, others as tensors."""
    if isinstance(value, list):
        return [leaves_of(item, inputs) for item in value]
    if not isinstance(value, np.ndarray):
        return value
    made = dl.tensor(value)
    if value.dtype.kind == "f":
        made = made.to(dl.bfloat16).requires_grad_()
        inputs.append(made)
    return made


def dtypes_of(case: Case) -> set[dl.DType]:
    """Those of an operation's results and gradients; none where there are no numbers of half precision."""
    args, kwargs = case.calls()[0]
    inputs: list[dl.Tensor] = []
    given = [leaves_of(value, inputs) for value in args]
    named = {name: leaves_of(value, inputs) for name, value in kwargs.items()}
    try:
        out = OPERATIONS[case.op](*given, **named)
        found = [one for one in (out if isinstance(out, tuple | list) else [out]) if one.requires_grad]
        with dl.no_grad():
            out = OPERATIONS[case.op](*given, **named)
        unrecorded = [
            one for one in (out if isinstance(out, tuple | list) else [out]) if one.dtype.is_floating_point
        ]
        starts = [dl.ones_like(one) for one in found]
        gradients = dl.autograd.grad(found, inputs, starts, materialize_grads=True) if found else ()
    except (NotImplementedError, RuntimeError, KeyError):  # matrices are not decomposed in half precision
        return set()
    return {one.dtype for one in (*found, *unrecorded, *gradients)}


def test_operations_and_their_rules_keep_the_dtype() -> None:
    found: dict[str, set[dl.DType]] = {}
    for case in all_cases():
        function = OPERATIONS[case.op]
        operation = function.operation
        complexes = any(
            isinstance(value, complex) or getattr(value, "dtype", np.dtype("f4")).kind == "c"
            for value in case.calls()[0][0]
        )
        own = function.__module__.startswith("deep_learner.") and operation.holomorphic
        if own and case.differentiable and "dtype" not in operation.parameters and not complexes:
            found[case.op] = dtypes_of(case)
    assert {name: dtypes for name, dtypes in found.items() if dtypes not in (set(), {dl.bfloat16})} == {}
    assert sum(bool(dtypes) for dtypes in found.values()) > 120


def test_sums_are_accumulated_in_float32() -> None:
    x = dl.ones(1000, dtype=dl.bfloat16)
    assert x.sum().item() == 1000 and x.mean().item() == 1 and x.cumsum(0)[-1].item() == 1000
    assert (x.reshape(1, -1) @ x).item() == 1000


def test_numbers_come_and_go() -> None:
    x = dl.tensor([1.0, 2.5], dtype=dl.bfloat16)
    assert (x * 0.5).dtype is dl.bfloat16 and x.tolist() == [1.0, 2.5] and x[1].item() == 2.5
    assert x.bfloat16() is x and x.half().dtype is dl.float16 and "2.5" in repr(x)
    assert dl.from_numpy(x.numpy()).dtype is dl.bfloat16
    assert dl.randn(4, dtype=dl.bfloat16).dtype is dl.bfloat16
    assert dl.finfo(dl.bfloat16).resolution == 0.01
