"""`TransformerEncoder`, `TransformerDecoder` and `Transformer`."""

from __future__ import annotations

import copy
from typing import Any

from deep_learner import Tensor, is_autocast_enabled, is_grad_enabled
from deep_learner.nn import Module, init
from deep_learner.ops.activation import gelu
from deep_learner.typing import DeviceLike, DTypeLike

from .functional._masks import as_added, causal_mask, is_left_aligned
from .functional.activation import relu
from .module_list import ModuleList
from .normalization import LayerNorm
from .rectifiers import ReLU
from .sigmoids import GELU
from .transformer_layers import Activation, TransformerDecoderLayer, TransformerEncoderLayer

__all__ = ["Transformer", "TransformerDecoder", "TransformerEncoder"]


def _is_causal(mask: Tensor | None, said: bool | None, x: Tensor, batch_first: bool) -> bool:
    """Whether a mask is the causal one: as said, or else by looking at it."""
    if said is not None or mask is None:
        return said is True
    size = x.shape[0] if x.ndim == 2 else x.shape[1 if batch_first else 0]
    if tuple(mask.shape) != (size, size):
        return False
    return bool((mask == causal_mask(size, device=mask.device, dtype=mask.dtype)).all())


class TransformerEncoder(Module):
    """Encoder layers on top of each other, and a norm at the end.

    Parameters
    ----------
    encoder_layer
        A :class:`TransformerEncoderLayer`, of which every layer is a copy.
    num_layers
        How many.
    norm
        Applied at the end, if given.
    enable_nested_tensor
        Whether padding is zero in what the layers make, before the norm, where PyTorch leaves it out of the
        computation: in evaluation, without gradients, if layers are batch-first and the padding is at the end of each
        sequence.
    mask_check
        Whether to look if the padding is at the end; if not, it must be.

    References
    ----------
    Vaswani et al., "Attention is all you need" (2017), https://arxiv.org/abs/1706.03762.
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(encoder_layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = enable_nested_tensor
        self.use_nested_tensor = enable_nested_tensor and _may_leave_out_padding(encoder_layer)
        self.mask_check = mask_check

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """Encode (L, N, E), (N, L, E) if the layers are batch-first, or (L, E).

        Parameters
        ----------
        src
            What to encode.
        mask, src_key_padding_mask
            As `attn_mask` and `key_padding_mask` of :class:`MultiheadAttention`.
        is_causal
            Whether `mask` is the causal one; by default it is looked at.
        """
        padding = as_added(src_key_padding_mask, "src_key_padding_mask", mask, "mask", src.dtype)
        mask = as_added(mask, "mask", None, "", src.dtype)
        batch_first = getattr(getattr(self.layers[0], "self_attn", None), "batch_first", False)
        is_causal = _is_causal(mask, is_causal, src, batch_first)
        output = src
        for layer in self.layers:
            output = layer(output, src_mask=mask, is_causal=is_causal, src_key_padding_mask=padding)
        if padding is not None and mask is None and self._leaves_out_padding(src, padding):
            output = output.masked_fill((padding != 0).unsqueeze(-1), 0.0)
        return output if self.norm is None else self.norm(output)

    def _leaves_out_padding(self, src: Tensor, padding: Tensor) -> bool:
        first = self.layers[0]
        if (
            not self.use_nested_tensor
            or first.training
            or src.ndim != 3
            or is_autocast_enabled(src.device.type)
        ):
            return False
        if is_grad_enabled() and (src.requires_grad or any(p.requires_grad for p in first.parameters())):
            return False
        return not self.mask_check or is_left_aligned(padding)


def _may_leave_out_padding(layer: Module) -> bool:
    return (
        isinstance(layer, TransformerEncoderLayer)
        and not layer.norm_first
        and layer.self_attn.batch_first
        and layer.self_attn.in_proj_bias is not None
        and layer.self_attn.num_heads % 2 == 0
        and layer.norm1.eps == layer.norm2.eps
        and (layer.activation in (relu, gelu) or isinstance(layer.activation, ReLU | GELU))
    )


class TransformerDecoder(Module):
    """Decoder layers on top of each other, and a norm at the end.

    Parameters
    ----------
    decoder_layer
        A :class:`TransformerDecoderLayer`, of which every layer is a copy.
    num_layers
        How many.
    norm
        Applied at the end, if given.

    References
    ----------
    Vaswani et al., "Attention is all you need" (2017), https://arxiv.org/abs/1706.03762.
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(decoder_layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Decode as the layers do; whether `tgt_mask` is the causal one is looked at unless it is said."""
        batch_first = getattr(getattr(self.layers[0], "self_attn", None), "batch_first", False)
        tgt_is_causal = _is_causal(tgt_mask, tgt_is_causal, tgt, batch_first)
        output = tgt
        for layer in self.layers:
            output = layer(
                output, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask, memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=tgt_is_causal, memory_is_causal=memory_is_causal,
            )  # fmt: skip
        return output if self.norm is None else self.norm(output)


class Transformer(Module):
    """An encoder, and a decoder that looks up what it made.

    Parameters
    ----------
    d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias, device, dtype
        Of the layers: see :class:`TransformerEncoderLayer`.
    num_encoder_layers, num_decoder_layers
        How many there are.
    custom_encoder, custom_decoder
        In place of the ones that would be made.

    Notes
    -----
    Matrices are drawn after Glorot and Bengio. Shape: source (S, N, E) and target (T, N, E), with N first if
    `batch_first`, or without N -> that of the target.

    References
    ----------
    Vaswani et al., "Attention is all you need" (2017), https://arxiv.org/abs/1706.03762.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()

        def made(stack: Any, layer: Any, count: int) -> Module:
            one = layer(
                d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias,
                device, dtype,
            )  # fmt: skip
            return stack(
                one, count, LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)
            )

        self.encoder = custom_encoder or made(TransformerEncoder, TransformerEncoderLayer, num_encoder_layers)
        self.decoder = custom_decoder or made(TransformerDecoder, TransformerDecoderLayer, num_decoder_layers)
        self._reset_parameters()
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def _reset_parameters(self) -> None:
        """Draw all matrices anew."""
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Encode the source and decode the target.

        Parameters
        ----------
        src, tgt
            Source and target.
        src_mask, tgt_mask, memory_mask
            (S, S), (T, T) and (T, S), or (N * nhead, ...): True where a query does not see a key; floating ones are
            added.
        src_key_padding_mask, tgt_key_padding_mask, memory_key_padding_mask
            (N, S), (N, T) and (N, S): True where a key is padding; floating ones are added.
        src_is_causal, tgt_is_causal
            Whether the masks are causal ones; by default they are looked at.
        memory_is_causal
            Whether `memory_mask` is the causal one.

        Raises
        ------
        RuntimeError
            If the numbers of sequences differ, or a size is not `d_model`.
        """
        along = 0 if self.batch_first else 1
        if src.ndim == 3 and src.shape[along] != tgt.shape[along]:
            raise RuntimeError(
                "the batch number of src and tgt must be equal. "
                f"Received: shapes {tuple(src.shape)} and {tuple(tgt.shape)}"
            )
        if src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model:
            raise RuntimeError(
                f"the feature number of src and tgt must be equal to d_model={self.d_model}. "
                f"Received: shapes {tuple(src.shape)} and {tuple(tgt.shape)}"
            )
        memory = self.encoder(
            src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal
        )
        return self.decoder(
            tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )  # fmt: skip

    @staticmethod
    def generate_square_subsequent_mask(
        sz: int, device: DeviceLike = None, dtype: DTypeLike = None
    ) -> Tensor:
        """(sz, sz): minus infinity where a key comes after the query, else 0."""
        return causal_mask(sz, device=device, dtype=dtype)
