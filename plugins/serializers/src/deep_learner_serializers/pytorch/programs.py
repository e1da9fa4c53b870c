"""Classes and functions of the running program that a file may name, where its reader says that it may.

Nothing is ever imported for a file, so what it can name is code that the program runs anyway. Instances are made
without calling their classes; they are filled attribute by attribute, but for modules, whose `__setstate__` adds
what an older version had not.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import sys
import types
from typing import TYPE_CHECKING, Any

from deep_learner import nn
from deep_learner.plugins import registry
from deep_learner_serializers.pytorch.opcodes import UnpicklingError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["allowed_names", "fill", "full_name", "is_function", "is_program_class", "loaded", "make"]

# Whoever allows functions of these by mistake allows everything.
_NEVER = frozenset({"os", "posix", "nt", "sys", "subprocess", "builtins", "importlib", "runpy", "shutil"})


def full_name(value: Any) -> str:
    """The name under which a pickle refers to a class or function."""
    return f"{value.__module__}.{value.__qualname__}"


def allowed_names(values: Iterable[Any]) -> dict[str, Any]:
    """What `add_safe_globals` was given, by name: classes and functions, or pairs of one and its name in files."""
    pairs = [one if isinstance(one, tuple) else (one, full_name(one)) for one in values]
    return {name: value for value, name in pairs if isinstance(value, type) or not _is_dangerous(value)}


def _is_dangerous(function: Any) -> bool:
    return str(getattr(function, "__module__", None)).partition(".")[0] in {*_NEVER, "None"}


def loaded(module: str, name: str) -> Any:
    """What an imported module has under a dotted name; None if there is no such thing."""
    value: Any = sys.modules.get(module)
    for part in name.split("."):
        value = vars(value).get(part) if hasattr(value, "__dict__") else None
    return value


def is_program_class(value: Any) -> bool:
    """Whether instances of a class are kept: modules, dataclasses, named tuples and enumerations.

    Not if they do something when they are deleted, which all that a file makes will be.
    """
    if not isinstance(value, type) or hasattr(value, "__del__"):
        return False
    named_tuple = issubclass(value, tuple) and hasattr(value, "_fields")
    return named_tuple or issubclass(value, nn.Module | enum.Enum) or dataclasses.is_dataclass(value)


def is_function(value: Any) -> bool:
    """Whether it is one of the registered functions, such as ``nn.functional.relu``: modules hold them."""
    name = getattr(value, "__name__", "")
    entries = [entry for entry in registry.entries("functions") if entry.name == name]
    return any(registry.get("functions", entry.full_name) is value for entry in entries)


def make(kind: Any, arguments: tuple[Any, ...]) -> Any:
    """An instance of a class of :func:`is_program_class` with nothing in it but a tuple's items."""
    if issubclass(kind, tuple):
        if len(arguments) != len(kind._fields):  # type: ignore[attr-defined]
            raise UnpicklingError(f"the pickle makes a {full_name(kind)} of {len(arguments)} items")
        return tuple.__new__(kind, arguments)
    if issubclass(kind, enum.Enum) or arguments:
        raise UnpicklingError(f"the pickle makes a {full_name(kind)} in a way that is not read")
    return object.__new__(kind)


def fill(instance: Any, state: Any) -> None:
    """Give an instance that `make` made the attributes of its state, without running setters of properties."""
    if isinstance(instance, nn.Module) and type(state) is dict:
        instance.__setstate__(state)
        return
    kind = type(instance)
    plain, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    for part in (plain, slots):
        if part is not None and (type(part) is not dict or not all(type(name) is str for name in part)):
            raise UnpicklingError(f"the pickle has a {full_name(kind)} with a state that is no dictionary")
    if plain:
        vars(instance).update(plain)
    for name, value in (slots or {}).items():
        slot = inspect.getattr_static(kind, name, None)
        if not isinstance(slot, types.MemberDescriptorType):
            raise UnpicklingError(
                f"the pickle sets {name!r:.100} of a {full_name(kind)}, which has no such slot"
            )
        slot.__set__(instance, value)
