"""Cases of ops/fourier.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr


def whole(input, dim, norm="backward", inverse=False):
    return (np.fft.ifftn if inverse else np.fft.fftn)(input, axes=dim, norm=norm)


def half(input, dim, norm="backward"):
    return np.take(np.fft.fftn(input, axes=dim, norm=norm), np.arange(input.shape[dim[-1]] // 2 + 1), dim[-1])


def real(input, dim, norm, last_dim_size):
    return np.fft.irfftn(
        input, [*(input.shape[axis] for axis in dim[:-1]), last_dim_size], axes=dim, norm=norm
    )


def complexes(*shape):
    return arr(*shape, dtype="complex128")


CASES = [
    Case(
        "fft_c2c",
        reference=whole,
        samples=[
            S(complexes(2, 3), (1,)),
            S(complexes(2, 3, 4), (2, 0), norm="ortho"),
            S(complexes(4, 3), (0, 1), "forward", inverse=True),
            S(complexes(0, 3), (1,), inverse=True),
            S(complexes(1), (0,)),
        ],
    ),
    Case(
        "fft_r2c",
        reference=half,
        samples=[
            S(arr(2, 5), (1,)),
            S(arr(4, 3), (1, 0), "ortho"),
            S(arr(2, 3, 6), (0, 2), "forward"),
            S(arr(0, 3), (1,)),
            S(arr(1), (0,)),
            S(arr(2), (0,)),
        ],
    ),
    Case(
        "fft_c2r",
        reference=real,
        samples=[
            S(complexes(2, 3), (1,), "backward", 5),
            S(complexes(2, 3), (1,), "ortho", 4),
            S(complexes(3, 2, 3), (0, 2), "forward", 4),
            S(complexes(3, 2), (1, 0), "backward", 5),
            S(complexes(0, 2), (1,), "backward", 2),
            S(complexes(1), (0,), "backward", 1),
        ],
    ),
]
