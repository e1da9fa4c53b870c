"""Everything that a function can reach: what a trace starts from, and what must be as it was for the trace to fit.

The function's closure, the globals that its code names and its arguments are followed through containers, objects,
modules and optimizers. Of each container a copy is kept. Tensors in them are inputs of the trace; a plain value that
has changed means another trace.
"""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

import dis
import functools
import sys
import types
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from ..autograd.graph import LeafNode
from ..device import Device
from ..dtypes import DType
from ..namespaces.raw import NAMESPACES
from ..optim.optimizer import Optimizer
from ..size import Size
from ..tensor import Tensor

__all__ = ["Region", "World"]

_PLAIN = (int, float, complex, str, bytes, type(None), Size, DType, Device)
_OPAQUE = tuple(
    f"deep_learner.{part}"
    for part in [
        "autograd",
        "backends",
        "compiler",
        "config",
        "func",
        "namespaces",
        "ops",
        "plugins",
        "random",
    ]
)


class Region:
    """A container, and a copy of what was in it.

    Parameters
    ----------
    name
        What to call it in messages.
    live
        The container itself, or None where `read` makes one.
    read
        Gives its entries as a dictionary, list, tuple or set.
    """

    __slots__ = ("before", "free", "live", "name", "read")

    def __init__(self, name: str, live: Any, read: Callable[[], Any] | None = None) -> None:
        self.name = name
        self.live: Any = live
        self.read: Callable[[], Any] = read or (lambda: live)
        self.before: Any = self.copied()
        self.free: set[Any] = set()  # keys whose numbers are inputs

    def copied(self) -> Any:
        """A copy of what is in it now."""
        now = self.read()
        kind: Any = dict if isinstance(now, dict) else set if isinstance(now, set | frozenset) else list
        return kind(now)

    def differences(self) -> list[tuple[Any, Any, Any]]:
        """What is now another object: key, before and after; `_MISSING` where there was or is none."""
        now = self.copied()
        if isinstance(now, set):
            return [] if now == self.before else [(None, self.before, now)]
        if not isinstance(now, dict):
            if len(now) != len(self.before):
                return [(None, self.before, now)]
            pairs = enumerate(zip(self.before, now, strict=True))
            return [(place, old, new) for place, (old, new) in pairs if not _same(old, new)]
        found: dict[Any, Any] = now
        keys = [*self.before, *(key for key in found if key not in self.before)]
        triples = [(key, self.before.get(key, MISSING), found.get(key, MISSING)) for key in keys]
        return [(key, old, new) for key, old, new in triples if not _same(old, new)]

    def unchanged(self) -> bool:
        """Whether the same is in it: the same objects, or equal plain values of the same types."""
        now = self.read()
        if not now and not self.before:
            return True
        if isinstance(now, dict):
            if len(now) != len(self.before):
                return False
            get: Any = now.get
            for key, old in self.before.items():
                new = get(key, MISSING)
                if new is not old and not (
                    type(new) is type(old) and (key in self.free or (isinstance(new, _PLAIN) and new == old))
                ):
                    return False
            return True
        return not self.differences()

    def restore(self) -> None:
        """Put back what was in it."""
        live = self.live
        if isinstance(live, dict | list | set) and self.differences():
            live.clear()
            add: Any = live.extend if isinstance(live, list) else live.update
            add(self.before)


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def _same(old: Any, new: Any) -> bool:
    return new is old or (type(new) is type(old) and isinstance(new, _PLAIN) and bool(new == old))


