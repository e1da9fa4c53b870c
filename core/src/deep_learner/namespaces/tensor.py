"""The Tensor namespace: the array standard's main namespace, for Tensors.

``x.__array_namespace__()`` is this module, so that any function written for the Python Array API standard (2024.12)
takes Tensors and can be differentiated through; forwards of composite operations run in it, and rules under
``create_graph``. Every other name is one of our operations, with its own signature.

The standard says ``axis`` and ``keepdims``, the operations ``dim`` and ``keepdim``: that is the whole difference.
"""

# What is imported without an underscore belongs to the namespace.
# ruff: noqa: F401
# pyright: reportUnusedImport=false

from __future__ import annotations

import math
from importlib import import_module as _import_module
from typing import Any

from .. import dtypes as _dtypes
from ..dtypes import (
    as_dtype, bool_, complex64, complex128, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64,
)  # fmt: skip
from ..ops import arithmetic as _arithmetic
from ..ops import broadcasting as _broadcasting
from ..ops import casting as _casting
from ..ops import comparison as _comparison
from ..ops import complex as _complex
from ..ops import creation as _creation
from ..ops import cumulative as _cumulative
from ..ops import diagonal as _diagonal
from ..ops import division as _division
from ..ops import exponential as _exponential
from ..ops import extrema as _extrema
from ..ops import filling as _filling
from ..ops import joining as _joining
from ..ops import linalg as _linalg
from ..ops import logical as _logical
from ..ops import power as _power
from ..ops import products as _products
from ..ops import ranges as _ranges
from ..ops import reduction as _reduction
from ..ops import registry as _registry
from ..ops import repeating as _repeating
from ..ops import rounding as _rounding
from ..ops import searching as _searching
from ..ops import selection as _selection
from ..ops import shape as _shape
from ..ops import sorting as _sorting
from ..ops import splitting as _splitting
from ..ops import trigonometric as _trigonometric
from ..ops import uniqueness as _uniqueness
from ..ops import variance as _variance
from ..ops.indexing.select import index_select as _index_select
from ..ops.indexing.select import take_along_dim as _take_along_dim
from ..tensor import Tensor as _Tensor
from .standard import EXTENSIONS as _EXTENSIONS
from .type_information import NamespaceInformation, finfo, iinfo, isdtype, result_type

__array_api_version__ = "2024.12"
API_VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")

e, inf, nan, pi, newaxis = math.e, math.inf, math.nan, math.pi, None
can_cast = _dtypes.can_cast

# Elementwise functions: the operations themselves.
abs, add, negative, positive, sign = (
    _arithmetic.abs, _arithmetic.add, _arithmetic.negative, _arithmetic.positive, _arithmetic.sign,
)  # fmt: skip
copysign, multiply, nextafter, subtract = (
    _arithmetic.copysign, _arithmetic.multiply, _arithmetic.nextafter, _arithmetic.subtract,
)  # fmt: skip
divide, floor_divide, reciprocal, remainder = (
    _division.divide, _division.floor_divide, _division.reciprocal, _division.remainder,
)  # fmt: skip
hypot, pow, sqrt, square = _power.hypot, _power.pow, _power.sqrt, _power.square
exp, expm1, log, log10 = _exponential.exp, _exponential.expm1, _exponential.log, _exponential.log10
log1p, log2, logaddexp = _exponential.log1p, _exponential.log2, _exponential.logaddexp
acos, acosh, asin, asinh = (
    _trigonometric.acos, _trigonometric.acosh, _trigonometric.asin, _trigonometric.asinh,
)  # fmt: skip
atan, atan2, atanh, cos = _trigonometric.atan, _trigonometric.atan2, _trigonometric.atanh, _trigonometric.cos
cosh, sin, sinh, tan, tanh = (
    _trigonometric.cosh, _trigonometric.sin, _trigonometric.sinh, _trigonometric.tan, _trigonometric.tanh,
)  # fmt: skip
ceil, floor, round, trunc = _rounding.ceil, _rounding.floor, _rounding.round, _rounding.trunc
equal, greater, greater_equal, less = (
    _comparison.equal, _comparison.greater, _comparison.greater_equal, _comparison.less,
)  # fmt: skip
less_equal, not_equal, signbit = _comparison.less_equal, _comparison.not_equal, _comparison.signbit
isfinite, isinf, isnan = _comparison.isfinite, _comparison.isinf, _comparison.isnan
logical_and, logical_not, logical_or, logical_xor = (
    _logical.logical_and, _logical.logical_not, _logical.logical_or, _logical.logical_xor,
)  # fmt: skip
bitwise_and, bitwise_invert, bitwise_or, bitwise_xor = (
    _logical.bitwise_and, _logical.bitwise_invert, _logical.bitwise_or, _logical.bitwise_xor,
)  # fmt: skip
bitwise_left_shift, bitwise_right_shift = _logical.bitwise_left_shift, _logical.bitwise_right_shift
maximum, minimum = _selection.maximum, _selection.minimum
conj, imag, real = _complex.conj, _complex.imag, _complex.real
matmul, matrix_transpose = _linalg.matmul, _shape.matrix_transpose
unique_all, unique_counts = _uniqueness.unique_all, _uniqueness.unique_counts
unique_inverse, unique_values = _uniqueness.unique_inverse, _uniqueness.unique_values


