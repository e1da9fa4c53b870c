"""`MultiheadAttention`."""

from __future__ import annotations

from deep_learner import Tensor, empty
from deep_learner.nn import Module, Parameter, init
from deep_learner.typing import DeviceLike, DTypeLike

from .functional.multi_head_attention import attention_of_heads
from .linear import NonDynamicallyQuantizableLinear

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Module):
    """Attention of several heads: W_out [h_1, ..., h_n] with h_i = softmax(Q_i K_iᵀ / sqrt(d)) V_i, where Q_i, K_i and
    V_i are the i-th parts, of size d = E / n, of projections of query, key and value.

    Parameters
    ----------
    embed_dim
        E, the size of queries and outputs.
    num_heads
        n.
    dropout
        The probability with which a weight is set to zero in training.
    bias
        Whether the projections have biases.
    add_bias_kv
        Whether there is one more key, with its value, which is learned.
    add_zero_attn
        Whether there is one more key, with its value, of zeros.
    kdim, vdim
        The sizes of keys and values; E by default.
    batch_first
        Whether input and output are (N, L, E) and not (L, N, E).
    device, dtype
        Of the parameters.

    Attributes
    ----------
    in_proj_weight : Parameter or None
        The three projections on top of each other, (3 E, E), if keys and values have the size E; drawn after Glorot
        and Bengio.
    q_proj_weight, k_proj_weight, v_proj_weight : Parameter or None
        Else these: (E, E), (E, kdim), (E, vdim).
    in_proj_bias : Parameter or None
        (3 E,); zeros.
    out_proj : Linear
        W_out, (E, E).
    bias_k, bias_v : Parameter or None
        The key and value of `add_bias_kv`, (1, 1, E).

    References
    ----------
    Vaswani et al., "Attention is all you need" (2017), https://arxiv.org/abs/1706.03762.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and "
                f"num_heads={num_heads} instead"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim == self.vdim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        self.add_zero_attn = add_zero_attn
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError(f"embed_dim {embed_dim} must be divisible by num_heads {num_heads}")
        together = self._qkv_same_embed_dim
        shapes: dict[str, tuple[int, ...] | None] = {
            "in_proj_weight": (3 * embed_dim, embed_dim) if together else None,
            "q_proj_weight": None if together else (embed_dim, embed_dim),
            "k_proj_weight": None if together else (embed_dim, self.kdim),
            "v_proj_weight": None if together else (embed_dim, self.vdim),
            "in_proj_bias": (3 * embed_dim,) if bias else None,
        }
        for name, shape in shapes.items():
            parameter = None if shape is None else Parameter(empty(shape, device=device, dtype=dtype))
            self.register_parameter(name, parameter)
        self.out_proj = NonDynamicallyQuantizableLinear(
            embed_dim, embed_dim, bias=bias, device=device, dtype=dtype
        )
        for name in ("bias_k", "bias_v"):
            one = Parameter(empty((1, 1, embed_dim), device=device, dtype=dtype)) if add_bias_kv else None
            self.register_parameter(name, one)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        """Draw the parameters anew, all but the output's projection."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for one in (self.bias_k, self.bias_v):
            if one is not None:
                init.xavier_normal_(one)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Attend.

        Parameters
        ----------
        query, key, value
            (L, N, E), (S, N, kdim) and (S, N, vdim); with N first if `batch_first`; or all without N.
        key_padding_mask
            (N, S), or (S,): True where a key is padding; a floating one is added to the scores.
        need_weights
            Whether to return the weights, too. Without them less memory is needed, and less time.
        attn_mask
            (L, S), or (N * num_heads, L, S): True where a query does not see a key; a floating one is added.
        average_attn_weights
            Whether the weights returned are the mean of those of the heads.
        is_causal
            Says that `attn_mask`, which must be there, is the causal one, so that it need not be looked at.

        Returns
        -------
        tuple of Tensor and Tensor or None
            The outputs, shaped as `query`, and the weights, (N, L, S), or (N, num_heads, L, S) if they are not
            averaged, without N if `query` has none.

        Raises
        ------
        AssertionError
            If shapes do not fit each other, or a mask holds integers.
        RuntimeError
            If the shape of `attn_mask` does not fit, or it is missing though `is_causal`.
        """
        return attention_of_heads(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias, self.bias_k,
            self.bias_v, self.add_zero_attn, self.dropout, self.out_proj.weight, self.out_proj.bias, self.training,
            key_padding_mask, need_weights, attn_mask, not self._qkv_same_embed_dim, self.q_proj_weight,
            self.k_proj_weight, self.v_proj_weight, None, None, average_attn_weights, is_causal, self.batch_first,
        )  # fmt: skip
