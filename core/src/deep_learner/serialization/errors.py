"""What is wrong with a file, said in one kind of error that names the file."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["SerializationError", "reporting"]


class SerializationError(RuntimeError):
    """A file is damaged, or is not in the format that it was taken for."""


@contextmanager
def reporting(name: str, format: str | None = None) -> Generator[None]:
    """Whatever a format raises on damaged content, the caller sees one error that names the file."""
    subject = f"cannot load {name}" + (f" as {format}" if format else "")
    try:
        yield
    except (OSError, MemoryError, ImportError):
        raise
    except SerializationError as error:  # of its own kind, as a format may have several
        raise type(error)(f"{subject}: {error}") from error
    except Exception as error:
        raise SerializationError(f"{subject}: {type(error).__name__}: {error}") from error
