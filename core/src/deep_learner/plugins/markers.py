"""The two marks of pluggy, bound to this project's name."""

from __future__ import annotations

from typing import Final

import pluggy

__all__ = ["PROJECT", "hookimpl", "hookspec"]

PROJECT: Final = "deep_learner"
"""pluggy's project name, and the group of entry points in which plugins are found."""

hookspec: Final = pluggy.HookspecMarker(PROJECT)
"""Marks the specification of a hook; a plugin that announces events of its own uses it."""

hookimpl: Final = pluggy.HookimplMarker(PROJECT)
"""Marks a function as the implementation of the hook of its name; with `optionalhook=True` also of one that
belongs to a plugin which may not be installed."""
