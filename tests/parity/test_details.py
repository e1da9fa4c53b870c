"""What else PyTorch's database knows of an operator: errors, dtypes, second derivatives, ``out=``, methods, memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from tests.parity.carrying import Reference, Side, tensors
from tests.parity.comparing import assert_same, cotangent
from tests.parity.operators import ENTRIES, GAUGE, SHAPE_ONLY, Run, function_of, samples_of

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
from torch.testing._internal.opinfo.core import SampleInput  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # PyTorch's own, about what its samples do

OPERATORS = [pytest.param(op, id=op.formatted_name) for ops in ENTRIES.values() for op in ops]
DTYPES = (
    torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float64, torch.complex32,
    torch.complex64, torch.complex128,
)  # fmt: skip
# Places of equal elements, which many small integers are, may be told in any order: so many outputs are compared.
UNSTABLE = {"argsort": 0, "kthvalue": 1, "mode": 1, "sort": 1, "topk": 1, "msort": 1}
# Copies here. PyTorch's `conj` is a view that conjugates when it is read, which array libraries have not; `diff` of
# order 0 has nothing to subtract.
COPIES = {"conj", "conj_physical", "diff", "masked.prod"}
# By a factor of 1 these are views here, which the engine knows of.
VIEWS = {"nn.functional.pixel_shuffle", "nn.functional.pixel_unshuffle"}
# In PyTorch these compute with small integers, which wrap around, before they compute with floats.
WRAPPING = {
    "nn.functional.margin_ranking_loss", "nn.functional.pairwise_distance", "nn.functional.softmin",
    "nn.functional.triplet_margin_loss", "nn.functional.triplet_margin_with_distance_loss",
}  # fmt: skip
# Digits of PyTorch's formula beside the poles, where the value is infinite.
POLES = {"polygamma", "special.polygamma"}
# Second derivatives that cannot be compared. Of symmetric operands PyTorch's speak of one triangle, ours of both; the
# sum is the same. PyTorch's `native_layer_norm` gives its by-products gradients, too, and its cross entropy in chunks
# takes its gradient for a constant.
SECOND = {
    "cholesky_inverse",
    "cholesky_solve",
    "native_layer_norm",
    "nn.functional.linear_cross_entropy_chunked",
}
# Dtypes that PyTorch refuses are taken here: by the array standard, or because the result is plain.
TAKEN = {
    "argmax", "argmin", "clamp", "isin", "lerp", "linalg.vecdot", "masked.cumprod", "masked.cumsum",
    "masked.std", "masked.var", "nanquantile", "nn.functional.avg_pool1d", "nn.functional.avg_pool2d",
    "nn.functional.avg_pool3d", "nn.functional.gaussian_nll_loss", "nn.functional.local_response_norm",
    "nn.functional.one_hot", "nn.functional.pad", "nn.functional.softmin", "normal", "quantile", "round",
    "sign",
}  # fmt: skip


def reference(op: Any, sample: Any, **options: Any) -> Run | None:
    """PyTorch's run of a sample; None where it rejects it, or draws random numbers."""
    before = torch.get_rng_state()
    try:
        run = Run(Reference(), op, sample, **options)
    except Exception:
        return None
    return run if torch.equal(before, torch.get_rng_state()) and op.name not in SHAPE_ONLY else None


@pytest.mark.parametrize("op", [p for p in OPERATORS if p.values[0].error_inputs_func is not None])
def test_what_pytorch_refuses_is_refused_with_its_type(op: Any) -> None:
    for error in op.error_inputs("cpu"):
        sample = error.sample_input
        try:
            Run(Reference(), op, sample)
        except Exception as refusal:
            if is_lenient(sample, refusal):
                continue
            with pytest.raises(error.error_type):
                Run(Side(), op, sample)


