"""Saving and loading: the files, and the base class of their formats, which plugins supply."""

from __future__ import annotations

from .atomic import atomic_write
from .files import load, save
from .serializer import SerializationError, Serializer

__all__ = ["SerializationError", "Serializer", "atomic_write", "load", "save"]
