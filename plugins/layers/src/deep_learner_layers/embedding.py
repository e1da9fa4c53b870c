"""`Embedding`."""

from __future__ import annotations

from typing import Self

from deep_learner import Tensor, empty, no_grad
from deep_learner.nn import Module, Parameter, init
from deep_learner.typing import DeviceLike, DTypeLike

from .functional.embedding import embedding

__all__ = ["Embedding"]


class Embedding(Module):
    """A table with one learned vector for each of the integers below `num_embeddings`.

    Parameters
    ----------
    num_embeddings, embedding_dim
        How many vectors there are, and how long.
    padding_idx
        A vector that begins as zeros and gets no gradient; negative numbers count from the end.
    max_norm, norm_type
        If given, vectors that are looked up are first scaled, in place, so that no `norm_type`-norm exceeds
        `max_norm`.
    scale_grad_by_freq
        Whether to divide a vector's gradient by how often it was looked up.
    sparse
        Whether backward passes give `weight` a sparse gradient: see :mod:`deep_learner.sparse`.
    device, dtype
        Of the table.

    Attributes
    ----------
    weight : Parameter
        (num_embeddings, embedding_dim); drawn from N(0, 1).

    Raises
    ------
    AssertionError
        If `padding_idx` is not below `num_embeddings`, or a given table has another shape.

    Notes
    -----
    Shape: (*) integers -> (*, embedding_dim).
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise AssertionError("Padding_idx must be within num_embeddings")
            padding_idx %= num_embeddings
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        if _weight is None:
            table = empty((num_embeddings, embedding_dim), device=device, dtype=dtype)
            self.weight = Parameter(table, requires_grad=not _freeze)
            self.reset_parameters()
        elif tuple(_weight.shape) != (num_embeddings, embedding_dim):
            raise AssertionError(
                "Shape of weight does not match num_embeddings and embedding_dim. "
                f"Received: {tuple(_weight.shape)} for {(num_embeddings, embedding_dim)}"
            )
        else:
            self.weight = Parameter(_weight, requires_grad=not _freeze)

    def reset_parameters(self) -> None:
        """Draw the table anew."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0

    def forward(self, input: Tensor) -> Tensor:
        """Look up the vectors of (*) integers."""
        return embedding(
            input,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )

    def extra_repr(self) -> str:
        settings = [f"{self.num_embeddings}, {self.embedding_dim}"]
        if self.padding_idx is not None:
            settings.append(f"padding_idx={self.padding_idx}")
        if self.max_norm is not None:
            settings.append(f"max_norm={self.max_norm}")
        if self.norm_type != 2:
            settings.append(f"norm_type={self.norm_type}")
        if self.scale_grad_by_freq:
            settings.append(f"scale_grad_by_freq={self.scale_grad_by_freq}")
        if self.sparse:
            settings.append("sparse=True")
        return ", ".join(settings)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """A layer around a given table.

        Parameters
        ----------
        embeddings
            (num_embeddings, embedding_dim); shares its memory with the layer.
        freeze
            Whether the table is not to be learned.
        padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse
            As in the constructor.

        Raises
        ------
        AssertionError
            If `embeddings` is not a matrix.
        """
        if embeddings.ndim != 2:
            raise AssertionError(
                f"Embeddings parameter is expected to be 2-dimensional; received {tuple(embeddings.shape)}"
            )
        rows, columns = embeddings.shape
        return cls(
            rows, columns, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse,
            _weight=embeddings, _freeze=freeze,
        )  # fmt: skip
