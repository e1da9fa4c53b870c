"""What is raised where a step cannot be compiled."""

from __future__ import annotations

__all__ = ["CannotTrace"]


class CannotTrace(RuntimeError):  # noqa: N818
    """A step does what no list of operations can repeat."""
