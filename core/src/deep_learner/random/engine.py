"""The Mersenne Twister (MT19937) as PyTorch's CPU generator runs it.

Python's own :class:`random.Random` is the same engine, written in C; only the seeding differs, so the state
is made here and handed to it. Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998).
"""

from __future__ import annotations

import random
from array import array
from typing import Final, Protocol

__all__ = ["STATE_WORDS", "Engine", "MersenneTwister"]

STATE_WORDS: Final = 624
_VERSION: Final = 3  # of random.Random's state tuple
_PORTION: Final = 16384  # words to a big integer: larger ones leave the cache


class Engine(Protocol):
    """A Mersenne Twister: whichever of them runs, the words and states are the same."""

    def seed(self, seed: int) -> None:
        """Start the stream anew from the low 32 bits of a seed."""
        ...

    def words(self, count: int) -> memoryview:
        """The next `count` words, of format "I"; nobody writes to them."""
        ...

    def pairs(self, count: int) -> memoryview:
        """The next `count` numbers of two words, unsigned, of 64 bits: the first word is the high half."""
        ...

    def state(self) -> tuple[tuple[int, ...], int]:
        """The 624 words of the state and how many of them are spent."""
        ...

    def restore(self, words: tuple[int, ...], spent: int) -> None:
        """Go on from a state that an engine gave."""
        ...


class MersenneTwister:
    """A stream of 32-bit words.

    Parameters
    ----------
    seed : int
        Its low 32 bits start the stream.
    """

    __slots__ = ("_random",)

    def __init__(self, seed: int) -> None:
        self._random = random.Random(0)
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Start the stream anew (the reference implementation's `init_genrand`)."""
        word = seed & 0xFFFFFFFF
        state = [word]
        for position in range(1, STATE_WORDS):
            word = (1812433253 * (word ^ (word >> 30)) + position) & 0xFFFFFFFF
            state.append(word)
        self.restore(tuple(state), STATE_WORDS)

    def words(self, count: int) -> memoryview:
        """The next `count` words."""
        bits = self._random.getrandbits
        if count <= _PORTION:
            drawn = bits(32 * count).to_bytes(4 * count, "little") if count else b""
        else:
            portions, rest = divmod(count, _PORTION)
            sizes = [_PORTION] * portions + [rest] * (rest > 0)
            drawn = b"".join([bits(32 * size).to_bytes(4 * size, "little") for size in sizes])
        return memoryview(drawn).cast("I")

    def pairs(self, count: int) -> memoryview:
        """The next `count` numbers of two words."""
        words = array("I", self.words(2 * count))
        words[0::2], words[1::2] = words[1::2], words[0::2]
        return memoryview(words).cast("B").cast("Q")

    def state(self) -> tuple[tuple[int, ...], int]:
        """The 624 words of the state and how many of them are spent."""
        words = self._random.getstate()[1]
        return words[:-1], words[-1]

    def restore(self, words: tuple[int, ...], spent: int) -> None:
        """Go on from a state that :meth:`state` gave."""
        self._random.setstate((_VERSION, (*words, spent), None))
