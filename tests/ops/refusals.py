"""Calls that PyTorch refuses must be refused here, with its type of error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")


def carried(value: Any, make: Any) -> Any:
    """Arrays, also in lists, as a library's tensors."""
    if isinstance(value, np.ndarray):
        return make(value)
    if isinstance(value, list):
        return [carried(item, make) for item in value]
    return value


def assert_refused_alike(call: Callable[..., Any], *arguments: Any) -> None:
    """Call ``call(library, *arguments)`` for both libraries; both must refuse, ours with PyTorch's type.

    Parameters
    ----------
    call
        Takes `torch` or `deep_learner`, and the arguments with arrays as tensors.
    """
    with pytest.raises((IndexError, RuntimeError, TypeError, ValueError)) as theirs:
        call(torch, *[carried(value, torch.tensor) for value in arguments])
    for device in (None, "strict"):
        with pytest.raises(theirs.type):
            call(
                dl,
                *[
                    carried(value, lambda array, at=device: dl.tensor(array, device=at))
                    for value in arguments
                ],
            )
