"""How a recurrent layer walks over packed sequences.

Packed, a batch is the rows of its first step, then those of the second, and so on; longer sequences come first, so that
the rows of a step belong to the first sequences. A padded batch is one in which all steps have the same size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deep_learner.typing import Array, Namespace

__all__ = [
    "Step",
    "arriving",
    "as_steps",
    "beginnings",
    "carried",
    "in_row_order",
    "last_states",
    "previous_states",
    "walk",
]


class Step(NamedTuple):
    """One step: its rows, and where the states come from that it goes on with.

    Its first `kept` sequences go on with the states of the rows from `before`, those of the step that was computed
    last; the others begin.
    """

    start: int
    stop: int
    before: int
    kept: int


def walk(batch_sizes: Sequence[int], reverse: bool = False) -> tuple[Step, ...]:
    """The steps in the order in which they are computed, from the last to the first if `reverse`."""
    starts = [0]
    for size in batch_sizes:
        starts.append(starts[-1] + size)
    steps: list[Step] = []
    order = range(len(batch_sizes))
    for number in reversed(order) if reverse else order:
        last = steps[-1] if steps else Step(0, 0, 0, 0)
        start, stop = starts[number], starts[number + 1]
        steps.append(Step(start, stop, last.start, min(stop - start, last.stop - last.start)))
    return tuple(steps)


def as_steps(steps: Sequence[Sequence[int]]) -> tuple[Step, ...]:
    """Steps given as any sequences of four numbers."""
    return tuple([Step(*step) for step in steps])


def carried(xp: Namespace, state: Array | None, initial: Array, step: Step) -> Array:
    """The states that a step goes on with: those that the last one left, and initial ones of sequences that begin."""
    size = step.stop - step.start
    if state is None or step.kept == 0:
        return initial[:size, :]
    kept = state[: step.kept, :]
    return kept if step.kept == size else xp.concat([kept, initial[step.kept : size, :]], axis=0)


def in_row_order(xp: Namespace, pieces: Sequence[Array], steps: Sequence[Step], axis: int = 0) -> Array:
    """What the steps made, one piece each, as one array."""
    backwards = len(steps) > 1 and steps[0].start > steps[-1].start
    return xp.concat(list(reversed(pieces)) if backwards else list(pieces), axis=axis)


def previous_states(xp: Namespace, states: Array, initial: Array, steps: Sequence[Step]) -> Array:
    """For each row the state that its step went on with."""
    pieces = [carried(xp, states[step.before : step.before + step.kept, :], initial, step) for step in steps]
    return in_row_order(xp, pieces, steps)


def last_states(xp: Namespace, states: Array, batch_sizes: Sequence[int], reverse: bool = False) -> Array:
    """The state that each sequence ends with: (rows, H) -> (N, H)."""
    if reverse:
        return states[: batch_sizes[0], :]
    pieces: list[Array] = []
    stop, done = states.shape[0], 0
    for size in reversed(batch_sizes):
        if size > done:
            pieces.append(states[stop - size + done : stop, :])
            done = size
        stop -= size
    if not pieces:
        return states[:0, :]
    return pieces[0] if len(pieces) == 1 else xp.concat(pieces, axis=0)


def arriving(xp: Namespace, grad: Array | None, later: Array | None, step: Step, like: Array) -> Array:
    """The gradient of a step's states: what reached its rows, and what came back from the step after it, if any.

    `like` has the dtype and the sizes.
    """
    size = step.stop - step.start
    if later is not None and later.shape[0] < size:
        rest = xp.zeros((size - later.shape[0], later.shape[1]), dtype=like.dtype, device=like.device)
        later = xp.concat([later, rest], axis=0)
    if grad is None:
        if later is None:
            return xp.zeros((size, like.shape[1]), dtype=like.dtype, device=like.device)
        return later
    grad = grad[step.start : step.stop, :]
    return grad if later is None else grad + later


def beginnings(xp: Namespace, pieces: Sequence[Array]) -> Array:
    """The gradient of the initial states from those of the sequences that each step began, the last step's first."""
    found = [piece for piece in reversed(pieces) if piece.shape[0]] or list(pieces[:1])
    return found[0] if len(found) == 1 else xp.concat(found, axis=0)
