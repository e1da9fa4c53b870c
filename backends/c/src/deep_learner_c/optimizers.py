"""Steps of SGD and Adam for all parameters of a group in one call."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_c.compiler import CannotBuildError
from deep_learner_c.library import load
from deep_learner_c.step import included

if TYPE_CHECKING:
    from deep_learner.typing import Array

__all__ = ["adam", "sgd"]

_DTYPES = {np.dtype(name): 8 * np.dtype(name).itemsize for name in ("float32", "float64")}


def sgd(
    parameters: list[Array], gradients: list[Array], states: list[dict[str, Any]], group: dict[str, Any]
) -> bool:
    """One step of SGD; False if the rule has to make it."""
    if group["differentiable"]:
        return False
    momentum, kept, first = float(group["momentum"]), [], [0.0] * len(parameters)
    if momentum:
        first = [float("momentum_buffer" not in state) for state in states]
        buffers = [
            np.empty_like(parameter) if new else state["momentum_buffer"]
            for parameter, state, new in zip(parameters, states, first, strict=True)
        ]
        kept = [buffers]
    options = (
        _number(group["lr"]), momentum, 1 - float(group["dampening"]), float(group["weight_decay"]),
        float(group["nesterov"]), -1.0 if group["maximize"] else 1.0,
    )  # fmt: skip
    if not _made("sgd", [parameters, gradients, *kept], first, options):
        return False
    for state, buffer in zip(states, *kept, strict=True) if kept else ():
        state["momentum_buffer"] = buffer
    return True


def adam(
    parameters: list[Array], gradients: list[Array], states: list[dict[str, Any]], group: dict[str, Any]
) -> bool:
    """One step of Adam or AdamW; False if the rule has to make it."""
    if group["differentiable"]:
        return False
    beta1, beta2 = map(float, group["betas"])
    rate, decay, decoupled = (
        _number(group["lr"]),
        float(group["weight_decay"]),
        group["decoupled_weight_decay"],
    )
    own: list[float] = []
    for state in states:
        step = float(state["step"]) + 1
        root = (1 - beta2**step) ** 0.5
        own += (rate * root / (1 - beta1**step), float(group["eps"]) * root)
    options = (
        1 - beta1, beta2, 1 - beta2, 1 - rate * decay if decoupled else 1.0, 0.0 if decoupled else decay,
        -1.0 if group["maximize"] else 1.0,
    )  # fmt: skip
    names = ["exp_avg", "exp_avg_sq", *(["max_exp_avg_sq"] if group["amsgrad"] else [])]
    kept = [[state[name] for state in states] for name in names]
    if not _made("adam", [parameters, gradients, *kept], own, options):
        return False
    for state in states:
        state["step"] += 1
    return True


def _number(rate: Any) -> float:
    """A learning rate, which may be an array of one element."""
    return float(np.reshape(rate, ()))


def _made(name: str, arrays: list[list[Array]], own: Sequence[float], options: Sequence[float]) -> bool:
    """Whether a step could be made of parameters, gradients, and what is kept."""
    dtype = arrays[0][0].dtype
    library = _library() if dtype in _DTYPES else None
    if library is None:
        return False
    step = getattr(library, f"{name}{_DTYPES[dtype]}")
    every = tuple(one for row in zip(*arrays, strict=True) for one in row)
    numbers = [(ctypes.c_double * len(one))(*one) for one in (own, options)]
    return bool(step(every, id(dtype), len(arrays[0]), len(arrays), *numbers))


@functools.cache
def _library() -> ctypes.CDLL | None:
    headers = ['#include "functions.h"', '#include "support.h"']
    try:
        library = load("\n".join([*headers, *(included(("optimizers", str(dtype))) for dtype in _DTYPES)]))
    except CannotBuildError:
        return None
    numbers = ctypes.POINTER(ctypes.c_double)
    for name in ("sgd", "adam"):
        for bits in _DTYPES.values():
            step = getattr(library, f"{name}{bits}")
            step.argtypes = (
                ctypes.py_object, ctypes.c_void_p, ctypes.c_long, ctypes.c_long, numbers, numbers,
            )  # fmt: skip
    return library
