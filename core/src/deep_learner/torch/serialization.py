"""``torch.save`` and ``torch.load``: PyTorch's checkpoint files, of which nothing is ever executed.

The format is the registered serializer ``"torch"``; here are PyTorch's arguments, and the questions of where tensors
go and which of the program's own names a file may use.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeAlias, cast

from ..device import Device
from ..serialization.files import FileLike
from ..serialization.files import load as _load
from ..serialization.files import save as _save
from ..tensor import Tensor

__all__ = [
    "add_safe_globals", "clear_safe_globals", "default_restore_location", "get_safe_globals", "load",
    "location_tag", "register_package", "safe_globals", "save",
]  # fmt: skip

Restore: TypeAlias = "Callable[[Tensor, str], Tensor | None]"
MapLocation: TypeAlias = "Restore | Device | str | Mapping[str, str] | None"

# ---------------------------------------------------------------------- which names a file may use

_safe_globals: list[Any] = []


def add_safe_globals(safe_globals: Iterable[Any]) -> None:
    """Let files use these classes and functions, and let :func:`save` write them.

    Parameters
    ----------
    safe_globals
        Classes and functions, or pairs of one and the full name under which files refer to it.

    Raises
    ------
    TypeError, ValueError
        Something else is among them.
    """
    for one in safe_globals:
        if isinstance(one, tuple):
            pair = cast("tuple[Any, ...]", one)
            if len(pair) != 2:
                raise ValueError(
                    f"expected a pair of a class or function and its name, received {len(pair)} items"
                )
            if not isinstance(pair[1], str):
                raise TypeError(f"expected the name as text, received {type(pair[1]).__name__}")
        elif not hasattr(one, "__qualname__"):
            raise TypeError(f"expected a class or a function, received {type(one).__name__}")
        if one not in _safe_globals:
            _safe_globals.append(one)


def get_safe_globals() -> list[Any]:
    """What :func:`add_safe_globals` was given."""
    return list(_safe_globals)


def clear_safe_globals() -> None:
    """Allow nothing besides the built-in names again."""
    _safe_globals.clear()


@contextmanager
def safe_globals(safe_globals: Iterable[Any]) -> Generator[None]:
    """As :func:`add_safe_globals`, within a ``with`` block."""
    before = get_safe_globals()
    add_safe_globals(safe_globals)
    try:
        yield
    finally:
        _safe_globals[:] = before


# -------------------------------------------------------------------------- where tensors were and go


class Package(NamedTuple):
    """How tensors of one kind of device are told in files, and brought back."""

    priority: int
    tagger: Callable[[Tensor], str | None]
    deserializer: Restore


def register_package(priority: int, tagger: Callable[[Tensor], str | None], deserializer: Restore) -> None:
    """Teach :func:`save` and :func:`load` about another kind of device.

    Parameters
    ----------
    priority
        Those with lower numbers are asked first; CUDA has 20 and the CPU 10.
    tagger
        ``tagger(tensor)`` is the text that stands for the tensor's place in files, or None for others' tensors.
    deserializer
        ``deserializer(storage, location)`` is the flat tensor `storage` at the place that the text stands for, or
        None for others' texts.
    """
    _packages.append(Package(priority, tagger, deserializer))
    _packages.sort(key=lambda package: package.priority)


def location_tag(storage: Tensor) -> str:
    """The text that stands for a tensor's place in files.

    Raises
    ------
    RuntimeError
        If no package knows its device.
    """
    for package in _packages:
        tag = package.tagger(storage)
        if tag is not None:
            return tag
    raise RuntimeError(f"don't know how to determine data location of a tensor on {storage.device}")


def default_restore_location(storage: Tensor, location: str) -> Tensor:
    """The memory of a tensor, flat, at the place that a file names.

    Raises
    ------
    RuntimeError
        If there is no such device here, or no package knows the text.
    """
    for package in _packages:
        restored = package.deserializer(storage, location)
        if restored is not None:
            return restored
    try:
        return storage.to(location)  # wherever a backend has devices
    except (RuntimeError, TypeError) as error:
        raise RuntimeError(
            f"don't know how to restore data location of a storage of {storage.dtype.name} (tagged with {location}): "
            f"{error}"
        ) from None


def _cpu_tag(tensor: Tensor) -> str | None:
    return None if tensor.device.type == "cuda" else "cpu"


def _on_cpu(storage: Tensor, location: str) -> Tensor | None:
    return storage.to("cpu") if location == "cpu" else None


def _cuda_tag(tensor: Tensor) -> str | None:
    return f"cuda:{tensor.device.index or 0}" if tensor.device.type == "cuda" else None


def _on_cuda(storage: Tensor, location: str) -> Tensor | None:
    if location.partition(":")[0] != "cuda":
        return None
    from .. import cuda

    device = Device(location)
    if not cuda.is_available():
        raise RuntimeError(
            "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are "
            "running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu')"
        )
    if device.index is not None and device.index >= cuda.device_count():
        raise RuntimeError(
            f"Attempting to deserialize object on CUDA device {device.index} but torch.cuda.device_count() is "
            f"{cuda.device_count()}. Use map_location to load it to an existing device"
        )
    return storage.to(device)


_packages: list[Package] = [Package(10, _cpu_tag, _on_cpu), Package(20, _cuda_tag, _on_cuda)]


def _restoring(map_location: Any) -> Callable[[Tensor, str], Tensor]:
    """One function for all that `map_location` may be."""
    if map_location is None:
        return default_restore_location
    if isinstance(map_location, Mapping):
        places = cast("Mapping[str, str]", map_location)
        return lambda storage, location: default_restore_location(storage, places.get(location, location))
    if isinstance(map_location, str | Device):
        device = Device(map_location)
        place = device.type if device.index is None else f"{device.type}:{device.index}"
        return lambda storage, location: default_restore_location(storage, place)
    if not callable(map_location):
        raise TypeError(
            "map_location is a device, its name, a dictionary of names, or a function of a storage and its location. "
            f"Received: {type(map_location).__name__}"
        )

    given = cast("Restore", map_location)

    def restore(storage: Tensor, location: str) -> Tensor:
        restored = given(storage, location)
        return default_restore_location(storage, location) if restored is None else restored

    return restore


# ------------------------------------------------------------------------------------ the two functions


def save(
    obj: Any,
    f: FileLike,
    pickle_module: Any = None,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Save `obj` as PyTorch's ``torch.save`` does; on disk the file is replaced in one step.

    Parameters
    ----------
    obj
        Tensors, parameters and plain values, nested in lists, tuples, dictionaries, sets and the containers of
        `collections`; state dictionaries; modules, dataclasses, named tuples and enumerations of this program;
        instances of classes given to :func:`add_safe_globals`.
    f
        The path, or a binary file open for writing (then nothing is atomic).
    _use_new_zipfile_serialization
        False for the format that PyTorch had before version 1.6.
    pickle_module, pickle_protocol, _disable_byteorder_record
        PyTorch's, of no effect here: protocol 2 is written, which every version of PyTorch reads.

    Raises
    ------
    TypeError
        `obj` contains something that is not saved, such as a lambda; the message says where.
    ValueError
        A tuple contains itself.
    OSError
        The file cannot be written; the old content is still there.
    """
    _save(
        obj,
        f,
        "torch",
        legacy=not _use_new_zipfile_serialization,
        location=location_tag,
        safe_globals=get_safe_globals(),
    )


