"""`EmbeddingBag`."""

from __future__ import annotations

from typing import Self

from deep_learner import Tensor, empty, no_grad
from deep_learner.nn import Module, Parameter, init
from deep_learner.typing import DeviceLike, DTypeLike

from .functional.embedding_bag import embedding_bag

__all__ = ["EmbeddingBag"]


class EmbeddingBag(Module):
    """Sums, means or maxima of learned vectors, one for each integer below `num_embeddings`.

    Parameters
    ----------
    num_embeddings, embedding_dim
        How many vectors there are, and how long.
    max_norm, norm_type
        If given, vectors that are looked up are first scaled, in place, so that no `norm_type`-norm exceeds
        `max_norm`.
    scale_grad_by_freq
        Whether to divide a vector's gradient by how often it was looked up. Not with ``"max"``.
    mode
        ``"sum"``, ``"mean"`` or ``"max"``.
    sparse
        Accepted for PyTorch's sake: gradients are always dense here.
    include_last_offset
        Whether offsets end with the number of indices.
    padding_idx
        A vector that does not count and begins as zeros; negative numbers count from the end.
    device, dtype
        Of the table.

    Attributes
    ----------
    weight : Parameter
        (num_embeddings, embedding_dim); drawn from N(0, 1).

    Raises
    ------
    ValueError
        If `scale_grad_by_freq` meets ``"max"``.
    AssertionError
        If `padding_idx` is not below `num_embeddings`, or a given table has another shape.

    Notes
    -----
    Shape: (B, n) integers -> (B, embedding_dim); or (n,) integers and offsets (B,).
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise AssertionError("padding_idx must be within num_embeddings")
            padding_idx %= num_embeddings
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset
        self.padding_idx = padding_idx
        if _weight is None:
            self.weight = Parameter(empty((num_embeddings, embedding_dim), device=device, dtype=dtype))
            self.reset_parameters()
        elif tuple(_weight.shape) != (num_embeddings, embedding_dim):
            raise AssertionError(
                "Shape of weight does not match num_embeddings and embedding_dim. "
                f"Received: {tuple(_weight.shape)} for {(num_embeddings, embedding_dim)}"
            )
        else:
            self.weight = Parameter(_weight)

    def reset_parameters(self) -> None:
        """Draw the table anew."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0

    def forward(
        self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None
    ) -> Tensor:
        """Look up and reduce the bags of (B, n) integers, or of (n,) that begin at `offsets`."""
        return embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        settings = [f"{self.num_embeddings}, {self.embedding_dim}"]
        if self.max_norm is not None:
            settings.append(f"max_norm={self.max_norm}")
        if self.norm_type != 2:
            settings.append(f"norm_type={self.norm_type}")
        if self.scale_grad_by_freq:
            settings.append(f"scale_grad_by_freq={self.scale_grad_by_freq}")
        settings.append(f"mode={self.mode!r}")
        if self.padding_idx is not None:
            settings.append(f"padding_idx={self.padding_idx}")
        return ", ".join(settings)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """A layer around a given table, (num_embeddings, embedding_dim), which is not learned if `freeze`.

        Raises AssertionError if `embeddings` is not a matrix.
        """
        if embeddings.ndim != 2:
            raise AssertionError(
                f"Embeddings parameter is expected to be 2-dimensional; received {tuple(embeddings.shape)}"
            )
        rows, columns = embeddings.shape
        layer = cls(
            rows, columns, max_norm, norm_type, scale_grad_by_freq, mode, sparse,
            _weight=embeddings, include_last_offset=include_last_offset, padding_idx=padding_idx,
        )  # fmt: skip
        layer.weight.requires_grad = not freeze
        return layer
