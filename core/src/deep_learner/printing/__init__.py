"""How tensors are printed: in Deep Learner's own form, or in PyTorch's where its word holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..semantics import follows_torch
from .options import get_printoptions, printoptions, set_printoptions

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = ["get_printoptions", "printoptions", "set_printoptions", "tensor_text"]


def tensor_text(tensor: Tensor, *, tensor_contents: str | None = None) -> str:
    """What ``repr`` and ``str`` give of a tensor.

    Parameters
    ----------
    tensor
        What to print.
    tensor_contents
        What to print in place of its values.
    """
    if hasattr(tensor._array, "depth"):  # within vmap: the members of the batch
        return repr(tensor._array)
    if follows_torch():
        from .pytorch import pytorch_text

        return pytorch_text(tensor, tensor_contents)
    from .native import native_text

    return native_text(tensor, tensor_contents)
