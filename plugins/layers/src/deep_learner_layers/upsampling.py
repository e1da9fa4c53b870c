"""`Upsample`, `UpsamplingNearest2d` and `UpsamplingBilinear2d`."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional.interpolation import interpolate

__all__ = ["Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d"]


class Upsample(Module):
    """Resizes the dimensions behind samples and channels.

    Parameters
    ----------
    size
        The sizes to reach: one for all dimensions, or one for each.
    scale_factor
        In its place: by what sizes are multiplied.
    mode
        ``"nearest"``, ``"linear"``, ``"bilinear"``, ``"bicubic"`` or ``"trilinear"``.
    align_corners
        Whether the first and last elements lie at the same places before and after, rather than their outer edges.
    recompute_scale_factor
        Whether positions follow from the sizes even if a scale factor is given.

    Notes
    -----
    Shape: (N, C, *) -> (N, C, *), with one to three dimensions of new sizes.
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        if isinstance(scale_factor, Sequence):
            self.scale_factor: float | tuple[float, ...] | None = tuple(map(float, scale_factor))
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Resize `input`."""
        return interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )

    def extra_repr(self) -> str:
        what = f"size={self.size!r}" if self.scale_factor is None else f"scale_factor={self.scale_factor!r}"
        return f"{what}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Resizes images to the nearest pixels.

    Parameters
    ----------
    size
        Height and width, or one number for both.
    scale_factor
        In its place: by what they are multiplied.

    Notes
    -----
    Shape: (N, C, H, W) -> (N, C, H', W').
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
    ) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Resizes images by bilinear interpolation with aligned corners.

    Parameters
    ----------
    size
        Height and width, or one number for both.
    scale_factor
        In its place: by what they are multiplied.

    Notes
    -----
    Shape: (N, C, H, W) -> (N, C, H', W').
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
    ) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
