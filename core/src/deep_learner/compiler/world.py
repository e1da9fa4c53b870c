"""Everything that a function can reach: what a trace starts from, and what must be as it was for the trace to fit.

The function's closure, the globals that its code names and its arguments are followed through containers, objects,
modules and optimizers. Of each container a copy is kept. Tensors in them are inputs of the trace; a plain value that
has changed means another trace.
"""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

import functools
import gc
import random
import types
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

from ..autograd.graph import LeafNode
from ..optim.optimizer import Optimizer
from ..random import Generator
from ..tensor import Tensor
from .code import attribute_names, global_names, is_users
from .kinds import place_in_graph
from .region import MISSING, PLAIN, Named, Region
from .unseen import problem_with

__all__ = ["World"]

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
_CONTAINERS = (list, tuple, set, frozenset, deque, bytearray)
_FIXED = (tuple, frozenset)  # what is in them stays there
_GRADIENT = "'s gradient"
_FUNCTION = ("__code__", "__defaults__", "__kwdefaults__")  # what a function may be given anew


class World:
    """All that is reached from a function and from the leaves of its arguments.

    Attributes
    ----------
    regions : list of Region
    tensors : dict
        Tensors by their identity.
    captured : set of int
        The identities of those that are reached otherwise than as leaves of the arguments.
    names : dict
        What each tensor is called, by its identity.
    problems : list of str
        What a trace cannot follow.
    groups : list of dict
        The parameter groups of optimizers, whose numbers are inputs.
    optimizers : list of Optimizer
    generators : list of random.Random
        Python's generators of random numbers, which must not be drawn from.
    streams : list of Generator
        Ours, which may be.
    given : list of Region
        The containers among the arguments, which may be others each time and must not be written to.

    Parameters
    ----------
    function
        The step.
    leaves, arguments
        The leaves of its arguments, and these themselves.
    """

    def __init__(self, function: Any, leaves: Sequence[Any], arguments: Any = None) -> None:
        self.regions: list[Region] = []
        self.tensors: dict[int, Tensor] = {}
        self.names: dict[int, str] = {}
        self.problems: list[str] = []
        self.groups: list[dict[str, Any]] = []
        self.optimizers: list[Optimizer] = []
        self.generators: list[random.Random] = []
        self.streams: list[Generator] = []
        self._seen: dict[Any, Any] = {}
        self._stack: list[tuple[str, Any]] = []
        named = {f"argument {place}": leaf for place, leaf in enumerate(leaves)}
        objects = {name: leaf for name, leaf in named.items() if not isinstance(leaf, Tensor)}
        self._given = False  # whether tensors that are met now are leaves of the arguments
        self._reach({"the step": function, **objects})
        self.captured = {*self.tensors}
        self._given = True
        self._reach(named)
        self.given = [Region("an argument", one) for one in _containers(arguments)]
        group_ids = {id(group) for group in self.groups}
        for region in self.regions:
            if id(region.live) in group_ids:
                region.free = {key for key, value in region.before.items() if type(value) is float}

    def forget(self) -> None:
        """Let go of what only a trace needs, such as the arguments."""
        self.tensors.clear()
        self.optimizers.clear()
        self._seen.clear()

    def knows(self, thing: Any) -> bool:
        """Whether something is a plain value, or was there before."""
        return isinstance(thing, PLAIN) or self._seen.get(id(thing)) is thing

    def _reach(self, roots: dict[str, Any]) -> None:
        self._stack += reversed(roots.items())
        while self._stack:
            self._visit(*self._stack.pop())

    def _visit(self, name: str, thing: Any) -> None:
        if isinstance(thing, PLAIN):
            return
        if id(thing) in self._seen:
            if name.endswith(_GRADIENT) or self.names.get(id(thing), "").endswith(_GRADIENT):
                self.problems.append(f"{name} is also {self.names.get(id(thing))}")
            return
        self._seen[id(thing)] = thing
        self._class(thing if isinstance(thing, type) else type(thing))
        if isinstance(thing, Tensor):
            self._tensor(name, thing)
        elif isinstance(thing, dict):
            self._region(name, thing, keys=True)
            self._attributes(name, thing)
        elif isinstance(thing, _CONTAINERS):
            self._region(name, thing)
            self._attributes(name, thing)
        elif isinstance(thing, types.MethodType):
            self._push(name, thing.__self__)
            self._push(name, thing.__func__)
        elif isinstance(thing, functools.partial):
            for part in (thing.func, thing.args, thing.keywords):
                self._push(name, part)
            self._attributes(name, thing)
        elif isinstance(thing, types.FunctionType):
            self._function(name, thing)
        elif isinstance(thing, staticmethod | classmethod):
            self._push(name, thing.__func__)
        elif isinstance(thing, property):
            self._push(name, thing.fget)
        elif isinstance(thing, types.ModuleType | type):
            return  # of a module, the function that names it looks at what it uses
        else:
            self._other(name, thing)

    def _other(self, name: str, thing: Any) -> None:
        problem = problem_with(thing)
        if problem:
            self.problems.append(f"{name} {problem}")
        elif isinstance(thing, random.Random):
            self.generators.append(thing)
        elif isinstance(thing, Generator):
            self.streams.append(thing)
        elif isinstance(thing, ContextVar):
            self._named(name, {"value": (thing, "{}.get()")}, functools.partial(_value_of, thing))
        else:
            self._object(name, thing)

    def _push(self, name: str, thing: Any) -> None:
        self._stack.append((name, thing))

    def _keep(self, region: Region) -> None:
        if not isinstance(region.live, _FIXED):
            self.regions.append(region)

    def _region(self, name: str, live: Any, keys: bool = False) -> None:
        region = Region(name, live)
        self._keep(region)
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

    def _named(
        self, name: str, places: dict[str, tuple[Any, str]], read: Callable[[], Any], numbered: Any = None
    ) -> None:
        region = Named(name, places, read, numbered)
        self._keep(region)
        for key, value in region.before.items():
            self._push(f"{name}.{key}", value)

    def _tensor(self, name: str, tensor: Tensor) -> None:
        if not hasattr(tensor, "_array"):
            self.problems.append(f"{name} is no dense tensor")
            return
        self.tensors[id(tensor)] = tensor
        self.names[id(tensor)] = name
        if self._given and vars(tensor):
            self.problems.append(f"{name} is a tensor with attributes of its own")
        elif not self._given and not name.endswith(_GRADIENT):
            self._region(name, vars(tensor))
        node = tensor._node
        if place_in_graph(node) == "retained":
            self.problems.append(f"{name} retains a gradient, and is no leaf")
        if isinstance(node, LeafNode) and node.total is not None:
            self._push(name + _GRADIENT, node.total)

    def _function(self, name: str, function: types.FunctionType) -> None:
        space = function.__globals__
        if not is_users(function.__module__) and "__name__" in space:
            return
        self._named(
            name,
            {key: (function, f"{{}}.{key}") for key in _FUNCTION},
            lambda: {key: getattr(function, key) for key in _FUNCTION},
        )
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        if cells:
            places = {key: (cell, "{}.cell_contents") for key, cell in cells.items()}
            self._named(function.__qualname__, places, functools.partial(_contents, cells))
        named = global_names(function.__code__)
        if named:
            self._chosen(function.__module__, space, named)
        unnamed = [key for key in named if key not in space]
        if unnamed:
            builtins: dict[str, Any] = function.__builtins__  # type: ignore[attr-defined]
            self._chosen("builtins", builtins, unnamed, builtins)
        self._modules(function, [space[key] for key in named if key in space])
        self._region(name, vars(function))

    def _chosen(self, name: str, mapping: Any, names: Sequence[str], numbered: Any = None) -> None:
        places = {key: (mapping, f"{{}}[{key!r}]") for key in names}
        self._named(name, places, functools.partial(_found_in, mapping, names), numbered)

    def _modules(self, function: types.FunctionType, found: list[Any]) -> None:
        """Look at what a function uses of the modules that it names."""
        attributes = attribute_names(function.__code__)
        while found:
            module = found.pop()
            if isinstance(module, types.ModuleType) and is_users(module.__name__):
                used = [one for one in attributes if one in vars(module)]
                self._chosen(module.__name__, vars(module), used)
                found += [vars(module)[one] for one in used if vars(module)[one] is not module]

    def _class(self, kind: type[Any]) -> None:
        for parent in kind.__mro__:
            if is_users(parent.__module__) and ("class", id(parent)) not in self._seen:
                self._seen["class", id(parent)] = parent
                numbered = [one for one in gc.get_referents(vars(parent)) if type(one) is dict]
                read = functools.partial(_class_entries, parent)
                self._named(parent.__name__, {}, read, *numbered[:1])

    def _object(self, name: str, thing: Any) -> None:
        kind: Any = type(thing)
        self._push(name, getattr(thing, "__wrapped__", None))
        if kind.__module__.startswith(_OPAQUE):
            return
        if isinstance(thing, Optimizer):
            self.groups += thing.param_groups
            self.optimizers.append(thing)
        self._attributes(name, thing)

    def _attributes(self, name: str, thing: Any) -> None:
        if hasattr(thing, "__dict__"):
            self._region(name, vars(thing))
        kind: Any = type(thing)
        slots = [one for parent in kind.__mro__ for one in _slots(parent)]
        if slots:
            places = {one: (thing, f"{{}}.{one}") for one in slots}
            self._named(name, places, lambda: {one: getattr(thing, one, MISSING) for one in slots})


def _containers(arguments: Any) -> Iterator[Any]:
    """The lists and dictionaries that arguments are made of."""
    if isinstance(arguments, dict | list | tuple | deque):
        if not isinstance(arguments, tuple):
            yield arguments
        for one in arguments.values() if isinstance(arguments, dict) else arguments:
            yield from _containers(one)


def _contents(cells: dict[str, types.CellType]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, cell in cells.items():
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not yet assigned
            found[name] = MISSING
    return found


def _value_of(variable: ContextVar[Any]) -> dict[str, Any]:
    return {"value": variable.get(MISSING)}


def _found_in(mapping: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: mapping.get(name, MISSING) for name in names}


def _class_entries(kind: type[Any]) -> dict[str, Any]:
    return {key: value for key, value in vars(kind).items() if not key.startswith("__") or callable(value)}


def _slots(kind: type[Any]) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if name not in ("__dict__", "__weakref__"))
