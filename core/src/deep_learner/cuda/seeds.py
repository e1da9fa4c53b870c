"""Seeds of the random numbers for CUDA devices: the CPU's, so that a run can be repeated anywhere."""

from __future__ import annotations

from ..random import initial_seed, seed
from ..random import manual_seed as _manual_seed

__all__ = ["initial_seed", "manual_seed", "manual_seed_all", "seed", "seed_all"]


def manual_seed(seed: int) -> None:
    """Seed the stream of random numbers, which all devices share.

    Raises
    ------
    ValueError
        If the seed needs more than 64 bits.
    """
    _manual_seed(seed)


def manual_seed_all(seed: int) -> None:
    """As :func:`manual_seed`: there is one stream for all devices."""
    _manual_seed(seed)


def seed_all() -> None:
    """As :func:`seed`: a seed that nobody can foresee, for all devices."""
    seed()
