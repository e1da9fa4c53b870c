"""Every operation and every rule gives in a compiled step what it gives without."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.ops.registry import OPERATIONS
from deep_learner.utils._pytree import tree_leaves
from tests.ops.case import Case
from tests.ops.test_properties import CASES, carried, skip_without_kernel

# They ask for values, such as how large the result will be.
ASKING = ("linalg_matrix_exp", "repeat_interleave", "repeat_positions")


def step_of(case: Case, call: Any) -> Callable[[], Any]:
    """The operation, and the gradients of a function of its results."""
    inputs: list[Any] = []
    kept = inputs if case.differentiable else None
    args = [carried(value, "numpy", kept) for value in call[0]]
    kwargs = {name: carried(value, "numpy", kept) for name, value in call[1].items()}
    operation = OPERATIONS[case.op]

    def step() -> Any:
        for one in inputs:
            one.grad = None
        results = [one for one in tree_leaves(operation(*args, **kwargs)) if isinstance(one, dl.Tensor)]
        parts = [dl.view_as_real(one) if one.is_complex() else one for one in results if one.requires_grad]
        if parts:
            dl.stack([one.sin().sum() for one in parts]).sum().backward()
        gradients = [one.grad.clone() for one in inputs if one.has_grad]
        return [one.detach().clone() for one in results], gradients

    return step


@pytest.mark.parametrize("case", CASES)
def test_an_operation_and_its_derivative(case: Case) -> None:
    skip_without_kernel(case, "numpy")
    for call in case.calls():
        step = step_of(case, call)
        compiled = dl.compile(step, fullgraph=case.op not in ASKING)
        expected = tree_leaves(step())
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "the step runs without being compiled")
            compiled()
            results = tree_leaves(compiled())
        assert len(results) == len(expected)
        for result, wanted in zip(results, expected, strict=True):
            assert (result.dtype, result.shape) == (wanted.dtype, wanted.shape)
            np.testing.assert_allclose(result.numpy(), wanted.numpy(), rtol=1e-6, atol=1e-8)
