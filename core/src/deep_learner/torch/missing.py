"""The error for a name of PyTorch's that is not there: which, where the program asked for it, and the nearest one."""

from __future__ import annotations

import linecache
import sys
from typing import TYPE_CHECKING

from ..errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

_OURS = ("deep_learner", "importlib", "_frozen_importlib")


def asked_at() -> str:
    """Where a program, not Deep Learner itself, is now: ``train.py, line 3: x = torch.foo(y)``; else nothing."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _OURS:
        frame = frame.f_back
    if frame is None:
        return ""
    file, line = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(file, line, frame.f_globals).strip()
    return f" ({file}, line {line}" + (f": {text})" if text else ")")


def missing(name: str, known: Iterable[str], module: str = "torch") -> AttributeError:
    """The error for a name that a module lacks."""
    close = did_you_mean(name, known) if not name.startswith("__") else ""
    return AttributeError(
        f"Deep Learner's {module!r} has no {name!r}{asked_at()}{close}",
        name=name,
        obj=sys.modules.get(module),
    )
