"""Every operation runs in the dtype in which PyTorch's autocast runs it, on the CPU and on accelerators."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import amp
from deep_learner.ops.registry import OPERATIONS
from tests.amp.accelerated import accelerator as accelerator
from tests.ops.case import Case, all_cases

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
pytest.importorskip("deep_learner_numpy", reason="needs float16")

# Ours and PyTorch's, where the names differ or PyTorch's function decides by the values of its options.
DIFFER = {
    "index_reduce": "PyTorch calls its reductions otherwise",
    "inner": "of vectors it is a product and a sum in PyTorch, of matrices a matrix product; here always the latter",
    "nll_loss": "PyTorch's function takes its arguments in another order; see the losses' own test",
    "smooth_l1_loss": "likewise",
    "convolution": "PyTorch's own convolution is beneath conv1d, conv2d and conv3d, which are compared",
    **dict.fromkeys(
        ("complex", "polar", "view_as_complex"), "no array library has complex numbers of two halves"
    ),
    **dict.fromkeys(
        ("cholesky_inverse", "cholesky_solve", "geqrf", "lu_unpack", "ormqr", "triangular_solve"),
        "refused in half precision, as PyTorch's own routines do once they compute",
    ),
    "pad": "PyTorch's reflections and replications run in float32 on the CPU, its constants do not",
}


def oracle(name: str) -> Callable[..., Any] | None:
    """PyTorch's function of an operation's name."""
    homes = (torch, torch.nn.functional, torch.linalg, torch.special)
    return next((getattr(home, name) for home in homes if hasattr(home, name)), None)


def first_call(case: Case) -> Any:
    """The first call of a case with a floating-point array; None if there is none."""
    for call in case.calls():
        if any(value.dtype.kind == "f" for value in arrays(call)):
            return call
    return None


def arrays(value: Any) -> Iterator[np.ndarray]:
    """All arrays in a call."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from arrays(item)


def carried(value: Any, make: Callable[[np.ndarray], Any]) -> Any:
    """A call with tensors in place of arrays."""
    if isinstance(value, np.ndarray):
        return make(value)
    if isinstance(value, dict):
        return {name: carried(item, make) for name, item in value.items()}
    if isinstance(value, list | tuple) and next(arrays(value), None) is not None:
        return type(value)(carried(item, make) for item in value)
    return value


def dtypes(out: Any) -> list[str]:
    """The names of the dtypes of all tensors in a result."""
    if isinstance(out, list | tuple):
        return [name for item in out for name in dtypes(item)]
    return [getattr(out.dtype, "name", str(out.dtype).removeprefix("torch."))]


@contextmanager
def theirs(device_type: str) -> Iterator[None]:
    """PyTorch's autocast: real on the CPU, on tensors without memory that say they were CUDA's elsewhere."""
    if device_type == "cpu":
        with torch.autocast("cpu", dtype=torch.float16):
            yield
        return
    subclasses = pytest.importorskip("torch._subclasses.fake_tensor", reason="stands in for CUDA")
    torch.set_autocast_enabled("cuda", True)
    torch.set_autocast_dtype("cuda", torch.float16)
    try:
        with subclasses.FakeTensorMode(allow_non_fake_inputs=True):
            yield
    finally:
        torch.set_autocast_enabled("cuda", False)


def expected(case: Case, call: Any, device_type: str, dtype: str) -> list[str] | None:
    """The dtypes that PyTorch gives; None where its function takes other arguments or there is none."""

    def make(array: np.ndarray) -> Any:
        tensor = torch.tensor(array.astype(dtype) if array.dtype.kind == "f" else array)
        return (
            tensor if device_type == "cpu" else torch.empty(tensor.shape, dtype=tensor.dtype, device="cuda")
        )

    function = oracle(case.op)
    if function is None:
        return None
    with theirs(device_type), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        args, kwargs = call
        try:
            return dtypes(function(*carried(args, make), **carried(kwargs, make)))
        except (TypeError, AttributeError, RuntimeError, ValueError):
            return None


CASES = [case for case in all_cases() if case.op not in DIFFER and oracle(case.op) and first_call(case)]
COMPARED = [pytest.param(case, id=case.op) for case in CASES]


def compare(case: Case, device_type: str, dtype: str, ours: str) -> None:
    """Compare the dtypes of what an operation gives, plain and recorded."""
    call = first_call(case)
    wanted = expected(case, call, device_type, dtype)
    if wanted is None:
        pytest.skip("PyTorch has no such call")
    for requires_grad in (False, True):

        def make(array: np.ndarray, requires_grad: bool = requires_grad) -> dl.Tensor:
            if array.dtype.kind != "f":
                return dl.from_numpy(array)
            return dl.from_numpy(array.astype(dtype)).requires_grad_(requires_grad)

        args, kwargs = call
        with amp.autocast(ours, dtype=dl.float16):
            out = OPERATIONS[case.op](*carried(args, make), **carried(kwargs, make))
        assert dtypes(out) == wanted, f"{dtype}, requires_grad={requires_grad}"


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("case", COMPARED)
def test_dtypes_on_the_cpu_are_those_of_pytorch(case: Case, dtype: str) -> None:
    compare(case, "cpu", dtype, "cpu")


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("case", COMPARED)
def test_dtypes_on_an_accelerator_are_those_of_pytorch_on_cuda(
    case: Case, dtype: str, accelerator: str
) -> None:
    compare(case, "cuda", dtype, accelerator)
