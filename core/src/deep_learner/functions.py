"""PyTorch's names for the operations: what ``deep_learner.<name>`` offers beside classes and modes.

Operations carry the array standard's names where it has one; the second names of PyTorch stand here, once.
"""

from __future__ import annotations

from .ops import in_place_functions, view_copies
from .ops.activation import logit, sigmoid
from .ops.arithmetic import (
    abs, addcdiv, addcmul, copysign, lerp, multiply, negative, nextafter, sign,
)  # fmt: skip
from .ops.bessel import i0
from .ops.broadcasting import broadcast_shapes, broadcast_to, expand_as
from .ops.buffers import frombuffer
from .ops.casting import astype, clone
from .ops.comparison import (
    allclose, array_equal, equal, greater, greater_equal, isclose, isfinite, isinf, isnan, isneginf, isposinf, less,
    less_equal, not_equal, signbit,
)  # fmt: skip
from .ops.complex import angle, conj, imag, is_conj, is_neg, isreal, real, resolve_conj, resolve_neg
from .ops.complex_parts import complex, polar, view_as_complex, view_as_real
from .ops.counting import bincount
from .ops.covariance import corrcoef, cov
from .ops.creation import as_tensor, asarray, from_dlpack, from_numpy, scalar_tensor, tensor
from .ops.cumulative import (
    cummax, cummin, cumprod, cumsum, cumulative_trapezoid, diff, logcumsumexp, trapezoid,
)  # fmt: skip
from .ops.diagonal import (
    diag, diag_embed, diagflat, diagonal, diagonal_scatter, tril, tril_indices, triu, triu_indices,
)  # fmt: skip
from .ops.distance import cdist, cosine_similarity, dist, pairwise_distance
from .ops.division import div, floor_divide, fmod, reciprocal, remainder
from .ops.divisors import gcd, lcm
from .ops.einsum import einsum
from .ops.exponential import exp, exp2, expm1, log, log1p, log2, log10, logaddexp, logaddexp2, xlogy
from .ops.exponents import frexp
from .ops.extrema import amax, amin, aminmax, argmax, argmin, max, min
from .ops.factorisation.cholesky import cholesky_inverse, cholesky_solve
from .ops.factorisation.householder import geqrf, linalg_householder_product, ormqr
from .ops.factorisation.low_rank import pca_lowrank, svd_lowrank
from .ops.factorisation.lu_solving import lu_unpack
from .ops.factorisation.older import cholesky, lu, lu_solve, qr, svd
from .ops.filling import empty, empty_like, eye, full, full_like, ones, ones_like, zeros, zeros_like
from .ops.finite_differences import gradient
from .ops.gamma import digamma, lgamma, polygamma
from .ops.histograms import histc, histogram, histogramdd
from .ops.inclusive_range import range
from .ops.incomplete_gamma import igamma, igammac, mvlgamma
from .ops.indexing.getitem import index_put
from .ops.indexing.masked import masked_scatter, put
from .ops.indexing.rows import index_add, index_copy, index_fill, index_reduce
from .ops.indexing.scatter import scatter, scatter_add, scatter_reduce
from .ops.indexing.select import gather, index_select, masked_select, take_along_dim, take_flat
from .ops.indexing.slices import narrow, select, select_scatter, slice_scatter
from .ops.joining import column_stack, combinations, concat, dstack, hstack, stack, vstack
from .ops.layouts import empty_permuted, empty_strided
from .ops.limits import clamp_max, clamp_min
from .ops.linalg import addbmm, addmm, addmv, addr, baddbmm, bmm, matmul, mm, mv
from .ops.logical import (
    bitwise_and, bitwise_invert, bitwise_left_shift, bitwise_or, bitwise_right_shift, bitwise_xor, logical_and,
    logical_not, logical_or, logical_xor,
)  # fmt: skip
from .ops.matrix_function import linalg_matrix_exp, linalg_matrix_power
from .ops.norm import norm
from .ops.order_statistics import median, mode, nanmedian, nanquantile, quantile
from .ops.overwriting import fill
from .ops.padding import constant_pad_nd
from .ops.places import nonzero_static, unravel_index
from .ops.power import float_power, hypot, ldexp, pow, rsqrt, sqrt, square
from .ops.products import chain_matmul, cross, dot, inner, kron, outer, tensordot, trace, vdot, vecdot
from .ops.questions import (
    detach, get_device, is_complex, is_floating_point, is_inference, is_nonzero, is_same_size, is_signed, numel,
)  # fmt: skip
from .ops.ranges import arange, linspace, logspace
from .ops.rectifier import celu, hardshrink, prelu, relu, selu, threshold
from .ops.reduction import all, any, count_nonzero, mean, nanmean, nansum, prod, sum
from .ops.renormalizing import norm_except_dim, renorm
from .ops.repeating import flip, fliplr, flipud, repeat_interleave, roll, rot90, tile
from .ops.rounding import ceil, floor, frac, round, trunc
from .ops.scaled import add, positive, rsub, subtract
from .ops.searching import argwhere, bucketize, isin, nonzero, searchsorted
from .ops.selection import clip, fmax, fmin, heaviside, masked_fill, maximum, minimum, nan_to_num, where
from .ops.shape import (
    adjoint, expand_dims, flatten, moveaxis, permute_dims, ravel, reshape, squeeze, t, transpose, unflatten,
)  # fmt: skip
from .ops.short_time_fourier import istft, stft
from .ops.softmax import log_softmax, logsumexp, softmax
from .ops.solving.determinant import linalg_det, linalg_slogdet, logdet
from .ops.solving.inverse import linalg_inv
from .ops.solving.pseudo_inverse import pinverse
from .ops.solving.triangular import triangular_solve
from .ops.sorting import argsort, kthvalue, msort, sort, topk
from .ops.special import erf, erfc, erfinv
from .ops.splitting import chunk, dsplit, hsplit, split, tensor_split, unstack, vsplit
from .ops.trigonometric import (
    acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, deg2rad, rad2deg, sin, sinc, sinh, tan, tanh,
)  # fmt: skip
from .ops.uniqueness import unique, unique_consecutive
from .ops.vandermonde import vander
from .ops.variadic import (
    atleast_1d, atleast_2d, atleast_3d, block_diag, broadcast_tensors, cartesian_prod, meshgrid,
)  # fmt: skip
from .ops.variance import std, std_mean, var, var_mean
from .ops.window_functions import bartlett_window, blackman_window, hamming_window, hann_window, kaiser_window
from .ops.windows import as_strided, as_strided_scatter, unfold

