"""Signatures of the real CuPy: what they refuse is refused here too."""

from __future__ import annotations

import inspect
import re
from typing import Any

import cupy as real

TYPED = re.compile(r"([(,]\s*)(?:(?:int|tuple|str|bint|Py_ssize_t|_ndarray_base|intptr_t|size_t)\s+)(?=\w)")


def from_text(text: str) -> inspect.Signature:
    """The signature in the first line of the documentation of a method written in Cython."""
    line = text.strip().split("\n")[0]
    line = TYPED.sub(r"\1", line[line.index("(") :].split(" -> ")[0])
    scope: dict[str, Any] = {}
    exec(f"def function{line}: ...", scope)
    return inspect.signature(scope["function"])


def method_signature(name: str) -> inspect.Signature:
    """The signature of a method of the real class of arrays."""
    return from_text(getattr(real.ndarray, name).__doc__)


def signature_of(function: Any) -> inspect.Signature | None:
    """The signature of a real function, where it tells one."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        pass
    try:
        return from_text(function.__doc__)
    except (AttributeError, ValueError, SyntaxError, NameError):
        return None


def bound(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments as the real function takes them, for the namesake in NumPy: those without default by position,
    the others by name and only where they were given."""
    arguments = signature.bind(*args, **kwargs).arguments
    positional: list[Any] = []
    keywords: dict[str, Any] = {}
    for name, parameter in signature.parameters.items():
        if name not in arguments:
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional.extend(arguments[name])
        elif parameter.kind is parameter.VAR_KEYWORD:
            keywords.update(arguments[name])
        elif parameter.default is parameter.empty or parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(arguments[name])
        else:
            keywords[name] = arguments[name]
    return positional, keywords
