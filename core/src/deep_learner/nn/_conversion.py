"""Changing the dtype, device or backend of everything that a module holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from .. import dtypes
from ..autograd.modes import no_grad
from ..device import Device
from ..dtypes import DType
from ..ops.filling import empty_like
from ..tensor import Tensor
from ..type_names import dtype_of_type
from ..typing import DeviceLike, DTypeLike
from ._traversal import Traversal


class Conversion(Traversal):
    """``to`` and its relatives: the module changes in place, and its parameters remain the same objects."""

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Replace the data of every parameter, gradient and buffer by what `fn` makes of it."""
        if recurse:
            for child in self.children():
                child._apply(fn)
        with no_grad():
            for parameter in self._parameters.values():
                if parameter is None:
                    continue
                gradient = fn(parameter.grad) if parameter.has_grad and parameter.grad is not None else None
                parameter.data = fn(parameter.data)
                if gradient is not None:
                    parameter.grad = gradient
            for name, buffer in self._buffers.items():
                if buffer is not None:
                    self._buffers[name] = fn(buffer)
        return self

    def to(
        self,
        *args: Any,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
        backend: str | None = None,
        non_blocking: bool = False,
        memory_format: Any = None,
    ) -> Self:
        """Move the parameters and buffers, and change the dtype of those with fractions.

        Written ``to(device)``, ``to(dtype)``, ``to(device, dtype)``, ``to(other_tensor)`` or with keywords.

        Parameters
        ----------
        *args
            A device, a dtype, or a tensor whose device and dtype are to be matched.
        device, dtype
            The same by name. Integer and boolean tensors keep their dtype.
        backend
            The name of the backend whose arrays are to hold the values, such as ``"numpy"``.
        non_blocking, memory_format
            Accepted for PyTorch's sake; the backend decides.

        Returns
        -------
        Module
            The module itself.

        Raises
        ------
        TypeError
            If the dtype is neither floating-point nor complex, or an argument is none of the above.
        """
        for argument in args:
            if isinstance(argument, Tensor):
                device, dtype = argument.device, argument.dtype
            elif isinstance(argument, DType):
                dtype = argument
            elif isinstance(argument, bool | None):
                continue
            elif isinstance(argument, Device | str | int):
                device = argument
            else:
                raise TypeError(
                    "to() takes a device, a dtype or a tensor, by position or as device=, dtype= and "
                    "backend=; "
                    f"received {argument!r}"
                )
        wanted = None if dtype is None else dtypes.as_dtype(dtype)
        if wanted is not None and not (wanted.is_floating_point or wanted.is_complex):
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={wanted}"
            )

        def convert(tensor: Tensor) -> Tensor:
            options: dict[str, Any] = {"device": device, "backend": backend}
            if tensor.is_floating_point() or tensor.is_complex():
                options["dtype"] = wanted
            return tensor.to(**{name: value for name, value in options.items() if value is not None})

        return self._apply(convert)

    def cpu(self) -> Self:
        """Move the parameters and buffers to the CPU."""
        return self.to(device="cpu")

    def cuda(self, device: int | DeviceLike = None) -> Self:
        """Move the parameters and buffers to a CUDA device, the current one by default."""
        return self.to(device=f"cuda:{device}" if isinstance(device, int) else device or "cuda")

    def to_empty(self, *, device: DeviceLike, recurse: bool = True) -> Self:
        """Put memory of any values on a device in the place of the parameters and buffers."""
        return self._apply(lambda tensor: empty_like(tensor, device=device), recurse)

    def share_memory(self) -> Self:
        """Move the parameters and buffers to memory that forked processes share; see `Tensor.share_memory_`."""
        return self._apply(lambda tensor: tensor.share_memory_())

    def type(self, dst_type: Any) -> Self:
        """Cast every parameter and buffer, integers included, to a dtype, or a type such as ``torch.FloatTensor``."""
        dtype = dtype_of_type(dst_type) or dtypes.as_dtype(dst_type)
        return self._apply(lambda tensor: tensor.to(dtype=dtype))

    def float(self) -> Self:
        """Cast the floating-point parameters and buffers to float32."""
        return self._cast_floating(dtypes.float32)

    def double(self) -> Self:
        """Cast the floating-point parameters and buffers to float64."""
        return self._cast_floating(dtypes.float64)

    def half(self) -> Self:
        """Cast the floating-point parameters and buffers to float16."""
        return self._cast_floating(dtypes.float16)

    def bfloat16(self) -> Self:
        """Cast the floating-point parameters and buffers to bfloat16, where the backend has it."""
        return self._cast_floating(dtypes.bfloat16)

    def _cast_floating(self, dtype: DType) -> Self:
        return self._apply(lambda tensor: tensor.to(dtype=dtype) if tensor.is_floating_point() else tensor)