def is_lenient(sample: Any, refusal: Exception) -> bool:
    """Whether we take what PyTorch refuses for reasons of its own.

    Those are numbers in place of tensors, targets of ``out=`` that share memory with an operand or differ from the
    result in precision, PyTorch's layouts, and tensors of more dimensions than NumPy can bring.
    """
    given = [sample.input, *sample.args]
    numbers = isinstance(refusal, TypeError | AttributeError) and any(
        isinstance(value, int | float | complex) for value in given
    )
    dropped = "out" in sample.kwargs or any(isinstance(v, torch.layout) for v in sample.kwargs.values())
    return numbers or dropped or any(tensor.ndim > 64 for tensor in tensors(given))


@pytest.mark.parametrize("op", OPERATORS)
def test_other_dtypes_give_pytorchs_dtypes_and_values(op: Any) -> None:
    lacking = {torch.uint8, torch.int8} if op.name in WRAPPING else set()
    if op.name in POLES:
        pytest.skip("whole numbers below 1 are poles")
    for dtype in DTYPES:
        if dtype not in op.supported_dtypes("cpu") or dtype in lacking:
            continue
        for sample in samples_of(op, 2, dtype, requires_grad=False):
            expected = reference(op, sample)
            if expected is not None:
                actual = Run(Side(), op, sample)
                kept = slice(UNSTABLE.get(op.name))
                assert_same(expected.outputs[kept], actual.outputs[kept], base=100)


@pytest.mark.parametrize("op", [p for p in OPERATORS if p.values[0].name not in TAKEN])
def test_dtypes_that_pytorch_refuses_are_refused_with_its_type(op: Any) -> None:
    """Samples of a dtype that it has, cast: most operators have none in a dtype that they do not take."""
    supported = op.supported_dtypes("cpu")
    kept = next((dtype for dtype in (torch.float32, torch.int64) if dtype in supported), torch.bool)
    for sample in samples_of(op, 1, kept, requires_grad=False):
        for dtype in (torch.bool, torch.uint8, torch.int64, torch.float32, torch.complex64):
            if dtype in supported:
                continue
            other = cast(sample, kept, dtype)
            try:
                Run(Reference(), op, other)
            except Exception as refusal:
                with pytest.raises(type(refusal)):
                    Run(Side(), op, other)


def cast(value: Any, old: Any, new: Any) -> Any:
    """A sample with its tensors of a dtype in another one."""
    if isinstance(value, torch.Tensor):
        return value.to(new) if value.dtype is old else value
    if isinstance(value, list | tuple):
        return type(value)(cast(item, old, new) for item in value)
    if isinstance(value, dict):
        return {key: cast(item, old, new) for key, item in value.items()}
    if isinstance(value, SampleInput):
        args, kwargs = cast(value.args, old, new), cast(value.kwargs, old, new)
        return SampleInput(cast(value.input, old, new), args=args, kwargs=kwargs)
    return value


@pytest.mark.parametrize("op", [p for p in OPERATORS if p.values[0].supports_gradgrad])
def test_second_derivatives_are_pytorchs(op: Any) -> None:
    dtype = torch.float64 if torch.float64 in op.supported_dtypes("cpu") else None
    names = {op.name, f"{op.name}_{op.variant_test_name}"}
    if dtype is None or names & (GAUGE | SECOND) or "subgradients" in op.variant_test_name:
        pytest.skip("compared in double precision, of what is determined")
    for sample in samples_of(op, 2, dtype, requires_grad=True):
        before = torch.get_rng_state()
        expected = _second(op, sample, Reference())
        if not torch.equal(before, torch.get_rng_state()):
            continue
        if expected is not None:
            actual = _second(op, sample, Side())
            assert actual is not None
            assert_same(expected, actual, base=0.1)


def _second(op: Any, sample: Any, side: Side) -> list[tuple[str, Any]] | None:
    """Gradients of a weighted sum of the first gradients; None where PyTorch has none."""
    try:
        run = Run(side, op, sample)
        grad = side.library.autograd.grad
        outs = [x for _, x in run.pairs if isinstance(x, side.library.Tensor) and x.requires_grad]
        if not outs or not side.inputs:
            return None
        starts = [
            side.tensor(torch.tensor(cotangent(i, side.array(out)[0])), True) for i, out in enumerate(outs)
        ]
        first = grad(outs, side.inputs, starts, create_graph=True, allow_unused=True)
        kept = [(i, g) for i, g in enumerate(first) if g is not None and g.requires_grad]
        if not kept:  # constant: all second derivatives are 0
            return [(f"gradient {i}", None) for i in range(len(side.inputs) + len(starts))]
        weights = [side.tensor(torch.tensor(cotangent(50 + i, side.array(g)[0]))) for i, g in kept]
        second = grad([g for _, g in kept], side.inputs + starts, weights, allow_unused=True)
    except (RuntimeError, NotImplementedError):
        if isinstance(side, Reference):
            return None
        raise
    return [(f"gradient {i}", None if g is None else side.array(g)) for i, g in enumerate(second)]


