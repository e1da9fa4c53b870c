"""Where a plan finds what it reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["NumberInput", "TensorInput", "forgetful", "reader", "tensor_at"]


class TensorInput(NamedTuple):
    """A tensor whose array a plan reads: itself, or what is found in its place at each call.

    Attributes
    ----------
    tensor : Tensor
        The one that the trace met; None once it is no longer needed, because it is found anew.
    argument : int or None
        Which leaf of the arguments it is; None if it is reached otherwise.
    gradient_of : TensorInput or None
        The leaf whose gradient it is.
    entry : (dict, key) or None
        Where it is found, if the step itself puts another one there.
    """

    tensor: Any
    argument: int | None
    gradient_of: TensorInput | None = None
    entry: tuple[dict[Any, Any], Any] | None = None


class NumberInput(NamedTuple):
    """A number of an optimizer's group that a plan reads."""

    group: dict[str, Any]
    key: str


def forgetful(thing: Any) -> Any:
    """An input that does not keep the argument alive that the trace met; anything else as it is."""
    if isinstance(thing, TensorInput) and (thing.argument is not None or thing.gradient_of is not None):
        return thing._replace(tensor=None, gradient_of=forgetful(thing.gradient_of))
    return thing


def tensor_at(source: TensorInput, leaves: list[Any]) -> Any:
    """The tensor that is in a place now."""
    if source.argument is not None:
        return leaves[source.argument]
    if source.gradient_of is not None:
        return tensor_at(source.gradient_of, leaves)._node.total
    if source.entry is not None:
        container, key = source.entry
        return container[key]
    return source.tensor


def reader(source: TensorInput | NumberInput) -> Callable[[list[Any]], Any]:
    """A function of the arguments' leaves that gives an input."""
    if isinstance(source, NumberInput):
        group, key = source
        return lambda leaves: group[key]
    if source.argument is not None:
        place = source.argument
        return lambda leaves: leaves[place]._array
    if source.gradient_of is not None or source.entry is not None:
        return lambda leaves: tensor_at(source, leaves)._array
    tensor = source.tensor
    return lambda leaves: tensor._array
