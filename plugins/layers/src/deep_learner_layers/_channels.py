"""What batch and instance normalisation have in common: an affine map and running statistics for each channel."""

from __future__ import annotations

from typing import Any, ClassVar

from deep_learner import Tensor, int64, ones, tensor, zeros
from deep_learner.nn import LazyModuleMixin, UninitializedBuffer, UninitializedParameter
from deep_learner.typing import DeviceLike, DTypeLike

from ._affine import Affine

__all__ = ["ChannelNorm", "LazyChannelNorm"]


class ChannelNorm(Affine):
    """A normalisation of channels."""

    _version = 2
    dims: ClassVar[tuple[int, ...]]  # the numbers of dimensions that an input may have

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self._make_affine(num_features, affine, bias, device, dtype)
        buffers = {
            "running_mean": zeros(num_features, device=device, dtype=dtype),
            "running_var": ones(num_features, device=device, dtype=dtype),
            "num_batches_tracked": tensor(0, dtype=int64, device=device),
        }
        for name, buffer in buffers.items():
            self.register_buffer(name, buffer if track_running_stats else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Begin again with mean 0, variance 1 and no batches."""
        for name, value in (("running_mean", 0), ("running_var", 1), ("num_batches_tracked", 0)):
            buffer = getattr(self, name)
            if buffer is not None:
                buffer.fill_(value)

    def reset_parameters(self) -> None:
        """Begin again with weight 1, bias 0 and no statistics."""
        self.reset_running_stats()
        super().reset_parameters()

    def _check_input_dim(self, input: Tensor) -> None:
        """Refuse an input with another number of dimensions."""
        if input.ndim not in self.dims:
            wanted = " or ".join(f"{dim}D" for dim in self.dims)
            raise ValueError(f"expected {wanted} input (got {input.ndim}D input)")

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        version = local_metadata.get("version")
        key = f"{prefix}num_batches_tracked"
        if (
            (version is None or version < 2)
            and self.num_batches_tracked is not None
            and key not in state_dict
        ):
            state_dict[key] = self.num_batches_tracked  # older states do not have it
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )


class LazyChannelNorm(LazyModuleMixin, ChannelNorm):
    """A normalisation whose `num_features` is the size of dimension 1 of the first input."""

    def _wait(
        self, affine: bool, track_running_stats: bool, device: DeviceLike, dtype: DTypeLike, bias: bool
    ) -> None:
        """Put tensors without a shape in the place of those that were not made."""
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = UninitializedParameter(device=device, dtype=dtype)
            if bias:
                self.bias = UninitializedParameter(device=device, dtype=dtype)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(device=device, dtype=dtype)
            self.running_var = UninitializedBuffer(device=device, dtype=dtype)
            self.num_batches_tracked = tensor(0, dtype=int64, device=device)

    def reset_parameters(self) -> None:
        """Begin again, once the tensors have a shape."""
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input: Tensor) -> None:
        """Take `num_features` from (N, C, *)."""
        if not self.has_uninitialized_params():
            return
        self.num_features = input.shape[1]
        for one in (self.weight, self.bias, self.running_mean, self.running_var):
            if isinstance(one, UninitializedParameter | UninitializedBuffer):
                one.materialize((self.num_features,))
        self.reset_parameters()