def load(
    f: FileLike,
    map_location: MapLocation = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Load what ``torch.save`` saved, here or in PyTorch. Nothing from the file is executed, whatever is asked.

    Parameters
    ----------
    f
        The path, or a binary file open for reading that can seek.
    map_location
        Where tensors go: a device, a dictionary from names in the file to names here, or a function
        ``map_location(storage, location)`` of a flat tensor on the CPU and the name in the file, which gives that
        tensor where it is to be, or None to leave it to the name. By default where they were.
    pickle_module
        PyTorch's; only None or :mod:`pickle` makes sense, and neither is used.
    weights_only
        False also lets the file make modules, dataclasses, named tuples and enumerations whose classes the program
        has imported. None is True.
    mmap
        Whether to read tensors from the disk when they are used; `f` must be a path.
    **pickle_load_args
        ``encoding``, of text that Python 2 wrote: UTF-8 by default. Others have no effect.

    Returns
    -------
    Any
        The value. Tensors that shared memory share it again.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    SerializationError
        A RuntimeError: the file is damaged, of another format, or needs a device or a dtype that is not there.
    pickle.UnpicklingError
        Besides a SerializationError: the file asks for something that it may not use; the message names it.

    Notes
    -----
    Differs from PyTorch's in that ``weights_only=False`` does not run code either. What else a file may call is said
    by :func:`add_safe_globals`.
    """
    if pickle_module is not None and weights_only:
        raise RuntimeError(
            "Can not safely load weights when explicit pickle_module is specified; leave out one of the two"
        )
    if mmap and not isinstance(f, str | os.PathLike):
        raise ValueError("f must be a string filename in order to use mmap argument")
    return _load(
        f,
        _restoring(map_location),  # pyright: ignore[reportArgumentType] # the format takes functions, too
        format="torch",
        weights_only=weights_only is not False and pickle_module is None,
        safe_globals=get_safe_globals(),
        mmap=bool(mmap),
        encoding=pickle_load_args.get("encoding", "utf-8"),
    )
