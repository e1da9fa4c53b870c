"""The works that are timed: what each is called, how large it is, and what Deep Learner has set out to reach."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class Bars(NamedTuple):
    """Time as a ratio to PyTorch's without a compiler, to be reached at most."""

    eager: float | None = None
    compiled: float | None = None
    accelerated: float | None = None


class Work(NamedTuple):
    """A work.

    Attributes
    ----------
    title : str
        What it is, in the tables.
    kind : str
        Its program's name in the peers' modules.
    sizes : dict
        How large it is.
    tiny : dict
        What is different in the tests.
    bars : Bars
        What to reach.
    tolerance : float
        How far the peers' numbers may be apart, relatively.
    beyond : Mapping
        The peers for which it is too much, and why.
    """

    title: str
    kind: str
    sizes: dict[str, Any]
    tiny: dict[str, Any]
    bars: Bars = Bars()
    tolerance: float = 1e-4
    beyond: Mapping[str, str] = MappingProxyType({})


SCALARS = {"widths": (2, 16, 16, 1), "batch": 1}
SMALL_MLP = {"widths": (784, 128, 128, 10), "batch": 64}
SMALL_GPT = {"vocabulary": 65, "context": 64, "width": 128, "heads": 4, "layers": 4, "batch": 12}
TINY_MLP = {"widths": (12, 8, 8, 10), "batch": 4}
TINY_GPT = {"vocabulary": 11, "context": 8, "width": 8, "heads": 2, "layers": 2, "batch": 2}

WORKS = {
    "chain": Work(
        "100 operations in a chain on 10 elements, forward and backward",
        "chain", {"length": 100, "elements": 10, "factor": 0.99}, {"length": 12}, Bars(0.38, 0.10, 0.01),
    ),
    "scalars": Work(
        "Graph of 1,000 scalars, as micrograd makes it (a 2-16-16-1 network), forward and backward",
        "scalars", SCALARS, {"widths": (2, 3, 1)}, Bars(0.40, 0.12, 0.01),
    ),
    "small_mlp": Work(
        "SGD step of a 784-128-128-10 network, batch 64", "mlp", SMALL_MLP, TINY_MLP, Bars(0.50, 0.48, 0.33)
    ),
    "wide_mlp": Work(
        "SGD step of a 784-512-512-10 network, batch 256",
        "mlp", {"widths": (784, 512, 512, 10), "batch": 256}, TINY_MLP, Bars(0.48, 0.46, 0.40),
    ),
    "large_mlp": Work(
        "SGD step of a 784-1024-1024-10 network, batch 1024",
        "mlp", {"widths": (784, 1024, 1024, 10), "batch": 1024}, TINY_MLP, Bars(0.48, 0.46, 0.44),
    ),
    "small_gpt": Work(
        "AdamW step of a GPT (d=128, 4 heads, 4 layers, T=64), batch 12",
        "gpt", SMALL_GPT, TINY_GPT, Bars(0.68, 0.60, 0.40), 1e-3,
    ),
    "gpt": Work(
        "AdamW step of a GPT (d=384, 6 heads, 6 layers, T=256), batch 8",
        "gpt", {"vocabulary": 65, "context": 256, "width": 384, "heads": 6, "layers": 6, "batch": 8}, TINY_GPT,
        Bars(0.80, 0.70, 0.55), 1e-3, {"tinygrad": "a step takes half a minute"},
    ),
    "small_cnn": Work(
        "SGD step of a CNN (convolutions 3×3 to 32 and 64 channels, pool, two linear), batch 64 of 28×28",
        "cnn", {"channels": (1, 32, 64), "size": 28, "hidden": 128, "classes": 10, "batch": 64},
        {"channels": (1, 2, 3), "size": 8, "hidden": 5, "batch": 2}, Bars(1.0, 0.9, 0.6), 1e-3,
    ),
    "lstm": Work(
        "LSTM, 64 steps of 128 features, batch 32, forward and backward",
        "lstm", {"length": 64, "batch": 32, "features": 128, "hidden": 128},
        {"length": 3, "batch": 2, "features": 4, "hidden": 5}, Bars(0.70, 0.50, 0.35),
    ),
    "mlp_inference": Work(
        "One sample through a 784-128-128-10 network",
        "mlp_inference", SMALL_MLP | {"batch": 1}, {"widths": (12, 8, 8, 10)}, Bars(0.35, 0.15, 0.05),
    ),
    "gpt_inference": Work(
        "One sequence through a GPT (d=128, 4 heads, 4 layers, T=64)",
        "gpt_inference", SMALL_GPT | {"batch": 1}, TINY_GPT | {"batch": 1}, Bars(0.60, 0.45, 0.30), 1e-3,
    ),
    "long_chain": Work(
        "Backward through a chain of 100,000 operations on 10 elements",
        "long_chain", {"length": 100_000, "elements": 10, "factor": 1.00001}, {"length": 50}, Bars(0.50),
    ),
}  # fmt: skip

# Single parts and other programs, for Deep Learner and PyTorch alone; they draw their own weights.
PARTS = {
    "adam_mlp": Work(
        "Adam step of a 64-128-64-10 network with GELU, layer norm and dropout, batch 32", "adam_mlp", {}, {},
    ),
    "short_attention": Work(
        "Causal attention, 12 heads, 4 sequences of 256 tokens, 768 wide, forward and backward",
        "attention", {"length": 256}, {"length": 4}, Bars(1.0),
    ),
    "long_attention": Work(
        "Causal attention, 12 heads, 4 sequences of 1024 tokens, 768 wide, forward and backward",
        "attention", {"length": 1024}, {"length": 4}, Bars(1.0),
    ),
    "layer_norm": Work(
        "Layer norm, 4 sequences of 1024 tokens, 768 wide, forward and backward",
        "layer_norm", {"length": 1024}, {"length": 4}, Bars(1.0),
    ),
    "convolution": Work(
        "Convolution 3×3 from 32 to 64 channels, 64 images of 26×26, forward and backward",
        "convolution", {"batch": 64}, {"batch": 1}, Bars(1.5),
    ),
    "max_pool": Work(
        "Max-pooling 2×2, 64 images of 64 channels of 24×24, forward and backward",
        "max_pool", {"batch": 64}, {"batch": 1}, Bars(0.6),
    ),
}  # fmt: skip


def sizes(work: Work, tiny: bool) -> dict[str, Any]:
    """How large a work is."""
    return work.sizes | (work.tiny if tiny else {})
