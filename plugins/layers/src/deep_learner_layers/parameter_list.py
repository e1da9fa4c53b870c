"""`ParameterList`: parameters in a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self, cast, overload

from deep_learner import Tensor
from deep_learner.nn import Module, Parameter

from ._sequence import position

__all__ = ["ParameterList"]


def as_parameter(value: Any) -> Any:
    """A tensor as a parameter; anything else as it is."""
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


def describe(value: Any) -> str:
    """One entry in the printed form of a list or dictionary of parameters."""
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
    size = "x".join(map(str, value.shape))
    place = "" if value.device.type == "cpu" else f" ({value.device})"
    return f"{kind} containing: [{value.dtype} of size {size}{place}]"


class ParameterList(Module):
    """A list of parameters, which belong to the module that holds it. It cannot be called.

    Parameters
    ----------
    values
        The first entries. Tensors become parameters; other things are kept as they are.

    Notes
    -----
    Entries are attributes named ``"0"``, ``"1"``, ..., and so are their keys in ``state_dict``.
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (getattr(self, str(i)) for i in range(self._size))

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)([getattr(self, str(i)) for i in range(self._size)[index]])
        return getattr(self, str(position(index, self._size)))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, str(position(index, self._size)), as_parameter(value))

    def append(self, value: Any) -> Self:
        """Add an entry at the end; returns the list."""
        setattr(self, str(self._size), as_parameter(value))
        self._size += 1
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add entries at the end; returns the list.

        Raises
        ------
        TypeError
            If `values` cannot be iterated over, or is itself a tensor.
        """
        if not isinstance(cast(Any, values), Iterable) or isinstance(values, Tensor):
            raise TypeError(
                f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}"
            )
        for value in list(values):
            self.append(value)
        return self

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def extra_repr(self) -> str:
        return "\n".join(f"  ({i}): {describe(value)}" for i, value in enumerate(self))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("ParameterList should not be called.")
