"""Distances and angles between vectors, and vectors brought to length 1.

https://pytorch.org/docs/stable/nn.functional.html#distance-functions
"""

from __future__ import annotations

from ..typing import Array, Namespace
from .operation import op


@op(promote="float", refuses="bool integer", autocast={"accelerator": "float32"})
def dist(xp: Namespace, input: Array, other: Array, p: float = 2) -> Array:
    """The p-norm of the whole difference, broadcast: (*), (*) -> (), floating-point or complex -> real."""
    return xp.vector_norm(input - other, p)


@op(promote="float", refuses="bool", autocast={"accelerator": "float32"})
def pairwise_distance(
    xp: Namespace, x1: Array, x2: Array, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Array:
    """The p-norm of x1 - x2 + eps over the last dimension: (*, d), (*, d) -> (*), broadcast."""
    return xp.vector_norm(x1 - x2 + eps, p, -1, keepdim)


_COMPUTE_MODES = (
    "use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist",
)  # fmt: skip


@op(promote="float", refuses="bool integer complex", autocast="float32")
def cdist(
    xp: Namespace,
    x1: Array,
    x2: Array,
    p: float = 2.0,
    compute_mode: str = "use_mm_for_euclid_dist_if_necessary",
) -> Array:
    """The p-norm between every two rows: (*, m, d), (*, n, d) -> (*, m, n). Raises RuntimeError for unequal
    d and negative p, ValueError for a mode that is not known.

    From the differences themselves, so small distances keep their digits, whatever `compute_mode` says; it needs
    room for (*, m, n, d).
    """
    if not p >= 0:
        raise RuntimeError(f"cdist only supports non-negative p values. Received: {p}")
    if compute_mode not in _COMPUTE_MODES:
        raise ValueError(
            f"{compute_mode} is not a valid value for compute_mode; write one of {_COMPUTE_MODES}"
        )
    if x1.ndim < 2 or x2.ndim < 2 or x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(
            "x1 and x2 need at least two dimensions and as many columns. "
            f"Got: {list(x1.shape)}, {list(x2.shape)}"
        )
    return xp.vector_norm(xp.expand_dims(x1, axis=-2) - xp.expand_dims(x2, axis=-3), p, -1)


@op(promote="float", refuses="bool integer complex", autocast={"accelerator": "float32"})
def cosine_similarity(xp: Namespace, x1: Array, x2: Array, dim: int = 1, eps: float = 1e-8) -> Array:
    """x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) over `dim`: (*), (*) -> (*) without `dim`, broadcast."""
    x1, x2 = xp.broadcast_arrays(x1, x2)
    first, second = (x / xp.clip(xp.vector_norm(x, 2, dim, True), eps, None) for x in (x1, x2))
    return xp.sum(first * second, axis=dim)


@op(autocast={"accelerator": "float32"})
def normalize(xp: Namespace, input: Array, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Array:
    """x / max(|x|_p, eps) over `dim`: (*) -> (*), floating-point or complex.

    Raises RuntimeError for integers and booleans, IndexError for a dimension that does not exist.
    """
    return input / xp.clip(xp.vector_norm(input, p, dim, True), eps, None)
