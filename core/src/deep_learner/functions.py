"""PyTorch's names for the operations: what ``deep_learner.<name>`` offers beside classes and modes.

Operations carry the array standard's names where it has one; the second names of PyTorch stand here, once.
"""

from __future__ import annotations

from .ops.activation import logit, sigmoid
from .ops.arithmetic import (
    abs, addcdiv, addcmul, copysign, lerp, multiply, negative, nextafter, positive, sign,
)  # fmt: skip
from .ops.broadcasting import broadcast_shapes, broadcast_to, expand_as
from .ops.casting import astype, clone
from .ops.comparison import (
    allclose, array_equal, equal, greater, greater_equal, isclose, isfinite, isinf, isnan, isneginf, isposinf, less,
    less_equal, not_equal, signbit,
)  # fmt: skip
from .ops.complex import angle, conj, imag, real
from .ops.creation import as_tensor, asarray, from_dlpack, from_numpy, scalar_tensor, tensor
from .ops.cumulative import (
    cummax, cummin, cumprod, cumsum, cumulative_trapezoid, diff, logcumsumexp, trapezoid,
)  # fmt: skip
from .ops.diagonal import (
    diag, diag_embed, diagflat, diagonal, diagonal_scatter, tril, tril_indices, triu, triu_indices,
)  # fmt: skip
from .ops.distance import cdist, cosine_similarity, dist, pairwise_distance
from .ops.division import div, floor_divide, fmod, reciprocal, remainder
from .ops.einsum import einsum
from .ops.exponential import exp, exp2, expm1, log, log1p, log2, log10, logaddexp, logaddexp2, xlogy
from .ops.extrema import amax, amin, aminmax, argmax, argmin, max, min
from .ops.filling import empty, empty_like, eye, full, full_like, ones, ones_like, zeros, zeros_like
from .ops.gamma import digamma, lgamma, polygamma
from .ops.indexing.getitem import index_put
from .ops.indexing.masked import masked_scatter, put
from .ops.indexing.rows import index_add, index_copy, index_fill, index_reduce
from .ops.indexing.scatter import scatter, scatter_add, scatter_reduce
from .ops.indexing.select import gather, index_select, masked_select, take_along_dim, take_flat
from .ops.indexing.slices import narrow, select, select_scatter, slice_scatter
from .ops.joining import column_stack, combinations, concat, dstack, hstack, stack, vstack
from .ops.linalg import addbmm, addmm, addmv, addr, baddbmm, bmm, matmul, mm, mv
from .ops.logical import (
    bitwise_and, bitwise_invert, bitwise_left_shift, bitwise_or, bitwise_right_shift, bitwise_xor, logical_and,
    logical_not, logical_or, logical_xor,
)  # fmt: skip
from .ops.norm import norm
from .ops.order_statistics import median, mode, nanmedian, nanquantile, quantile
from .ops.padding import constant_pad_nd
from .ops.power import float_power, hypot, ldexp, pow, rsqrt, sqrt, square
from .ops.products import chain_matmul, cross, dot, inner, kron, outer, tensordot, trace, vdot, vecdot
from .ops.ranges import arange, linspace, logspace
from .ops.rectifier import celu, hardshrink, prelu, relu, selu, threshold
from .ops.reduction import all, any, count_nonzero, mean, nanmean, nansum, prod, sum
from .ops.repeating import flip, fliplr, flipud, repeat_interleave, roll, rot90, tile
from .ops.rounding import ceil, floor, frac, round, trunc
from .ops.scaled import add, rsub, subtract
from .ops.searching import argwhere, bucketize, isin, nonzero, searchsorted
from .ops.selection import clip, fmax, fmin, heaviside, masked_fill, maximum, minimum, nan_to_num, where
from .ops.shape import (
    adjoint, expand_dims, flatten, moveaxis, permute_dims, ravel, reshape, squeeze, t, transpose, unflatten,
)  # fmt: skip
from .ops.softmax import log_softmax, logsumexp, softmax
from .ops.sorting import argsort, kthvalue, msort, sort, topk
from .ops.special import erf, erfc, erfinv
from .ops.splitting import chunk, dsplit, hsplit, split, tensor_split, unstack, vsplit
from .ops.trigonometric import (
    acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, deg2rad, rad2deg, sin, sinc, sinh, tan, tanh,
)  # fmt: skip
from .ops.uniqueness import unique, unique_consecutive
from .ops.variadic import (
    atleast_1d, atleast_2d, atleast_3d, block_diag, broadcast_tensors, cartesian_prod, meshgrid,
)  # fmt: skip
from .ops.variance import std, std_mean, var, var_mean

