"""Where a plan finds what it reads."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["NumberInput", "TensorInput", "forgetful"]


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

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same tensor at each call."""
        return self.argument is None and self.gradient_of is None and self.entry is None

    def found(self, leaves: list[Any]) -> Any:
        """The tensor that is in its place now."""
        if self.argument is not None:
            return leaves[self.argument]
        if self.gradient_of is not None:
            return self.gradient_of.found(leaves)._node.total
        if self.entry is not None:
            container, key = self.entry
            return container[key]
        return self.tensor


class NumberInput(NamedTuple):
    """A number of an optimizer's group that a plan reads."""

    group: dict[str, Any]
    key: str


def forgetful(thing: Any) -> Any:
    """An input that does not keep the tensor alive that the trace met in its place; anything else as it is."""
    if isinstance(thing, TensorInput) and not thing.is_fixed:
        return thing._replace(tensor=None, gradient_of=forgetful(thing.gradient_of))
    return thing
