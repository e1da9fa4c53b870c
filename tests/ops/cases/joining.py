"""Cases of ops/joining.py."""

from __future__ import annotations

import itertools

import numpy as np
import scipy.linalg

from tests.ops.case import Case, S, arr, ints


def concat(tensors, dim=0):
    return np.concatenate([t for t in tensors if t.shape != (0,)] or tensors, axis=dim)


def cartesian_prod(tensors):
    if len(tensors) == 1:
        return tensors[0]
    return np.array(list(itertools.product(*tensors)), dtype=np.result_type(*tensors)).reshape(
        -1, len(tensors)
    )


def combinations(input, r=2, with_replacement=False):
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    chosen = np.array(list(choose(input, r)), dtype=input.dtype)
    return chosen.reshape(-1, r) if r else chosen.reshape(0)


def meshgrid(tensors, *, indexing="ij"):
    return tuple(np.meshgrid(*tensors, indexing=indexing))


STACKS = [S([arr(3), arr(3)]), S([arr(2, 3), arr(2, 3)]), S([arr(), arr()]), S([arr(2, 3, 4)] * 2)]

CASES = [
    Case(
        "concat",
        reference=concat,
        samples=[
            S([arr(2, 3), arr(4, 3)]),
            S([arr(2, 3), arr(2, 1), arr(2, 0)], 1),
            S([arr(2, 3), arr(2, 3)], dim=-1),
            S([arr(0), arr(2, 3)], 1),
            S([arr(0), arr(0)]),
            S([arr(3)]),
            S([ints(2), arr(3)]),
        ],
    ),
    Case(
        "stack",
        reference=lambda tensors, dim=0: np.stack(np.broadcast_arrays(*tensors), axis=dim),
        samples=[
            S([arr(2, 3), arr(2, 3)]),
            S([arr(2, 3), arr(2, 3)], 1),
            S([arr(2, 3), arr(2, 3), arr(2, 3)], dim=-1),
            S([arr(), arr()]),
            S([arr(0, 3), arr(0, 3)], 2),
            S([arr(2)]),
        ],
    ),
    Case("hstack", reference=np.hstack, samples=[*STACKS, S([arr(), arr(2)]), S([arr(2, 1), arr(2, 0)])]),
    Case("vstack", reference=np.vstack, samples=[*STACKS, S([arr(3), arr(2, 3)]), S([arr(0, 3), arr(3)])]),
    Case("dstack", reference=np.dstack, samples=[*STACKS, S([arr(2, 3), arr(2, 3, 2)])]),
    Case(
        "column_stack",
        reference=np.column_stack,
        samples=[S([arr(3), arr(3)]), S([arr(3), arr(3, 2)]), S([arr(), arr()]), S([arr(0), arr(0, 2)])],
    ),
    Case(
        "block_diag",
        reference=lambda tensors: scipy.linalg.block_diag(*tensors),
        samples=[S([arr(2, 3), arr(1, 2)]), S([arr(2), arr(), arr(2, 2)]), S([arr(2, 2)])],
    ),
    Case(
        "meshgrid",
        reference=meshgrid,
        samples=[
            S([arr(2), arr(3)]),
            S([arr(2), arr(3)], indexing="xy"),
            S([arr(2), arr(), arr(3)], indexing="xy"),
            S([arr(2)], indexing="xy"),
            S([arr(2), arr(0)]),
        ],
    ),
    Case(
        "cartesian_prod",
        reference=cartesian_prod,
        samples=[S([arr(2), arr(3)]), S([arr(2)]), S([arr(2), arr(1), arr(2)]), S([arr(2), arr(0)])],
    ),
    Case(
        "combinations",
        reference=combinations,
        samples=[
            S(arr(4)),
            S(arr(4), 3),
            S(arr(3), 2, True),
            S(arr(2), r=3),
            S(arr(3), 1),
            S(arr(3), 0),
        ],
    ),
]
