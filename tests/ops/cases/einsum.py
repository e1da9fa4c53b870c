"""Cases of ops/einsum.py, in the form that forwards call: the operands in one list."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, ints

EQUATIONS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ij,jk->ki", (2, 3), (3, 4)),
    ("ba", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("iii->i", (2, 2, 2)),
    ("jiji->ij", (2, 3, 2, 3)),
    ("i,j->ij", (2,), (3,)),
    ("i,i->", (3,), (3,)),
    ("i,i->i", (3,), (3,)),
    ("bij,bjk->bik", (5, 2, 3), (5, 3, 4)),
    ("bhqd,bhkd->bhqk", (2, 3, 4, 5), (2, 3, 6, 5)),
    ("bqhd,bkhd->bhqk", (2, 4, 3, 5), (2, 6, 3, 5)),
    ("...ij,...jk->...ik", (5, 2, 3), (4, 1, 3, 4)),
    ("i...j,jk", (2, 5, 3), (3, 4)),
    ("...,...", (2, 3), (3,)),
    ("ijk,il,jl->kl", (2, 3, 4), (2, 5), (3, 5)),
    ("a,ab,abc,c->b", (2,), (2, 3), (2, 3, 4), (4,)),
    ("ij,kl->il", (2, 3), (4, 5)),
    ("ij,jk->ik", (2, 1), (3, 4)),
    ("i,j,i->j", (1,), (2,), (3,)),
    (",i->i", (), (3,)),
    ("ij,j->i", (0, 3), (3,)),
    ("ij,jk->ik", (2, 0), (0, 3)),
    (" i j , j k -> i k ", (2, 3), (3, 4)),
]

CASES = [
    Case(
        "einsum",
        reference=lambda equation, operands: np.einsum(equation, *operands),
        samples=[
            *[S(equation, [arr(*shape) for shape in shapes]) for equation, *shapes in EQUATIONS],
            S("ij,jk->ik", [ints(2, 3), ints(3, 4)]),
        ],
    ),
]
