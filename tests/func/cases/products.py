"""Products of vectors and matrices, factorisations, equations."""

from __future__ import annotations

import deep_learner as dl
from deep_learner.nn import functional as f
from tests.func.case import Case, real, spd

MATRIX = dl.arange(12, dtype=dl.float64).reshape(4, 3).cos()
EYE = dl.eye(3, dtype=dl.float64)

CASES: dict[str, Case] = {
    "matrix matrix": Case(lambda x, y: x @ y, real(3, 2), real(2, 4)),
    "matrix vector": Case(lambda x, y: x @ y, real(3, 2), real(2)),
    "vector matrix": Case(lambda x, y: x @ y, real(2), real(2, 3)),
    "vector vector": Case(lambda x, y: x @ y + dl.dot(x, y), real(2), real(2)),
    "shared matrix, vector": Case(lambda x: MATRIX @ x, real(3)),
    "shared matrix, matrix": Case(lambda x: MATRIX @ x, real(3, 2)),
    "matrix, shared matrix": Case(lambda x: x @ MATRIX.T, real(2, 3)),
    "vector, shared matrix": Case(lambda x: x @ MATRIX.T, real(3)),
    "bmm": Case(dl.bmm, real(5, 3, 2), real(5, 2, 4)),
    "matrices broadcast": Case(lambda x, y: x @ y, real(5, 3, 2), real(2, 4)),
    "linear": Case(lambda x: f.linear(x, MATRIX, MATRIX[:, 0]), real(3)),
    "linear of members": Case(f.linear, real(2, 3), real(4, 3), real(4)),
    "bilinear": Case(lambda x, y, w: f.bilinear(x, y, w), real(3), real(2), real(5, 3, 2)),
    "addmm": Case(dl.addmm, real(3, 4), real(3, 2), real(2, 4)),
    "outer": Case(lambda x, y: dl.outer(x, y), real(2), real(3)),
    "tensordot": Case(lambda x, y: dl.tensordot(x, y, dims=([1, 0], [0, 1])), real(3, 2, 4), real(2, 3, 5)),
    "einsum": Case(lambda x, y: dl.einsum("ij,jk->ik", x, y), real(3, 2), real(2, 4)),
    "einsum of sums": Case(lambda x, y: dl.einsum("ij,kj->i", x, y), real(3, 2), real(4, 2)),
    "einsum of diagonals": Case(lambda x: dl.einsum("ii->i", x), real(3, 3)),
    "kron": Case(dl.kron, real(2, 2), real(2, 2)),
    "cross": Case(lambda x, y: dl.linalg.cross(x, y), real(3), real(3)),
    "vecdot": Case(lambda x, y: dl.linalg.vecdot(x, y), real(4, 3), real(3)),
    "cdist": Case(dl.cdist, real(3, 2), real(4, 2)),
    "similarity": Case(lambda x, y: f.cosine_similarity(x, y, 0), real(3, 2), real(3, 2)),
    "distance": Case(lambda x, y: f.pairwise_distance(x, y) + dl.dist(x, y), real(3, 2), real(3, 2)),
    "normalize": Case(lambda x: f.normalize(x, dim=0), real(3, 2)),
    "multi_dot": Case(lambda x, y: dl.linalg.multi_dot([x, y, x]), real(3, 2), real(2, 3)),
    "matrix_power": Case(lambda x: dl.linalg.matrix_power(x, 3), real(3, 3)),
    **{
        name: Case(getattr(dl.linalg, name), spd(3))
        for name in ("cholesky", "det", "eigvalsh", "inv", "matrix_exp", "matrix_rank", "pinv", "svdvals")
    },
    "logdet": Case(lambda x: dl.logdet(x) + dl.linalg.slogdet(x)[1], spd(3)),
    "solve": Case(lambda x, y: dl.linalg.solve(x, y), spd(3), real(3)),
    "solve matrices": Case(lambda x, y: dl.linalg.solve(x, y), spd(3), real(3, 2)),
    "solve shared equations": Case(lambda y: dl.linalg.solve(MATRIX[:3] + 3 * EYE, y), real(3)),
    "solve_triangular": Case(
        lambda x, y: dl.linalg.solve_triangular(x.tril(), y, upper=False), spd(3), real(3, 2)
    ),
    "cholesky_solve": Case(lambda x, y: dl.cholesky_solve(y, x), spd(3), real(3, 2)),
    "qr": Case(lambda x: dl.linalg.qr(x)[1], spd(3)),
    "eigh": Case(lambda x: dl.linalg.eigh(x)[0], spd(3)),
    "svd": Case(lambda x: dl.linalg.svd(x)[1], spd(3)),
    "lu": Case(lambda x: dl.linalg.lu(x)[1] + dl.linalg.lu_factor(x)[0], spd(3)),
}
