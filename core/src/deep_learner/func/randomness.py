"""Random numbers within ``vmap``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ops.filling import shape_of
from ..ops.registry import OPERATIONS
from ..random.defaults import chosen
from ..tensor import Tensor, wrap
from ..utils._pytree import tree_flatten
from .batched import BatchedArray, values_of, whole
from .levels import Level, innermost, left


def drawn(form: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a random function gives within the innermost ``vmap`` call.

    Parameters
    ----------
    form
        See :func:`deep_learner.random.members.per_member`.
    function, args, kwargs
        What was called.

    Raises
    ------
    RuntimeError
        If the call's ``randomness`` is ``"error"``.
    """
    level = innermost()
    assert level is not None
    if level.randomness == "error":
        raise RuntimeError(
            "vmap: called random operation while in randomness error mode. Please either use the 'same' or "
            "'different' randomness flags on vmap or perform the randomness operation out of vmap"
        )
    leaves, structure = tree_flatten((list(args), kwargs))
    with left(level):
        batched = [isinstance(leaf, Tensor) and isinstance(leaf._array, level.kind) for leaf in leaves]
        if level.randomness == "same" and not any(batched):
            return function(*args, **kwargs)
        if level.randomness == "different" and form == "sizes":
            return _packed(level, function((level.size, *shape_of(args)), **kwargs))
        if level.randomness == "different" and form == "elements" and isinstance(args[0], Tensor):
            return _for_elements(level, function, leaves, structure)
        return _one_by_one(level, function, leaves, batched, structure)


def _for_elements(level: Level, function: Callable[..., Any], leaves: list[Any], structure: Any) -> Any:
    """All members at once: the function treats each element alone."""
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, Tensor)]
    values = values_of(level.kind, *[leaves[i]._array for i in places])
    under = list(leaves)
    for i, value in zip(places, values, strict=True):
        under[i] = whole(value, level.size)
    written = function.__name__.endswith("_")
    if written:
        under[0] = under[0].clone()
    args, kwargs = structure.unflatten(under)
    if kwargs.get("shape") is not None:
        kwargs["shape"] = (level.size, *kwargs["shape"])
    made = _packed(level, function(*args, **kwargs))
    return leaves[0].copy_(made) if written else made


def _one_by_one(
    level: Level, function: Callable[..., Any], leaves: list[Any], batched: list[bool], structure: Any
) -> Any:
    """Member by member; each from the same state of the generator where they shall draw the same."""
    found: list[Any] = []
    generator = chosen(
        next((leaf for leaf in structure.unflatten(leaves)[1].values() if hasattr(leaf, "get_state")), None)
    )
    state = generator.get_state()
    for member in range(level.size):
        if level.randomness == "same":
            generator.set_state(state)
        under = [
            whole(leaf._array.value, level.size)[member] if mapped else leaf
            for leaf, mapped in zip(leaves, batched, strict=True)
        ]
        if function.__name__.endswith("_"):
            under[0] = under[0].clone()
        args, kwargs = structure.unflatten(under)
        found.append(function(*args, **kwargs))
    made = _packed(level, OPERATIONS["stack"](found))
    return leaves[0].copy_(made) if function.__name__.endswith("_") else made


def _packed(level: Level, value: Tensor) -> Tensor:
    array: BatchedArray = level.kind(value)
    return wrap(array)
