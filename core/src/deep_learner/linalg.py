"""PyTorch's ``torch.linalg``: products, norms, factorisations, solutions of equations, functions of matrices.

https://pytorch.org/docs/stable/linalg.html
"""

from __future__ import annotations

from .errors import LinAlgError
from .ops.factorisation.cholesky import cholesky_ex
from .ops.factorisation.cholesky import linalg_cholesky as cholesky
from .ops.factorisation.eigen import linalg_eig as eig
from .ops.factorisation.eigen import linalg_eigh as eigh
from .ops.factorisation.eigen import linalg_eigvals as eigvals
from .ops.factorisation.eigen import linalg_eigvalsh as eigvalsh
from .ops.factorisation.householder import linalg_householder_product as householder_product
from .ops.factorisation.ldl import ldl_factor, ldl_factor_ex
from .ops.factorisation.ldl import linalg_ldl_solve as ldl_solve
from .ops.factorisation.lu import linalg_lu as lu
from .ops.factorisation.lu import lu_factor, lu_factor_ex
from .ops.factorisation.lu_solving import linalg_lu_solve as lu_solve
from .ops.factorisation.qr import linalg_qr as qr
from .ops.factorisation.svd import linalg_svd as svd
from .ops.factorisation.svd import linalg_svdvals as svdvals
from .ops.linalg import matmul
from .ops.linalg_forms import cross, diagonal, norm, vecdot
from .ops.matrix_function import linalg_matrix_exp as matrix_exp
from .ops.matrix_function import linalg_matrix_power as matrix_power
from .ops.norm import matrix_norm, vector_norm
from .ops.products import multi_dot
from .ops.solving.condition import linalg_cond as cond
from .ops.solving.determinant import linalg_det as det
from .ops.solving.determinant import linalg_slogdet as slogdet
from .ops.solving.equations import linalg_solve as solve
from .ops.solving.equations import solve_ex
from .ops.solving.inverse import inv_ex
from .ops.solving.inverse import linalg_inv as inv
from .ops.solving.least_squares import lstsq
from .ops.solving.pseudo_inverse import matrix_rank, pinv
from .ops.solving.tensors import linalg_tensorinv as tensorinv
from .ops.solving.tensors import linalg_tensorsolve as tensorsolve
from .ops.solving.triangular import linalg_solve_triangular as solve_triangular
from .ops.vandermonde import linalg_vander as vander

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh",
    "householder_product", "inv", "inv_ex", "ldl_factor", "ldl_factor_ex", "ldl_solve", "lstsq", "lu", "lu_factor",
    "lu_factor_ex", "lu_solve", "matmul", "matrix_exp", "matrix_norm", "matrix_power", "matrix_rank", "multi_dot",
    "norm", "pinv", "qr", "slogdet", "solve", "solve_ex", "solve_triangular", "svd", "svdvals", "tensorinv",
    "tensorsolve", "vander", "vecdot", "vector_norm",
]  # fmt: skip
