"""The networks that programs train, written once for any library with PyTorch's names: `lib` is the module."""

from __future__ import annotations

import itertools
import math
from typing import Any


def mlp(lib: Any, *sizes: int) -> Any:
    """Linear layers of these sizes with ReLU between them."""
    layers: list[Any] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [lib.nn.Linear(inputs, outputs), lib.nn.ReLU()]
    return lib.nn.Sequential(*layers[:-1])


def cnn(lib: Any, *channels: int, size: int, hidden: int, classes: int) -> Any:
    """Convolutions of 3 x 3 with ReLU between these channels, max-pooling by 2, and two linear layers.

    (N, channels[0], size, size) images -> (N, classes) scores.
    """
    nn = lib.nn
    layers: list[Any] = []
    for inputs, outputs in itertools.pairwise(channels):
        layers += [nn.Conv2d(inputs, outputs, 3), nn.ReLU()]
    pooled = (size - 2 * (len(channels) - 1)) // 2
    return nn.Sequential(
        *layers, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(channels[-1] * pooled**2, hidden), nn.ReLU(),
        nn.Linear(hidden, classes),
    )  # fmt: skip


def attention(lib: Any, dropout: Any) -> Any:
    """Causal attention by hand: ``softmax(q kᵀ / √d + mask) v``, each of shape (N, heads, T, d)."""

    def attend(q: Any, k: Any, v: Any, hidden: Any) -> Any:
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(q.shape[-1])
        return dropout(lib.softmax(scores.masked_fill(hidden, -math.inf), dim=-1)) @ v

    return attend


def fused_attention(lib: Any, dropout: Any) -> Any:
    """The library's own causal attention where it has one, else `attention`."""
    fused = getattr(lib.nn.functional, "scaled_dot_product_attention", None)
    if fused is None:
        return attention(lib, dropout)
    return lambda q, k, v, hidden: fused(
        q, k, v, is_causal=True, dropout_p=dropout.p if dropout.training else 0.0
    )


def gpt(
    lib: Any, *, vocabulary: int, context: int, width: int, heads: int, layers: int, dropout: float = 0.0,
    bias: bool = True, attending: Any = attention,
) -> Any:  # fmt: skip
    """GPT-2 (Radford et al. 2019): (N, T) tokens -> (N, T, vocabulary) logits.

    Layers are normalised first, positions are learned, and the output shares the embedding's weight.
    """
    nn = lib.nn

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.qkv = nn.Linear(width, 3 * width, bias=bias)
            self.out = nn.Linear(width, width, bias=bias)
            self.dropout = nn.Dropout(dropout)
            self.register_buffer(
                "hidden", lib.ones(context, context, dtype=lib.bool).triu(1), persistent=False
            )
            self.attend = attending(lib, self.dropout)

        def forward(self, x: Any) -> Any:
            N, T, _ = x.shape
            q, k, v = (
                part.view(N, T, heads, width // heads).transpose(1, 2)
                for part in self.qkv(x).split(width, dim=2)
            )
            mixed = self.attend(q, k, v, self.hidden[:T, :T])
            return self.out(mixed.transpose(1, 2).reshape(N, T, width))

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.normed = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
            self.attention = Attention()
            self.feed = nn.Sequential(
                nn.Linear(width, 4 * width, bias=bias), nn.GELU(approximate="tanh"),
                nn.Linear(4 * width, width, bias=bias), nn.Dropout(dropout),
            )  # fmt: skip

        def forward(self, x: Any) -> Any:
            x = x + self.attention(self.normed[0](x))
            return x + self.feed(self.normed[1](x))

    class GPT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Embedding(vocabulary, width)
            self.positions = nn.Embedding(context, width)
            self.blocks = nn.Sequential(*(Block() for _ in range(layers)))
            self.normed = nn.LayerNorm(width)
            self.head = nn.Linear(width, vocabulary, bias=False)
            self.head.weight = self.tokens.weight
            for parameter in self.parameters():
                if parameter.ndim == 2:
                    nn.init.normal_(parameter, std=0.02)

        def forward(self, tokens: Any) -> Any:
            x = self.tokens(tokens) + self.positions.weight[: tokens.shape[1]]
            return self.head(self.normed(self.blocks(x)))

    return GPT()
