"""bfloat16 stays bfloat16: what is made of it, and the gradients that reach it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import backends
from deep_learner.ops.registry import OPERATIONS
from tests.ops.case import Case, all_cases

# Topics that no library, PyTorch neither, computes in bfloat16; and complex numbers, which have none of it.
WITHOUT = (
    "factorisation", "solving", "fourier", "complex", "complex_parts", "matrix_function", "vandermonde", "linalg_forms",
    "bessel", "ctc",
)  # fmt: skip


def keeps(case: Case) -> bool:
    """Whether an operation is never asked for another dtype."""
    function = OPERATIONS[case.op]
    topic = set(function.__module__.split("."))
    return case.differentiable and "dtype" not in function.operation.parameters and not topic & set(WITHOUT)


CASES = [pytest.param(case, id=case.op) for case in all_cases() if keeps(case)]

KERNELS = [
    param for param in CASES if dl.cuda.is_available() and param.id in backends.for_device("cuda").kernels
]


@pytest.fixture(autouse=True)
def _there_is_such_a_dtype(device: dl.Device) -> None:
    if not dl.cuda.is_bf16_supported():
        pytest.skip("this CuPy has no bfloat16")


def tensors(value: Any, device: dl.Device, inputs: list[dl.Tensor]) -> Any:
    """Floating arrays as leaves of bfloat16, others as tensors."""
    if isinstance(value, list):
        return [tensors(item, device, inputs) for item in value]
    if not isinstance(value, np.ndarray):
        return value
    made = dl.tensor(value, device=device)
    if value.dtype.kind == "f":
        made = made.to(dl.bfloat16).requires_grad_()
        inputs.append(made)
    return made


@pytest.mark.parametrize("case", CASES)
def test_an_operation_and_its_rule_keep_the_dtype(case: Case, device: dl.Device) -> None:
    for args, kwargs in case.calls():
        inputs: list[dl.Tensor] = []
        given = [tensors(value, device, inputs) for value in args]
        named = {name: tensors(value, device, inputs) for name, value in kwargs.items()}
        if any(isinstance(value, complex) for value in (*args, *kwargs.values())) or not inputs:
            continue
        if any(array.dtype.kind == "c" for array in args if isinstance(array, np.ndarray)):
            continue
        out = OPERATIONS[case.op](*given, **named)
        found = [one for one in (out if isinstance(out, tuple | list) else [out]) if one.requires_grad]
        assert {one.dtype for one in found} <= {dl.bfloat16}
        gradients = dl.autograd.grad(
            found, inputs, [dl.ones_like(one) for one in found], materialize_grads=True
        )
        assert {gradient.dtype for gradient in gradients} <= {dl.bfloat16}


def close(received: Any, wanted: Any) -> bool:
    """Whether values of bfloat16 are those of float32 but for its digits."""
    a, b = (np.asarray(x.detach().to(dl.float32).cpu().numpy(), np.float64) for x in (received, wanted))
    there = np.isfinite(b)
    return bool(
        (np.isfinite(a) == there).all()
        and np.linalg.norm((a - b)[there]) <= 0.03 * (1 + np.linalg.norm(b[there]))
    )


def computed(case: Case, args: list[Any], kwargs: dict[str, Any], inputs: list[dl.Tensor]) -> list[dl.Tensor]:
    """The results that have gradients, and those of the inputs."""
    out = OPERATIONS[case.op](*args, **kwargs)
    found = [one for one in (out if isinstance(out, tuple | list) else [out]) if one.requires_grad]
    seeds = [dl.ones_like(one) for one in found]
    return [*found, *dl.autograd.grad(found, inputs, seeds, materialize_grads=True)]


@pytest.mark.parametrize("case", KERNELS)
def test_a_kernel_gives_what_it_gives_in_float32(case: Case, device: dl.Device) -> None:
    """Of the same numbers, all of which bfloat16 holds."""
    for args, kwargs in case.calls():
        narrow: list[dl.Tensor] = []
        given = [tensors(value, device, narrow) for value in args]
        named = {name: tensors(value, device, narrow) for name, value in kwargs.items()}
        if not narrow:
            continue
        wide = [one.detach().to(dl.float32).requires_grad_() for one in narrow]
        exchanged = {id(one): other for one, other in zip(narrow, wide, strict=True)}
        widened = [exchanged.get(id(value), value) for value in given]
        also = {name: exchanged.get(id(value), value) for name, value in named.items()}
        pairs = zip(computed(case, given, named, narrow), computed(case, widened, also, wide), strict=True)
        for place, (received, wanted) in enumerate(pairs):
            assert close(received, wanted), f"{place}: {received} instead of {wanted}"


def test_a_gradient_on_its_way(device: dl.Device) -> None:
    seen: list[dl.DType] = []
    x = dl.ones(4, 3, dtype=dl.bfloat16, device=device, requires_grad=True)
    h = 1.5 * x - 0.5
    for tensor in (h, hidden := (h @ h.T).tanh()):
        tensor.register_hook(lambda gradient: seen.append(gradient.dtype))
    (hidden * 0.25).sum().backward()
    assert seen == [dl.bfloat16, dl.bfloat16]
    assert x.grad.dtype is dl.bfloat16
