"""`TransformerEncoderLayer` and `TransformerDecoderLayer`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deep_learner import Tensor
from deep_learner.nn import Module
from deep_learner.ops.activation import gelu
from deep_learner.typing import DeviceLike, DTypeLike

from .attention import MultiheadAttention
from .dropout import Dropout
from .functional._masks import as_added
from .functional.activation import relu
from .linear import Linear
from .normalization import LayerNorm

__all__ = ["TransformerDecoderLayer", "TransformerEncoderLayer"]

Activation = str | Callable[[Tensor], Tensor]


def _named(activation: Activation) -> Callable[[Tensor], Tensor]:
    if not isinstance(activation, str):
        return activation
    found = {"relu": relu, "gelu": gelu}.get(activation)
    if found is None:
        raise RuntimeError(f"activation should be relu/gelu, not {activation}")
    return found


class _Layer(Module):
    """What encoder and decoder layers have in common: self-attention, then a network for each position."""

    def __init__(
        self, d_model: int, nhead: int, dim_feedforward: int, dropout: float, activation: Activation,
        layer_norm_eps: float, batch_first: bool, norm_first: bool, bias: bool, device: DeviceLike,
        dtype: DTypeLike, attentions: tuple[str, ...],
    ) -> None:  # fmt: skip
        super().__init__()
        place: dict[str, Any] = {"device": device, "dtype": dtype}
        for name in attentions:
            attention = MultiheadAttention(
                d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first, **place
            )
            self.add_module(name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias, **place)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias, **place)
        self.norm_first = norm_first
        parts = range(1, len(attentions) + 2)
        for number in parts:
            self.add_module(f"norm{number}", LayerNorm(d_model, eps=layer_norm_eps, bias=bias, **place))
        for number in parts:
            self.add_module(f"dropout{number}", Dropout(dropout))
        self.activation = _named(activation)

    def _added(self, x: Tensor, norm: Module, part: Callable[[Tensor], Tensor]) -> Tensor:
        """The input and what a part makes of it, normalised before the part or after the sum."""
        return x + part(norm(x)) if self.norm_first else norm(x + part(x))

    def _attended(self, attention: Module, dropout: Module, x: Tensor, memory: Tensor, *masks: Any) -> Tensor:
        attn_mask, key_padding_mask, is_causal = masks
        out, _ = attention(
            x, memory, memory, attn_mask=attn_mask, key_padding_mask=key_padding_mask, is_causal=is_causal,
            need_weights=False,
        )  # fmt: skip
        if self.training and attention.batch_first and out.ndim == 3:
            # PyTorch's attention computes with sequences first, and draws the zeros in the order of the memory.
            return dropout(out.transpose(0, 1)).transpose(0, 1)
        return dropout(out)

    def _fed(self, x: Tensor) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(_Layer):
    """Self-attention and a network for each position, each added to its input and normalised.

    x = norm1(x + attention(x)), then norm2(x + linear2(activation(linear1(x)))); or, if `norm_first`,
    x + attention(norm1(x)) and so on.

    Parameters
    ----------
    d_model
        E, the size of inputs and outputs.
    nhead
        The number of heads.
    dim_feedforward
        The size between the two linear maps.
    dropout
        The probability with which weights of the attention, and elements of each part's output, are set to zero in
        training.
    activation
        ``"relu"``, ``"gelu"`` or a function.
    layer_norm_eps
        What is added to the variances.
    batch_first
        Whether input and output are (N, L, E) and not (L, N, E).
    norm_first
        Whether to normalise before each part.
    bias
        Whether linear maps and norms have biases.
    device, dtype
        Of the parameters.

    References
    ----------
    Vaswani et al., "Attention is all you need" (2017), https://arxiv.org/abs/1706.03762; norms first: Xiong et al., "On
    layer normalization in the transformer architecture" (2020), https://arxiv.org/abs/2002.04745.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(
            d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias,
            device, dtype, ("self_attn",),
        )  # fmt: skip

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """Encode (L, N, E), (N, L, E) if `batch_first`, or (L, E); masks as of :class:`MultiheadAttention`."""
        padding = as_added(src_key_padding_mask, "src_key_padding_mask", src_mask, "src_mask", src.dtype)
        mask = as_added(src_mask, "src_mask", None, "", src.dtype)

        def attend(x: Tensor) -> Tensor:
            return self._attended(self.self_attn, self.dropout1, x, x, mask, padding, is_causal)

        x = self._added(src, self.norm1, attend)
        return self._added(x, self.norm2, lambda x: self.dropout2(self._fed(x)))


class TransformerDecoderLayer(_Layer):
    """Self-attention, attention to an encoder's output, and a network for each position, each added to its input and
    normalised: norm1(x + attention(x)), norm2(x + attention(x, memory)), norm3(x + linear2(activation(linear1(x)))).

    Parameters
    ----------
    d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias, device, dtype
        As of :class:`TransformerEncoderLayer`.

    References
    ----------
    Vaswani et al., "Attention is all you need" (2017), https://arxiv.org/abs/1706.03762.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(
            d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias,
            device, dtype, ("self_attn", "multihead_attn"),
        )  # fmt: skip

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Decode (L, N, E), (N, L, E) if `batch_first`, or (L, E), with an encoder's output of S positions; masks as of
        :class:`MultiheadAttention`.
        """

        def attend(x: Tensor) -> Tensor:
            masks = (tgt_mask, tgt_key_padding_mask, tgt_is_causal)
            return self._attended(self.self_attn, self.dropout1, x, x, *masks)

        def look_up(x: Tensor) -> Tensor:
            masks = (memory_mask, memory_key_padding_mask, memory_is_causal)
            return self._attended(self.multihead_attn, self.dropout2, x, memory, *masks)

        x = self._added(tgt, self.norm1, attend)
        x = self._added(x, self.norm2, look_up)
        return self._added(x, self.norm3, lambda x: self.dropout3(self._fed(x)))
