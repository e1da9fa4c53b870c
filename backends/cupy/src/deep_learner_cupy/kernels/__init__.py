"""Faster versions of operations, by the operation's name, with its signature but for `xp`; and of optimizers' rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deep_learner_cupy.kernels import (
    attention,
    batch_normalization,
    bitcast,
    complex_parts,
    cross_entropy,
    direct,
    elementwise,
    indexing,
    linalg_factorisation,
    linalg_solving,
    normalization,
    optimizers,
    patches,
    pooling,
    recurrent,
    resampling,
    scattering,
    softmax,
    special,
    strided,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KERNELS: Mapping[str, Callable[..., Any]] = {
    **attention.KERNELS,
    **batch_normalization.KERNELS,
    **bitcast.KERNELS,
    **complex_parts.KERNELS,
    **cross_entropy.KERNELS,
    **direct.KERNELS,
    **elementwise.KERNELS,
    **indexing.KERNELS,
    **linalg_factorisation.KERNELS,
    **linalg_solving.KERNELS,
    **normalization.KERNELS,
    **optimizers.KERNELS,
    **patches.KERNELS,
    **pooling.KERNELS,
    **resampling.KERNELS,
    **recurrent.KERNELS,
    **scattering.KERNELS,
    **softmax.KERNELS,
    **special.KERNELS,
    **strided.KERNELS,
}
