"""The generator that is used where none is named, and the functions that seed and save it."""

from __future__ import annotations

from collections import abc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from .generator import Generator

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = [
    "chosen",
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]

default_generator: Final = Generator()
default_generator.seed()


def chosen(generator: Generator | None) -> Generator:
    """The generator that a function shall use.

    Raises
    ------
    TypeError
        If what was passed is none.
    """
    if generator is None:
        return default_generator
    if not isinstance(generator, Generator):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(
            f"generator= takes a deep_learner.Generator. Received: {type(generator).__name__}; "
            "to seed one, write Generator().manual_seed(seed)"
        )
    return generator


def manual_seed(seed: int) -> Generator:
    """Start the default generator's stream that belongs to `seed`, and return the generator.

    Parameters
    ----------
    seed : int
        From -2**63 to 2**64 - 1; anything else is converted to an integer first.

    Raises
    ------
    ValueError
        If it needs more than 64 bits, or cannot be converted.
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start a stream of the default generator that nobody can foresee, and return its seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed that the default generator was started with."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The default generator's state: uint8, of shape (5056,), in PyTorch's layout."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Set the default generator's state to one that `get_rng_state` gave. Raises as `Generator.set_state`."""
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, **_: Any) -> abc.Generator[None]:
    """Restore the default generator's state at the end of a `with` block.

    Parameters
    ----------
    devices
        Accepted for PyTorch's sake: there is one stream for all devices.
    enabled : bool, default True
        False: do nothing.
    """
    if not enabled:
        yield
        return
    kept = default_generator.get_state()
    try:
        yield
    finally:
        default_generator.set_state(kept)
