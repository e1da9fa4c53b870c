"""`save`, `load` and `open_file`: which format, from where, to which device."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, cast

from ..tensor import Tensor
from .errors import reporting
from .formats import format_of_content, format_of_suffix, serializer_of
from .placing import placing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..typing import DeviceLike
    from .serializer import Serializer
    from .tensor_file import TensorFile

__all__ = ["load", "open_file", "save"]

FileLike: TypeAlias = "str | os.PathLike[str] | BinaryIO"


def save(obj: Any, f: FileLike, format: str | None = None, **options: Any) -> None:
    """Save `obj`; on disk the file is replaced in one step: a crash leaves the old one or the new one.

    Parameters
    ----------
    obj
        A tensor, a plain value (None, bool, int, float, str), or lists, tuples and dictionaries of them, such
        as a ``state_dict``. Tensors are saved as values: gradients and graphs are not kept.
    f
        The path, or a binary file open for writing (then nothing is atomic).
    format
        Name of a registered serializer, such as ``"safetensors"`` or ``"npz"``; None takes the one whose
        suffix the path ends in.
    **options
        What the format takes besides.

    Raises
    ------
    ValueError
        No format was named and the suffix belongs to none.
    TypeError
        `obj` contains something that is not saved, such as a function; the message says where.
    OSError
        The file cannot be written; the old content is still there.

    Notes
    -----
    Reading a file never runs code from it, whatever its format.
    """
    serializer = serializer_of(format or format_of_suffix(f))
    if isinstance(f, str | os.PathLike):
        serializer.save_path(obj, f, **options)
    else:
        serializer.write(obj, f, **options)


def load(f: FileLike, map_location: DeviceLike = None, *, format: str | None = None, **options: Any) -> Any:
    """Load what `save` saved, or a file of a registered format from elsewhere.

    Parameters
    ----------
    f
        The path, or a binary file open for reading that can seek.
    map_location
        The device on which tensors arrive; None leaves them on the default device.
    format
        Name of a registered serializer; None finds out from the content.
    **options
        What the format takes besides.

    Returns
    -------
    Any
        The value saved. A plain safetensors or npz file gives a flat dictionary of tensors.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    TypeError
        `f` is neither a path nor a file, or the format does not take an option.
    RuntimeError
        There is no such device.
    SerializationError
        The file is damaged or in no known format; the message names the file and what is wrong with it.
    """
    if isinstance(f, str | os.PathLike):
        with Path(f).open("rb") as file:
            return _read(file, os.fspath(f), format, map_location, options)
    return _read(f, _name_of(f, "load"), format, map_location, options)


def open_file(
    f: FileLike, map_location: DeviceLike = None, *, format: str | None = None, **options: Any
) -> TensorFile:
    """Open a file of tensors: what it holds is known at once, and each is read when it is asked for.

    Parameters
    ----------
    f, format, **options
        As in :func:`load`.
    map_location
        The device on which tensors arrive; None leaves them on the default device.

    Returns
    -------
    TensorFile
        A mapping of names to tensors, to close or to use in a ``with`` statement, with what the file says of them in
        `tensors`, and all else in `metadata`.

    Raises
    ------
    FileNotFoundError, TypeError, RuntimeError, SerializationError
        As in :func:`load`; also when a tensor is read that is damaged.

    Examples
    --------
    >>> with dl.serialization.open_file("model.safetensors") as file:  # doctest: +SKIP
    ...     weight = file["decoder.weight"]
    """
    if not isinstance(f, str | os.PathLike):
        return _open(f, _name_of(f, "open_file"), format, map_location, options)
    file = Path(f).open("rb")  # noqa: SIM115 - closed with what is returned
    try:
        opened = _open(file, os.fspath(f), format, map_location, options)
    except BaseException:
        file.close()
        raise
    opened.closes(file.close)
    return opened


def _name_of(f: BinaryIO, caller: str) -> str:
    if not hasattr(f, "seek"):  # pyright: ignore[reportUnnecessaryComparison]
        raise TypeError(
            f"{caller}() takes a path or a binary file that can seek. Received: {type(f).__name__}"
        )
    return str(getattr(f, "name", "the given file object"))


def _read(file: BinaryIO, name: str, format: str | None, map_location: Any, options: dict[str, Any]) -> Any:
    format, serializer = _found(file, name, format, map_location)
    if serializer.places:
        options = {"map_location": map_location, **options}
    _check_options(format, serializer.read, options)
    with reporting(name, format):
        value = serializer.read(file, **options)
    return value if map_location is None or serializer.places else _move(value, placing(map_location))


def _open(
    file: BinaryIO, name: str, format: str | None, map_location: Any, options: dict[str, Any]
) -> TensorFile:
    format, serializer = _found(file, name, format, map_location)
    _check_options(format, serializer.open, options)
    with reporting(name, format):
        opened = serializer.open(file, **options)
    opened.attach((name, format), map_location)
    return opened


def _found(file: BinaryIO, name: str, format: str | None, location: Any) -> tuple[str, Serializer]:
    """The format of a file and its serializer, once it is certain that its tensors can go where they are to."""
    if location is not None and not callable(location):  # which some formats take
        placing(location)  # a device that there is not is no fault of the file's
    if format is None:
        with reporting(name):
            format = format_of_content(file, name)
    return format, serializer_of(format)


def _check_options(format: str, method: Callable[..., Any], options: dict[str, Any]) -> None:
    """Refuse what a format does not take, which is no fault of the file's."""
    try:
        inspect.signature(method).bind("file", **options)
    except TypeError as error:
        raise TypeError(f"the format {format!r} does not take these options: {error}") from None


def _move(value: Any, place: Callable[[Tensor], Tensor]) -> Any:
    """`value` with every tensor in it placed."""
    if isinstance(value, Tensor):
        return place(value)
    if isinstance(value, Mapping):
        return {key: _move(item, place) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        items = [_move(item, place) for item in cast("list[Any]", value)]
        return items if isinstance(value, list) else tuple(items)
    return value
