"""What a case is: a call of one function, the dtypes it is made with, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

__all__ = ["DEVICE", "KINDS", "Call", "Case", "DType", "Data", "call", "cases", "kind_of", "tabulated"]

# The kinds of dtype by their letter, as NumPy has them.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "b": ("bool",),
    "i": ("int64", "int32", "int16", "int8"),
    "u": ("uint8", "uint16", "uint32", "uint64"),
    "f": ("float32", "float64", "float16", "bfloat16"),
    "c": ("complex64", "complex128"),
}
_KIND_OF = {name: kind for kind, names in KINDS.items() for name in names}
_INDEX = "int64"


def kind_of(dtype: str) -> str:
    """The letter of a dtype's kind."""
    return _KIND_OF[dtype]


@dataclass(frozen=True)
class Data:
    """The values of an array, as nested lists.

    Parameters
    ----------
    values
        Numbers in nested lists, or one number.
    dtype
        Its dtype by name; None for the one under test, `"real"` for that of its real part.
    """

    values: Any
    dtype: str | None = None


@dataclass(frozen=True)
class DType:
    """A dtype of the namespace, by name; None for the one under test."""

    name: str | None = None


class _Device:
    def __repr__(self) -> str:
        return "DEVICE"


DEVICE: Final = _Device()  # in place of the device under test


@dataclass(frozen=True)
class Call:
    """Arguments of a function, and what it gives for them.

    Attributes
    ----------
    arguments, options
        Positional and keyword arguments, with `Data` for arrays, `DType` for dtypes, `DEVICE` for devices.
    expected
        The results, if they are stated; otherwise NumPy is asked.
    check
        In place of expected values: given the results and the arrays among the arguments, all of NumPy, it
        asserts.
    reads
        Attributes of the result to be compared, where it is no array.
    any_of_kind
        The standard leaves open which dtype of its kind the result has.
    any_values
        The standard leaves the values open.
    exact
        No rounding is accepted.
    """

    arguments: tuple[Any, ...]
    options: Mapping[str, Any]
    expected: tuple[Any, ...] | None = None
    check: Callable[..., None] | None = None
    reads: tuple[str, ...] = ()
    any_of_kind: bool = False
    any_values: bool = False
    exact: bool = False

    def gives(self, *expected: Any) -> Call:
        """The call with its results stated: `Data`, or what is no array as it is."""
        return replace(self, expected=expected)

    def satisfies(self, check: Callable[..., None]) -> Call:
        """The call with a check of its results."""
        return replace(self, check=check)

    def having(self, *reads: str) -> Call:
        """The call of which attributes are compared."""
        return replace(self, reads=reads)

    def of_some_dtype(self) -> Call:
        """The call whose result may have any dtype of its kind."""
        return replace(self, any_of_kind=True)

    def to_the_bit(self) -> Call:
        """The call whose result is exact."""
        return replace(self, exact=True)

    def of_any_values(self) -> Call:
        """The call whose values are left open."""
        return replace(self, any_values=True)


def call(*arguments: Any, **options: Any) -> Call:
    """A call with these arguments."""
    return Call(arguments, options)


@dataclass(frozen=True)
class Case:
    """A call of a function with arrays of some dtypes.

    Attributes
    ----------
    function
        Its name.
    kinds
        The kinds of dtype under test, as letters; empty where there is none.
    call
        What it is called with, and what it gives.
    each
        Every dtype of the kinds is tested; otherwise one of each kind, and two of the floating kind.
    """

    function: str
    kinds: str
    call: Call
    each: bool = False

    def dtypes(self, declared: Sequence[str]) -> list[str]:
        """Which of the declared dtypes are tested; one empty name where none is."""
        if not self.kinds:
            return [""]
        found = [[name for name in KINDS[kind] if name in declared] for kind in self.kinds]
        few = (names if self.each else names[: 2 if "float32" in names else 1] for names in found)
        return [name for names in few for name in names]


def cases(function: str, kinds: str, *calls: Call, each: bool = False) -> list[Case]:
    """The cases of one function."""
    return [Case(function, kinds, one, each) for one in calls]


def tabulated(*groups: list[Case]) -> dict[str, list[Case]]:
    """Cases by the name of their function."""
    table: dict[str, list[Case]] = {}
    for group in groups:
        for one in group:
            table.setdefault(one.function, []).append(one)
    return table


def part(dtype: str) -> str:
    """The dtype of the real part."""
    return {"complex64": "float32", "complex128": "float64"}.get(dtype, dtype)


def available(name: str, declared: Sequence[str]) -> str | None:
    """A dtype that an argument asks for, if it is declared; for indices, the widest that is."""
    if name in declared:
        return name
    if name == _INDEX:
        return next((other for other in KINDS["i"] if other in declared), None)
    return None