def clip(x: Any, /, min: Any = None, max: Any = None) -> Any:
    return _selection.clip(x, min, max)


def where(condition: Any, x1: Any, x2: Any, /) -> Any:
    return _selection.where(condition, x1, x2)


# Creation


def arange(start: Any, /, stop: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None) -> Any:
    if stop is None:
        start, stop = 0, start
    if (stop - start) * step < 0:  # nothing, of the same kind, where PyTorch refuses
        stop = start + 0 * stop
    return _ranges.arange(start, stop, step, dtype=dtype, device=device)


def asarray(obj: Any, /, *, dtype: Any = None, device: Any = None, copy: Any = None) -> Any:
    if isinstance(obj, _Tensor):
        if copy is False and (dtype is not None and as_dtype(dtype) is not obj.dtype):
            raise ValueError(f"asarray(copy=False) cannot convert {obj.dtype} to {dtype}")
        return _casting.to(obj, dtype=dtype, device=device, copy=bool(copy))
    return _creation.asarray(obj, dtype=dtype, device=device, copy=copy)


def empty(shape: Any, *, dtype: Any = None, device: Any = None) -> Any:
    return _filling.empty(*_as_sizes(shape), dtype=dtype, device=device)


def empty_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
    return _filling.empty_like(x, dtype=dtype, device=device)


def eye(n_rows: Any, n_cols: Any = None, /, *, k: Any = 0, dtype: Any = None, device: Any = None) -> Any:
    columns = n_rows if n_cols is None else n_cols
    if k == 0:
        return _filling.eye(n_rows, columns, dtype=dtype, device=device)
    rows = _ranges.arange(n_rows, device=device).reshape(-1, 1)
    band = _ranges.arange(columns, device=device).reshape(1, -1) - rows == k
    return astype(band, float32 if dtype is None else dtype)


def from_dlpack(x: Any, /, *, device: Any = None, copy: Any = None) -> Any:
    made = _creation.from_dlpack(x)
    return _casting.to(made, device=device, copy=bool(copy))


