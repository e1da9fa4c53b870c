"""Objects whose changes a trace does not see."""

from __future__ import annotations

from typing import Any, cast

from ..namespaces.raw import NAMESPACES
from .code import is_users

__all__ = ["problem_with"]


def problem_with(thing: Any) -> str:
    """Why a step cannot be compiled that reaches an object; nothing if it can."""
    kind = cast("type[Any]", type(thing))
    if hasattr(kind, "__next__"):
        return "is an iterator, which gives something else each time"
    if _is_array(thing):
        return "is an array of a library, whose values may change unseen; make a tensor of it"
    if _is_buffer(thing):
        return f"is of type {kind.__name__}, whose values may change unseen"
    if _draws(thing):
        return f"is of type {kind.__name__}, whose random numbers would be the same in each run"
    return ""


def _is_array(thing: Any) -> bool:
    try:
        backend = NAMESPACES[type(thing)].backend
    except TypeError:
        return False
    return not isinstance(thing, backend.scalar_types) and getattr(thing, "shape", None) is not None


def _is_buffer(thing: Any) -> bool:
    """Whether something shows memory that may be written."""
    try:
        return not memoryview(thing).readonly
    except (TypeError, ValueError, BufferError):
        return False


def _draws(thing: Any) -> bool:
    """Whether something is a library's generator of random numbers."""
    module = type(thing).__module__
    if is_users(module) or module.startswith(("deep_learner", "random")):
        return False
    return hasattr(thing, "bit_generator") or (hasattr(thing, "get_state") and hasattr(thing, "set_state"))
