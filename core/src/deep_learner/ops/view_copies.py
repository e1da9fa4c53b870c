"""Copies of views: `narrow_copy` and the like, which give the values of a view in memory of their own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..tensor import Tensor
from .broadcasting import broadcast_to
from .casting import clone
from .complex_parts import view_as_complex, view_as_real
from .diagonal import diagonal
from .indexing.slices import narrow, select
from .out import with_out
from .shape import expand_dims, permute_dims, reshape, squeeze, t, transpose
from .splitting import split, unstack
from .windows import as_strided, unfold

_VIEWS: dict[str, Callable[..., Any]] = {
    "as_strided": as_strided, "diagonal": diagonal, "expand": broadcast_to, "narrow": narrow, "permute": permute_dims,
    "select": select, "split": split, "split_with_sizes": split, "squeeze": squeeze, "t": t, "transpose": transpose,
    "unbind": unstack, "unfold": unfold, "unsqueeze": expand_dims, "view": reshape, "view_as_complex": view_as_complex,
    "view_as_real": view_as_real,
}  # fmt: skip


def _copying(name: str, view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view, assigned=("__annotations__",), updated=())
    def copied(*args: Any, **kwargs: Any) -> Any:
        made = view(*args, **kwargs)
        return clone(made) if isinstance(made, Tensor) else tuple([clone(part) for part in made])

    copied.__name__ = copied.__qualname__ = f"{name}_copy"
    copied.__doc__ = f"As `{name}`, in memory of its own."
    return with_out(copied)


def table() -> dict[str, Callable[..., Any]]:
    """PyTorch's copies of views, by name."""
    return {
        "alias_copy": clone,
        "detach_copy": detach_copy,
        **{f"{name}_copy": _copying(name, view) for name, view in _VIEWS.items()},
    }


def detach_copy(input: Tensor) -> Tensor:
    """As `detach`, in memory of its own."""
    return clone(input.detach())
