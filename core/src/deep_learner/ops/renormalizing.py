"""The norms of a tensor's parts along one dimension: limited, or told."""

from __future__ import annotations

from ..tensor import Tensor
from ..typing import Array, Namespace
from ._arrays import require_inexact
from .dims import wrap_dim
from .norm import vector_norm
from .operation import op


@op(autocast={"accelerator": "float32"})
def renorm(xp: Namespace, input: Array, p: float, dim: int, maxnorm: float) -> Array:
    """Scale each part of `input` along `dim` whose `p`-norm exceeds `maxnorm` down to it: shape as `input`.

    The part i along `dim` is all that has the index i there. Floating-point or complex.
    Raises: RuntimeError for fewer than two dimensions, a `p` that is not positive, a negative `maxnorm` or integers;
    IndexError for a dimension that does not exist.
    """
    if p <= 0:
        raise RuntimeError(f"renorm: non-positive-norm not supported. Received: p={p}")
    require_inexact(input)
    if input.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions")
    axis = wrap_dim(dim, input.ndim)
    if not maxnorm >= 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    others = tuple([other for other in range(input.ndim) if other != axis])
    norms = xp.vector_norm(input, p, others, True)
    scale = xp.where(norms > maxnorm, maxnorm / (norms + 1e-7), xp.ones_like(norms))
    return input * xp.astype(scale, input.dtype)


def norm_except_dim(v: Tensor, pow: float = 2, dim: int = 0) -> Tensor:
    """The norms of the parts along `dim`, of size 1 in all other dimensions; of the whole tensor, 0-d, for -1."""
    if dim == -1:
        return vector_norm(v, pow)
    axis = wrap_dim(dim, v.ndim)
    others = tuple([other for other in range(v.ndim) if other != axis])
    return vector_norm(v, pow, others, True) if others else abs(v)
