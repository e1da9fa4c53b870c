"""Counts of steps and the like, which optimizers keep on the host, beside parameters that live elsewhere.

A compiled step goes on with them where the parameters are, so that neither need wait for the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..tensor import Tensor

if TYPE_CHECKING:
    from ..optim.optimizer import Optimizer

__all__ = ["bring_counts"]


def bring_counts(optimizers: Iterable[Optimizer]) -> None:
    """Bring single elements in optimizers' states to the devices of the parameters that they are kept for."""
    for optimizer in optimizers:
        for parameter, kept in optimizer.state.items():
            for one in kept.values():
                if _is_elsewhere(one, parameter):
                    one._array = one.to(parameter.device)._array


def _is_elsewhere(one: Any, parameter: Any) -> bool:
    tensors = isinstance(one, Tensor) and isinstance(parameter, Tensor)
    return tensors and one._node is None and not one.shape and one.device != parameter.device