class World:
    """All that is reached from some roots.

    Attributes
    ----------
    regions : list of Region
    tensors : dict
        Tensors by their identity.
    names : dict
        What each tensor is called, by its identity.
    problems : list of str
        What a trace cannot follow.
    groups : list of dict
        The parameter groups of optimizers, whose numbers are inputs.
    """

    def __init__(self, roots: dict[str, Any]) -> None:
        self.regions: list[Region] = []
        self.tensors: dict[int, Tensor] = {}
        self.names: dict[int, str] = {}
        self.problems: list[str] = []
        self.groups: list[dict[str, Any]] = []
        self._seen: dict[Any, Any] = {}
        self._stack: list[tuple[str, Any]] = [*reversed(roots.items())]
        while self._stack:
            self._visit(*self._stack.pop())
        group_ids = {id(group) for group in self.groups}
        for region in self.regions:
            if id(region.live) in group_ids:
                region.free = {key for key, value in region.before.items() if type(value) is float}

    def forget(self) -> None:
        """Let go of what only a trace needs, such as the arguments."""
        self.tensors.clear()
        self._seen.clear()

    def restore(self) -> None:
        """Put back what was in every container."""
        for region in self.regions:
            region.restore()

    def _visit(self, name: str, thing: Any) -> None:
        if isinstance(thing, _PLAIN) or id(thing) in self._seen:
            return
        self._seen[id(thing)] = thing
        self._class(thing if isinstance(thing, type) else type(thing))
        if isinstance(thing, Tensor):
            self._tensor(name, thing)
        elif isinstance(thing, dict):
            self._region(name, thing, keys=True)
        elif isinstance(thing, list | tuple | set | frozenset | deque | bytearray):
            self._region(name, thing)
        elif isinstance(thing, types.MethodType):
            self._push(name, thing.__self__)
            self._push(name, thing.__func__)
        elif isinstance(thing, functools.partial):
            for part in (thing.func, thing.args, thing.keywords):
                self._push(name, part)
        elif isinstance(thing, types.FunctionType):
            self._function(name, thing)
        elif isinstance(thing, staticmethod | classmethod):
            self._push(name, thing.__func__)
        elif isinstance(thing, property):
            self._push(name, thing.fget)
        elif isinstance(thing, types.ModuleType | type):
            return  # of a module, the function that names it looks at what it uses
        elif hasattr(type(thing), "__next__"):
            self.problems.append(f"{name} is an iterator, which gives something else each time")
        elif _is_array(thing):
            self.problems.append(
                f"{name} is an array of a library, whose values may change unseen; make a tensor of it"
            )
        else:
            self._object(name, thing)

    def _push(self, name: str, thing: Any) -> None:
        self._stack.append((name, thing))

    def _region(
        self, name: str, live: Any, read: Callable[[], Any] | None = None, keys: bool = False
    ) -> None:
        region = Region(name, live, read)
        self.regions.append(region)
        if isinstance(region.before, dict):
            entries: dict[Any, Any] = region.before
            for key, value in entries.items():
                shown = repr(key) if isinstance(key, str | int) else type(key).__name__
                self._push(f"{name}[{shown}]" if keys else f"{name}.{key}", value)
                if keys and isinstance(key, Tensor):
                    self._push(f"a key of {name}", key)
        else:
            for place, value in enumerate(region.before):
                self._push(f"{name}[{place}]", value)

    def _tensor(self, name: str, tensor: Tensor) -> None:
        if not hasattr(tensor, "_array"):
            self.problems.append(f"{name} is no dense tensor")
            return
        self.tensors[id(tensor)] = tensor
        self.names[id(tensor)] = name
        node = tensor._node
        if not isinstance(node, LeafNode):
            if node is not None:
                self.problems.append(f"{name} was computed outside, in a graph that reaches out of the step")
            return
        if getattr(node, "hooks", None) is not None:
            self.problems.append(f"{name} has hooks")
        if node.total is not None:
            self._push(f"{name}.grad", node.total)

    def _function(self, name: str, function: types.FunctionType) -> None:
        if not _is_users(function.__module__) and "__name__" in function.__globals__:
            return
        for value in (function.__defaults__, function.__kwdefaults__):
            if value:
                self._push(name, value)
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        if cells:
            self._region(function.__qualname__, None, functools.partial(_contents, cells))
        named = [key for key in _global_names(function.__code__) if key in function.__globals__]
        if named:
            self._region(function.__module__, None, functools.partial(_chosen, function.__globals__, named))
        attributes = _attribute_names(function.__code__)
        modules = [function.__globals__[key] for key in named]
        while modules:
            module = modules.pop()
            if isinstance(module, types.ModuleType) and _is_users(module.__name__):
                used = [one for one in attributes if one in vars(module)]
                self._region(module.__name__, None, functools.partial(_chosen, vars(module), used))
                modules += [vars(module)[one] for one in used if vars(module)[one] is not module]
        if vars(function):
            self._region(name, vars(function))

    def _class(self, kind: type[Any]) -> None:
        for parent in kind.__mro__:
            if _is_users(parent.__module__) and ("class", id(parent)) not in self._seen:
                self._seen["class", id(parent)] = parent
                self._region(parent.__name__, None, functools.partial(_class_entries, parent))

    def knows(self, thing: Any) -> bool:
        """Whether something is a plain value, or was there before."""
        return isinstance(thing, _PLAIN) or self._seen.get(id(thing)) is thing

    def _object(self, name: str, thing: Any) -> None:
        kind: Any = type(thing)
        self._push(name, getattr(thing, "__wrapped__", None))
        if kind.__module__.startswith(_OPAQUE):
            return
        if isinstance(thing, Optimizer):
            self.groups += thing.param_groups
        if hasattr(thing, "__dict__"):
            self._region(name, vars(thing))
        slots = [one for parent in kind.__mro__ for one in _slots(parent) if hasattr(thing, one)]
        if slots:
            self._region(name, None, lambda: {one: getattr(thing, one) for one in slots})


def _is_array(thing: Any) -> bool:
    try:
        NAMESPACES[type(thing)]
    except TypeError:
        return False
    return hasattr(thing, "shape") and getattr(thing, "shape", ()) is not None and not _is_scalar(thing)


def _is_scalar(thing: Any) -> bool:
    return isinstance(thing, NAMESPACES[type(thing)].backend.scalar_types)


def _is_users(module: str | None) -> bool:
    """Whether a module is neither ours, nor Python's, nor an array library's: those hold nothing that changes."""
    root = (module or "builtins").partition(".")[0]
    if root in sys.stdlib_module_names or root == "deep_learner" or root.startswith("deep_learner_"):
        return False
    return root not in {kind.__module__.partition(".")[0] for kind in NAMESPACES}


def _contents(cells: dict[str, types.CellType]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, cell in cells.items():
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not yet assigned
            found[name] = MISSING
    return found


def _chosen(mapping: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: mapping.get(name, MISSING) for name in names}


def _class_entries(kind: type[Any]) -> dict[str, Any]:
    return {key: value for key, value in vars(kind).items() if not key.startswith("__") or callable(value)}


def _slots(kind: type[Any]) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if name not in ("__dict__", "__weakref__"))


@functools.lru_cache(maxsize=1024)
def _global_names(code: types.CodeType) -> tuple[str, ...]:
    """The globals that a function's code, or that of a function within it, names."""
    return tuple(dict.fromkeys(_named_by(code, ("LOAD_GLOBAL", "LOAD_NAME"))))


@functools.lru_cache(maxsize=1024)
def _attribute_names(code: types.CodeType) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_named_by(code, ("LOAD_ATTR", "LOAD_METHOD"))))


def _named_by(code: types.CodeType, opcodes: tuple[str, ...]) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in opcodes:
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _named_by(constant, opcodes)
