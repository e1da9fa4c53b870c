"""`save` and `load`: which format, from where, to which device."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, cast

from ..plugins import registry
from ..plugins.host import host
from ..tensor import Tensor
from .atomic import atomic_write
from .serializer import SerializationError, Serializer

if TYPE_CHECKING:
    from ..typing import DeviceLike

__all__ = ["load", "save"]

FileLike: TypeAlias = "str | os.PathLike[str] | BinaryIO"
_HEAD = 512


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
    serializer = _serializer(format or _format_of_suffix(f))
    if isinstance(f, str | os.PathLike):
        with atomic_write(f) as file:
            serializer.write(obj, file, **options)
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
        `f` is neither a path nor a file.
    SerializationError
        The file is damaged or in no known format; the message names the file and what is wrong with it.
    """
    if isinstance(f, str | os.PathLike):
        with Path(f).open("rb") as file:
            return _read(file, os.fspath(f), format, map_location, options)
    if not hasattr(f, "seek"):  # pyright: ignore[reportUnnecessaryComparison]
        raise TypeError(f"load() takes a path or a binary file that can seek. Received: {type(f).__name__}")
    return _read(f, str(getattr(f, "name", "the given file object")), format, map_location, options)


def _read(file: BinaryIO, name: str, format: str | None, map_location: Any, options: dict[str, Any]) -> Any:
    try:
        format = format or _format_of_content(file, name)
    except SerializationError as error:
        raise SerializationError(f"cannot load {name}: {error}") from None
    serializer = _serializer(format)
    if serializer.places:
        options = {"map_location": map_location, **options}
    try:
        value = serializer.read(file, **options)
    except (OSError, MemoryError):
        raise
    except SerializationError as error:  # of its own kind, as a format may have several
        raise type(error)(f"cannot load {name} as {format}: {error}") from error
    except Exception as error:  # whatever a format raises on damaged content, the caller sees one error
        raise SerializationError(
            f"cannot load {name} as {format}: {type(error).__name__}: {error}"
        ) from error
    return value if map_location is None or serializer.places else _move(value, map_location)


def _serializer(format: str) -> Serializer:
    return cast("type[Serializer]", registry.get("serializers", format))()


def _format_of_suffix(f: FileLike) -> str:
    """Name of the serializer that registered the suffix of `f`."""
    formats = registry.names("serializers")
    if not isinstance(f, str | os.PathLike):
        raise ValueError(f"a file object has no suffix that tells the format: pass format=, one of {formats}")
    known = {suffix: entry.name for entry in registry.entries("serializers") for suffix in _suffixes(entry)}
    suffix = Path(f).suffix.lower()
    if suffix in known:
        return known[suffix]
    raise ValueError(
        f"cannot tell the format of {os.fspath(f)!r} from its suffix {suffix!r}: use one of "
        f"{', '.join(sorted(known)) or '(no serializer is installed)'}, or pass format=, one of {formats}"
        f"{_advice()}"
    )


def _advice() -> str:
    return host().advice("serializers")


def _suffixes(entry: registry.Entry) -> tuple[str, ...]:
    return entry.metadata.get("suffixes", ())


def _format_of_content(file: BinaryIO, name: str) -> str:
    """Name of the first serializer that recognises the content, asking the one of the suffix first."""
    start = file.tell()
    head = file.read(_HEAD)
    file.seek(start)
    if not head:
        raise SerializationError("the file is empty")
    suffix = Path(name).suffix.lower()
    entries = sorted(registry.entries("serializers"), key=lambda entry: suffix not in _suffixes(entry))
    for entry in entries:
        if _serializer(entry.full_name).recognises(head):
            return entry.full_name
    pickled = head.startswith(b"\x80")
    hint = " (it looks like a pickle, which is never read: reading one can run any code)" if pickled else ""
    known = ", ".join(entry.name for entry in entries) or "(no serializer is installed)"
    raise SerializationError(
        f"its content is in none of the known formats {known}; it starts with {head[:16]!r}{hint}{_advice()}"
    )


def _move(value: Any, device: DeviceLike) -> Any:
    """`value` with every tensor in it on `device`."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, Mapping):
        return {key: _move(item, device) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        items = [_move(item, device) for item in cast("list[Any]", value)]
        return items if isinstance(value, list) else tuple(items)
    return value
