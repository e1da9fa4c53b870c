"""Elements read and written at positions, which differ between members."""

from __future__ import annotations

import deep_learner as dl
from deep_learner.nn import functional as f
from tests.func.case import Case, below, distinct, real

TABLE = dl.arange(12, dtype=dl.float64).reshape(4, 3).sin()

CASES: dict[str, Case] = {
    "an integer": Case(lambda x: x[1], real(3, 2)),
    "slices": Case(lambda x: x[1:, ::2], real(3, 4)),
    "from the end": Case(lambda x: x[..., -1], real(3, 4)),
    "a new dimension": Case(lambda x: x[None, :, 1], real(3, 4)),
    "a list": Case(lambda x: x[[0, 2]], real(3, 4)),
    "positions": Case(lambda x, i: x[i], real(3, 4), below(3, 5)),
    "positions after a slice": Case(lambda x, i: x[:, i], real(3, 4), below(4, 5)),
    "pairs of positions": Case(lambda x, i, j: x[i, j], real(3, 4), below(3, 5), below(4, 5)),
    "positions in a constant": Case(lambda i: TABLE[i], below(4, 5)),
    "index_select": Case(lambda x, i: x.index_select(0, i), real(3, 4), below(3, 5)),
    "gather": Case(lambda x, i: x.gather(0, i), real(3, 4), below(3, 2, 4)),
    "gather at constants": Case(lambda x: x.gather(0, dl.tensor([[0, 1], [2, 0]])), real(3, 2)),
    "take_along_dim": Case(lambda x, i: dl.take_along_dim(x, i, 0), real(3, 4), below(3, 2, 4)),
    "take": Case(lambda x, i: x.take(i), real(3, 4), below(12, 5)),
    "scatter": Case(lambda x, i, y: x.scatter(0, i, y), real(3, 4), below(3, 1, 4), real(1, 4)),
    "scatter_add": Case(lambda x, i, y: x.scatter_add(0, i, y), real(3, 4), below(3, 2, 4), real(2, 4)),
    "scatter_reduce": Case(
        lambda x, i, y: x.scatter_reduce(0, i, y, "amax") + x.scatter_reduce(0, i, y, "mean"),
        real(3, 4), below(3, 2, 4), real(2, 4),
    ),
    "scatter by products": Case(
        lambda x, i, y: x.scatter_reduce(0, i, y, "prod"), real(3, 4), below(3, 2, 4), real(2, 4)
    ),
    "index_add": Case(lambda x, i, y: x.index_add(0, i, y), real(3, 4), below(3, 5), real(5, 4)),
    "index_add at constants": Case(
        lambda x, y: x.index_add(0, dl.tensor([0, 1, 0]), y, alpha=2), real(3, 4), real(3, 4)
    ),
    "index_copy": Case(lambda x, i, y: x.index_copy(0, i, y), real(3, 4), distinct(3, 2), real(2, 4)),
    "index_fill": Case(lambda x, i: x.index_fill(0, i, 2.0), real(3, 4), below(3, 2)),
    "index_put": Case(lambda x, i, y: x.index_put((i,), y), real(5), distinct(5, 2), real(2)),
    "index_put adding": Case(
        lambda x, i, y: x.index_put((i,), y, accumulate=True), real(5), below(5, 4), real(4)
    ),
    "select_scatter": Case(lambda x, y: x.select_scatter(y, 0, 1), real(3, 2), real(2)),
    "one_hot": Case(lambda i: f.one_hot(i, 4), below(4, 3)),
    "embedding": Case(lambda i: f.embedding(i, TABLE), below(4, 5)),
    "embedding of members": Case(f.embedding, below(4, 5), real(4, 3)),
    "embedding_bag": Case(lambda i: f.embedding_bag(i, TABLE), below(4, 2, 3)),
}  # fmt: skip
