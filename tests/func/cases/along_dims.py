"""Functions along dimensions: reductions, running ones, sorting, transforms."""

from __future__ import annotations

from operator import methodcaller

import deep_learner as dl
from tests.func.case import Case, ascending, below, real

WHOLE = (
    "all", "amax", "amin", "any", "argmax", "argmin", "count_nonzero", "max", "mean", "median", "min", "norm", "nansum",
    "prod", "std", "sum", "var",
)  # fmt: skip
REDUCED = (
    "all", "amax", "amin", "any", "argmax", "argmin", "count_nonzero", "logsumexp", "mean", "nanmean", "nansum", "prod",
    "std", "sum", "var",
)  # fmt: skip
PAIRS = ("cummax", "cummin", "max", "median", "min", "mode", "nanmedian", "sort")
RUNNING = ("argsort", "cumprod", "cumsum", "log_softmax", "logcumsumexp", "softmax")

CASES: dict[str, Case] = {
    **{f"{name} of all": Case(methodcaller(name), real(3, 2)) for name in WHOLE},
    **{f"{name} 0": Case(methodcaller(name, 0), real(3, 2)) for name in REDUCED},
    **{f"{name} -1": Case(methodcaller(name, -1), real(3, 2)) for name in REDUCED},
    **{
        f"{name} values": Case(lambda x, name=name: getattr(dl, name)(x, dim=0)[0], real(3, 2))
        for name in PAIRS
    },
    **{
        f"{name} indices": Case(lambda x, name=name: getattr(dl, name)(x, dim=-1)[1], real(3, 2))
        for name in PAIRS
    },
    **{name: Case(methodcaller(name, 0), real(3, 2)) for name in RUNNING},
    "several dims": Case(lambda x: x.sum((0, -1), keepdim=True) + x.amax((0, 1)), real(3, 2, 2)),
    "topk": Case(lambda x: x.topk(2, 0)[0], real(3, 2)),
    "kthvalue": Case(lambda x: x.kthvalue(2, 0)[0], real(3, 2)),
    "quantile": Case(lambda x: x.quantile(0.3, dim=0), real(3, 2)),
    "aminmax": Case(lambda x: dl.stack(dl.aminmax(x)), real(3, 2)),
    "var_mean": Case(lambda x: dl.stack(dl.var_mean(x, dim=0)), real(3, 2)),
    "norms": Case(lambda x: x.norm(1, 0) + dl.linalg.vector_norm(x) + dl.linalg.matrix_norm(x), real(3, 2)),
    "diff": Case(lambda x: x.diff(dim=0, prepend=x[:1]), real(3, 2)),
    "gradient": Case(lambda x: dl.gradient(x)[0], real(5)),
    "trapezoid": Case(dl.trapezoid, real(4)),
    "cov": Case(lambda x: dl.cov(x) + dl.corrcoef(x), real(3, 4)),
    "renorm": Case(lambda x: x.renorm(2, 0, 1.0), real(3, 2)),
    "searchsorted": Case(dl.searchsorted, ascending(5), real(3)),
    "bucketize": Case(lambda x: dl.bucketize(x, dl.tensor([-1.0, 0.0, 1.0]).double()), real(3)),
    "isin": Case(lambda x: dl.isin(x, dl.tensor([1, 2])), below(4, 5)),
    "fft": Case(lambda x: dl.fft.fft(x, dim=0).abs(), real(6, 2)),
    "rfft": Case(lambda x: dl.fft.irfft(dl.fft.rfft(x) * 2), real(6)),
    "fftn": Case(lambda x: dl.fft.fftshift(dl.fft.fftn(x).imag + dl.fft.fft2(x).real), real(4, 4)),
    "stft": Case(
        lambda x: dl.stft(x, 4, return_complex=True, window=dl.ones(4, dtype=dl.float64)).abs(), real(16)
    ),
}
