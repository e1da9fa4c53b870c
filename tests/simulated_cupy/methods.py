"""Methods of arrays that NumPy computes under the same name, with the signatures of the real class."""

from __future__ import annotations

from typing import Any

from tests.simulated_cupy import calls, waits
from tests.simulated_cupy.arrays import ndarray
from tests.simulated_cupy.signatures import bound, method_signature

COMPUTED = (
    "all", "any", "argmax", "argmin", "argpartition", "argsort", "choose", "clip", "conj", "conjugate",
    "cumprod", "cumsum", "flatten", "max", "mean", "min", "partition", "prod", "ptp", "repeat", "round",
    "searchsorted", "sort", "std", "sum", "trace", "var",
)  # fmt: skip


def _method(name: str, runner: Any) -> Any:
    signature = method_signature(name)

    def method(self: ndarray, *args: Any, **kwargs: Any) -> Any:
        positional, keywords = bound(signature, (self, *args), kwargs)
        waits.before(name, positional)
        return runner(
            lambda host, *rest, **options: getattr(host, name)(*rest, **options), *positional, **keywords
        )

    method.__name__, method.__signature__ = name, signature  # type: ignore[attr-defined]
    return method


for _name in ("squeeze", "swapaxes", "diagonal", "ravel"):
    setattr(ndarray, _name, _method(_name, calls.view))
for _name in COMPUTED:
    setattr(ndarray, _name, _method(_name, calls.compute))
