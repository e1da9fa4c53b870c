"""``torch.testing``: comparing tensors, and making some."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from .. import dtypes
from ..functions import as_tensor, empty, isclose
from ..tensor import Tensor
from ..typing import DeviceLike

__all__ = ["assert_close", "make_tensor"]

# (rtol, atol) by dtype, as PyTorch's documentation lists them; of all others the comparison is exact.
_TOLERANCES = {
    dtypes.float16: (1e-3, 1e-5), dtypes.bfloat16: (1.6e-2, 1e-5), dtypes.float32: (1.3e-6, 1e-5),
    dtypes.float64: (1e-7, 1e-7), dtypes.complex64: (1.3e-6, 1e-5), dtypes.complex128: (1e-7, 1e-7),
}  # fmt: skip

# From the first to below the second, by kind of dtype; signed integers go from -9 to 9.
_BOUNDS = {
    "bool": (0, 2), "unsigned integer": (0, 10), "real floating": (-9, 9), "complex floating": (-9, 9),
}  # fmt: skip


def assert_close(
    actual: Any, expected: Any, *, allow_subclasses: bool = True, rtol: float | None = None, atol: float | None = None,
    equal_nan: bool = False, check_device: bool = True, check_dtype: bool = True, check_layout: bool = True,
    check_stride: bool = False, msg: str | Callable[[str], str] | None = None,
) -> None:  # fmt: skip
    """Refuse two values that differ by more than ``atol + rtol * abs(expected)`` anywhere.

    Parameters
    ----------
    actual, expected
        Tensors, numbers or arrays, or sequences and mappings of them.
    rtol, atol
        Both or neither; by default as the dtype deserves.
    equal_nan
        Whether NaN equals NaN.
    check_device, check_dtype
        Whether these must agree, too.
    check_layout, check_stride, allow_subclasses
        Accepted for PyTorch's sake.
    msg
        The message in place of the one made here, or a function of that one.

    Raises
    ------
    AssertionError
        If they differ; the message says where and how much.
    ValueError
        If one of the tolerances is given without the other.
    """
    if (rtol is None) != (atol is None):
        raise ValueError(f"rtol and atol must both be given or neither. Received: rtol={rtol}, atol={atol}")
    problem = _difference(actual, expected, "", (rtol, atol), equal_nan, check_device, check_dtype)
    if problem:
        raise AssertionError(problem if msg is None else msg(problem) if callable(msg) else msg)


def _difference(
    actual: Any, expected: Any, where: str, tolerances: tuple[float | None, float | None], equal_nan: bool,
    check_device: bool, check_dtype: bool,
) -> str:  # fmt: skip
    rest = (tolerances, equal_nan, check_device, check_dtype)
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        a, b = cast("Mapping[Any, Any]", actual), cast("Mapping[Any, Any]", expected)
        if a.keys() != b.keys():
            return f"The keys of the mappings{where} do not match: {list(a)} != {list(b)}"
        pairs: list[tuple[Any, Any, Any]] = [(key, a[key], b[key]) for key in b]
    elif _is_sequence(actual) and _is_sequence(expected):
        first: list[Any] = list(cast("list[Any]", actual))
        second: list[Any] = list(expected)
        if len(first) != len(second):
            return f"The length of the sequences{where} mismatch: {len(first)} != {len(second)}"
        pairs = list(zip(range(len(first)), first, second, strict=True))
    else:
        return _difference_of_values(as_tensor(actual), as_tensor(expected), where, *rest)
    for key, one, other in pairs:
        problem = _difference(one, other, f"{where}[{key!r}]", *rest)
        if problem:
            return problem
    return ""


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _difference_of_values(
    actual: Tensor, expected: Tensor, where: str, tolerances: tuple[float | None, float | None], equal_nan: bool,
    check_device: bool, check_dtype: bool,
) -> str:  # fmt: skip
    what = f"Tensor-likes{' at ' + where if where else ''}"
    for name, checked in (("shape", True), ("device", check_device), ("dtype", check_dtype)):
        one, other = getattr(actual, name), getattr(expected, name)
        if checked and one != other:
            return f"The values for attribute {name!r} do not match ({what}): {one} != {other}."
    actual, expected = actual.detach(), expected.detach().to(actual.device)
    if actual.dtype is not expected.dtype:
        wide = dtypes.promote_types(actual.dtype, expected.dtype)
        actual, expected = actual.to(wide), expected.to(wide)
    deserved = _TOLERANCES.get(actual.dtype, (0.0, 0.0))
    rtol, atol = (own if given is None else given for own, given in zip(deserved, tolerances, strict=True))
    bad = isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan).logical_not()
    count = int(bad.sum())
    if not count:
        return ""
    wide = dtypes.complex128 if actual.is_complex() else dtypes.float64
    actual, expected = actual[bad].to(wide), expected[bad].to(wide)
    distance = (actual - expected).abs()
    return (
        f"{what} are not close!\n\nMismatched elements: {count} / {bad.numel()} "
        f"({100 * count / bad.numel():.1f}%)\n"
        f"Greatest absolute difference: {float(distance.max())} (up to {atol} allowed)\n"
        f"Greatest relative difference: {float((distance / expected.abs()).max())} (up to {rtol} allowed)"
    )


def make_tensor(
    *shape: Any, dtype: dtypes.DType, device: DeviceLike, low: float | None = None, high: float | None = None,
    requires_grad: bool = False, noncontiguous: bool = False, exclude_zero: bool = False, memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """A tensor of random values between two bounds.

    Parameters
    ----------
    *shape
        Sizes, or a sequence of them.
    dtype, device
        Of the result.
    low, high
        The least value, and what all are below; by default -9 and 9, from 0 to 9 for unsigned integers, 0 and 2 for
        booleans.
    requires_grad
        Whether the tensor requires a gradient.
    noncontiguous
        Whether its elements lie apart in memory.
    exclude_zero
        Replace zeros by the least number above.
    memory_format
        Accepted for PyTorch's sake.

    Raises
    ------
    ValueError
        If `low` is not below `high`.
    """
    sizes = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
    least, most = _BOUNDS.get(dtype.kind, (-9, 10))
    low, high = (least if low is None else low), (most if high is None else high)
    if not low < high:
        raise ValueError(f"make_tensor: low must be less than high. Received: low={low}, high={high}")
    made = empty(
        (*sizes[:-1], 2 * sizes[-1]) if noncontiguous and sizes else sizes, dtype=dtype, device=device
    )
    if dtype.is_floating_point:
        made.uniform_(low, high)
    elif dtype.is_complex:
        made = made.real.uniform_(low, high) + 1j * made.imag.uniform_(low, high)
        made = made.to(dtype)
    else:
        made.random_(int(low), int(high))
    if noncontiguous and sizes:
        made = made[..., ::2]
    if exclude_zero:
        smallest: Any = _smallest(dtype)
        made[made == 0] = smallest
    return made.requires_grad_(requires_grad)


def _smallest(dtype: dtypes.DType) -> Any:
    """The least number above zero that is normal."""
    from ..namespaces.tensor import finfo

    return finfo(dtype).tiny if dtype.kind in ("real floating", "complex floating") else 1
