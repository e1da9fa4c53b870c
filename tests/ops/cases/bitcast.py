"""Cases of ops/bitcast.py."""

from __future__ import annotations

from tests.ops.case import Case, S, arr, ints

CASES = [
    Case(
        "bitcast",
        reference=lambda input, dtype: input.view(dtype),
        samples=[
            S(arr(2, 3), "int64"),
            S(arr(2, 3), "int16"),
            S(arr(2, 4), "complex128"),
            S(ints(3, 2), "uint8"),
            S(ints(), "float64"),
            S(arr(0, 2), "int32"),
        ],
        differentiable=False,
        kernel_only=True,
        dtypes=("float64",),
    )
]
