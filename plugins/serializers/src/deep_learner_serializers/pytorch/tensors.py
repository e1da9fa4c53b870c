"""Tensors from storages: what a file says of their layout is checked against the bytes that are there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

import deep_learner as dl
from deep_learner_serializers.arrays import as_tensor, viewed
from deep_learner_serializers.pytorch.kinds import StorageType
from deep_learner_serializers.pytorch.opcodes import UnpicklingError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from deep_learner.dtypes import DType

__all__ = ["Content", "Storage", "Tensors"]

_DIMENSIONS = 64  # NumPy's limit
# Windows that overlap are written out by libraries that have no such views: at most so often the memory that there is.
_OVERLAPPING = 64
# What is written out anew (conjugates, sparse tensors, views where there are none) takes at most so much more memory.
_COPIES = 8
_ANYWAY = 1 << 24


class Storage(NamedTuple):
    """A storage as the pickle states it."""

    kind: StorageType
    key: str
    location: str
    length: int

    @property
    def nbytes(self) -> int:
        """How many bytes it must have."""
        return self.length * (1 if self.kind.dtype is None else self.kind.dtype.itemsize)


class Content(Protocol):
    """Where the bytes of storages come from."""

    byteorder: str

    def bytes_of(self, storage: Storage) -> npt.NDArray[np.uint8]:
        """The storage's bytes, exactly as many as it must have, as an array that may be written."""
        ...


class Tensors:
    """The tensors of one file; those that show one storage share its memory.

    Parameters
    ----------
    content
        The file's storages.
    place
        ``place(storage, location)`` puts a flat tensor, given on the CPU, where it belongs.
    """

    def __init__(self, content: Content, place: Callable[[dl.Tensor, str], dl.Tensor]) -> None:
        self.content = content
        self.place = place
        self.storages: dict[str, Storage] = {}
        self.raw: dict[str, npt.NDArray[np.uint8]] = {}
        self.flat: dict[tuple[str, str], dl.Tensor] = {}
        self.spent = 0

    def storage(self, identity: Any) -> Storage:
        """The storage of a persistent identity: ``("storage", type, key, location, number of elements, ...)``."""
        if (
            type(identity) is not tuple
            or len(identity) not in (5, 6)
            or identity[0] not in ("storage", b"storage")
        ):
            raise UnpicklingError("the pickle refers to something outside it that is no storage")
        kind, key, location, count = identity[1:5]
        if type(kind) is not StorageType:
            raise UnpicklingError("the pickle refers to a storage of no type")
        key, location = _text(key), _text(location)
        if type(count) is not int or count < 0:
            raise UnpicklingError(f"the storage {key!r:.100} has no valid number of elements")
        if identity[5:] not in ((), (None,)):
            raise UnpicklingError(
                f"the storage {key!r:.100} is a view of another: the format of PyTorch < 0.4"
            )
        storage = Storage(kind, key, location, count)
        known = self.storages.setdefault(key, storage)
        if known.nbytes != storage.nbytes or known.location != location:
            raise UnpicklingError(f"the storage {key!r:.100} is stated twice, differently")
        return storage

    def tensor(
        self, storage: Any, offset: Any, size: Any, stride: Any, dtype: DType | None = None
    ) -> dl.Tensor:
        """A tensor that shows elements of a storage, once the layout is known to stay inside it."""
        if type(storage) is not Storage:
            raise UnpicklingError("a tensor has no storage")
        dtype = dtype or storage.kind.dtype
        if dtype is None:
            raise UnpicklingError(f"a tensor of the storage {storage.key!r:.100} has no dtype")
        count = storage.nbytes // dtype.itemsize
        where = f"a tensor of the storage {storage.key!r:.100}, which has {count} elements of {dtype.name},"
        numbers = [offset, *_numbers(size, where), *_numbers(stride, where)]
        if not all(type(number) is int and 0 <= number < 1 << 63 for number in numbers):
            raise UnpicklingError(f"{where} has sizes, strides or an offset that are no valid numbers")
        if len(size) != len(stride) or len(size) > _DIMENSIONS:
            raise UnpicklingError(f"{where} has {len(size)} sizes and {len(stride)} strides")
        last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
        if (
            (last >= count and 0 not in size)
            or offset > count
            or math.prod(max(n, 1) for n in size) >= 1 << 63
        ):
            raise UnpicklingError(f"{where} reaches beyond it: offset {offset}, size {size}, stride {stride}")
        once = [length if step else min(length, 1) for length, step in zip(size, stride, strict=True)]
        if math.prod(once) > _OVERLAPPING * max(count, 1 << 14):
            raise UnpicklingError(f"{where} shows its elements too often: size {size}, stride {stride}")
        flat = self.elements(storage, dtype)
        if not dl.backends.get(flat.backend).shares_memory:
            self.spend(math.prod(size) * dtype.itemsize)
        with dl.no_grad():
            return _laid_out(flat, offset, tuple(once), tuple(stride), tuple(size))

    def spend(self, count: int) -> None:
        """Ask for bytes that are not the file's own: a few of them may state a tensor time and again.

        Raises
        ------
        UnpicklingError
            There have been too many.
        """
        self.spent += count
        if self.spent > _ANYWAY + _COPIES * sum(storage.nbytes for storage in self.storages.values()):
            raise UnpicklingError("the tensors would take many times the memory of what is in the file")

    def elements(self, storage: Storage, dtype: DType) -> dl.Tensor:
        """All elements of a storage, where they belong."""
        name = (storage.key, dtype.name)
        if name not in self.flat:
            self.flat[name] = self.place(self.read(storage, dtype), storage.location).detach()
        return self.flat[name]

    def read(self, storage: Storage, dtype: DType) -> dl.Tensor:
        if storage.key not in self.raw:
            self.raw[storage.key] = self.content.bytes_of(storage)
        raw = self.raw[storage.key]
        raw = raw[: raw.size // dtype.itemsize * dtype.itemsize]
        if self.content.byteorder == "big":
            raw = raw.view("u2" if dtype is dl.bfloat16 else dtype.name).byteswap().view(np.uint8)
        return as_tensor(viewed(raw, dtype.name, (-1,)), storage.key)


def _laid_out(
    flat: dl.Tensor, offset: int, once: tuple[int, ...], stride: tuple[int, ...], size: tuple[int, ...]
) -> dl.Tensor:
    """The elements of `flat` by strides, by the plainest view that will do; repeated ones are shown by expanding."""
    expected, dense = 1, True
    for length, step in zip(reversed(once), reversed(stride), strict=True):
        dense = dense and (length == 1 or step == expected)
        expected *= length
    if 0 in size:
        return dl.zeros(size, dtype=flat.dtype, device=flat.device)
    if not dense:
        shown = flat.as_strided(once, stride, offset)
    elif expected == flat.numel():
        shown = flat.reshape(once)
    else:
        shown = flat[offset : offset + expected].reshape(once)
    return (shown if once == size else shown.expand(size)).detach()


def _numbers(values: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(values, tuple):
        raise UnpicklingError(f"{where} has sizes or strides that are no tuple")
    return values


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    if type(value) is not str:
        raise UnpicklingError("the pickle refers to a storage by what is no text")
    return value
