"""Faster versions of operations, by the operation's name, with its signature but for `xp`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

KERNELS: Mapping[str, Callable[..., Any]] = {}
