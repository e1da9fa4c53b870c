"""The names of the Python Array API standard, 2024.12: the main namespace, and its extensions.

https://data-apis.org/array-api/2024.12/API_specification/index.html
"""

from __future__ import annotations

CONSTANTS = frozenset({"e", "inf", "nan", "newaxis", "pi"})
DTYPES = frozenset({
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float32", "float64", "complex64", "complex128",
})  # fmt: skip
CREATION = frozenset({
    "arange", "asarray", "empty", "empty_like", "eye", "from_dlpack", "full", "full_like", "linspace", "meshgrid",
    "ones", "ones_like", "tril", "triu", "zeros", "zeros_like",
})  # fmt: skip
DATA_TYPES = frozenset({
    "astype", "broadcast_arrays", "broadcast_to", "can_cast", "finfo", "iinfo", "isdtype", "result_type",
})  # fmt: skip
ELEMENTWISE = frozenset({
    "abs", "acos", "acosh", "add", "asin", "asinh", "atan", "atan2", "atanh", "bitwise_and", "bitwise_left_shift",
    "bitwise_invert", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "ceil", "clip", "conj", "copysign", "cos",
    "cosh", "divide", "equal", "exp", "expm1", "floor", "floor_divide", "greater", "greater_equal", "hypot", "imag",
    "isfinite", "isinf", "isnan", "less", "less_equal", "log", "log10", "log1p", "log2", "logaddexp", "logical_and",
    "logical_not", "logical_or", "logical_xor", "maximum", "minimum", "multiply", "negative", "nextafter",
    "not_equal", "positive", "pow", "real", "reciprocal", "remainder", "round", "sign", "signbit", "sin", "sinh",
    "sqrt", "square", "subtract", "tan", "tanh", "trunc",
})  # fmt: skip
INDEXING = frozenset({"take", "take_along_axis"})
LINEAR_ALGEBRA = frozenset({"matmul", "matrix_transpose", "tensordot", "vecdot"})
MANIPULATION = frozenset({
    "broadcast_arrays", "broadcast_to", "concat", "expand_dims", "flip", "moveaxis", "permute_dims", "repeat",
    "reshape", "roll", "squeeze", "stack", "tile", "unstack",
})  # fmt: skip
SEARCHING = frozenset({"argmax", "argmin", "count_nonzero", "nonzero", "searchsorted", "where"})
SETS = frozenset({"unique_all", "unique_counts", "unique_inverse", "unique_values"})
SORTING = frozenset({"argsort", "sort"})
STATISTICAL = frozenset({
    "cumulative_prod", "cumulative_sum", "max", "mean", "min", "prod", "std", "sum", "var",
})  # fmt: skip
UTILITY = frozenset({"all", "any", "diff"})
INSPECTION = frozenset({"__array_namespace_info__"})

STANDARD = (
    CONSTANTS | DTYPES | CREATION | DATA_TYPES | ELEMENTWISE | INDEXING | LINEAR_ALGEBRA | MANIPULATION | SEARCHING
    | SETS | SORTING | STATISTICAL | UTILITY | INSPECTION
)  # fmt: skip
EXTENSIONS = frozenset({"linalg", "fft"})
