"""Which registered format a file is in: by its name, by the suffix, or by what it contains."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from ..plugins import registry
from ..plugins.host import host
from .errors import SerializationError

if TYPE_CHECKING:
    from .serializer import Serializer

__all__ = ["format_of_content", "format_of_suffix", "serializer_of"]

_HEAD = 512


def serializer_of(format: str) -> Serializer:
    """The serializer of a name."""
    return cast("type[Serializer]", registry.get("serializers", format))()


def format_of_suffix(f: str | os.PathLike[str] | BinaryIO) -> str:
    """Name of the serializer that registered the suffix of `f`, the longest that fits."""
    formats = registry.names("serializers")
    if not isinstance(f, str | os.PathLike):
        raise ValueError(f"a file object has no suffix that tells the format: pass format=, one of {formats}")
    known = {suffix: entry.name for entry in registry.entries("serializers") for suffix in _suffixes(entry)}
    fitting = [suffix for suffix in known if Path(f).name.lower().endswith(suffix)]
    if fitting:
        return known[max(fitting, key=len)]
    raise ValueError(
        f"cannot tell the format of {os.fspath(f)!r} from its suffix {Path(f).suffix!r}: use one of "
        f"{', '.join(sorted(known)) or '(no serializer is installed)'}, or pass format=, one of {formats}"
        f"{_advice(f)}"
    )


def format_of_content(file: BinaryIO, name: str) -> str:
    """Name of the first serializer that recognises the content, asking the one of the suffix first."""
    start = file.tell()
    head = file.read(_HEAD)
    file.seek(start)
    if not head:
        raise SerializationError("the file is empty")
    name = Path(name).name.lower()
    entries = sorted(
        registry.entries("serializers"),
        key=lambda entry: max(
            (len(suffix) for suffix in _suffixes(entry) if name.endswith(suffix)), default=0
        ),
        reverse=True,
    )
    for entry in entries:
        if serializer_of(entry.full_name).recognises(head):
            return entry.full_name
    pickled = head.startswith(b"\x80")
    hint = " (it looks like a pickle, which is never read: reading one can run any code)" if pickled else ""
    known = ", ".join(entry.name for entry in entries) or "(no serializer is installed)"
    raise SerializationError(
        f"its content is in none of the known formats {known}; it starts with {head[:16]!r}{hint}"
        f"{_advice(name)}"
    )


def _advice(f: str | os.PathLike[str]) -> str:
    """What to install: the formats of first-party plugins that may be missing are called as their suffixes are."""
    return host().advice("serializers", Path(f).suffix.lower().removeprefix("."))


def _suffixes(entry: registry.Entry) -> tuple[str, ...]:
    return entry.metadata.get("suffixes", ())
