"""Kinds of functions of CuPy, by their names."""

from __future__ import annotations

# Functions that only look at memory differently.
VIEWS = {
    "array_split", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays", "broadcast_to", "diag",
    "diagonal", "dsplit", "expand_dims", "flip", "fliplr", "flipud", "hsplit", "imag", "matrix_transpose",
    "moveaxis", "permute_dims", "ravel", "real", "reshape", "rollaxis", "rot90", "split", "squeeze",
    "swapaxes", "transpose", "unstack", "vsplit",
}  # fmt: skip
# The shape of the result, or whether there is one, is known only after the host has read something.
READING = {
    "argwhere", "bincount", "compress", "extract", "flatnonzero", "histogram", "intersect1d", "nonzero",
    "setdiff1d", "setxor1d", "trim_zeros", "union1d", "unique", "unique_all", "unique_counts",
    "unique_inverse", "unique_values",
}  # fmt: skip
# Thrust waits for the stream when it has sorted.
SORTING = {"argpartition", "argsort", "lexsort", "median", "partition", "percentile", "quantile", "sort"}
# Products of floating-point numbers by cuBLAS, and all of cuSOLVER: CuPy calls neither while a stream is captured.
CUBLAS = {"dot", "einsum", "inner", "matmul", "tensordot", "vdot", "matrix_power"}
CUSOLVER = {
    "cholesky", "cond", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq", "matrix_rank", "pinv", "qr",
    "slogdet", "solve", "svd", "tensorinv", "tensorsolve",
}  # fmt: skip
# CuPy has no kernel of these for bfloat16.
WITHOUT_BFLOAT16 = {
    "argsort", "cumprod", "cumsum", "cumulative_prod", "cumulative_sum", "lexsort", "searchsorted", "sort", "unique",
    "unique_all", "unique_counts", "unique_inverse", "unique_values",
}  # fmt: skip
# Functions that ask no values, and give none.
METADATA = {
    "broadcast_shapes", "can_cast", "common_type", "iscomplexobj", "isdtype", "isfortran", "isrealobj",
    "isscalar", "issubdtype", "may_share_memory", "min_scalar_type", "ndim", "promote_types",
    "result_type", "shape", "shares_memory", "size",
}  # fmt: skip
# In NumPy these return a truth value of Python, in CuPy an array.
TRUTHS = {"allclose", "array_equal", "array_equiv"}
# Named so, the first parameter must be an array; NumPy would take a list.
OPERANDS = {"a", "arr", "array", "ary", "m", "x"}
# ... but for these.
LENIENT = {"isscalar", "ndim", "shape", "size", "iscomplexobj", "isrealobj", "isclose", "allclose", "asnumpy"}
