"""Helpers around training: `data` holds data sets and loaders."""

from __future__ import annotations

from deep_learner.utils import data

__all__ = ["data"]
