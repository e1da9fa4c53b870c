"""Faster versions of operations, by the operation's name, with its signature but for `xp`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KERNELS: Mapping[str, Callable[..., Any]] = {}
