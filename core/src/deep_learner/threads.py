"""How many threads computations in main memory use, as the backend that serves it says."""

from __future__ import annotations

from .backends.choice import for_device

__all__ = ["get_num_threads", "set_num_threads"]


def get_num_threads() -> int:
    """How many threads a computation in main memory uses at most."""
    return for_device("cpu").get_num_threads()


def set_num_threads(count: int) -> None:
    """Choose how many threads a computation in main memory uses at most, of the backend that serves it now.

    Parameters
    ----------
    count : int
        1 or more.

    Raises
    ------
    RuntimeError
        If it is less than 1, or more than 1 for a backend that always computes in one.
    """
    if count < 1:
        raise RuntimeError(f"set_num_threads expects a positive integer; received {count}")
    for_device("cpu").set_num_threads(count)
