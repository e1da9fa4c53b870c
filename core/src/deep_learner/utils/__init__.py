"""Helpers around training: `data` holds data sets and loaders."""

from __future__ import annotations

from . import data

__all__ = ["data"]
