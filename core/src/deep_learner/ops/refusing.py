"""Kinds of numbers that an operation does not take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from ..dtypes import BOOL, COMPLEX, REAL, SIGNED, UNSIGNED, DType, as_dtype
from .messages import describe_call

if TYPE_CHECKING:
    from .operation import Operation

KINDS: Final = {"bool": (BOOL,), "integer": (SIGNED, UNSIGNED), "real": (REAL,), "complex": (COMPLEX,)}
_NAMES = {
    BOOL: "booleans",
    SIGNED: "integers",
    UNSIGNED: "integers",
    REAL: "real numbers",
    COMPLEX: "complex numbers",
}


def kinds(words: str) -> frozenset[str]:
    """The dtypes' kinds that some of the words bool, integer, real and complex stand for."""
    return frozenset(kind for word in words.split() for kind in KINDS[word])


def documented(operation: Operation) -> str | None:
    """The forward's documentation, with what it does not take after the first paragraph."""
    text: str | None = operation.forward.__doc__
    if text is None or not operation.refuses:
        return text
    summary, _, rest = text.partition("\n\n")
    names = ", ".join(dict.fromkeys(name for kind, name in _NAMES.items() if kind in operation.refuses))
    names = " and ".join(names.rsplit(", ", 1))
    return f"{summary.rstrip()}\n\n    Not implemented for {names}.\n" + (f"\n{rest}" if rest else "    ")


def check_kind(operation: Operation, dtype: DType, values: Sequence[Any]) -> None:
    """Refuse numbers that an operation does not take, in the dtype that it computes in.

    Raises
    ------
    NotImplementedError
        If it refuses this dtype's kind; says what to write instead.
    """
    if not operation.refuses:
        return
    wanted = operation.option(values, "dtype") if operation.computes_in else None
    if wanted is not None:
        dtype = as_dtype(wanted)
    if dtype.kind not in operation.refuses:
        return
    if dtype.kind == COMPLEX:
        advice = "take their .real, .imag or .abs()"
    elif SIGNED in operation.refuses:
        advice = "convert them, as in x.float()"
    else:
        advice = "convert them, as in x.to(deep_learner.int64)"
    raise NotImplementedError(
        f"{operation.name}() is not implemented for {_NAMES[dtype.kind]}; {advice}\n"
        f"Received:\n{describe_call(operation, values)}"
    )