# PyTorch's second names.
absolute = abs
arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh = acos, acosh, asin, asinh, atan, atan2, atanh
bitwise_not = bitwise_invert
cat = concatenate = concat
clamp = clip
conj_physical = conj
det, slogdet, inverse = linalg_det, linalg_slogdet, linalg_inv
divide = true_divide = div
eq, ne, lt, le, gt, ge = equal, not_equal, less, less_equal, greater, greater_equal
fix = trunc
matrix_exp, matrix_power = linalg_matrix_exp, linalg_matrix_power
movedim = moveaxis
ger = outer
mul = multiply
neg = negative
orgqr = linalg_householder_product
permute = permute_dims
row_stack = vstack
sgn = sign
split_with_sizes = split
sub = subtract
swapaxes = swapdims = transpose
take = take_flat
trapz = trapezoid
unbind = unstack
unsafe_chunk, unsafe_split, unsafe_split_with_sizes = chunk, split, split
unsqueeze = expand_dims
equal = array_equal  # torch.equal compares whole tensors; torch.eq their elements

__all__ = [
    "abs", "absolute", "acos", "acosh", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addr",
    "adjoint", "all", "allclose", "amax", "amin", "aminmax", "angle", "any", "arange", "arccos",
    "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin", "argsort",
    "argwhere", "as_strided", "as_strided_scatter", "as_tensor", "asarray", "asin", "asinh", "astype", "atan",
    "atan2", "atanh", "atleast_1d",
    "atleast_2d", "atleast_3d", "baddbmm", "bartlett_window", "bincount", "bitwise_and", "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "blackman_window", "block_diag", "bmm",
    "broadcast_shapes", "broadcast_tensors", "broadcast_to", "bucketize", "cartesian_prod", "cat",
    "cdist", "ceil", "celu", "chain_matmul", "cholesky", "cholesky_inverse", "cholesky_solve",
    "chunk", "clamp", "clamp_max", "clamp_min", "clip", "clone", "column_stack",
    "combinations", "complex", "concat", "concatenate", "conj", "conj_physical",
    "constant_pad_nd", "copysign", "corrcoef", "cos", "cosh",
    "cosine_similarity", "count_nonzero", "cov", "cross", "cummax", "cummin", "cumprod", "cumsum",
    "cumulative_trapezoid", "deg2rad", "det", "detach", "diag", "diag_embed", "diagflat", "diagonal",
    "diagonal_scatter",
    "diff", "digamma", "dist", "div", "divide", "dot", "dsplit", "dstack", "einsum", "empty",
    "empty_like", "empty_permuted", "empty_strided", "eq", "equal", "erf", "erfc", "erfinv", "exp", "exp2",
    "expand_as", "expand_dims",
    "expm1", "eye", "fill", "fix", "flatten", "flip", "fliplr", "flipud", "float_power", "floor", "floor_divide",
    "fmax", "fmin", "fmod", "frac", "frexp", "from_dlpack", "from_numpy", "frombuffer", "full", "full_like",
    "gather", "gcd", "ge", "geqrf",
    "ger", "get_device", "gradient", "greater", "greater_equal", "gt", "hamming_window", "hann_window", "hardshrink",
    "heaviside", "histc", "histogram", "histogramdd", "hsplit", "hstack",
    "hypot", "i0", "igamma", "igammac", "imag",
    "index_add", "index_copy", "index_fill", "index_put", "index_reduce", "index_select", "inner",
    "is_complex", "is_conj", "is_floating_point", "is_inference", "is_neg",
    "inverse", "is_nonzero", "is_same_size", "is_signed", "isclose", "isfinite", "isin", "isinf", "isnan",
    "isneginf", "isposinf", "isreal", "istft",
    "kaiser_window", "kron", "kthvalue", "lcm", "ldexp",
    "le", "lerp", "less", "less_equal", "lgamma", "linspace", "log", "log10", "log1p", "log2",
    "log_softmax", "logaddexp", "logaddexp2", "logcumsumexp", "logdet", "logical_and", "logical_not", "logical_or",
    "logical_xor", "logit", "logspace", "logsumexp", "lt", "lu", "lu_solve", "lu_unpack",
    "masked_fill", "masked_scatter",
    "masked_select", "matmul", "matrix_exp", "matrix_power",
    "max", "maximum", "mean", "median", "meshgrid", "min", "minimum", "mm",
    "mode", "moveaxis", "movedim", "msort", "mul", "multiply", "mv", "mvlgamma", "nan_to_num", "nanmean", "nanmedian",
    "nanquantile", "nansum", "narrow", "ne", "neg", "negative", "nextafter", "nonzero", "nonzero_static", "norm",
    "norm_except_dim", "not_equal", "numel", "ones", "ones_like", "orgqr", "ormqr", "outer",
    "pairwise_distance", "pca_lowrank",
    "permute", "permute_dims", "polar",
    "pinverse", "polygamma", "positive", "pow", "prelu", "prod", "put", "qr", "quantile", "rad2deg", "range",
    "ravel", "real",
    "reciprocal", "relu", "remainder", "renorm", "repeat_interleave", "reshape", "resolve_conj",
    "resolve_neg", "roll", "rot90", "round",
    "row_stack", "rsqrt", "rsub", "scalar_tensor", "scatter", "scatter_add", "scatter_reduce",
    "searchsorted", "select", "select_scatter", "selu", "sgn", "sigmoid", "sign", "signbit", "sin", "sinc",
    "sinh", "slice_scatter", "slogdet", "softmax", "sort", "split", "split_with_sizes", "sqrt", "square", "squeeze",
    "stack", "std", "std_mean", "stft", "sub", "subtract", "sum", "svd", "svd_lowrank", "swapaxes", "swapdims",
    "t", "take",
    "take_along_dim", "tan", "tanh", "tensor", "tensor_split", "tensordot", "threshold", "tile", "topk",
    "trace", "transpose", "trapezoid", "trapz", "triangular_solve", "tril", "tril_indices", "triu", "triu_indices",
    "true_divide",
    "trunc", "unbind", "unflatten", "unfold", "unique", "unique_consecutive", "unravel_index", "unsafe_chunk",
    "unsafe_split", "unsafe_split_with_sizes", "unsqueeze", "unstack", "vander", "var",
    "var_mean", "vdot", "vecdot", "view_as_complex", "view_as_real", "vsplit", "vstack", "where",
    "xlogy", "zeros", "zeros_like",
]  # fmt: skip
# What tables make.
globals().update(view_copies.table(), **in_place_functions.table())
__all__ += [*view_copies.table(), *in_place_functions.table()]
