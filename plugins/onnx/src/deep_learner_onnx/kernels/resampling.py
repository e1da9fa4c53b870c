"""Resizing images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from deep_learner.typing import Shape
from deep_learner_onnx.array import graph_of, known
from deep_learner_onnx.emission import emit, integers
from deep_learner_onnx.sizes import is_dynamic

__all__ = ["KERNELS"]

_MODES: dict[str, dict[str, Any]] = {
    "nearest": {"mode": "nearest", "nearest_mode": "floor"},
    "nearest-exact": {"mode": "nearest", "nearest_mode": "round_prefer_ceil"},
    "linear": {"mode": "linear"},
    "bilinear": {"mode": "linear"},
    "trilinear": {"mode": "linear"},
    "bicubic": {"mode": "cubic", "cubic_coeff_a": -0.75},
}


def interpolate_to(
    input: Any,
    output_size: Shape,
    factors: Sequence[float | None],
    mode: str,
    align_corners: bool,
    antialias: bool,
) -> Any:
    """Resize, but where the nearest element is a matter of rounding and the sizes are known."""
    sizes = input.shape[input.ndim - len(output_size) :]
    if input.dtype != np.float32 or antialias or mode not in _MODES:
        return NotImplemented
    pairs = list(zip(sizes, output_size, strict=True))
    dynamic = any(is_dynamic(size) for pair in pairs for size in pair)
    if mode.startswith("nearest") and not dynamic and any(count % size for size, count in pairs):
        return NotImplemented
    scales = sizes_wanted = None
    if all(factor is not None for factor in factors):
        scales = known(np.asarray([1.0] * (input.ndim - len(sizes)) + list(factors), np.float32))
    elif any(factor is not None for factor in factors):
        return NotImplemented
    else:
        sizes_wanted = integers((*input.shape[: input.ndim - len(sizes)], *output_size))
    transformation = "align_corners" if align_corners else "asymmetric" if mode == "nearest" else "half_pixel"
    shape = (*input.shape[: input.ndim - len(sizes)], *output_size)
    return emit(
        "Resize", [input, None, scales, sizes_wanted], shape, input.dtype, graph_of(input, shape),
        coordinate_transformation_mode=transformation, **_MODES[mode],
    )  # fmt: skip


KERNELS: dict[str, Callable[..., Any]] = {"interpolate_to": interpolate_to}
