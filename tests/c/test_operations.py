"""Every operation and every rule gives in C what it gives without. Several are one step, to be compiled once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deep_learner as dl
import tests.c.needed  # noqa: F401
from deep_learner import backends
from deep_learner.utils._pytree import tree_leaves
from deep_learner_c import compiler
from tests.compiler.test_operations import ASKING, step_of
from tests.ops.case import Case, all_cases
from tests.ops.test_properties import converted

KERNELS = backends.get("numpy").kernels
CASES = [one for one in all_cases() if one.op not in ASKING and (not one.kernel_only or one.op in KERNELS)]
CHUNKS = [CASES[place : place + 12] for place in range(0, len(CASES), 12)]
DOUBLE = ("bitcast",)  # whose samples are of that size
ROUNDING = {"float64": (1e-6, 1e-8), "float32": (2e-3, 1e-4)}


@pytest.fixture(autouse=True)
def quickly_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole training steps are tested as they are built for users."""
    monkeypatch.setattr(compiler, "FLAGS", ("-O0", *compiler.FLAGS[1:]))
    compiler.surroundings.cache_clear()


@pytest.mark.parametrize(
    ("cases", "dtype"),
    [
        pytest.param(cases, (*ROUNDING,)[place % 2], id=f"{cases[0].op}-{cases[-1].op}")
        for place, cases in enumerate(CHUNKS)
    ],
)
def test_operations_and_their_derivatives(cases: list[Case], dtype: str) -> None:
    steps = {
        f"{case.op}, call {number}": step_of(case, converted(call, dtype))
        for case in cases
        if dtype == "float64" or case.op not in DOUBLE
        for number, call in enumerate(case.calls())
    }
    every = [*steps.values()]

    @dl.compile(fullgraph=True, executor="c")
    def compiled() -> list[Any]:
        return [step() for step in every]

    expected = compiled()  # the first call is a run as any other
    for (name, step), wanted, received in zip(steps.items(), expected, compiled(), strict=True):
        del step
        for one, other in zip(tree_leaves(received), tree_leaves(wanted), strict=True):
            assert (one.dtype, one.shape) == (other.dtype, other.shape), name
            rtol, atol = ROUNDING[dtype]
            np.testing.assert_allclose(one.numpy(), other.numpy(), rtol, atol, err_msg=name)
