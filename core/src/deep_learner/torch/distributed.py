"""``torch.distributed``: not there, and saying so to programs that ask first."""

from __future__ import annotations

from typing import Any

from .missing import asked_at

__all__ = ["get_rank", "get_world_size", "init_process_group", "is_available", "is_initialized"]


def is_available() -> bool:
    """Whether processes can compute together: they cannot."""
    return False


def is_initialized() -> bool:
    """Whether they do."""
    return False


def init_process_group(*args: Any, **options: Any) -> None:
    """Refuses.

    Raises
    ------
    RuntimeError
        Always: processes do not compute together here.
    """
    raise RuntimeError(
        f"Deep Learner has no torch.distributed{asked_at()}: run the program in one process; guard this call by "
        "torch.distributed.is_available()"
    )


def get_rank(group: Any = None) -> int:
    """Raises as `init_process_group`."""
    raise ValueError(
        "Default process group has not been initialized, please make sure to call init_process_group."
    )


def get_world_size(group: Any = None) -> int:
    """Raises as `init_process_group`."""
    return get_rank(group)
