"""Source that takes arguments apart and asks whether they are of the kinds that a trace is for."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ..autograd.graph import LeafNode
from ..tensor import Tensor
from ..utils._pytree import TreeSpec, tree_flatten
from .kinds import place_in_graph, shared_by
from .region import PLAIN, same

if TYPE_CHECKING:
    from .guards import Guards
    from .writer import Writer

__all__ = ["check_arguments", "is_like", "is_simple", "unpack"]

_FEW = 4  # tensors that are told apart two by two


def unpack(writer: Writer, structure: TreeSpec) -> list[str]:
    """Lines that give the leaves of ``args`` and ``kwargs`` names, which are returned, or leave with a misfit."""
    positional, named = structure.children_specs
    names: list[str] = []
    if not is_simple(structure):
        writer.line(f"leaves, structure = {writer.name(tree_flatten, 'flatten')}((args, kwargs))", 2)
        writer.line(f"if structure != {writer.name(structure, 'structure')}: return MISFIT", 2)
        names += [f"x{place}" for place in range(structure.num_leaves)]
        writer.line(f"{''.join(f'{name}, ' for name in names)} = leaves", 2)
        return names
    _unpack_sequence(writer, positional, "args", names)
    if named.children_specs:
        _unpack_dictionary(writer, named, "kwargs", names)
    else:
        writer.line("if kwargs: return MISFIT", 2)
    return names


def is_simple(structure: TreeSpec) -> bool:
    """Whether the structure is of lists, tuples, and dictionaries with plain keys."""
    if structure.is_leaf():
        return True
    if structure.type is dict and not all(type(key) in (str, int) for key in structure.context):
        return False
    return structure.type in (list, tuple, dict) and all(map(is_simple, structure.children_specs))


def _unpack(writer: Writer, structure: TreeSpec, text: str, names: list[str]) -> str:
    """Lines for what is found under a name or in a place; the name that it gets."""
    name = f"x{len(names)}" if structure.is_leaf() else f"part{len(writer.lines)}"
    writer.line(f"{name} = {text}", 2)
    if structure.is_leaf():
        names.append(name)
        return name
    writer.line(f"if {name}.__class__ is not {structure.type.__name__}: return MISFIT", 2)
    walk = _unpack_dictionary if structure.type is dict else _unpack_sequence
    walk(writer, structure, name, names)
    return name


def _unpack_sequence(writer: Writer, structure: TreeSpec, text: str, names: list[str]) -> None:
    parts = structure.children_specs
    writer.line(f"if len({text}) != {len(parts)}: return MISFIT", 2)
    for place, part in enumerate(parts):
        _unpack(writer, part, f"{text}[{place}]", names)


def _unpack_dictionary(writer: Writer, structure: TreeSpec, text: str, names: list[str]) -> None:
    writer.line(f"if [*{text}] != {structure.context!r}: return MISFIT", 2)
    for key, part in zip(structure.context, structure.children_specs, strict=True):
        _unpack(writer, part, f"{text}[{key!r}]", names)


def check_arguments(writer: Writer, guards: Guards, names: list[str]) -> None:
    """Lines that leave with a misfit where a leaf is another than the trace is for; arrays are named ``a0``, ``a1``."""
    conditions: list[str] = []
    places: list[int] = []
    objects = iter(guards.objects)
    fixed = dict(guards.fixed)
    for place, (name, kind) in enumerate(zip(names, guards.kinds, strict=True)):
        if place in fixed:
            conditions.append(f"{name} is {writer.name(fixed[place], 'tensor')}")
        elif issubclass(kind[0], Tensor):
            places.append(place)
            writer.line(f"a{place} = {name}._array", 2)
            conditions.append(f"{name}.__class__ is {writer.name(kind[0], 'kind')}")
            conditions += is_like(writer, f"a{place}", f"{name}._node", kind[1:])
            conditions.append(f"not {name}.__dict__")
        else:
            conditions.append(_is_same(writer, name, next(objects)))
    if guards.shared is not None:
        test = writer.name(shared_by, "shared_by")
        conditions.append(f"{test}([{', '.join(names)}]) == {guards.shared!r}")
    elif len(places) <= _FEW:
        conditions += [f"{names[one]} is not {names[other]}" for one, other in combinations(places, 2)]
    else:
        conditions.append(f"len({{{', '.join(f'id({names[one]})' for one in places)}}}) == {len(places)}")
    if conditions:
        writer.line(f"if not ({' and '.join(conditions)}): return MISFIT", 2)


def _is_same(writer: Writer, name: str, leaf: Any) -> str:
    before = writer.name(leaf, "leaf")
    if leaf is None or isinstance(leaf, bool) or not isinstance(leaf, PLAIN):
        return f"{name} is {before}"
    return f"({name} is {before} or {writer.name(same, 'same')}({before}, {name}))"


def is_like(writer: Writer, array: str, node: str, description: tuple[Any, ...]) -> Iterator[str]:
    """Conditions for an array and a node of the graph to be as `described`."""
    kind, shape, dtype, strides, place = description
    yield f"{array}.__class__ is {writer.name(kind, 'array')}"
    yield f"{array}.shape == {tuple(shape)!r}"
    named = writer.name(dtype, "dtype")
    yield f"({array}.dtype is {named} or {array}.dtype == {named})"
    if strides is not None:
        yield f"{array}.strides == {strides!r}"
    if place == "none":
        yield f"{node} is None"
    elif place == "leaf":
        yield f"isinstance({node}, {writer.name(LeafNode, 'leaf_node')})"
    else:
        yield f"{writer.name(place_in_graph, 'place_in_graph')}({node}) == {place!r}"
