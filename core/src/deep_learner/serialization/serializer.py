"""What a file format supplies: writing values to an open file and reading them back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

from .atomic import atomic_write
from .tensor_file import LoadedFile, TensorFile

if TYPE_CHECKING:
    import os

__all__ = ["Serializer"]


class Serializer(ABC):
    """A file format, registered under its name in the category ``serializers``.

    A plugin registers the class with the suffixes that choose it:
    ``register("npz", "my_package.npz:Npz", suffixes=(".npz",))``. Opening, replacing files atomically, naming
    the file in errors and moving tensors to a device are done for it by :func:`save` and :func:`load`.

    The values to support are tensors; None, booleans, integers, floats and strings; and lists, tuples and
    dictionaries of them, nested at will. `write` and `read` may take options of the format's own, which
    :func:`save` and :func:`load` pass on by name.

    Attributes
    ----------
    places : bool
        Whether `read` takes ``map_location`` and puts the tensors there itself: for formats that know where each
        came from or what memory they share, or that read one after the other.
    """

    places: ClassVar[bool] = False

    @staticmethod
    @abstractmethod
    def recognises(head: bytes) -> bool:
        """Whether a file with these first bytes (512, or all of a shorter one) looks like this format."""

    @abstractmethod
    def write(self, value: Any, file: BinaryIO) -> None:
        """Write `value` to `file`, open for writing.

        Raises
        ------
        TypeError
            `value` contains something that the format does not hold; the message says where and what.
        """

    @abstractmethod
    def read(self, file: BinaryIO) -> Any:
        """Read from `file`, open for reading at its start; tensors arrive on the default device.

        Must not run code from the file.

        Raises
        ------
        SerializationError
            The content is damaged or foreign; the message says what is wrong with it (and not in which file).
        """

    def open(self, file: BinaryIO) -> TensorFile:
        """Look into `file`, open for reading at its start, without reading its tensors; by default all are read.

        Raises
        ------
        SerializationError
            As in `read`.
        """
        return LoadedFile(self.read(file))

    def save_path(self, value: Any, path: str | os.PathLike[str], **options: Any) -> None:
        """Write `value` to a path, replacing what is there in one step. Formats of several files write their own way.

        Such a format finds its other files by ``file.name`` when it reads.
        """
        with atomic_write(path) as file:
            self.write(value, file, **options)
