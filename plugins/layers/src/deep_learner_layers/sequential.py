"""`Sequential`: modules one after the other."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Self, cast, overload

from deep_learner.nn import Module

from ._sequence import ModuleSequence, position

__all__ = ["Sequential"]


class Sequential(ModuleSequence):
    """A chain of modules: each receives what the one before it returned.

    Parameters
    ----------
    *args
        The modules, or a single ``OrderedDict`` that also gives them names.

    Notes
    -----
    Shape: as the first module takes and the last one returns.

    A slice is a `Sequential` of the same modules under the same names.

    Examples
    --------
    >>> model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    >>> model[0]
    Linear(in_features=4, out_features=8, bias=True)
    """

    @overload
    def __init__(self, *args: Module) -> None: ...
    @overload
    def __init__(self, args: OrderedDict[str, Module], /) -> None: ...
    def __init__(self, *args: Any) -> None:
        super().__init__()
        named = len(args) == 1 and isinstance(args[0], OrderedDict)
        for name, module in cast("Any", args[0].items() if named else enumerate(args)):
            self.add_module(str(name), module)

    def forward(self, input: Any) -> Any:
        """Pass `input` through the modules."""
        for module in self._modules.values():
            input = module(input)
        return input

    @overload
    def __getitem__(self, index: int) -> Module: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Module:
        if isinstance(index, slice):
            return type(self)(OrderedDict(list(self._modules.items())[index]))
        return list(self._modules.values())[position(index, len(self))]

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before the one at `index`; returns the container.

        Raises
        ------
        TypeError
            If `module` is not a module.
        IndexError
            If there are not that many.
        """
        if not -len(self) <= index <= len(self):
            raise IndexError(f"Index out of range: {index}")
        self._insert(index, module)
        return self

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *_checked(other))

    def __iadd__(self, other: Sequential) -> Self:
        return self.extend(_checked(other))

    def __mul__(self, times: int) -> Sequential:
        return Sequential(*list(self) * self._checked_times(times))

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        return self.extend(list(self) * (self._checked_times(times) - 1))

    def _checked_times(self, times: int) -> int:
        if not isinstance(cast(Any, times), int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(times)}")
        if times <= 0:
            raise ValueError(f"Non-positive multiplication factor {times} for {type(self)}")
        return times


def _checked(other: Any) -> Sequential:
    if not isinstance(other, Sequential):
        raise ValueError(
            f"add operator supports only objects of Sequential class, but {type(other)} is given."
        )
    return other
