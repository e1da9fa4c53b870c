"""Saving and loading: the files, and the base class of their formats, which plugins supply."""

from __future__ import annotations

from deep_learner.serialization.atomic import atomic_write
from deep_learner.serialization.files import load, save
from deep_learner.serialization.serializer import SerializationError, Serializer

__all__ = ["SerializationError", "Serializer", "atomic_write", "load", "save"]
