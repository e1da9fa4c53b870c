"""``torch.version``: which PyTorch's names these are, and whose they are."""

from __future__ import annotations

from importlib.metadata import version as _version
from typing import Any

__all__ = ["__version__", "debug", "git_version", "hip", "xpu"]

# The release whose functions, results and random numbers are reproduced, and in the local part who does so.
__version__ = f"2.13.0+deep.learner.{_version('deep-learner-core')}"
debug = False
git_version = "unknown"
hip = None
xpu = None


def __getattr__(name: str) -> Any:
    """`cuda`: the version of CUDA that the backend which serves it was made for; None if there is none."""
    if name != "cuda":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ..backends.choice import accelerated

    serving = accelerated()
    return None if serving is None else serving.details().get("runtime")
