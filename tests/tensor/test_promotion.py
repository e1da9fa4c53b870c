"""Type promotion is PyTorch's, for every pair of dtypes, 0-d tensors and Python numbers."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import dtypes

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
pytestmark = pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental:UserWarning")

NAMES = [
    "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128",
]  # fmt: skip
WIDE_UNSIGNED = ["uint16", "uint32", "uint64"]
PAIRS = list(itertools.product(NAMES, NAMES))
NUMBERS = [True, 3, 2.5, 1.5 + 2j]


def name(dtype: Any) -> str:
    return str(dtype).rsplit(".", 1)[-1]


def same(ours: Any, theirs: Any) -> None:
    """Compare two dtypes where PyTorch has an answer; its complex32 has no counterpart."""
    try:
        expected = name(theirs())
    except RuntimeError:  # uint16, uint32 and uint64 with most others
        return
    if expected != "complex32":
        assert name(ours()) == expected


@pytest.mark.parametrize(
    ("a", "b"), PAIRS + [(x, y) for x in WIDE_UNSIGNED for y in [*WIDE_UNSIGNED, *NAMES]]
)
def test_types_are_promoted_as_in_pytorch(a: str, b: str) -> None:
    same(
        lambda: dl.promote_types(getattr(dl, a), getattr(dl, b)),
        lambda: torch.promote_types(getattr(torch, a), getattr(torch, b)),
    )


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_casts_are_allowed_where_pytorch_allows_them(a: str, b: str) -> None:
    assert dl.can_cast(getattr(dl, a), getattr(dl, b)) == torch.can_cast(getattr(torch, a), getattr(torch, b))


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_tensors_and_zero_dimensional_ones_meet_as_in_pytorch(a: str, b: str) -> None:
    for first, second in itertools.product([(), (2,)], repeat=2):
        same(
            lambda first=first, second=second: dl.result_type(
                dl.ones(first, dtype=getattr(dl, a)), dl.ones(second, dtype=getattr(dl, b))
            ),
            lambda first=first, second=second: torch.result_type(
                torch.ones(first, dtype=getattr(torch, a)), torch.ones(second, dtype=getattr(torch, b))
            ),
        )


@pytest.mark.parametrize("a", NAMES)
@pytest.mark.parametrize("number", NUMBERS)
def test_result_type_of_a_tensor_and_a_number(a: str, number: Any) -> None:
    for shape in ((), (2,)):
        same(
            lambda shape=shape: dl.result_type(dl.ones(shape, dtype=getattr(dl, a)), number),
            lambda shape=shape: torch.result_type(torch.ones(shape, dtype=getattr(torch, a)), number),
        )


OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "<": operator.lt, "==": operator.eq, "&": operator.and_, "|": operator.or_,
}  # fmt: skip


def compare(apply: Any, make: Any) -> None:
    """Apply the same thing in both libraries; dtypes must agree wherever PyTorch computes something."""
    try:
        expected = apply(make(torch))
    except (RuntimeError, TypeError):
        return
    if name(expected.dtype) != "complex32":
        result = apply(make(dl))
        assert name(result.dtype) == name(expected.dtype)
        assert tuple(result.shape) == tuple(expected.shape)


@pytest.mark.parametrize("symbol", OPERATORS)
@pytest.mark.parametrize("a", NAMES)
def test_operators_give_pytorchs_dtypes(symbol: str, a: str) -> None:
    for b, first, second in itertools.product(NAMES, [(), (2,)], [(), (2,)]):
        compare(
            lambda pair: OPERATORS[symbol](*pair),
            lambda library, b=b, first=first, second=second: (
                library.ones(first, dtype=getattr(library, a)),
                library.ones(second, dtype=getattr(library, b)),
            ),
        )


@pytest.mark.parametrize("symbol", OPERATORS)
@pytest.mark.parametrize("a", NAMES)
def test_operators_with_numbers_give_pytorchs_dtypes(symbol: str, a: str) -> None:
    for number, shape in itertools.product(NUMBERS, [(), (2,)]):
        if (symbol, a, number) == ("**", "bool", True):  # PyTorch has bool here, and an error for two tensors
            continue
        for order in (1, -1):
            compare(
                lambda pair: OPERATORS[symbol](*pair),
                lambda library, number=number, shape=shape, order=order: (
                    library.ones(shape, dtype=getattr(library, a)),
                    number,
                )[::order],
            )


FUNCTIONS = [
    "abs", "neg", "exp", "sin", "sqrt", "sigmoid", "tanh", "floor", "round", "reciprocal", "isnan",
    "sum", "mean", "prod", "cumsum", "amax", "argmax", "logical_not", "relu", "bitwise_not", "log1p",
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_give_pytorchs_dtypes(function: str) -> None:
    options = (0,) if function == "cumsum" else ()
    for a in NAMES:
        compare(
            lambda x: getattr(x[1], function)(x[0], *options),
            lambda library, a=a: (library.ones(3, dtype=getattr(library, a)), library),
        )


def test_unsigned_integers_that_no_dtype_holds_are_refused() -> None:
    with pytest.raises(TypeError, match=r"uint64.*convert"):
        dl.promote_types(dl.uint64, dl.int64)
    assert dl.promote_types(dl.uint32, dl.int32) is dl.int64


@pytest.mark.parametrize("symbol", ["&", "|"])
def test_bits_of_floats_are_refused(symbol: str) -> None:
    for library in (dl, torch):
        with pytest.raises((RuntimeError, TypeError)):
            OPERATORS[symbol](library.ones(2), library.ones(2))


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_functions_of_several_give_pytorchs_dtypes(a: str, b: str) -> None:
    def make(library: Any) -> Any:
        return library, library.ones(2, dtype=getattr(library, a)), library.ones(2, dtype=getattr(library, b))

    compare(lambda x: x[0].cat([x[1], x[2]]), make)
    compare(lambda x: x[0].where(x[1] == 1, x[1], x[2]), make)
    compare(
        lambda x: (
            x[0].maximum(x[1], x[2]) if not x[1].dtype.is_complex and not x[2].dtype.is_complex else x[1]
        ),
        make,
    )


def test_default_dtype_decides_for_numbers_and_integers() -> None:
    before = dl.get_default_dtype()
    try:
        dl.set_default_dtype(dl.float64)
        assert dl.tensor(1.5).dtype is dl.float64
        assert (dl.tensor([1, 2]) / 2).dtype is dl.float64
        assert (dl.tensor([1, 2]) * 2.5).dtype is dl.float64
        assert dl.tensor([1, 2]).sin().dtype is dl.float64
        assert (dl.tensor([1, 2]) * 1j).dtype is dl.complex128
        with pytest.raises(TypeError, match="floating-point"):
            dl.set_default_dtype(dl.int32)
    finally:
        dl.set_default_dtype(before)


def test_dtypes_are_found_by_name_alias_and_python_type() -> None:
    assert dtypes.as_dtype("float32") is dl.float32
    assert dtypes.as_dtype("half") is dl.float16
    assert dtypes.as_dtype(float) is dl.float32
    assert dtypes.as_dtype(int) is dl.int64
    assert dtypes.as_dtype(bool) is dl.bool
    assert dtypes.as_dtype(complex) is dl.complex64
    assert dl.ones(1, dtype="double").dtype is dl.float64
    with pytest.raises(TypeError, match="float33"):
        dtypes.as_dtype("float33")


def test_gradient_has_the_dtype_of_its_own_operand() -> None:
    for library in (dl, torch):
        half = library.ones(2, dtype=library.float32, requires_grad=True)
        full = library.ones(2, dtype=library.float64, requires_grad=True)
        (half * full).sum().backward()
        assert half.grad.dtype is library.float32 and full.grad.dtype is library.float64
