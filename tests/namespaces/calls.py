"""A call of every function of the array standard, written for any namespace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deep_learner.namespaces import standard


def floats(xp: Any) -> Any:
    return xp.asarray([[0.5, -1.25, 2.0], [1.5, 0.25, -0.75]], dtype=xp.float64)


def positive(xp: Any) -> Any:
    return xp.asarray([[0.5, 1.25, 2.0], [1.5, 0.25, 0.75]], dtype=xp.float64)


def row(xp: Any) -> Any:
    return xp.asarray([0.3, -0.9, 0.6], dtype=xp.float64)


def integers(xp: Any) -> Any:
    return xp.asarray([[3, 1, 2], [5, 0, 3]], dtype=xp.int64)


def complexes(xp: Any) -> Any:
    return xp.asarray([1.0 + 2.0j, -0.5j, 3.0], dtype=xp.complex128)


def truths(xp: Any) -> Any:
    return xp.asarray([[True, False, True], [False, False, True]])


Call = Callable[[Any], Any]


def _unary(names: str, operand: Call) -> dict[str, Call]:
    return {name: lambda xp, name=name: getattr(xp, name)(operand(xp)) for name in names.split()}


def _binary(names: str, first: Call, second: Call) -> dict[str, Call]:
    return {name: lambda xp, name=name: getattr(xp, name)(first(xp), second(xp)) for name in names.split()}


def _reducing(names: str, operand: Call) -> dict[str, Call]:
    def call(xp: Any, name: str) -> Any:
        function = getattr(xp, name)
        return (
            function(operand(xp)),
            function(operand(xp), axis=1),
            function(operand(xp), axis=-2, keepdims=True),
        )

    return {name: lambda xp, name=name: call(xp, name) for name in names.split()}


CALLS: dict[str, Call] = {
    **_unary(
        "abs asinh atan ceil cos cosh exp expm1 floor isfinite isinf isnan negative positive reciprocal round sign "
        "signbit sin sinh square tan tanh trunc matrix_transpose sort argsort unique_values unique_all "
        "unique_counts unique_inverse", floats,
    ),
    **_unary("acosh", lambda xp: positive(xp) + 1),
    **_unary("acos asin atanh", row),
    **_unary("log log10 log1p log2 sqrt", positive),
    **_unary("conj imag real", complexes),
    **_unary("bitwise_invert", integers),
    **_unary("logical_not", truths),
    **_unary("nonzero", integers),
    **_binary("add subtract multiply divide maximum minimum hypot logaddexp copysign atan2 nextafter", floats, row),
    **_binary("equal not_equal less less_equal greater greater_equal remainder floor_divide", floats, row),
    **_binary("pow", positive, row),
    **_binary("bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift", integers, integers),
    **_binary("logical_and logical_or logical_xor", truths, truths),
    **_binary("searchsorted", lambda xp: xp.sort(row(xp)), row),
    **_reducing("sum prod mean std var max min", floats),
    **_reducing("argmax argmin", floats),
    **_reducing("count_nonzero", integers),
    **_reducing("all any", truths),
    "arange": lambda xp: (xp.arange(5), xp.arange(1, 7, 2), xp.arange(0.0, 1.0, 0.25, dtype=xp.float64)),
    "asarray": lambda xp: xp.asarray([[1, 2], [3, 4]], dtype=xp.int32, copy=True),
    "astype": lambda xp: (xp.astype(floats(xp), xp.int64), xp.astype(integers(xp), xp.float32, copy=False)),
    "broadcast_arrays": lambda xp: tuple(xp.broadcast_arrays(floats(xp), row(xp))),
    "broadcast_to": lambda xp: xp.broadcast_to(row(xp), (2, 3)),
    "can_cast": lambda xp: xp.can_cast(xp.float32, xp.float64),
    "clip": lambda xp: (xp.clip(floats(xp), -1.0, 1.0), xp.clip(floats(xp), max=0.5), xp.clip(floats(xp), min=row(xp))),
    "concat": lambda xp: (
        xp.concat([floats(xp), positive(xp)]), xp.concat((floats(xp), row(xp)[None, :]), axis=-2),
        xp.concat([floats(xp), row(xp)], axis=None),
    ),
    "cumulative_prod": lambda xp: (
        xp.cumulative_prod(row(xp)), xp.cumulative_prod(floats(xp), axis=1, include_initial=True),
    ),
    "cumulative_sum": lambda xp: (
        xp.cumulative_sum(row(xp)), xp.cumulative_sum(integers(xp), axis=-1, dtype=xp.float64, include_initial=True),
    ),
    "diff": lambda xp: (
        xp.diff(floats(xp)), xp.diff(floats(xp), axis=0), xp.diff(row(xp), n=2, prepend=row(xp), append=row(xp)),
    ),
    "empty": lambda xp: xp.empty((2, 0), dtype=xp.float64),
    "empty_like": lambda xp: xp.empty_like(floats(xp)[:0, :]),
    "expand_dims": lambda xp: (xp.expand_dims(floats(xp), axis=0), xp.expand_dims(floats(xp), axis=-1)),
    "eye": lambda xp: (
        xp.eye(2, dtype=xp.float64), xp.eye(2, 3, k=1, dtype=xp.float64), xp.eye(3, k=-1, dtype=xp.int64),
    ),
    "finfo": lambda xp: tuple(
        float(getattr(xp.finfo(xp.float32), part)) for part in ("eps", "max", "min", "smallest_normal")
    ),
    "flip": lambda xp: (xp.flip(floats(xp)), xp.flip(floats(xp), axis=1), xp.flip(floats(xp), axis=(0, 1))),
    "from_dlpack": lambda xp: xp.from_dlpack(floats(xp)),
    "full": lambda xp: (xp.full((2, 3), 7, dtype=xp.float64), xp.full(2, True), xp.full((), 3, dtype=xp.int8)),
    "full_like": lambda xp: (xp.full_like(floats(xp), 7.0), xp.full_like(floats(xp), 2, dtype=xp.int64)),
    "iinfo": lambda xp: tuple(int(getattr(xp.iinfo(xp.int16), part)) for part in ("bits", "max", "min")),
    "isdtype": lambda xp: (
        xp.isdtype(xp.float32, "real floating"), xp.isdtype(xp.int8, ("bool", "unsigned integer")),
        xp.isdtype(xp.uint8, "integral"), xp.isdtype(xp.float32, xp.float64), xp.isdtype(xp.complex64, "numeric"),
    ),
    "linspace": lambda xp: (
        xp.linspace(0.0, 1.0, 5, dtype=xp.float64), xp.linspace(1, 2, num=4, endpoint=False, dtype=xp.float64),
    ),
    "matmul": lambda xp: xp.matmul(floats(xp), xp.matrix_transpose(positive(xp))),
    "meshgrid": lambda xp: (*xp.meshgrid(row(xp), row(xp)), *xp.meshgrid(row(xp), row(xp)[:2], indexing="ij")),
    "moveaxis": lambda xp: (xp.moveaxis(floats(xp), 0, -1), xp.moveaxis(floats(xp)[None, :, :], (0, 1), (2, 0))),
    "ones": lambda xp: (xp.ones((2, 3), dtype=xp.float64), xp.ones(3, dtype=xp.int64)),
    "ones_like": lambda xp: xp.ones_like(integers(xp), dtype=xp.float64),
    "permute_dims": lambda xp: xp.permute_dims(floats(xp), (1, 0)),
    "repeat": lambda xp: (
        xp.repeat(row(xp), 2), xp.repeat(floats(xp), 3, axis=1),
        xp.repeat(row(xp), xp.asarray([1, 0, 2], dtype=xp.int64)),
    ),
    "reshape": lambda xp: (xp.reshape(floats(xp), (3, 2)), xp.reshape(floats(xp), (-1,), copy=True)),
    "result_type": lambda xp: str(xp.result_type(xp.float32, xp.float64)).rsplit(".", 1)[-1],
    "roll": lambda xp: (xp.roll(row(xp), 1), xp.roll(floats(xp), (1, -1), axis=(0, 1)), xp.roll(floats(xp), 2)),
    "squeeze": lambda xp: (xp.squeeze(floats(xp)[None, :, :], 0), xp.squeeze(row(xp)[None, :, None], axis=(0, -1))),
    "stack": lambda xp: (xp.stack([row(xp), row(xp)]), xp.stack((row(xp), row(xp)), axis=-1)),
    "take": lambda xp: (
        xp.take(floats(xp), xp.asarray([2, 0, 2], dtype=xp.int64), axis=1),
        xp.take(row(xp), xp.asarray([1], dtype=xp.int64)),
    ),
    "take_along_axis": lambda xp: xp.take_along_axis(floats(xp), xp.argsort(floats(xp), axis=0), axis=0),
    "tensordot": lambda xp: (
        xp.tensordot(floats(xp), positive(xp), axes=2), xp.tensordot(floats(xp), positive(xp), axes=((1,), (1,))),
        xp.tensordot(row(xp), row(xp), axes=0),
    ),
    "tile": lambda xp: (xp.tile(row(xp), (2, 2)), xp.tile(floats(xp), (2,))),
    "tril": lambda xp: (xp.tril(floats(xp)), xp.tril(floats(xp), k=1)),
    "triu": lambda xp: (xp.triu(floats(xp)), xp.triu(floats(xp), k=-1)),
    "unstack": lambda xp: (*xp.unstack(floats(xp)), *xp.unstack(floats(xp), axis=1)),
    "vecdot": lambda xp: (xp.vecdot(floats(xp), positive(xp)), xp.vecdot(floats(xp), positive(xp), axis=-2)),
    "where": lambda xp: xp.where(truths(xp), floats(xp), row(xp)),
    "zeros": lambda xp: (xp.zeros((2, 3), dtype=xp.float64), xp.zeros(3, dtype=xp.bool)),
    "zeros_like": lambda xp: xp.zeros_like(floats(xp)),
}  # fmt: skip
FUNCTIONS = sorted(standard.STANDARD - standard.CONSTANTS - standard.DTYPES - standard.INSPECTION)
