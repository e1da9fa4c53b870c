"""`Generator`: PyTorch's source of random numbers, with its seeds and its states."""

from __future__ import annotations

import math
import os
import struct
import threading
from typing import TYPE_CHECKING, Any, Final

from ..compiler.active import tracing
from ..device import Device
from ..typing import Array
from .engine import STATE_WORDS, Engine, MersenneTwister
from .host import find_host

if TYPE_CHECKING:
    from ..backends import Backend
    from ..tensor import Tensor

__all__ = ["Generator"]

_DEFAULT_SEED: Final = 67280421310721
_MANY: Final = 2**21  # words, which core's own engine makes in the time that another may take to start
# PyTorch's CPUGeneratorImplState: seed, words left, seeded, words spent, the words, three doubles of which
# the second is the spare normal, whether there is one, and an unused float with its flag.
_LAYOUT: Final = struct.Struct(f"<Qii Q {STATE_WORDS}Q ddd i 4x f ? 3x")


class Generator:
    """A stream of random numbers, with PyTorch's numbers for PyTorch's seeds.

    Parameters
    ----------
    device : Device or str, default "cpu"
        The device the numbers are for. They are the CPU's whatever the device, so that a run can be repeated
        on another one.

    Attributes
    ----------
    device : Device
    lock : threading.RLock
        Held while numbers are drawn, so that threads may share a generator.
    spare_normal : float or None
        The second of a pair of normally distributed numbers, where only the first has been asked for.

    Examples
    --------
    >>> generator = Generator().manual_seed(0)
    >>> generator.initial_seed()
    0
    """

    def __init__(self, device: Device | str = "cpu") -> None:
        self.device = Device(device)
        self.lock = threading.RLock()
        self.spare_normal: float | None = None
        self._engine: Engine = MersenneTwister(_DEFAULT_SEED)
        self._until_faster: float = _MANY
        self._seed = _DEFAULT_SEED
        self._untouched = True

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream that belongs to `seed`.

        Parameters
        ----------
        seed : int
            From -2**63 to 2**64 - 1; a negative one counts as 2**64 more.

        Returns
        -------
        Generator
            The generator itself.

        Raises
        ------
        RuntimeError
            If `seed` is no integer.
        ValueError
            If it needs more than 64 bits.
        """
        if not isinstance(seed, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RuntimeError(f"manual_seed expected an int, but got {type(seed).__name__} ({seed!r})")
        if not -(2**63) <= seed < 2**64:
            raise ValueError(f"manual_seed takes a seed from -2**63 to 2**64 - 1. Received: {seed}")
        _tell_trace("manual_seed()")
        with self.lock:
            self._seed = seed % 2**64
            self._engine.seed(self._seed)
            self.spare_normal = None
            self._untouched = True
        return self

    def seed(self) -> int:
        """Start a stream that nobody can foresee, and return its seed."""
        seed = int.from_bytes(os.urandom(8), "little")
        self.manual_seed(seed)
        return seed

    def initial_seed(self) -> int:
        """The seed that the stream was started with."""
        return self._seed

    def words(self, count: int) -> memoryview:
        """The next `count` 32-bit words of the stream."""
        with self.lock:
            return self._engine_for(count).words(count)

    def _engine_for(self, count: int) -> Engine:
        """The engine that draws so many words."""
        self._untouched = self._untouched and not count
        self._until_faster -= count
        if self._until_faster < 0:
            self._hurry()
        return self._engine

    def _hurry(self) -> None:
        """Go on in the engine of the backend that computes random numbers."""
        engine = find_host().mersenne_twister()
        engine.restore(*self._engine.state())
        self._engine, self._until_faster = engine, math.inf

    def draw(self, host: Backend, count: int) -> Array:
        """The next `count` words as an array of uint32, of shape (count,)."""
        return host.asarray(self.words(count))

    def draw_pairs(self, host: Backend, count: int) -> Array:
        """The next `count` pairs of words as an array of uint64, of shape (count,): the first is the high half."""
        with self.lock:
            return host.asarray(self._engine_for(2 * count).pairs(count))

    def get_state(self) -> Tensor:
        """The state of the stream, as PyTorch lays it out.

        Returns
        -------
        Tensor
            Of shape (5056,) and dtype uint8, on the CPU.
        """
        from .delivery import host_tensor

        _tell_trace("get_state()")
        return host_tensor(bytearray(self._pack()))

    def set_state(self, new_state: Tensor) -> Generator:
        """Go on from a state that `get_state` gave, here or in PyTorch (`from_numpy(state.numpy())`).

        Raises
        ------
        TypeError
            If `new_state` is no tensor of uint8.
        RuntimeError
            If its size is wrong or its contents are no state.
        """
        if getattr(getattr(new_state, "dtype", None), "name", None) != "uint8":
            received = getattr(new_state, "dtype", type(new_state).__name__)
            raise TypeError(
                f"a generator's state is a tensor of uint8, as get_state() returns it. Received: {received}"
            )
        _tell_trace("set_state()")
        self._unpack(new_state.numpy(force=True).tobytes())
        return self

    def clone_state(self) -> Generator:
        """Another generator that will give the same numbers."""
        return _rebuild(self.device, self._pack())

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.device, self._pack())

    def __repr__(self) -> str:
        return f"<deep_learner.Generator device={self.device!r} initial_seed={self._seed}>"

    def _pack(self) -> bytes:
        with self.lock:
            words, spent = self._engine.state()
            left = 1 if spent == STATE_WORDS else STATE_WORDS + 1 - spent
            spare = self.spare_normal
            return _LAYOUT.pack(
                self._seed, left, 1, 0 if self._untouched else spent, *words,
                0.0, spare or 0.0, 0.0, spare is not None, 0.0, False,
            )  # fmt: skip

    def _unpack(self, packed: bytes) -> None:
        if len(packed) != _LAYOUT.size:
            raise RuntimeError(f"a generator's state has {_LAYOUT.size} bytes. Received: {len(packed)}")
        seed, left, seeded, spent, *rest = _LAYOUT.unpack(packed)
        words, (_, spare, _, is_spare, _, _) = rest[:STATE_WORDS], rest[STATE_WORDS:]
        if not seeded or not 0 < left <= STATE_WORDS or spent > STATE_WORDS or max(words) >= 2**32:
            raise RuntimeError(
                "these bytes are no state of a generator: keep what get_state() returned unchanged"
            )
        with self.lock:
            self._seed = seed
            self._engine.restore(tuple(words), STATE_WORDS if left == 1 else spent)
            self.spare_normal = spare if is_spare else None
            self._untouched = left == 1 and spent == 0


def _tell_trace(called: str) -> None:
    """A trace follows draws, not what else happens to a generator."""
    if tracing.trace is not None:
        tracing.trace.give_up(f"{called} of a random generator is called")


def _rebuild(device: Device | str, packed: bytes) -> Generator:
    generator = Generator(device)
    generator._unpack(packed)
    return generator