# PyTorch's second names.
absolute = abs
arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh = acos, acosh, asin, asinh, atan, atan2, atanh
bitwise_not = bitwise_invert
cat = concatenate = concat
clamp = clip
divide = true_divide = div
eq, ne, lt, le, gt, ge = equal, not_equal, less, less_equal, greater, greater_equal
fix = trunc
movedim = moveaxis
mul = multiply
neg = negative
permute = permute_dims
row_stack = vstack
split_with_sizes = split
sub = subtract
swapaxes = swapdims = transpose
take = take_flat
unbind = unstack
unsqueeze = expand_dims
equal = array_equal  # torch.equal compares whole tensors; torch.eq their elements

__all__ = [
    "abs", "absolute", "acos", "acosh", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addr",
    "adjoint", "all", "allclose", "amax", "amin", "aminmax", "angle", "any", "arange", "arccos",
    "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin", "argsort",
    "argwhere", "as_tensor", "asarray", "asin", "asinh", "astype", "atan", "atan2", "atanh", "atleast_1d",
    "atleast_2d", "atleast_3d", "baddbmm", "bitwise_and", "bitwise_invert", "bitwise_left_shift",
    "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "block_diag", "bmm",
    "broadcast_shapes", "broadcast_tensors", "broadcast_to", "bucketize", "cartesian_prod", "cat",
    "cdist", "ceil", "celu", "chain_matmul", "chunk", "clamp", "clip", "clone", "column_stack",
    "combinations", "concat", "concatenate", "conj", "constant_pad_nd", "copysign", "cos", "cosh",
    "cosine_similarity", "count_nonzero", "cross", "cummax", "cummin", "cumprod", "cumsum",
    "cumulative_trapezoid", "deg2rad", "diag", "diag_embed", "diagflat", "diagonal", "diagonal_scatter",
    "diff", "digamma", "dist", "div", "divide", "dot", "dsplit", "dstack", "einsum", "empty",
    "empty_like", "eq", "equal", "erf", "erfc", "erfinv", "exp", "exp2", "expand_as", "expand_dims",
    "expm1", "eye", "fix", "flatten", "flip", "fliplr", "flipud", "float_power", "floor", "floor_divide",
    "fmax", "fmin", "fmod", "frac", "from_dlpack", "from_numpy", "full", "full_like", "gather", "ge",
    "greater", "greater_equal", "gt", "hardshrink", "heaviside", "hsplit", "hstack", "hypot", "imag",
    "index_add", "index_copy", "index_fill", "index_put", "index_reduce", "index_select", "inner",
    "isclose", "isfinite", "isin", "isinf", "isnan", "isneginf", "isposinf", "kron", "kthvalue", "ldexp",
    "le", "lerp", "less", "less_equal", "lgamma", "linspace", "log", "log10", "log1p", "log2",
    "log_softmax", "logaddexp", "logaddexp2", "logcumsumexp", "logical_and", "logical_not", "logical_or",
    "logical_xor", "logit", "logspace", "logsumexp", "lt", "masked_fill", "masked_scatter",
    "masked_select", "matmul", "max", "maximum", "mean", "median", "meshgrid", "min", "minimum", "mm",
    "mode", "moveaxis", "movedim", "msort", "mul", "multiply", "mv", "nan_to_num", "nanmean", "nanmedian",
    "nanquantile", "nansum", "narrow", "ne", "neg", "negative", "nextafter", "nonzero", "norm",
    "not_equal", "ones", "ones_like", "outer", "pairwise_distance", "permute", "permute_dims",
    "polygamma", "positive", "pow", "prelu", "prod", "put", "quantile", "rad2deg", "ravel", "real",
    "reciprocal", "relu", "remainder", "repeat_interleave", "reshape", "roll", "rot90", "round",
    "row_stack", "rsqrt", "rsub", "scalar_tensor", "scatter", "scatter_add", "scatter_reduce",
    "searchsorted", "select", "select_scatter", "selu", "sigmoid", "sign", "signbit", "sin", "sinc",
    "sinh", "slice_scatter", "softmax", "sort", "split", "split_with_sizes", "sqrt", "square", "squeeze",
    "stack", "std", "std_mean", "sub", "subtract", "sum", "swapaxes", "swapdims", "t", "take",
    "take_along_dim", "tan", "tanh", "tensor", "tensor_split", "tensordot", "threshold", "tile", "topk",
    "trace", "transpose", "trapezoid", "tril", "tril_indices", "triu", "triu_indices", "true_divide",
    "trunc", "unbind", "unflatten", "unique", "unique_consecutive", "unsqueeze", "unstack", "var",
    "var_mean", "vdot", "vecdot", "vsplit", "vstack", "where", "xlogy", "zeros", "zeros_like",
]  # fmt: skip
