"""The checkpoints of a whole run: what is in one, which are kept, and going on from one."""

from __future__ import annotations

from .checkpoint import Checkpoint, LoadedCheckpoint, load_checkpoint
from .checkpoints import Checkpoints

__all__ = ["Checkpoint", "Checkpoints", "LoadedCheckpoint", "load_checkpoint"]
