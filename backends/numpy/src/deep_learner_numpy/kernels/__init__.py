"""Faster versions of operations, by the operation's name, with its signature but for `xp`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deep_learner_numpy.kernels import (
    cross_entropy,
    cumulative,
    diagonals,
    elementwise,
    error_function,
    gelu,
    indexing,
    nn,
    normalization,
    reduction,
    saturating,
    selection,
    shape,
    softmax,
    sorting,
    special,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KERNELS: Mapping[str, Callable[..., Any]] = {
    **elementwise.KERNELS,
    **diagonals.KERNELS,
    **indexing.KERNELS,
    **saturating.KERNELS,
    **selection.KERNELS,
    **shape.KERNELS,
    **softmax.KERNELS,
    **special.KERNELS,
    **error_function.KERNELS,
    **cumulative.KERNELS,
    **reduction.KERNELS,
    **sorting.KERNELS,
    **gelu.KERNELS,
    **nn.KERNELS,
    **normalization.KERNELS,
    **cross_entropy.KERNELS,
}
