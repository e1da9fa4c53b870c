"""Operations that are batched as a whole: for the digits of their own rules, for a backend's kernels, or for speed.

Every other operation is batched step by step, its forward running in the batched namespace. An operation is listed
here under what it does with the dimensions of its operands; its own forward then sees the batch as one more.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ...namespaces.raw import NAMESPACES
from ...ops.registry import find
from ...sequences import is_several
from ..batched import BatchedArray, together, values_of
from ._axes import all_shifted, shifted
from .linear import _packed as packed

if TYPE_CHECKING:
    from ...ops.operation import Operation

Kind = type[BatchedArray]

ELEMENTWISE = (
    "sigmoid", "logsigmoid", "softplus", "silu", "mish", "gelu", "softsign", "tanhshrink", "erf", "erfc",
    "special_erfcx", "erfinv", "i0", "special_i0e", "special_i1", "special_i1e", "special_bessel_j0",
    "special_bessel_j1", "special_bessel_y0", "special_bessel_y1", "special_modified_bessel_k0",
    "special_modified_bessel_k1", "special_scaled_modified_bessel_k0", "special_scaled_modified_bessel_k1",
    "special_airy_ai", "airy_ai_slope", "rsqrt", "exp2", "logaddexp2", "xlogy", "lgamma", "digamma", "polygamma",
    "igamma", "igammac", "special_zeta", "special_entr", "special_xlog1py", "special_ndtri", "leaky_relu", "elu",
    "relu", "hardtanh", "nan_to_num", "frac", "lerp", "fmod", "trunc_divide", "gcd", "lcm", "frexp", "masked_fill",
    "wrap_index", "binary_cross_entropy",
)  # fmt: skip
# Those that work along a dimension, and the parameter that names it.
ALONG = {
    "softmax": "dim", "log_softmax": "dim", "cumprod": "dim", "cummax": "dim", "cummin": "dim",
    "logcumsumexp": "dim", "max_dim": "dim", "min_dim": "dim", "sort": "dim", "topk": "dim", "kthvalue": "dim",
    "median": "dim", "nanmedian": "dim", "mode": "dim", "unfold": "dimension",
}  # fmt: skip
# Those of the last dimensions, which take any number of others before.
TRAILING = (
    "linalg_cholesky", "linalg_cholesky_ex", "cholesky_solve", "cholesky_inverse", "linalg_householder_product",
    "linalg_qr", "linalg_svd", "linalg_svdvals", "linalg_lu_factor_ex", "lu_permutation", "linalg_lu", "lu_unpack",
    "linalg_lu_solve", "linalg_det", "linalg_adjugate", "linalg_slogdet", "linalg_inv", "linalg_inv_ex", "linalg_pinv",
    "linalg_solve_triangular", "linalg_eigh", "linalg_eigvalsh", "linalg_eig", "linalg_eigvals",
    "linalg_ldl_factor_ex", "linalg_ldl_solve", "linalg_matrix_exp", "geqrf", "ormqr",
)  # fmt: skip
# Those that read or write where an index of as many dimensions says, and its operands.
AT_POSITIONS = {
    "gather": ("input", "index"), "scatter_add": ("input", "index", "src"), "scatter_set": ("input", "index", "src"),
}  # fmt: skip
# Those that write rows where a vector says, and what does so where each member has a vector of its own.
ROWS = {"index_add": "scatter_add", "index_copy": "scatter_set"}

# Those of samples along the first dimension of certain operands, which members may follow one another in; the other
# operands must be the same for all members.
OF_SAMPLES = {
    "im2col": ("input",), "col2im": ("input",), "convolution": ("input",), "max_pool": ("input",),
    "max_pool_with_indices": ("input",), "max_pool_backward": ("grad_output", "input", "output"),
    "avg_pool": ("input",), "avg_pool_backward": ("grad_output",), "adaptive_max_pool": ("input",),
    "max_unpool": ("input", "indices"),
}  # fmt: skip


def _stepwise(kind: Kind, operation: Operation, values: list[Any]) -> Any:
    return operation.call(functools.partial(operation.forward, NAMESPACES[kind]), values)


def _elementwise(kind: Kind, operation: Operation, values: list[Any]) -> Any:
    under = values_of(kind, *[values[i] for i in operation.operands])
    for i, value in zip(operation.operands, under, strict=True):
        values[i] = value
    return packed(kind, operation.call(operation.apply, values))


def _along(parameter: str, kind: Kind, operation: Operation, values: list[Any]) -> Any:
    x = kind.lifted(values[0])
    place = operation.index[parameter]
    dim = values[place]
    if not x.ndim or dim is None:
        return _stepwise(kind, operation, values)
    values[0] = x.value
    values[place] = all_shifted(dim, x.ndim) if is_several(dim) else shifted(dim, x.ndim)
    return packed(kind, operation.call(operation.apply, values))


def _at_positions(names: tuple[str, ...], kind: Kind, operation: Operation, values: list[Any]) -> Any:
    places = [operation.index[name] for name in names]
    lifted = [kind.lifted(values[i]) for i in places]
    if not lifted[0].ndim or any(0 in one.shape for one in lifted):
        return _stepwise(kind, operation, values)
    for i, value in zip(places, together(*[one.value for one in lifted])[1], strict=True):
        values[i] = value
    values[operation.index["dim"]] = shifted(values[operation.index["dim"]], lifted[0].ndim)
    return kind(operation.call(operation.apply, values))


def _rows(elementwise: str, kind: Kind, operation: Operation, values: list[Any]) -> Any:
    """``index_add(input, dim, index, source, alpha=1)``, or ``index_copy``."""
    x, index, source = (kind.lifted(values[i]) for i in (0, 2, 3))
    if not x.ndim or index.ndim != 1 or source.ndim != x.ndim:
        return _stepwise(kind, operation, values)
    dim = shifted(values[1], x.ndim)
    alpha = operation.option(values, "alpha")
    if index.value._array.shape[0] == 1:
        _, (input, rows) = together(x.value, source.value)
        options = {} if alpha is None else {"alpha": alpha}
        return kind(operation.apply(input, dim, index.value[0], rows, **options))
    _, (input, places, rows) = together(x.value, index.value, source.value)
    places = places.reshape((len(places), *(1,) * (dim - 1), -1, *(1,) * (x.ndim - dim))).broadcast_to(
        rows.shape
    )
    write = find(elementwise)
    assert write is not None
    return kind(write(input, dim, places, rows if alpha in (None, 1) else rows * alpha))


def _of_samples(names: tuple[str, ...], kind: Kind, operation: Operation, values: list[Any]) -> Any:
    places = [operation.index[name] for name in names]
    size, batches = together(*[kind.lifted(values[i]).value for i in places])
    others = [i for i in operation.operands if i not in places and values[i] is not None]
    shared = [kind.lifted(values[i]).value for i in others]
    if any(one._array.shape[0] != 1 for one in shared):
        return _stepwise(kind, operation, values)
    for i, value in zip(others, shared, strict=True):
        values[i] = value[0]
    for i, value in zip(places, batches, strict=True):
        values[i] = value.flatten(0, 1)
    samples = batches[0]._array.shape[1]
    made = packed(kind, operation.call(operation.apply, values))
    return _unfolded(made, size, samples)


def _unfolded(made: Any, size: int, samples: int) -> Any:
    if isinstance(made, BatchedArray):
        value = made.value
        return type(made)(value.reshape((size, samples, *value._array.shape[1:])))
    make: Any = getattr(made.__class__, "_make", tuple)
    return make([_unfolded(one, size, samples) for one in made])


def _rule(name: str) -> Callable[..., Any] | None:
    if name in ELEMENTWISE or name in TRAILING:
        return _elementwise
    if name in ALONG:
        return functools.partial(_along, ALONG[name])
    if name in AT_POSITIONS:
        return functools.partial(_at_positions, AT_POSITIONS[name])
    if name in OF_SAMPLES:
        return functools.partial(_of_samples, OF_SAMPLES[name])
    return functools.partial(_rows, ROWS[name]) if name in ROWS else None


class _Rules(Mapping[str, Callable[..., Any]]):
    """The operations batched as a whole, by name, for one type of batched arrays."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def __getitem__(self, name: str) -> Callable[..., Any]:
        rule, function = _rule(name), find(name)
        if rule is None or function is None:
            raise KeyError(name)
        operation = function.operation

        def batched(*args: Any, **kwargs: Any) -> Any:
            return rule(self._kind, operation, operation.bind(args, kwargs))

        return batched

    def __iter__(self) -> Any:
        return iter((*ELEMENTWISE, *TRAILING, *ALONG, *AT_POSITIONS, *OF_SAMPLES, *ROWS))

    def __len__(self) -> int:
        return len(tuple(iter(self)))


def operation_rules(kind: Kind) -> Mapping[str, Callable[..., Any]]:
    """The operations that are batched as a whole."""
    return _Rules(kind)
