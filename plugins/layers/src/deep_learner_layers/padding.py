"""Layers that enlarge tensors at their edges: by a constant, reflections, the edge itself, or from the other side."""

from __future__ import annotations

from typing import ClassVar

from deep_learner import Tensor
from deep_learner.nn import Module
from deep_learner.ops.padding import pad

from .functional._windows import Sizes, each

__all__ = [
    "CircularPad1d", "CircularPad2d", "CircularPad3d", "ConstantPad1d", "ConstantPad2d", "ConstantPad3d",
    "ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d", "ReplicationPad1d", "ReplicationPad2d",
    "ReplicationPad3d", "ZeroPad1d", "ZeroPad2d", "ZeroPad3d",
]  # fmt: skip


class _Pad(Module):
    dimensions: ClassVar[int]
    mode: ClassVar[str]

    def __init__(self, padding: Sizes) -> None:
        super().__init__()
        self.padding = each(padding, 2 * self.dimensions)

    def forward(self, input: Tensor) -> Tensor:
        """Enlarge the last dimensions."""
        return pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding: Sizes, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """Put the value around the last dimensions."""
        return pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    def __init__(self, padding: Sizes) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _CircularPad(_Pad):
    mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        """Enlarge (N, C, *) or (C, *)."""
        if input.ndim not in (self.dimensions + 1, self.dimensions + 2):
            raise ValueError(
                f"expected {self.dimensions + 1}D or {self.dimensions + 2}D input (got {input.ndim}D input)"
            )
        return super().forward(input)


class _ReflectionPad(_Pad):
    mode = "reflect"


class _ReplicationPad(_Pad):
    mode = "replicate"


class CircularPad1d(_CircularPad):
    """Continues the last dimension from the other side.

    Parameters
    ----------
    padding
        (left, right), or one number for all sides:
        at most the sizes; negative numbers cut away.

    Notes
    -----
    Shape: (C, W) or (N, C, W) -> the same, with a larger size.
    """

    dimensions = 1


class CircularPad2d(_CircularPad):
    """Continues the last two dimensions from the other side.

    Parameters
    ----------
    padding
        (left, right, top, bottom), or one number for all sides:
        at most the sizes; negative numbers cut away.

    Notes
    -----
    Shape: (C, H, W) or (N, C, H, W) -> the same, with larger sizes.
    """

    dimensions = 2


class CircularPad3d(_CircularPad):
    """Continues the last three dimensions from the other side.

    Parameters
    ----------
    padding
        (left, right, top, bottom, front, back), or one number for all sides:
        at most the sizes; negative numbers cut away.

    Notes
    -----
    Shape: (C, D, H, W) or (N, C, D, H, W) -> the same, with larger sizes.
    """

    dimensions = 3


class ConstantPad1d(_ConstantPad):
    """Puts a constant around the last dimension.

    Parameters
    ----------
    padding
        (left, right), or one number for all sides; negative numbers cut away.
    value
        The constant.

    Notes
    -----
    Shape: (*, W) -> the same, with a larger size.
    """

    dimensions = 1


class ConstantPad2d(_ConstantPad):
    """Puts a constant around the last two dimensions.

    Parameters
    ----------
    padding
        (left, right, top, bottom), or one number for all sides; negative numbers cut away.
    value
        The constant.

    Notes
    -----
    Shape: (*, H, W) -> the same, with larger sizes.
    """

    dimensions = 2


class ConstantPad3d(_ConstantPad):
    """Puts a constant around the last three dimensions.

    Parameters
    ----------
    padding
        (left, right, top, bottom, front, back), or one number for all sides; negative numbers cut away.
    value
        The constant.

    Notes
    -----
    Shape: (*, D, H, W) -> the same, with larger sizes.
    """

    dimensions = 3


class ReflectionPad1d(_ReflectionPad):
    """Continues the last dimension by reflections, which do not repeat the edge.

    Parameters
    ----------
    padding
        (left, right), or one number for all sides:
        less than the sizes; negative numbers cut away.

    Notes
    -----
    Shape: (C, W) or (N, C, W) -> the same, with a larger size.
    """

    dimensions = 1


class ReflectionPad2d(_ReflectionPad):
    """Continues the last two dimensions by reflections, which do not repeat the edge.

    Parameters
    ----------
    padding
        (left, right, top, bottom), or one number for all sides:
        less than the sizes; negative numbers cut away.

    Notes
    -----
    Shape: (C, H, W) or (N, C, H, W) -> the same, with larger sizes.
    """

    dimensions = 2


class ReflectionPad3d(_ReflectionPad):
    """Continues the last three dimensions by reflections, which do not repeat the edge.

    Parameters
    ----------
    padding
        (left, right, top, bottom, front, back), or one number for all sides:
        less than the sizes; negative numbers cut away.

    Notes
    -----
    Shape: (C, D, H, W) or (N, C, D, H, W) -> the same, with larger sizes.
    """

    dimensions = 3


class ReplicationPad1d(_ReplicationPad):
    """Continues the last dimension by the edge.

    Parameters
    ----------
    padding
        (left, right), or one number for all sides; negative numbers cut away.

    Notes
    -----
    Shape: (C, W) or (N, C, W) -> the same, with a larger size.
    """

    dimensions = 1


class ReplicationPad2d(_ReplicationPad):
    """Continues the last two dimensions by the edge.

    Parameters
    ----------
    padding
        (left, right, top, bottom), or one number for all sides; negative numbers cut away.

    Notes
    -----
    Shape: (C, H, W) or (N, C, H, W) -> the same, with larger sizes.
    """

    dimensions = 2


class ReplicationPad3d(_ReplicationPad):
    """Continues the last three dimensions by the edge.

    Parameters
    ----------
    padding
        (left, right, top, bottom, front, back), or one number for all sides; negative numbers cut away.

    Notes
    -----
    Shape: (C, D, H, W) or (N, C, D, H, W) -> the same, with larger sizes.
    """

    dimensions = 3


class ZeroPad1d(_ZeroPad, ConstantPad1d):
    """Puts zeros around the last dimension.

    Parameters
    ----------
    padding
        (left, right), or one number for all sides; negative numbers cut away.

    Notes
    -----
    Shape: (*, W) -> the same, with a larger size.
    """


class ZeroPad2d(_ZeroPad, ConstantPad2d):
    """Puts zeros around the last two dimensions.

    Parameters
    ----------
    padding
        (left, right, top, bottom), or one number for all sides; negative numbers cut away.

    Notes
    -----
    Shape: (*, H, W) -> the same, with larger sizes.
    """


class ZeroPad3d(_ZeroPad, ConstantPad3d):
    """Puts zeros around the last three dimensions.

    Parameters
    ----------
    padding
        (left, right, top, bottom, front, back), or one number for all sides; negative numbers cut away.

    Notes
    -----
    Shape: (*, D, H, W) -> the same, with larger sizes.
    """
