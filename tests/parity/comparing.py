"""Compare two flattened results, leaf by leaf, with an allowance for rounding."""

from __future__ import annotations

from typing import Any

import numpy as np

RELATIVE = {"float16": 1e-3, "bfloat16": 1.6e-2, "complex32": 1e-3}  # every other dtype: 1e-5
ABSOLUTE = 1e-5
ROUNDING = 10  # so many times the reference's own difference between single and double precision is accepted

Flat = list[tuple[str, Any]]


def rounding(single: Flat, double: Flat, elementwise: tuple[int, ...] | None = None) -> dict[str, Any]:
    """What single precision costs the reference: for each leaf its worst element, as sums spread their errors.

    For leaves of an elementwise operation, which have the shape ``elementwise``, one number for each element.
    """
    slack: dict[str, Any] = {}
    if [path for path, _ in single] != [path for path, _ in double]:
        return slack
    for (path, narrow), (_, wide) in zip(single, double, strict=True):
        if isinstance(narrow, tuple) and isinstance(wide, tuple) and narrow[0].shape == wide[0].shape:
            with np.errstate(all="ignore"):
                error = np.nan_to_num(np.abs(narrow[0].astype(complex) - wide[0]), posinf=0)
                size = np.nan_to_num(np.abs(narrow[0].astype(complex)), posinf=0)
            if narrow[0].shape != elementwise:
                error, size = error.max(initial=0), size.max(initial=0)
            slack[path] = np.minimum(ROUNDING * error, 1e-3 + 1e-2 * size)
    return slack


def assert_same(
    expected: Flat,
    actual: Flat,
    slack: dict[str, Any] | None = None,
    mask: Any = None,
    values: bool = True,
    base: float = 1.0,
) -> None:
    """Structure, dtypes, shapes and (unless told otherwise) values agree; no gradient is a gradient of zeros."""
    assert [path for path, _ in actual] == [path for path, _ in expected]
    for (path, theirs), (_, ours) in zip(expected, actual, strict=True):
        if path.startswith("gradient"):
            theirs, ours = theirs or _zeros(ours), ours or _zeros(theirs)
        wrong = difference(theirs, ours, (slack or {}).get(path, 0), mask, values, base)
        assert wrong is None, f"{path or 'output'}: {wrong}"


def _zeros(leaf: Any) -> Any:
    return leaf and (np.zeros_like(leaf[0]), leaf[1])


def difference(
    expected: Any, actual: Any, slack: Any = 0, mask: Any = None, values: bool = True, base: float = 1.0
) -> str | None:
    """What differs between two leaves, or None."""
    if isinstance(expected, float) and isinstance(actual, float):
        expected, actual = (np.float64(expected), "float"), (np.float64(actual), "float")
    if not isinstance(expected, tuple) or not isinstance(actual, tuple):
        same = type(expected) is type(actual) and expected == actual
        return None if same else f"expected {expected!r}, got {actual!r}"
    (theirs, dtype), (ours, our_dtype) = expected, actual
    if dtype != our_dtype:
        return f"expected dtype {dtype}, got {our_dtype}"
    if theirs.shape != ours.shape:
        return f"expected shape {theirs.shape}, got {ours.shape}"
    if not values:
        return None
    close = np.asarray(theirs == ours)
    if theirs.dtype.kind in "fc":
        with np.errstate(all="ignore"):
            allowed = base * (ABSOLUTE + RELATIVE.get(dtype, 1e-5) * np.abs(theirs)) + slack
            close = close | (np.abs(theirs - ours) <= allowed) | (np.isnan(theirs) & np.isnan(ours))
    if mask is not None:
        close = close | ~np.broadcast_to(mask, close.shape)
    if close.all():
        return None
    at = tuple(map(int, np.argwhere(~close)[0]))
    return f"{(~close).sum()} of {theirs.size} values differ, first at {at}: expected {theirs[at]}, got {ours[at]}"


def cotangent(number: int, array: np.ndarray, mask: Any = None) -> np.ndarray:
    """Fixed random numbers of an array's shape and dtype, zero outside ``mask``."""
    generator = np.random.default_rng(number)
    values: Any = generator.standard_normal(array.shape)
    if np.iscomplexobj(array):
        values = values + 1j * generator.standard_normal(array.shape)
    values = np.asarray(values, dtype=array.dtype)
    return values if mask is None else np.where(mask, values, 0)


def spread(items: list[Any], count: int) -> list[Any]:
    """At most ``count`` items, evenly spaced."""
    if len(items) <= count:
        return items
    return [items[i * (len(items) - 1) // max(count - 1, 1)] for i in range(count)]


def chosen(samples: list[Any], count: int, is_empty: Any) -> list[Any]:
    """Samples spread over the list; of those with an empty tensor at most one, if there are others."""
    full = [sample for sample in samples if not is_empty(sample)]
    rest = [sample for sample in samples if is_empty(sample)]
    taken = spread(full, count - bool(rest and count > 1))
    return taken + spread(rest, 1 if taken else count)
