"""Faster versions of operations, by the operation's name, with its signature but for `xp`; and of optimizers' rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deep_learner_cupy.kernels import (
    cross_entropy,
    direct,
    elementwise,
    indexing,
    normalization,
    optimizers,
    scattering,
    softmax,
    special,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KERNELS: Mapping[str, Callable[..., Any]] = {
    **cross_entropy.KERNELS,
    **direct.KERNELS,
    **elementwise.KERNELS,
    **indexing.KERNELS,
    **normalization.KERNELS,
    **optimizers.KERNELS,
    **scattering.KERNELS,
    **softmax.KERNELS,
    **special.KERNELS,
}
