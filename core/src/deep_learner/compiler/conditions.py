"""An expression that is true only if all that a step reaches, but for its arguments, is as it was."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from operator import is_
from typing import TYPE_CHECKING, Any

from ..autograd.graph import push_leaf
from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor
from .arguments import is_like
from .inputs import TensorInput
from .region import MISSING, Named, Region
from .versions import Versions, has_version

if TYPE_CHECKING:
    from .guards import Guards
    from .places import Places
    from .writer import Writer

__all__ = ["Conditions"]


class Conditions:
    """The expression, and the objects that it compares with, which may be renewed.

    Parameters
    ----------
    guards
        What is to be asked.
    writer
        Where objects get their names.
    places
        Where tensors are found.
    written
        The identities of the dictionaries that the step writes to.

    Attributes
    ----------
    all : list of str
    """

    def __init__(self, guards: Guards, writer: Writer, places: Places, written: Collection[int]) -> None:
        self._guards = guards
        self._writer = writer
        self._places = places
        self._written = written
        self._renewals: list[tuple[str, Callable[[], Any]]] = []
        self._numbered: list[Region] = []
        self._others: list[Region] = []
        self._empty: list[Region] = []
        self.all: list[str] = []
        for region in guards.regions:
            self._kind(region).append(region)
        if self._empty:
            empty = writer.fresh(tuple(region.live for region in self._empty), "empty")
            self.all.append(f"not any({empty})")
        self._versions = Versions([region.numbered for region in self._numbered])
        self._before = self._versions.now()
        if self._numbered:
            views = writer.fresh(self._versions.views, "views")
            self.all.append(f"join({views}) == {self._renewed('versions', lambda: self._before)}")
            writer.scope["join"] = b"".join
        for region in self._others:
            self.all += self._region(region)
        for tensor, expected in zip(guards.tensors, guards.expected, strict=True):
            self.all += self._tensor(tensor, expected)
        for leaf, like in guards.gradients:
            self.all += self._gradient(leaf, like)
        for leaf in guards.unhooked:
            self.all.append(f"{places.tensor(leaf)}._node.push is {writer.name(push_leaf, 'push_leaf')}")
        for box, key, like in guards.entries:
            entry = TensorInput(None, None, None, (box, key))
            self.all += is_like(writer, places.array(entry), f"{places.tensor(entry)}._node", like)
        for comparison, (group, key), other, result in guards.outcomes:
            if not has_version(group) or id(group) in written:
                compared, second = writer.name(comparison, "compared"), writer.fresh(other, "number")
                self.all.append(f"{compared}({writer.name(group, 'group')}[{key!r}], {second}) is {result}")
        if guards.apart:
            self.all += self._apart(guards.kinds)

    def hold(self, leaves: list[Any]) -> bool:
        """Whether all is as it was, asked with care; what has changed and does not matter is compared with later."""
        now = self._versions.now()
        changed = [self._numbered[place] for place in Versions.changed(self._before, now)]
        if not self._guards.hold(leaves, [*changed, *self._others, *self._empty]):
            return False
        self._before = now
        for name, current in self._renewals:
            self._writer.scope[name] = current()
        return True

    def _kind(self, region: Region) -> list[Region]:
        """Those of whose kind a region is, by the cheapest way to ask."""
        if region.live is not None and not region.before:
            return self._empty
        own = has_version(region.numbered) and id(region.live) not in self._written
        return self._numbered if own else self._others

    def _renewed(self, wish: str, current: Callable[[], Any]) -> str:
        name = self._writer.fresh(current(), wish)
        self._renewals.append((name, current))
        return name

    def _region(self, region: Region) -> Iterator[str]:
        live = region.live
        if isinstance(region, Named) and not any(self._unsaid(region)):
            for key, (thing, text) in region.places.items():
                found = text.format(self._writer.name(thing, "thing"))
                if region.before[key] is MISSING:
                    yield f"{key!r} not in {self._writer.name(thing, 'thing')}"
                else:
                    yield f"{found} is {self._renewed('value', lambda key=key: region.read()[key])}"
        elif region.free or id(live) in self._written or region.numbered is None:
            yield f"{self._writer.name(region, 'region')}.unchanged()"
        else:
            yield from self._items(region.numbered)

    def _items(self, items: Any) -> Iterator[str]:
        """That the same objects are in a container, in the same order."""
        self._writer.scope["is_"] = is_
        name, before = self._writer.name(items, "items"), self._renewed("before", lambda: [*items])
        yield f"len({name}) == len({before})"
        yield f"all(map(is_, {name}, {before}))"
        if isinstance(items, dict):
            values = self._renewed("values", lambda: [*items.values()])
            yield f"all(map(is_, {name}.values(), {values}))"

    def _unsaid(self, region: Named) -> Iterator[bool]:
        """Whether there are entries of which no expression tells that they are as they were."""
        yield not region.places
        for key, (thing, _) in region.places.items():
            yield region.before[key] is MISSING and not isinstance(thing, dict)

    def _tensor(self, tensor: Tensor, expected: Any) -> Iterator[str]:
        source = TensorInput(tensor, None)
        yield f"{self._places.array(source)} is {self._renewed('array', lambda: tensor._array)}"
        node = f"{self._places.tensor(source)}._node"
        if expected[-1] == "none":
            yield f"{node} is None"
        elif expected[-1] == "leaf":
            yield f"{node} is {self._renewed('node', lambda: tensor._node)}"
        else:
            yield from list(is_like(self._writer, "", node, expected))[-1:]

    def _gradient(self, leaf: TensorInput, like: Any) -> Iterator[str]:
        gradient = TensorInput(None, None, leaf)
        if like is None:
            yield f"{self._places.tensor(gradient)} is None"
        else:
            yield from is_like(
                self._writer, self._places.array(gradient), f"{self._places.tensor(gradient)}._node", like
            )

    def _apart(self, kinds: Sequence[Any]) -> Iterator[str]:
        """That no argument lies in the memory of another tensor."""
        fixed = dict(self._guards.fixed)
        given = [
            place for place, kind in enumerate(kinds) if issubclass(kind[0], Tensor) and place not in fixed
        ]
        if given:
            self._writer.scope["are_apart"] = _are_apart
            arrays = "".join(f"a{place}, " for place in given)
            yield f"are_apart(({arrays}), {self._renewed('memories', self._guards.memories)})"


def _are_apart(arrays: Sequence[Any], memories: Collection[int]) -> bool:
    storage = NAMESPACES[type(arrays[0])].backend.storage
    found = {id(storage(array)) for array in arrays}
    return len(found) == len(arrays) and found.isdisjoint(memories)
