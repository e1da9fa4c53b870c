"""Every registered layer keeps to the contract of layers; one without an entry here is refused."""

from __future__ import annotations

import pytest

from deep_learner import Tensor, nn
from deep_learner.plugins import registry
from deep_learner.testing import LayerContract

pytest.importorskip("deep_learner_layers", reason="the layers are not installed")

SHARES = Tensor([[0.2, 0.7, 0.4], [0.9, 0.1, 0.6]])
PARTS = Tensor([[0.2, 0.5, 0.3], [0.1, 0.6, 0.3]])
SCORES = (3, 4)
CLASSES = Tensor([1, 3, 0])
SAME = {"inputs": [(2, 3)], "output": (2, 3)}
PAIR = {"inputs": [(2, 3), (2, 3)], "output": ()}

LAYERS = {
    "BCELoss": {"inputs": [SHARES, PARTS], "output": ()},
    "BCEWithLogitsLoss": {"inputs": [(2, 3), PARTS], "output": ()},
    "Bilinear": {
        "arguments": {"in1_features": 3, "in2_features": 4, "out_features": 2},
        "inputs": [(2, 3), (2, 4)],
        "output": (2, 2),
    },
    "CELU": SAME,
    "CrossEntropyLoss": {"inputs": [SCORES, CLASSES], "output": ()},
    "Dropout": SAME,
    "ELU": SAME,
    "Embedding": {
        "arguments": {"num_embeddings": 4, "embedding_dim": 2},
        "inputs": [CLASSES],
        "output": (3, 2),
    },
    "Flatten": {"inputs": [(2, 3, 2)], "output": (2, 6)},
    "GELU": SAME,
    "GLU": {"inputs": [(2, 4)], "output": (2, 2)},
    "Hardshrink": SAME,
    "Hardsigmoid": SAME,
    "Hardswish": SAME,
    "Hardtanh": SAME,
    "HuberLoss": PAIR,
    "Identity": SAME,
    "KLDivLoss": {"arguments": {"reduction": "batchmean"}, "inputs": [(2, 3), PARTS], "output": ()},
    "L1Loss": PAIR,
    "LayerNorm": {"arguments": {"normalized_shape": 3}, **SAME},
    "LeakyReLU": SAME,
    "Linear": {"arguments": {"in_features": 3, "out_features": 2}, "inputs": [(2, 3)], "output": (2, 2)},
    "LogSigmoid": SAME,
    "LogSoftmax": {"arguments": {"dim": 1}, **SAME},
    "MSELoss": PAIR,
    "Mish": SAME,
    "NLLLoss": {"inputs": [SCORES, CLASSES], "output": ()},
    "PReLU": SAME,
    "RMSNorm": {"arguments": {"normalized_shape": [3]}, **SAME},
    "ReLU": SAME,
    "ReLU6": SAME,
    "SELU": SAME,
    "Sequential": {
        "make": lambda self, dtype="float32": (
            nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).to(dtype=dtype).eval()
        ),
        "inputs": [(2, 3)],
        "output": (2, 2),
    },
    "SiLU": SAME,
    "Sigmoid": SAME,
    "SmoothL1Loss": PAIR,
    "Softmax": {"arguments": {"dim": 1}, **SAME},
    "Softmax2d": {"inputs": [(2, 3, 2, 2)], "output": (2, 3, 2, 2)},
    "Softmin": {"arguments": {"dim": 1}, **SAME},
    "Softplus": SAME,
    "Softshrink": SAME,
    "Softsign": SAME,
    "Tanh": SAME,
    "Tanhshrink": SAME,
    "Threshold": {"arguments": {"threshold": 0.1, "value": 0.5}, **SAME},
    "Unflatten": {
        "arguments": {"dim": 1, "unflattened_size": [2, 2]},
        "inputs": [(3, 4)],
        "output": (3, 2, 2),
    },
}
WITHOUT_FORWARD = {
    "ModuleDict",
    "ModuleList",
    "ParameterDict",
    "ParameterList",
}  # tests/layers/test_containers.py

for name, entry in LAYERS.items():
    globals()[f"Test{name}"] = type(f"Test{name}", (LayerContract,), {"layer": name, **entry})


def test_every_layer_that_the_plugin_registers_has_an_entry():
    ours = {
        entry.name
        for entry in registry.entries("layers")
        if entry.distribution == "deep-learner-layers" and entry.name not in WITHOUT_FORWARD
    }
    assert sorted(LAYERS) == sorted(ours)
