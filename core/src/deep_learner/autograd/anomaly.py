"""Anomaly mode: remember where each operation was called, and stop at the first gradient that is not a number."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any

from .modes import modes

if TYPE_CHECKING:
    from types import FrameType

    from .graph import Node

_OURS = ("deep_learner.", "deep_learner_")  # the engine and plugins named after it


def user_frame() -> FrameType:
    """The innermost frame of the caller's program, outside the engine."""
    frame = sys._getframe()
    while frame.f_back is not None and f"{frame.f_globals.get('__name__')}.".startswith(_OURS):
        frame = frame.f_back
    return frame


def user_line() -> str:
    """The innermost line of the caller's program, outside the engine, as a traceback shows it."""
    return "".join(traceback.format_stack(user_frame(), limit=1)).rstrip()


def remember_line(node: Node) -> None:
    """Keep the user's line with a new node."""
    node.trace = user_line()


def where(node: Node) -> str:
    """What is known about where a node was made."""
    trace = getattr(node, "trace", None)
    if trace is None:
        return (
            "turn on deep_learner.autograd.set_detect_anomaly(True) before the forward pass to see the line"
        )
    return f"it was recorded at\n{trace}"


class set_detect_anomaly:
    """Switch anomaly mode on or off, at once and until the end of the ``with`` block if there is one.

    While it is on, operations remember the user's line, an error in a backward pass names the operation and that
    line, and a gradient that is NaN is an error.

    Parameters
    ----------
    mode
        On or off.
    check_nan
        Whether NaN gradients are errors.
    """

    check_nan = True

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = (modes.anomaly, set_detect_anomaly.check_nan)
        modes.anomaly = mode
        set_detect_anomaly.check_nan = check_nan

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        modes.anomaly, set_detect_anomaly.check_nan = self._before


class detect_anomaly(set_detect_anomaly):
    """``with detect_anomaly(): ...`` is ``set_detect_anomaly(True)`` for a block."""

    def __init__(self, check_nan: bool = True) -> None:
        super().__init__(True, check_nan)


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on."""
    return modes.anomaly


def check_not_nan(node: Node, gradients: Any) -> None:
    """Refuse NaN among the gradients that a node made.

    Raises
    ------
    RuntimeError
        If there is one.
    """
    from ..namespaces.raw import NAMESPACES
    from ..tensor import Tensor

    for i, gradient in enumerate(gradients):
        array = gradient._array if isinstance(gradient, Tensor) else gradient
        if array is not None and bool(_any_nan(NAMESPACES[type(array)], array)):
            raise RuntimeError(f"{node.name()} returned nan values in its output {i}; {where(node)}")


def _any_nan(xp: Any, array: Any) -> Any:
    return xp.any(array != array)
