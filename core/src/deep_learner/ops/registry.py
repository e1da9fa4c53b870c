"""Every operation by name, so that a namespace can offer those that the array standard lacks."""

from __future__ import annotations

from typing import Any

OPERATIONS: dict[str, Any] = {}


def add(name: str, function: Any) -> None:
    """Enter an operation.

    Raises
    ------
    ValueError
        If another module has an operation of that name.
    """
    held = OPERATIONS.get(name)
    if held is not None and held.__module__ != function.__module__:
        raise ValueError(
            f"operation {name!r} is defined by {held.__module__} already; "
            f"{function.__module__} must choose another name"
        )
    OPERATIONS[name] = function


def find(name: str) -> Any | None:
    """The public function of the operation ``name``, or None."""
    return OPERATIONS.get(name)
