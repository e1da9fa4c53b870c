"""The library as a backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from acme_tiny_c import arrays
from deep_learner.backends import Backend

if TYPE_CHECKING:
    from deep_learner.typing import Array

__all__ = ["TinyBackend"]


class TinyBackend(Backend):
    """Arrays of float32 and int32 that can be added, subtracted, multiplied and divided."""

    name = "tiny_c"
    namespace = arrays
    array_types = (arrays.Array,)

    def to_numpy(self, array: Array) -> Any:
        return np.asarray(array.elements()).reshape(array.shape)
