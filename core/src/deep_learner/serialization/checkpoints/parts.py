"""The parts of a run, such as its model and its optimizer: taking their states, and putting them back."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, cast

from ...autograd.modes import no_grad
from ...nn import Module
from ...nn._uninitialized import UninitializedTensor
from ...optim import Optimizer
from ...random import Generator
from ...tensor import Tensor

__all__ = ["VALUE", "misfits", "part_of", "put", "snapshot", "state_of"]

VALUE = "value"


def part_of(value: Any) -> dict[str, Any]:
    """What a part must have in common with the one that its state is put into."""
    if isinstance(value, Module):
        return {"kind": "Module"}  # its keys and shapes say more than its class's name
    if isinstance(value, Tensor | Generator):
        return {"kind": "Tensor" if isinstance(value, Tensor) else "Generator"}
    if isinstance(value, Optimizer):  # which knows parameters by their order
        shapes = [" ".join(str(tuple(one.shape)) for one in group["params"]) for group in value.param_groups]
        return {"kind": type(value).__qualname__, "shapes": shapes}
    stateful = callable(getattr(value, "state_dict", None)) and callable(
        getattr(value, "load_state_dict", None)
    )
    return {"kind": type(value).__qualname__ if stateful else VALUE}


def state_of(value: Any) -> Any:
    """What is saved of a part."""
    if isinstance(value, Generator):
        return value.get_state()
    return value if part_of(value)["kind"] in (VALUE, "Tensor") else value.state_dict()


def misfits(value: Any, saved: dict[str, Any], state: Any) -> list[str]:
    """Why a state cannot be put into a part; nothing if it can."""
    part = part_of(value)
    if part["kind"] != saved.get("kind"):
        return [f"was saved from a {saved.get('kind')}, and a {part['kind']} is given"]
    if isinstance(value, Tensor):
        return _differing("", value, state)
    if isinstance(value, Module):
        return _of_modules(value.state_dict(), state)
    if part.get("shapes") != saved.get("shapes"):
        return [
            f"its parameters are of shapes {saved.get('shapes')} in the file and {part.get('shapes')} here"
        ]
    if part["kind"] not in (VALUE, "Generator") and bool(state) != bool(value.state_dict()):
        return [
            f"{'no' if not state else 'a'} state was saved, and the one given keeps {'one' if not state else 'none'}"
        ]
    return []


def _of_modules(here: dict[str, Any], state: Any) -> list[str]:
    if not isinstance(state, dict):
        return [f"no dictionary of tensors was saved but {type(state).__name__}"]
    saved = cast("dict[str, Any]", state)
    lines = [f"{name} is missing in the file" for name in here if name not in saved]
    lines += [f"{name} is not expected here" for name in saved if name not in here]
    return lines + [
        line for name in here if name in saved for line in _differing(name, here[name], saved[name])
    ]


def _differing(name: str, here: Any, saved: Any) -> list[str]:
    if not isinstance(here, Tensor) and not isinstance(saved, Tensor):  # some module's extra state
        return []
    if isinstance(here, UninitializedTensor) and isinstance(saved, Tensor):
        return []
    one, other = _looks(saved), _looks(here)
    return [] if one == other else [f"{name} is {one} in the file and {other} here".strip()]


def _looks(value: Any) -> str:
    return f"{value.dtype.name} {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__


def put(value: Any, state: Any) -> None:
    """Put a state into a part."""
    if isinstance(value, Tensor):
        with no_grad():
            value.copy_(state)
    elif isinstance(value, Generator):
        value.set_state(state)
    elif part_of(value)["kind"] != VALUE:
        value.load_state_dict(state)


def snapshot(value: Any) -> Callable[[], Any]:
    """What puts a part back to where it is now."""
    if isinstance(value, Module):
        kept = {
            name: item
            for name, item in value.state_dict().items()
            if not isinstance(item, UninitializedTensor)
        }
        copied = copy.deepcopy(kept)
        return lambda: value.load_state_dict(copied, strict=False)
    if part_of(value)["kind"] == VALUE:
        return lambda: None
    state = state_of(value)
    replaces = isinstance(value, Optimizer) and type(value).load_state_dict is Optimizer.load_state_dict
    if not replaces:  # an optimizer's tensors are replaced, and those that it had stay as they are
        state = copy.deepcopy(state)
    return lambda: put(value, state)
