"""Saving and loading: the files, and the base class of their formats, which plugins supply."""

from __future__ import annotations

from .atomic import atomic_write
from .files import load, save
from .serializer import SerializationError, Serializer
from .sharing import Shown, shown

__all__ = ["SerializationError", "Serializer", "Shown", "atomic_write", "load", "save", "shown"]