@pytest.mark.parametrize(
    "op", [p for p in OPERATORS if p.values[0].supports_out and p.values[0].name not in GAUGE]
)
def test_results_are_written_where_they_are_asked_for(op: Any) -> None:
    for sample in samples_of(op, 1, requires_grad=False):
        expected = reference(op, sample)
        if expected is None or not all(isinstance(x, torch.Tensor) for _, x in expected.pairs):
            continue
        side = Side()
        tuples = len(expected.outputs) > 1
        made = [side.tensor(torch.zeros_like(x)) for _, x in expected.pairs]
        result = Run(side, op, sample, out=tuple(made) if tuples else made[0])
        assert all(a is b for (_, a), b in zip(result.pairs, made, strict=True))
        assert_same(expected.outputs, result.outputs, base=100)


def has_in_place_method(op: Any) -> bool:
    """Whether the entry's in-place form is a method, and not a function that is told to be one."""
    name = getattr(op.inplace_variant, "__name__", "")
    return op.inplace_variant is not None and getattr(torch.Tensor, name, None) is op.inplace_variant


@pytest.mark.parametrize("op", [p for p in OPERATORS if has_in_place_method(p.values[0])])
def test_the_in_place_form_changes_the_tensor(op: Any) -> None:
    method = op.inplace_variant.__name__
    function = getattr(dl.Tensor, method, None)
    assert function is not None, f"Tensor has no {method}"
    for sample in samples_of(op, 1, requires_grad=False):
        theirs, ours = Reference(), Side()
        first, args, kwargs = theirs.carry([sample.input, sample.args, sample.kwargs])
        before = torch.get_rng_state()
        try:
            op.inplace_variant(first, *args, **kwargs)
        except Exception:
            continue
        if not torch.equal(before, torch.get_rng_state()):
            continue
        target, our_args, our_kwargs = ours.carry([sample.input, sample.args, sample.kwargs])
        assert function(target, *our_args, **our_kwargs) is target
        assert_same([("", theirs.array(first))], [("", ours.array(target))], base=100)


@pytest.mark.parametrize("op", OPERATORS)
def test_results_share_memory_where_pytorchs_do(op: Any) -> None:
    for sample in samples_of(op, 1, requires_grad=False):
        expected = reference(op, sample)
        if expected is None or not tensors([sample.input]) or op.name in GAUGE:
            continue
        theirs = [x for _, x in expected.pairs if isinstance(x, torch.Tensor)]
        first = expected.side.carry(sample.input)
        first = first if isinstance(first, torch.Tensor) else tensors(first)[0]
        actual = Run(Side(), op, sample)
        ours = [x for _, x in actual.pairs if isinstance(x, dl.Tensor)]
        own = actual.side.carry(sample.input)
        own = own if isinstance(own, dl.Tensor) else own[0]
        for their, our in zip(theirs, ours, strict=True):
            shared = (
                their.numel() > 0 and their.untyped_storage().data_ptr() == first.untyped_storage().data_ptr()
            )
            if shared and op.name not in COPIES:
                assert np.shares_memory(our.detach().numpy(), own.detach().numpy())
            elif their.numel() and not shared and op.name not in VIEWS:
                assert not np.shares_memory(our.detach().numpy(), own.detach().numpy())


def test_every_operator_has_a_function_or_a_method() -> None:
    lacking = [name for name, ops in ENTRIES.items() if any(function_of(op, dl) is None for op in ops)]
    assert lacking == []
