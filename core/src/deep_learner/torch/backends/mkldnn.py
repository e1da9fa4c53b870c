"""``torch.backends.mkldnn``: oneDNN, which a plugin's kernels may bring; the switch changes nothing."""

from __future__ import annotations

from importlib.util import find_spec

__all__ = ["enabled", "is_available"]

enabled = True


def is_available() -> bool:
    """Whether kernels of it are installed."""
    return find_spec("deep_learner_onednn") is not None
