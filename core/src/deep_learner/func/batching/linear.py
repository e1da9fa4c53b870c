"""Products of vectors and matrices, and the standard's extensions: the members' own dimensions are the last ones."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from ...tensor import Tensor
from ..batched import BatchedArray, ranked, values_of
from ._axes import all_shifted, flat, shifted
from .shaping import reshape

Kind = type[BatchedArray]


def matmul(kind: Kind, x1: Any, x2: Any, /) -> Any:
    """Products of the members' matrices or vectors.

    A matrix that all members share multiplies them all at once.
    """
    from ...namespaces import tensor as xp

    x1, x2 = kind.lifted(x1), kind.lifted(x2)
    one, other = x1.value, x2.value
    if not x1.ndim or not x2.ndim:
        raise RuntimeError("both arguments to matmul need to be at least 1D, but one of them is 0D")
    if x2.ndim == 2 and other._array.shape[0] == 1 and x1.size:
        rows = one.reshape((-1, one._array.shape[-1]))
        product = xp.matmul(rows, other[0])
        return kind(product.reshape((*one._array.shape[:-1], other._array.shape[-1])))
    if x1.ndim == 2 and one._array.shape[0] == 1 and x2.ndim == 1:
        return kind(xp.matmul(other, one[0].mT))
    if x1.ndim == 1:
        one = one[:, None]
    if x2.ndim == 1:
        other = other[..., None]
    rank = max(one.ndim, other.ndim)
    product = xp.matmul(ranked(one, rank), ranked(other, rank))
    if x1.ndim == 1:
        product = product[..., 0, :]
    return kind(product[..., 0] if x2.ndim == 1 else product)


def _tensordot(kind: Kind, x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    from ...namespaces import tensor as xp

    x1, x2 = kind.lifted(x1), kind.lifted(x2)
    if isinstance(axes, int):
        first, second = tuple(range(x1.ndim - axes, x1.ndim)), tuple(range(axes))
    else:
        first, second = (
            tuple([axis % x.ndim for axis in chosen]) for chosen, x in zip(axes, (x1, x2), strict=True)
        )
    kept = [axis for axis in range(x1.ndim) if axis not in first]
    others = [axis for axis in range(x2.ndim) if axis not in second]
    inner = math.prod([x1.shape[axis] for axis in first])
    rows, columns = [x1.shape[axis] for axis in kept], [x2.shape[axis] for axis in others]
    left = xp.permute_dims(x1.value, (0, *[axis + 1 for axis in (*kept, *first)]))
    right = xp.permute_dims(x2.value, (0, *[axis + 1 for axis in (*second, *others)]))
    product = matmul(
        kind,
        reshape(kind, kind(left), (math.prod(rows), inner)),
        reshape(kind, kind(right), (inner, math.prod(columns))),
    )
    return reshape(kind, product, (*rows, *columns))


def _vecdot(kind: Kind, x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    from ...namespaces import tensor as xp

    if axis >= 0:
        raise ValueError(f"vecdot() takes a negative axis. Received: {axis}")
    one, other = values_of(kind, x1, x2)
    return kind(xp.vecdot(one, other, axis=axis))


def _packed(kind: Kind, made: Any) -> Any:
    if isinstance(made, Tensor):
        return kind(made)
    make: Any = getattr(made.__class__, "_make", tuple)
    return make([kind(one) for one in made])


def _of_matrices(name: str, kind: Kind, x: Any, /, **options: Any) -> Any:
    """A function of the last two dimensions of one operand."""
    from ...namespaces import linalg

    x = kind.lifted(x)
    if x.ndim < 2:
        raise RuntimeError(f"linalg.{name}: The input tensor must have at least 2 dimensions.")
    return _packed(kind, getattr(linalg, name)(x.value, **options))


def _matrix_power(kind: Kind, x: Any, n: int, /) -> Any:
    from ...namespaces import linalg

    return kind(linalg.matrix_power(kind.lifted(x).value, n))


def _solve(kind: Kind, x1: Any, x2: Any, /) -> Any:
    from ...namespaces import linalg

    x1, x2 = kind.lifted(x1), kind.lifted(x2)
    vector = x2.ndim == 1
    one, other = x1.value, x2.value[..., None] if vector else x2.value
    rank = max(one.ndim, other.ndim)
    found = linalg.solve(ranked(one, rank), ranked(other, rank))
    return kind(found[..., 0] if vector else found)


def _outer(kind: Kind, x1: Any, x2: Any, /) -> Any:
    return kind(kind.lifted(x1).value[:, :, None] * kind.lifted(x2).value[:, None, :])


def _cross(kind: Kind, x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    from ...namespaces import linalg

    one, other = values_of(kind, x1, x2)
    return kind(linalg.cross(one, other, axis=axis if axis < 0 else axis + 1))


def _vector_norm(kind: Kind, x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    from ...namespaces import linalg

    x = kind.lifted(x)
    if axis is None:
        norm = linalg.vector_norm(flat(kind, x).value, axis=1, ord=ord)
        return kind(norm.reshape((norm.shape[0], *(1,) * x.ndim)) if keepdims else norm)
    return kind(linalg.vector_norm(x.value, axis=all_shifted(axis, x.ndim), keepdims=keepdims, ord=ord))


def _transform(name: str, kind: Kind, x: Any, /, *, axis: int = -1, **options: Any) -> Any:
    from ...namespaces import fft

    x = kind.lifted(x)
    return kind(getattr(fft, name)(x.value, axis=shifted(axis, x.ndim), **options))


def _transform_of_several(name: str, kind: Kind, x: Any, /, *, axes: Any = None, **options: Any) -> Any:
    from ...namespaces import fft

    x = kind.lifted(x)
    sizes = options.get("s")
    if axes is None and sizes is not None:
        axes = tuple(range(x.ndim - len(sizes), x.ndim))
    return kind(getattr(fft, name)(x.value, axes=all_shifted(axes, x.ndim), **options))


_MATRIX = (
    "cholesky", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv", "matrix_norm", "matrix_rank", "pinv",
    "qr", "slogdet", "svd", "svdvals", "trace",
)  # fmt: skip
RULES: dict[str, Callable[..., Any]] = {
    "matmul": matmul,
    "tensordot": _tensordot,
    "vecdot": _vecdot,
    **{f"linalg.{name}": functools.partial(_of_matrices, name) for name in _MATRIX},
    "linalg.matmul": matmul,
    "linalg.tensordot": _tensordot,
    "linalg.vecdot": _vecdot,
    "linalg.matrix_power": _matrix_power,
    "linalg.solve": _solve,
    "linalg.outer": _outer,
    "linalg.cross": _cross,
    "linalg.vector_norm": _vector_norm,
    **{
        f"fft.{name}": functools.partial(_transform, name)
        for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
    },
    **{
        f"fft.{name}": functools.partial(_transform_of_several, name)
        for name in ("fftn", "ifftn", "rfftn", "irfftn", "fftshift", "ifftshift")
    },
}
