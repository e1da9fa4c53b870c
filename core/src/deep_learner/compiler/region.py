"""Containers, and what was in them."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..device import Device
from ..dtypes import DType
from ..size import Size

__all__ = ["MISSING", "PLAIN", "Named", "Region", "same"]

PLAIN = (int, float, complex, str, bytes, type(None), Size, DType, Device)
"""Types of values that never change."""


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def same(old: Any, new: Any) -> bool:
    """Whether a program cannot tell two things apart: one object, or equal plain values of one type."""
    if new is old:
        return True
    if type(new) is not type(old) or not isinstance(new, PLAIN):
        return False
    return repr(new) == repr(old) if isinstance(new, float | complex) else bool(new == old)  # 0.0 is not -0.0


class Region:
    """A container, and a copy of what was in it.

    Parameters
    ----------
    name
        What to call it in messages.
    live
        The container itself, or None where `read` makes one.
    read
        Gives its entries as a dictionary or a sequence.
    numbered
        The container whose changes are the only ones that there can be, if it is another one.

    Attributes
    ----------
    before : dict or list
        The copy.
    free : set
        Keys that may hold something else each time.
    """

    __slots__ = ("before", "free", "live", "name", "numbered", "read")

    def __init__(
        self, name: str, live: Any, read: Callable[[], Any] | None = None, numbered: Any = None
    ) -> None:
        self.name = name
        self.live: Any = live
        self.read: Callable[[], Any] = read or (lambda: live)
        self.numbered: Any = live if numbered is None else numbered
        self.free: set[Any] = set()
        self.before: Any = self.copied()

    def copied(self) -> Any:
        """A copy of what is in it now."""
        now = self.read()
        return dict(now) if isinstance(now, dict) else [*now]

    def differences(self) -> list[tuple[Any, Any, Any]]:
        """What is now something else: key, before and after; `MISSING` where there was or is none."""
        now = self.copied()
        if isinstance(now, list):
            if len(now) != len(self.before):
                return [(None, self.before, now)]
            pairs = enumerate(zip(self.before, now, strict=True))
            return [(place, old, new) for place, (old, new) in pairs if not same(old, new)]
        found: dict[Any, Any] = now
        new = [key for key in found if key not in self.before]
        if [*found] != [*(key for key in self.before if key in found), *new]:
            return [(None, self.before, now)]
        keys = [*self.before, *new]
        triples = [(key, self.before.get(key, MISSING), found.get(key, MISSING)) for key in keys]
        return [(key, old, new) for key, old, new in triples if not same(old, new)]

    def unchanged(self) -> bool:
        """Whether the same is in it, in the same order; numbers and tensors under free keys may be others."""
        now = self.copied()
        before = self.before
        if len(now) != len(before):
            return False
        if isinstance(now, list):
            return all(map(same, before, now))
        return all(map(same, before, now)) and all(
            same(old, new) or (key in self.free and type(new) is type(old))
            for key, old, new in zip(before, before.values(), now.values(), strict=True)
        )

    def restore(self) -> None:
        """Put back what was in it."""
        live = self.live
        if isinstance(live, dict | list | set) and self.differences():
            live.clear()
            add: Any = live.extend if isinstance(live, list) else live.update
            add(self.before)


class Named(Region):
    """Things that are found under fixed names, each in its own place.

    Parameters
    ----------
    name
        What to call it in messages.
    places
        By key the object that is asked, and how to ask it: an expression with ``{}`` for the object.
    read
        Gives what is in all of these places.
    """

    __slots__ = ("places",)

    def __init__(
        self, name: str, places: dict[str, tuple[Any, str]], read: Callable[[], Any], numbered: Any = None
    ) -> None:
        self.places = places
        super().__init__(name, None, read, numbered)
