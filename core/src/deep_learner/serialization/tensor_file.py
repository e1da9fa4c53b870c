"""A file of tensors, opened: what it holds is known at once, and each tensor is read when it is asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

from ..tensor import Tensor
from .errors import SerializationError, reporting
from .placing import placing

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ..typing import DeviceLike

__all__ = ["LoadedFile", "TensorFile", "TensorInfo", "leaves"]

_DEEPEST = 300
_SHOWN, _SHOWN_ANYWAY = 16, 10_000  # how often the items of containers are shown, on average


class TensorInfo(NamedTuple):
    """What a file says of one of its tensors.

    Attributes
    ----------
    name : str
        Its name in the file.
    shape : tuple of int
        Its shape.
    dtype : str
        What its elements are, as the format calls it.
    nbytes : int
        How many bytes it takes in the file, before any compression.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    nbytes: int


class TensorFile(Mapping[str, Tensor], ABC):
    """The tensors of a file by name; :func:`open_file` gives one. ``with`` closes it at the end; to read one then is a
    ValueError.

    A format's own class sets `tensors` and `metadata` and reads a tensor in `read_tensor`.

    Attributes
    ----------
    tensors : dict of str to TensorInfo
        What there is, in the file's order.
    metadata : dict of str to Any
        What else the file says: plain values by name.
    """

    tensors: dict[str, TensorInfo]
    metadata: dict[str, Any]

    _origin: tuple[str, str] | None = None
    _location: DeviceLike = None
    _closing: tuple[Callable[[], None], ...] = ()
    _closed = False

    @abstractmethod
    def read_tensor(self, name: str) -> Tensor:
        """Read one of `tensors`; it arrives on the default device or, more cheaply, on the CPU."""

    def arrange(self, tensors: Mapping[str, Tensor]) -> Any:
        """What :func:`load` gives, with tensors given by name in the place of the file's.

        By default a flat dictionary; a format overrides it that keeps nested values.
        """
        return dict(tensors)

    @property
    def format(self) -> str | None:
        """Name of the serializer that reads it, where :func:`open_file` opened it."""
        return None if self._origin is None else self._origin[1]

    def close(self) -> None:
        """Close the file. Tensors that were read stay."""
        self._closed = True
        for close in self._closing:
            close()

    def attach(self, origin: tuple[str, str], location: DeviceLike) -> None:
        """Say what the file is called and in which format it is, and where its tensors are to go."""
        self._origin, self._location = origin, location

    def closes(self, *closing: Callable[[], None]) -> None:
        """Say what is to be called when the file is closed."""
        self._closing = (*self._closing, *closing)

    def __getitem__(self, name: str) -> Tensor:
        if name not in self.tensors:
            raise KeyError(name)
        if self._closed:
            raise ValueError(f"{self!r} is closed")
        with self._reporting():
            tensor = self.read_tensor(name)
        return placing(self._location)(tensor)

    @contextmanager
    def _reporting(self) -> Generator[None]:
        if self._origin is None:
            yield
        else:
            with reporting(*self._origin):
                yield

    def __contains__(self, name: object) -> bool:
        return name in self.tensors

    def __iter__(self) -> Iterator[str]:
        return iter(self.tensors)

    def __len__(self) -> int:
        return len(self.tensors)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        where = "" if self._origin is None else f" of {self._origin[0]!r} ({self._origin[1]})"
        return f"<{type(self).__name__}{where}: {len(self)} tensors>"


class LoadedFile(TensorFile):
    """A file that was read as a whole, for formats that know no better.

    Parameters
    ----------
    value
        What was read: its tensors count by their dotted paths, and so do the plain values between them.
    """

    def __init__(self, value: Any) -> None:
        self.value = value
        self.values_read: dict[str, Tensor] = {}
        self.metadata = {}
        for name, item in leaves(value):
            if isinstance(item, Tensor):
                self.values_read[name] = item
            else:
                self.metadata[name] = item
        self.tensors = {
            name: TensorInfo(name, tuple(tensor.shape), tensor.dtype.name, tensor.nbytes)
            for name, tensor in self.values_read.items()
        }

    def read_tensor(self, name: str) -> Tensor:
        """The tensor that was read."""
        return self.values_read[name]

    def arrange(self, tensors: Mapping[str, Tensor]) -> Any:
        """The value that was read itself, where the tensors are its own."""
        if all(tensors[name] is tensor for name, tensor in self.values_read.items()):
            return self.value
        return _replaced(self.value, {id(old): tensors[name] for name, old in self.values_read.items()}, {})


def _replaced(value: Any, tensors: Mapping[int, Tensor], made: dict[int, Any]) -> Any:
    """Nested values with other tensors, given by the identities of theirs; what was met before is `made` once."""
    if isinstance(value, Tensor):
        return tensors[id(value)]
    if not isinstance(value, Mapping | list | tuple):
        return value
    identity = id(cast("object", value))
    if identity in made:
        return made[identity]
    if isinstance(value, Mapping):
        table: dict[Any, Any] = {}
        made[identity] = table  # before its items, of which it may be one
        for key, item in cast("Mapping[Any, Any]", value).items():
            table[key] = _replaced(item, tensors, made)
        return table
    items: list[Any] = []
    if isinstance(value, list):
        made[identity] = items
    items.extend(_replaced(item, tensors, made) for item in cast("list[Any]", value))
    made[identity] = items if isinstance(value, list) else tuple(items)
    return made[identity]


def leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """What nested values end in, by dotted paths. A list without tensors or containers is one, and stays whole.

    A container inside itself is passed over.

    Raises
    ------
    SerializationError
        The containers are nested too deep, or show one another so often that the paths would be without number.
    """
    return _Walk().walk(value, "")


class _Walk:
    """One walk over nested values, which a file may have made such that paths double from level to level."""

    def __init__(self) -> None:
        self.around: set[int] = set()  # the containers around the current one
        self.met: set[int] = set()
        self.own = self.shown = 0  # items of all containers, counted once, and as often as they are shown

    def walk(self, value: Any, name: str) -> Iterator[tuple[str, Any]]:
        items: Iterable[tuple[object, Any]]
        if isinstance(value, Mapping) and value:
            items = cast("Mapping[object, Any]", value).items()
        elif isinstance(value, list | tuple) and any(
            isinstance(item, Tensor | Mapping | list | tuple) for item in cast("list[Any]", value)
        ):
            items = enumerate(cast("list[Any]", value))
        else:
            yield name, value
            return
        container = id(cast("object", value))
        if container in self.around:
            return
        self.count(container, len(cast("list[Any]", value)))
        self.around.add(container)
        for key, item in items:
            yield from self.walk(item, f"{name}.{key}" if name else str(key))
        self.around.remove(container)

    def count(self, container: int, size: int) -> None:
        self.shown += size
        if container not in self.met:
            self.met.add(container)
            self.own += size
        if len(self.around) >= _DEEPEST:
            raise SerializationError(f"its values are nested more than {_DEEPEST} deep")
        if self.shown > _SHOWN_ANYWAY + _SHOWN * self.own:
            raise SerializationError(
                "its containers show one another so often that no list of paths can be made"
            )
