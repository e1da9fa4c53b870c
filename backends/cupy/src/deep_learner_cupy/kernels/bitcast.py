"""An array's memory as elements of another dtype."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deep_learner.ops.bitcast import bitcast_dtype

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.typing import Array, DTypeLike


def bitcast(input: Array, dtype: DTypeLike) -> Array:
    return input.view(bitcast_dtype(input, dtype))


KERNELS: Mapping[str, Callable[..., Any]] = {"bitcast": bitcast}
