"""`Device`: where an array lives, as a type and an index."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Any, ClassVar, Final

__all__ = ["Device"]

_entered: ContextVar[tuple[Any, ...]] = ContextVar(
    "deep_learner_devices", default=()
)  # the `with` blocks around
_TEXT: Final = re.compile(r"([a-z][a-z0-9_]*)(?::([0-9]+))?")


class _DeviceType(type):
    """Lets any device type be written as an attribute: `Device.CPU`, `Device.CUDA`."""

    def __getattr__(cls, name: str) -> Device:
        if name.isupper() and _TEXT.fullmatch(name.lower()):
            return Device(name.lower())
        raise AttributeError(
            f"type object 'Device' has no attribute {name!r}; devices are written in capitals"
        )


class Device(metaclass=_DeviceType):
    """A device: its type and, where there are several of them, an index.

    Parameters
    ----------
    type : str, Device or int
        `"cpu"`, `"cuda"`, `"cuda:1"`; any type that an installed backend serves; a number alone is one of `"cuda"`.
    index : int, optional
        The device's number, when `type` does not already hold it.

    Raises
    ------
    RuntimeError
        If the text is no device, or names an index twice.
    TypeError
        If `type` is neither text nor a `Device`.

    Examples
    --------
    >>> Device("cuda:1").type, Device("cuda:1").index
    ('cuda', 1)
    >>> print(Device("cpu"), Device("cuda", 1))
    Device.CPU Device.CUDA:1
    >>> Device.CPU == "cpu"
    True

    Notes
    -----
    There is one object for each device, so `is` and `==` agree between devices. As in PyTorch, `"cuda"` (the
    current one) and `"cuda:0"` are different.
    """

    __slots__ = ("_text", "index", "type")
    _known: ClassVar[dict[str, Device]] = {}

    type: str
    index: int | None
    _text: str

    def __new__(cls, type: str | Device | int, index: int | None = None) -> Device:
        if isinstance(type, Device):
            if index is None:
                return type
            type = type._text
        if isinstance(type, int) and not isinstance(type, bool):  # PyTorch counts accelerators
            type = f"cuda:{type}"
        if not isinstance(type, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"a device is given as text such as 'cpu' or 'cuda:1'; received {type!r}")
        text = type if index is None else f"{type}:{index}"
        known = cls._known.get(text)
        return known if known is not None else cls._make(text)

    @classmethod
    def _make(cls, text: str) -> Device:
        match = _TEXT.fullmatch(text)
        if match is None:
            raise RuntimeError(
                f"invalid device {text!r}; write a type such as 'cpu', or a type and a number: 'cuda:1'"
            )
        device = object.__new__(cls)
        object.__setattr__(device, "type", match[1])
        object.__setattr__(device, "index", None if match[2] is None else int(match[2]))
        text = match[1] if device.index is None else f"{match[1]}:{device.index}"
        object.__setattr__(device, "_text", text)
        return cls._known.setdefault(text, device)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(
            f"a Device does not change: cannot set {name!r}; make another, Device('{self._text}')"
        )

    def __enter__(self) -> Device:
        """Make new tensors here until the end of the ``with`` block, for this thread or task alone."""
        from .backends.choice import settings_for
        from .config import using

        context = using(**settings_for(self))
        context.__enter__()
        _entered.set((*_entered.get(), context))
        return self

    def __exit__(self, *exception: object) -> None:
        *around, context = _entered.get()
        _entered.set(tuple(around))
        context.__exit__(None, None, None)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return self._text == other
        return self is other

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        from .semantics import follows_torch

        if not follows_torch():
            return f"Device.{self._text.upper()}"
        return f"device(type={self.type!r}{'' if self.index is None else f', index={self.index}'})"

    def __str__(self) -> str:
        from .semantics import follows_torch

        return self._text if follows_torch() else repr(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return Device, (self._text,)
