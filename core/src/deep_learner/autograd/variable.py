"""`Variable`, as tensors that record were called in PyTorch's first years."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor

__all__ = ["Variable"]


def Variable(data: Any, requires_grad: bool = False, volatile: bool | None = None) -> Tensor:  # noqa: N802
    """The tensor itself, or a tensor of the data; it requires a gradient if that is asked for.

    Parameters
    ----------
    data
        What `tensor` takes.
    requires_grad
        Whether to record what is done with it.
    volatile
        Accepted for PyTorch's sake; use ``no_grad()``.
    """
    from ..functions import as_tensor

    variable: Tensor = as_tensor(data).detach()
    return variable.requires_grad_() if requires_grad else variable
