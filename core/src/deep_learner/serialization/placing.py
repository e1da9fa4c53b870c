"""Where the tensors of a file go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import dtypes
from ..functions import zeros

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..tensor import Tensor
    from ..typing import DeviceLike

__all__ = ["placing"]


def placing(map_location: DeviceLike = None) -> Callable[[Tensor], Tensor]:
    """What puts a tensor on a device, by default the default device.

    bfloat16 becomes float32, which holds each of its values exactly, on a device whose backend lacks it. A device that
    there is not is refused here, as elsewhere.
    """
    device = zeros((), device=map_location).device

    def place(tensor: Tensor) -> Tensor:
        try:
            return tensor.to(device)
        except TypeError:
            if tensor.dtype is not dtypes.bfloat16:
                raise
            return tensor.to(dtypes.float32).to(device)

    return place
