"""`ParameterDict`: parameters by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView, Mapping
from typing import Any, Self, cast

from deep_learner.nn import Module

from .parameter_list import as_parameter, describe

__all__ = ["ParameterDict"]


class ParameterDict(Module):
    """A dictionary of parameters, which belong to the module that holds it. It cannot be called.

    Parameters
    ----------
    parameters
        The first entries: a mapping, or pairs of name and value. Tensors become parameters; other things are
        kept as they are.

    Notes
    -----
    Entries are attributes under their names, and so are their keys in ``state_dict``; a name must not be that
    of a method. Differs from PyTorch in printing the dtype as `ParameterList` does.
    """

    def __init__(self, parameters: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        super().__init__()
        self._names: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(cast(Any, key), str):
            raise TypeError(f"a name in a ParameterDict must be a string; received {key!r}")
        if key not in self._names and hasattr(self, key):
            raise KeyError(f"attribute '{key}' already exists")
        setattr(self, key, as_parameter(value))
        self._names[key] = None

    def __delitem__(self, key: str) -> None:
        del self._names[key]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._names)

    def __contains__(self, key: object) -> bool:
        return key in self._names

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._names.keys()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Pairs of name and value."""
        return ((key, self[key]) for key in self._names)

    def values(self) -> Iterable[Any]:
        """The values."""
        return (self[key] for key in self._names)

    def copy(self) -> Self:
        """Another dictionary with the same parameters."""
        return type(self)(self.items())

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a name, or `default`."""
        return getattr(self, key) if key in self._names else default

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of a name, which is first set to `default` if it is not there."""
        if key not in self:
            self[key] = default
        return self[key]

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A new dictionary with these names, all for the same value."""
        return ParameterDict((key, default) for key in keys)

    def clear(self) -> None:
        """Take all entries out."""
        for key in list(self._names):
            del self[key]

    def pop(self, key: str) -> Any:
        """Take an entry out and return its value.

        Raises
        ------
        AttributeError
            If there is none of that name.
        """
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take the last entry out and return its name and value.

        Raises
        ------
        KeyError
            If there is none.
        """
        if not self._names:
            raise KeyError("popitem(): the ParameterDict is empty")
        key = next(reversed(self._names))
        return key, self.pop(key)

    def update(self, parameters: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Add entries, or replace those with the same names.

        Raises
        ------
        TypeError
            If `parameters` is neither a mapping nor iterable.
        ValueError
            If something in it is not a pair.
        """
        if not isinstance(cast(Any, parameters), Iterable):
            raise TypeError(
                "ParameterDict.update should be called with an iterable of key/value pairs, "
                f"but got {type(parameters).__name__}"
            )
        pairs = parameters.items() if isinstance(parameters, Mapping | ParameterDict) else parameters
        for i, pair in enumerate(cast("Iterable[Any]", pairs)):
            if len(pair) != 2:
                raise ValueError(
                    f"ParameterDict update sequence element #{i} has length {len(pair)}; 2 is required"
                )
            self[pair[0]] = pair[1]

    def __or__(self, other: Mapping[str, Any] | ParameterDict) -> ParameterDict:
        joined = self.copy()
        joined.update(cast("Mapping[str, Any]", other))
        return joined

    def __ior__(self, other: Mapping[str, Any] | ParameterDict) -> Self:
        self.update(cast("Mapping[str, Any]", other))
        return self

    def extra_repr(self) -> str:
        return "\n".join(f"  ({key}): {describe(value)}" for key, value in self.items())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("ParameterDict should not be called.")
