"""The Mersenne Twister (MT19937) of `numpy.random`, which makes words in less than half of the time of Python's.

Seeding, words and states are those of :class:`deep_learner.random.engine.MersenneTwister`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["MersenneTwister"]

_BLOCK = 624  # words: the engine makes so many at a time
_FEW = 4  # blocks: from so many on, the quick start of `random_raw` does not make up for its slower words


class MersenneTwister:
    """A stream of 32-bit words, always drawn in whole blocks: few words are a slice of the last one.

    So the bit generator's own state is that of the block, whichever of its words are spent.
    """

    def __init__(self) -> None:
        self._bits = np.random.MT19937(0)
        self._numbers = np.random.RandomState(self._bits)
        self.seed(0)

    def seed(self, seed: int) -> None:
        """Start the stream anew from the low 32 bits of a seed."""
        self._numbers.seed(seed & 0xFFFFFFFF)
        self._hold(np.empty(0, np.uint32))

    def words(self, count: int) -> memoryview:
        """The next `count` words."""
        stop = self._next + count
        missing = stop - self._size
        if missing <= 0:
            taken = self._block[self._next : stop]
            self._next = stop
            return taken
        held = self._size - self._next
        words: Any = np.empty(held + -(-missing // _BLOCK) * _BLOCK, np.uint32)
        words[:held] = self._block[self._next :]
        self._fill(words[held:])
        self._hold(words[count:].copy())
        return memoryview(words[:count])

    def pairs(self, count: int) -> memoryview:
        """The next `count` numbers of two words, the first one high, as `numpy.random` draws them itself."""
        held = self._size - self._next
        fresh = -(-(2 * count - held) // _BLOCK) * _BLOCK // 2
        if held % 2 or 2 * fresh < _FEW * _BLOCK:
            return memoryview(_turned(np.frombuffer(self.words(2 * count), np.uint64)))
        first: Any = _turned(np.frombuffer(self._block[self._next :], np.uint64))
        pairs: Any = self._numbers.randint(0, 2**64, fresh, np.uint64)
        spent = count - first.size
        self._hold(_turned(pairs[spent:]).view(np.uint32))
        made: Any = np.concatenate((first, pairs[:spent])) if first.size else pairs[:spent]
        return memoryview(made)

    def state(self) -> tuple[tuple[int, ...], int]:
        """The 624 words of the state and how many of them are spent."""
        key = self._bits.state["state"]["key"]
        return tuple(key.tolist()), _BLOCK - (self._size - self._next)

    def restore(self, words: tuple[int, ...], spent: int) -> None:
        """Go on from a state that :meth:`state` gave."""
        state: Any = {"bit_generator": "MT19937", "state": {"key": words, "pos": spent}}
        self._bits.state = state
        self._hold(self._bits.random_raw(_BLOCK - spent).astype(np.uint32))

    def _fill(self, words: Any) -> None:
        """Draw the words of whole blocks."""
        if words.size < _FEW * _BLOCK:
            words[:] = self._bits.random_raw(words.size)
            return
        # A number of 64 bits is two words, the first one high: the quicker way to draw two.
        words.view(np.uint64)[:] = _turned(self._numbers.randint(0, 2**64, words.size // 2, np.uint64))

    def _hold(self, words: Any) -> None:
        """Keep words for the next calls."""
        self._block, self._next, self._size = memoryview(words), 0, words.size


def _turned(pairs: Any) -> Any:
    """The numbers with their halves exchanged."""
    high = pairs >> 32
    high |= pairs << 32
    return high
