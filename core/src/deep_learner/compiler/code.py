"""What functions name: the globals and attributes that their code asks for."""

from __future__ import annotations

import dis
import functools
import sys
from collections.abc import Iterator
from types import CodeType

from ..namespaces.raw import NAMESPACES

__all__ = ["attribute_names", "global_names", "is_users"]


def is_users(module: str | None) -> bool:
    """Whether a module is neither ours, nor Python's, nor an array library's: those hold nothing that changes."""
    root = (module or "builtins").partition(".")[0]
    if root in sys.stdlib_module_names or root == "deep_learner" or root.startswith("deep_learner_"):
        return False
    return root not in {kind.__module__.partition(".")[0] for kind in NAMESPACES}


@functools.lru_cache(maxsize=1024)
def global_names(code: CodeType) -> tuple[str, ...]:
    """The globals that a function's code, or that of a function within it, names."""
    return tuple(dict.fromkeys(_named_by(code, ("LOAD_GLOBAL", "LOAD_NAME"))))


@functools.lru_cache(maxsize=1024)
def attribute_names(code: CodeType) -> tuple[str, ...]:
    """The attributes of whatever objects that the code names."""
    return tuple(dict.fromkeys(_named_by(code, ("LOAD_ATTR", "LOAD_METHOD"))))


def _named_by(code: CodeType, opcodes: tuple[str, ...]) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in opcodes:
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _named_by(constant, opcodes)
