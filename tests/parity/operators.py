"""Run one entry of PyTorch's operator database on one side."""

from __future__ import annotations

import itertools
import random
from typing import Any

import numpy as np
import pytest

from tests.parity.carrying import Side, find, rebound, tensors
from tests.parity.comparing import chosen
from tests.parity.exclusions import reason

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
pytest.importorskip(
    "torch.testing._internal.common_methods_invocations", reason="PyTorch came without its tests"
)
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

DTYPES = (torch.float32, torch.int64, torch.bool, torch.complex64)
# Uninitialised memory: only shapes and dtypes can agree.
SHAPE_ONLY = {"empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided"}
DETERMINED = {"pca_lowrank"}  # draws random numbers on the way to a result that does not depend on them
# Vectors that are determined up to a phase: compared as PyTorch's own tests do.
GAUGE = {"svd", "linalg.svd", "svd_lowrank", "pca_lowrank", "linalg.eig", "linalg.eigh"}
# Public as methods with an underscore alone.
IN_PLACE = {"uniform", "cauchy", "exponential", "geometric", "log_normal"}
MOST = 400  # samples of an entry that are considered

ENTRIES: dict[str, list[Any]] = {
    name: [op for op in op_db if op.name == name]
    for name in sorted({op.name for op in op_db})
    if reason(name) is None
}


def function_of(op: Any, library: Any) -> Any:
    """The library's function for an entry, or its Tensor's method; None where there is neither.

    Where PyTorch's tests call the operator through a helper, that helper on the library.
    """
    through = rebound(op.op, library)
    if through is not op.op:
        return through
    name = op.name
    if callable(find(torch, name)) and callable(find(library, name)):
        return find(library, name)
    method = name + "_" if name in IN_PLACE else name
    if not any(method in vars(cls) for cls in library.Tensor.__mro__):
        return None
    function = getattr(library.Tensor, method)
    return function if callable(function) else lambda x: getattr(x, method)


def samples_of(op: Any, count: int, dtype: Any = None, requires_grad: bool | None = None) -> list[Any]:
    """Some of an entry's samples, in a dtype that it has."""
    supported = op.supported_dtypes("cpu")
    dtype = dtype or next((d for d in DTYPES if d in supported), None)
    if dtype is None:
        return []
    if requires_grad is None:
        requires_grad = op.supports_autograd and (dtype.is_floating_point or dtype.is_complex)
    random.seed(0)
    np.random.seed(0)
    torch.default_generator.manual_seed(0)
    # Not by `op.sample_inputs`, which seeds for each sample and reads the whole stack's sources for each entry: that
    # takes many times longer than all comparisons together.
    made = list(itertools.islice(op.sample_inputs_func(op, "cpu", dtype, requires_grad), MOST))
    return chosen(made, count, lambda s: any(t.numel() == 0 for t in tensors([s.input, s.args, s.kwargs])))


class Run:
    """One sample on one side: its output, flat, and gradients on demand."""

    def __init__(self, side: Side, op: Any, sample: Any, **options: Any) -> None:
        self.side = side
        function = function_of(op, side.library) if side.library is not torch else rebound(op.op, torch)
        first, args, kwargs = side.carry([sample.input, sample.args, sample.kwargs])
        output = function(first, *args, **kwargs, **options)
        if op.name in GAUGE:
            output = rebound(sample.output_process_fn_grad, side.library)(output)
        self.pairs, self.outputs = side.flat(output)

    def gradients(self, op: Any, starts: dict[int, Any]) -> list[tuple[str, Any]]:
        """Gradients of the inputs; of a Hermitian input its Hermitian part, which alone is determined."""
        found = self.side.backward(self.pairs, starts)
        if found and op.gradcheck_wrapper.__name__ == "gradcheck_wrapper_hermitian_input":
            name, first = found[0]
            if first is not None:
                found[0] = name, (first[0] + np.conj(np.swapaxes(first[0], -1, -2)), first[1])
        return found


def output_mask(op: Any, sample: Any) -> Any:
    """Where the output of a masked operator is defined; None if everywhere."""
    wrapper = op.gradcheck_wrapper.__name__
    if wrapper == "gradcheck_wrapper_masked_operation" and sample.kwargs.get("mask") is not None:
        return torch.masked._output_mask(op.op, sample.input, *sample.args, **sample.kwargs).numpy()
    if wrapper == "gradcheck_wrapper_masked_pointwise_operation":
        masks = [sample.kwargs.get(name) for name in ("input_mask", "other_mask")]
        if all(mask is not None for mask in masks):
            return torch.logical_and(*masks).numpy()
    return None
