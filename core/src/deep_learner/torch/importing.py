"""Making ``import torch`` mean Deep Learner in this process and in those that it starts."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

# A folder with a package of PyTorch's name, which hands over to this one: child processes find it by their path.
STAND_IN = str(Path(__file__).parent / "stand_in")

__all__ = ["install"]


def install() -> None:
    """Have ``import torch`` and its submodules give Deep Learner, here and in processes started from here.

    Call it first, in a notebook say; ``python -m deep_learner.torch`` does so for a program. PyTorch itself, if it is
    installed, is not touched.

    Raises
    ------
    RuntimeError
        If PyTorch has been imported already.
    """
    ours = importlib.import_module(__name__.rpartition(".")[0])
    there = sys.modules.get("torch")
    if there is ours:
        return
    if there is not None:
        raise RuntimeError(
            f"PyTorch has been imported already ({getattr(there, '__file__', 'torch')}); call "
            "deep_learner.torch.install() before anything imports torch"
        )
    sys.modules["torch"] = ours
    sys.path.insert(1, STAND_IN)
    paths = os.environ.get("PYTHONPATH", "")
    if STAND_IN not in paths.split(os.pathsep):
        os.environ["PYTHONPATH"] = STAND_IN + (os.pathsep + paths if paths else "")
