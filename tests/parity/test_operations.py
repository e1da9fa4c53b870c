"""Every operator of PyTorch's database gives PyTorch's structure, shapes, dtypes, values and gradients here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.parity.carrying import DoubleReference, Reference, Side
from tests.parity.comparing import assert_same, cotangent, rounding
from tests.parity.operators import DETERMINED, ENTRIES, SHAPE_ONLY, Run, function_of, output_mask, samples_of

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
from torch.testing._internal.opinfo.core import BinaryUfuncInfo, UnaryUfuncInfo  # noqa: E402

import deep_learner as dl  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # PyTorch's own, about what its samples do


@pytest.mark.parametrize("name", ENTRIES)
def test_operator(name: str, samples: int) -> None:
    ran = 0
    for op in ENTRIES[name]:
        assert function_of(op, dl) is not None, f"deep_learner has no {name}"
        for sample in samples_of(op, samples):
            ran += check(op, sample)
    assert ran, "PyTorch ran none of its samples"


def check(op: Any, sample: Any) -> bool:
    """Compare one sample; False where PyTorch itself rejects it."""
    before = torch.get_rng_state()
    try:
        reference = Run(Reference(), op, sample)
    except Exception:
        return False
    random = not torch.equal(before, torch.get_rng_state()) and op.name not in DETERMINED
    values = not random and op.name not in SHAPE_ONLY
    try:
        double = Run(DoubleReference(), op, sample)
    except Exception:
        double = None
    elementwise = (
        reference.outputs[0][1][0].shape if isinstance(op, UnaryUfuncInfo | BinaryUfuncInfo) else None
    )
    mask = output_mask(op, sample)
    actual = Run(Side(), op, sample)
    slack = rounding(reference.outputs, double.outputs, elementwise) if double else {}
    assert_same(reference.outputs, actual.outputs, slack, mask, values)
    starts = {
        i: cotangent(i, reference.outputs[i][1][0], mask)
        for i, (_, x) in enumerate(reference.pairs)
        if values and isinstance(x, torch.Tensor) and x.requires_grad
    }
    if starts:
        expected = reference.gradients(op, starts)
        slack = rounding(expected, _gradients(double, op, starts), elementwise)
        assert_same(expected, actual.gradients(op, starts), slack)
    return True


def _gradients(double: Run | None, op: Any, starts: dict[int, Any]) -> list[tuple[str, Any]]:
    """Gradients in double precision, or nothing where PyTorch has none."""
    try:
        return double.gradients(op, starts) if double else []
    except Exception:
        return []