def full(shape: Any, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Any:
    return _filling.full(_as_sizes(shape), fill_value, dtype=dtype, device=device)


def full_like(x: Any, /, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Any:
    return _filling.full_like(x, fill_value, dtype=dtype, device=device)


def linspace(
    start: Any, stop: Any, /, num: Any, *, dtype: Any = None, device: Any = None, endpoint: Any = True
) -> Any:
    if not endpoint:
        return _ranges.linspace(start, stop, num + 1, dtype=dtype, device=device)[:-1]
    return _ranges.linspace(start, stop, num, dtype=dtype, device=device)


def meshgrid(*arrays: Any, indexing: Any = "xy") -> Any:
    return list(_joining.meshgrid(arrays, indexing=indexing))


def ones(shape: Any, *, dtype: Any = None, device: Any = None) -> Any:
    return _filling.ones(*_as_sizes(shape), dtype=dtype, device=device)


def ones_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
    return _filling.ones_like(x, dtype=dtype, device=device)


def tril(x: Any, /, *, k: Any = 0) -> Any:
    return _diagonal.tril(x, k)


def triu(x: Any, /, *, k: Any = 0) -> Any:
    return _diagonal.triu(x, k)


def zeros(shape: Any, *, dtype: Any = None, device: Any = None) -> Any:
    return _filling.zeros(*_as_sizes(shape), dtype=dtype, device=device)


def zeros_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
    return _filling.zeros_like(x, dtype=dtype, device=device)


def _as_sizes(shape: Any) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)


# Data types and broadcasting


def astype(x: Any, dtype: Any, /, *, copy: Any = True, device: Any = None) -> Any:
    return _casting.to(x, dtype=dtype, device=device, copy=copy)


def broadcast_arrays(*arrays: Any) -> Any:
    return list(_broadcasting.broadcast_tensors(arrays))


def broadcast_to(x: Any, /, shape: Any) -> Any:
    return _broadcasting.broadcast_to(x, _as_sizes(shape))


# Indexing


def take(x: Any, indices: Any, /, *, axis: Any = None) -> Any:
    if axis is None:
        if x.ndim != 1:
            raise ValueError(
                f"take() needs an axis unless the array is 1-d. Received: shape {tuple(x.shape)}"
            )
        axis = 0
    indices = _selection.where(indices < 0, indices + x.shape[axis], indices)
    if indices.ndim == 1:
        return _index_select(x, axis, indices)
    axis = axis % x.ndim
    flat = _index_select(x, axis, _shape.reshape(indices, (-1,)))
    return _shape.reshape(flat, (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]))


def take_along_axis(x: Any, indices: Any, /, *, axis: Any = -1) -> Any:
    return _take_along_dim(x, indices, axis)


# Linear algebra


def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    return _products.tensordot(x1, x2, axes)


def vecdot(x1: Any, x2: Any, /, *, axis: Any = -1) -> Any:
    return _products.vecdot(x1, x2, axis)


# Manipulation


def concat(arrays: Any, /, *, axis: Any = 0) -> Any:
    if axis is None:
        return _joining.concat([_shape.reshape(x, (-1,)) for x in arrays], 0)
    return _joining.concat(list(arrays), axis)


def expand_dims(x: Any, /, axis: Any = 0) -> Any:
    return _shape.expand_dims(x, axis)


def flip(x: Any, /, *, axis: Any = None) -> Any:
    return _repeating.flip(x, axis)


def moveaxis(x: Any, source: Any, destination: Any, /) -> Any:
    return _shape.moveaxis(x, source, destination)


def permute_dims(x: Any, /, axes: Any) -> Any:
    return _shape.permute_dims(x, axes)


def repeat(x: Any, repeats: Any, /, *, axis: Any = None) -> Any:
    return _repeating.repeat_interleave(x, repeats, axis)


def reshape(x: Any, /, shape: Any, *, copy: Any = None) -> Any:
    shaped = _shape.reshape(x, _as_sizes(shape))
    return _casting.clone(shaped) if copy else shaped


def roll(x: Any, /, shift: Any, *, axis: Any = None) -> Any:
    return _repeating.roll(x, shift, axis)


def squeeze(x: Any, /, axis: Any) -> Any:
    for one in (axis,) if isinstance(axis, int) else axis:
        if not -x.ndim <= one < x.ndim:
            raise IndexError(f"squeeze: axis {one} is out of range for shape {tuple(x.shape)}")
        if x.shape[one] != 1:
            raise ValueError(f"squeeze: axis {one} of shape {tuple(x.shape)} has a size other than 1")
    return _shape.squeeze(x, axis)


def stack(arrays: Any, /, *, axis: Any = 0) -> Any:
    return _joining.stack(list(arrays), axis)


def tile(x: Any, repetitions: Any, /) -> Any:
    return _repeating.tile(x, repetitions)


def unstack(x: Any, /, *, axis: Any = 0) -> Any:
    return _splitting.unstack(x, axis)


# Searching and sorting


def argmax(x: Any, /, *, axis: Any = None, keepdims: Any = False) -> Any:
    return _extrema.argmax(x, axis, keepdims)


def argmin(x: Any, /, *, axis: Any = None, keepdims: Any = False) -> Any:
    return _extrema.argmin(x, axis, keepdims)


def count_nonzero(x: Any, /, *, axis: Any = None, keepdims: Any = False) -> Any:
    return _reduction.count_nonzero(x, axis, keepdims)


