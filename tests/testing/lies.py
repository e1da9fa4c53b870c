"""Functions of the array standard that are wrong, each in one way."""

from __future__ import annotations

import numpy as np


class Lying:
    """NumPy's namespace with some of its functions replaced."""

    def __init__(self, honest, **lies):
        self.__dict__.update(lies)
        self._honest = honest

    def __getattr__(self, name):
        return getattr(self._honest, name)


def half_up(x, /):
    return x if x.dtype.kind in "iu" else np.floor(x + x.dtype.type(0.5))


def in_place(x, /):
    return np.negative(x, out=x)


def unstable(x, /, *, axis=-1, descending=False, stable=True):
    return x.shape[axis] - 1 - np.flip(np.argsort(np.flip(x, axis=axis), axis=axis, stable=True), axis=axis)


def without_correction(x, /, *, axis=None, correction=0.0, keepdims=False):
    return np.var(x, axis=axis, keepdims=keepdims)


def widest_sum(x, /, *, axis=None, dtype=None, keepdims=False):
    return np.sum(x, axis=axis, dtype=dtype or x.dtype, keepdims=keepdims)


def nothing_is_nan(x, /, *, axis=None, dtype=None, keepdims=False):
    return (
        np.nan * np.sum(x, axis=axis, dtype=dtype)
        if x.size == 0
        else np.sum(x, axis=axis, dtype=dtype, keepdims=keepdims)
    )


def truncating(x, y, /):
    return np.trunc(np.divide(x, y)).astype(np.result_type(x, y))


def first_row_only(a, b, /):
    return np.matmul(a, b) if a.ndim < 3 else np.matmul(np.broadcast_to(a[:1], a.shape), b)


def cumulative(x, /, *, axis=None, dtype=None, include_initial=False):
    return np.cumulative_sum(x, axis=axis, dtype=dtype)


LIES = {
    "sum": {
        "ignoring keepdims": lambda x, /, *, axis=None, dtype=None, keepdims=False: np.sum(
            x, axis=axis, dtype=dtype
        ),
        "in the dtype of small integers": widest_sum,
        "making nan of nothing": nothing_is_nan,
        "ignoring dtype": lambda x, /, *, axis=None, dtype=None, keepdims=False: np.sum(
            x, axis=axis, keepdims=keepdims
        ),
    },
    "argsort": {"unstable": unstable},
    "remainder": {"with C's sign": np.fmod},
    "floor_divide": {"truncating": truncating},
    "round": {"half up": half_up},
    "where": {"swapping": lambda condition, x1, x2, /: np.where(condition, x2, x1)},
    "exp": {
        "in float32": lambda x, /: np.exp(x.astype("float32") if x.dtype == "float64" else x),
        "with the digits of float32": lambda x, /: np.exp(
            x.astype("complex64" if x.dtype.kind == "c" else "float32")
        ).astype(x.dtype),
    },
    "expm1": {"by subtraction": lambda x, /: (np.exp(x) - 1).astype(x.dtype)},
    "negative": {"in place": in_place},
    "sign": {"of nan is zero": lambda x, /: np.nan_to_num(np.sign(x), nan=0)},
    "maximum": {"ignoring nan": np.fmax},
    "signbit": {"of minus zero": lambda x, /: x < 0},
    "clip": {"ignoring its lower bound": lambda x, /, min=None, max=None: np.clip(x, None, max)},
    "searchsorted": {
        "ignoring side": lambda a, b, /, *, side="left", sorter=None: np.searchsorted(a, b, sorter=sorter)
    },
    "take": {"along the first axis": lambda x, indices, /, *, axis=None: np.take(x, indices, axis=0)},
    "var": {"ignoring correction": without_correction},
    "std": {"ignoring correction": lambda *a, **k: np.sqrt(without_correction(*a, **k))},
    "cumulative_sum": {"ignoring include_initial": cumulative},
    "matmul": {"not broadcasting": first_row_only},
    "vecdot": {"not conjugating": lambda a, b, /, *, axis=-1: np.sum(a * b, axis=axis)},
    "unique_counts": {
        "counting once": lambda x, /: (np.unique_values(x), np.ones(np.unique_values(x).shape, "int64"))
    },
    "unique_inverse": {"flat": lambda x, /: (np.unique_values(x), np.unique_inverse(x)[1].ravel())},
    "isdtype": {"booleans are numeric": lambda dtype, kind: kind == "numeric" or np.isdtype(dtype, kind)},
    "linspace": {
        "ignoring endpoint": lambda a, b, /, num, *, dtype=None, device=None, endpoint=True: np.linspace(
            a, b, num, dtype=dtype
        )
    },
    "tril": {"ignoring k": lambda x, /, *, k=0: np.tril(x)},
    "full": {
        "in float64": lambda shape, value, *, dtype=None, device=None: np.full(shape, value, dtype="float64")
    },
    "arange": {
        "upwards": lambda start, stop=None, step=1, *, dtype=None, device=None: np.arange(
            start, stop, abs(step), dtype=dtype
        )
    },
    "meshgrid": {"ignoring indexing": lambda *arrays, indexing="xy": np.meshgrid(*arrays, indexing="ij")},
    "roll": {"forwards": lambda x, /, shift, *, axis=None: np.roll(x, np.abs(shift), axis=axis)},
    "repeat": {
        "as tile": lambda x, n, /, *, axis=None: (
            np.tile(x, n) if isinstance(n, int) and axis is None else np.repeat(x, n, axis=axis)
        )
    },
    "concat": {"along the first axis": lambda arrays, /, *, axis=0: np.concatenate(arrays, axis=0)},
    "nonzero": {"together": lambda x, /: np.argwhere(x)},
    "count_nonzero": {
        "as int32": lambda x, /, *, axis=None, keepdims=False: np.asarray(
            np.count_nonzero(x, axis=axis, keepdims=keepdims), dtype="int32"
        )
    },
    "add": {"keeping no dimensions": lambda a, b, /: np.add(a, b).ravel()},
    "nextafter": {"upwards": lambda a, b, /: np.nextafter(a, a.dtype.type(np.inf))},
    "argmax": {
        "last of equals": lambda x, /, *, axis=None, keepdims=False: np.argmax(
            np.flip(x), axis=axis, keepdims=keepdims
        )
    },
}