def nonzero(x: Any, /) -> Any:
    if x.ndim == 0:
        raise ValueError(
            "nonzero() needs an array of one dimension at least; write nonzero(x[None]). Received: 0-d"
        )
    return _searching.nonzero(x, as_tuple=True)


def searchsorted(x1: Any, x2: Any, /, *, side: Any = "left", sorter: Any = None) -> Any:
    return _searching.searchsorted(x1, x2, side=side, sorter=sorter)


def argsort(x: Any, /, *, axis: Any = -1, descending: Any = False, stable: Any = True) -> Any:
    return _sorting.argsort(x, axis, descending)


def sort(x: Any, /, *, axis: Any = -1, descending: Any = False, stable: Any = True) -> Any:
    return _sorting.sort(x, axis, descending)[0]


# Statistics


def _accumulator(x: Any, dtype: Any) -> Any:
    """What to add or multiply in: uint64 for unsigned integers, where PyTorch takes int64."""
    return uint64 if dtype is None and x.dtype.kind == _dtypes.UNSIGNED else dtype


def cumulative_sum(x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: Any = False) -> Any:
    return _cumulative_with(_cumulative.cumsum, 0, x, axis, dtype, include_initial)


def cumulative_prod(x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: Any = False) -> Any:
    return _cumulative_with(_cumulative.cumprod, 1, x, axis, dtype, include_initial)


def _cumulative_with(function: Any, initial: Any, x: Any, axis: Any, dtype: Any, include_initial: Any) -> Any:
    axis = (0 if axis is None else axis) % x.ndim
    out = function(x, axis, dtype=_accumulator(x, dtype))
    if not include_initial:
        return out
    edge = _filling.full(
        (*x.shape[:axis], 1, *x.shape[axis + 1 :]), initial, dtype=out.dtype, device=out.device
    )
    return _joining.concat([edge, out], axis)


def _reduced(function: Any, x: Any, axis: Any, keepdims: Any, **options: Any) -> Any:
    """Reduce as the standard says: no axes at all, ``()``, reduce nothing, where PyTorch reduces everything."""
    if axis == ():
        return function(_shape.expand_dims(x, -1), -1, keepdim=False, **options)
    return function(x, axis, keepdim=keepdims, **options)


def max(x: Any, /, *, axis: Any = None, keepdims: Any = False) -> Any:
    return _reduced(_extrema.amax, x, axis, keepdims)


def min(x: Any, /, *, axis: Any = None, keepdims: Any = False) -> Any:
    return _reduced(_extrema.amin, x, axis, keepdims)


def mean(x: Any, /, *, axis: Any = None, keepdims: Any = False) -> Any:
    return _reduced(_reduction.mean, x, axis, keepdims)


def sum(x: Any, /, *, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> Any:
    return _reduced(_reduction.sum, x, axis, keepdims, dtype=_accumulator(x, dtype))


def prod(x: Any, /, *, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> Any:
    return _reduced(_reduction.prod, x, axis, keepdims, dtype=_accumulator(x, dtype))


def std(x: Any, /, *, axis: Any = None, correction: Any = 0.0, keepdims: Any = False) -> Any:
    return _reduced(_variance.std, x, axis, keepdims, correction=correction)


def var(x: Any, /, *, axis: Any = None, correction: Any = 0.0, keepdims: Any = False) -> Any:
    return _reduced(_variance.var, x, axis, keepdims, correction=correction)


def all(x: Any, /, *, axis: Any = None, keepdims: Any = False) -> Any:
    return _reduced(_reduction.all, astype(x, bool_), axis, keepdims)


def any(x: Any, /, *, axis: Any = None, keepdims: Any = False) -> Any:
    return _reduced(_reduction.any, astype(x, bool_), axis, keepdims)


def diff(x: Any, /, *, axis: Any = -1, n: Any = 1, prepend: Any = None, append: Any = None) -> Any:
    return _cumulative.diff(x, n, axis, prepend, append)


def __array_namespace_info__() -> NamespaceInformation:
    """The standard's inspection API."""
    return NamespaceInformation()


def __getattr__(name: str) -> Any:
    """The standard's extensions, and what it lacks: any operation, with its own signature."""
    if name == "bool":
        return bool_
    if name in _EXTENSIONS:
        return _import_module(f".{name}", __package__)
    function = _registry.find(name)
    if function is None:
        raise AttributeError(f"the Tensor namespace has no function {name!r}")
    return function
