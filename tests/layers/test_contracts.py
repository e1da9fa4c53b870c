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
PLACES = Tensor([[[1, 3], [0, 2], [0, 3]], [[1, 2], [0, 2], [1, 3]]])
SAME = {"inputs": [(2, 3)], "output": (2, 3)}
SIGNS = Tensor([[1, -1, 1], [-1, -1, 1]])
SEQUENCES = {"inputs": [(2, 3, 4)], "output": (2, 3, 4)}
IMAGES = {"inputs": [(2, 3, 2, 2)], "output": (2, 3, 2, 2)}
VOLUMES = {"inputs": [(2, 3, 2, 1, 2)], "output": (2, 3, 2, 1, 2)}
LINES = {"inputs": [(1, 2, 3)], "output": (1, 2, 3)}
PICTURES = {"inputs": [(1, 2, 3, 2)], "output": (1, 2, 3, 2)}
SOLID = {"inputs": [(1, 1, 2, 1, 2)], "output": (1, 1, 2, 1, 2)}
PAIR = {"inputs": [(2, 3), (2, 3)], "output": ()}


class CTCOfLogits(nn.Module):
    """`CTCLoss` as it is meant to be used; its gradient is that of normalised log-probabilities."""

    def __init__(self):
        super().__init__()
        self.loss = nn.CTCLoss()

    def forward(self, logits, *targets):
        return self.loss(logits.log_softmax(2), *targets)


class First(nn.Module):
    """The first of a layer's outputs."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, *inputs):
        return self.layer(*inputs)[0]


def first(self, dtype="float32"):
    """A layer with several outputs, of which the contract looks at the first."""
    return First(registry.get("layers", self.layer)(**self.sizes)).to(dtype=dtype).eval()


def recurrent(output, *inputs):
    """A recurrent network or cell of two features in and one out."""
    return {"make": first, "sizes": {"input_size": 2, "hidden_size": 1}, "inputs": inputs, "output": output}


def transformed(count, **sizes):
    """A part of a transformer that takes so many sequences."""
    return {
        "arguments": {"d_model": 2, "nhead": 1, "dim_feedforward": 1, "bias": False, **sizes},
        "inputs": [(2, 1, 2)] * count,
        "output": (2, 1, 2),
    }


def stacked(layer, count):
    """A transformer's encoder or decoder of one layer, and a norm. Its second derivatives are those of the layer."""

    def make(self, dtype="float32"):
        part = getattr(nn, layer)(2, 1, 1)
        return getattr(nn, self.layer)(part, 1, nn.LayerNorm(2)).to(dtype=dtype).eval()

    return {**transformed(count), "make": make, "twice_differentiable": False}


def materialized(self, dtype="float32"):
    """A lazy layer after its first call."""
    layer = registry.get("layers", self.layer)(**self.arguments).to(dtype=dtype).eval()
    layer(*self.given(dtype))
    return layer


LAYERS = {
    "AdaptiveAvgPool1d": {"arguments": {"output_size": 2}, "inputs": [(2, 2, 6)], "output": (2, 2, 2)},
    "AdaptiveAvgPool2d": {"arguments": {"output_size": 2}, "inputs": [(1, 2, 6, 4)], "output": (1, 2, 2, 2)},
    "AdaptiveAvgPool3d": {
        "arguments": {"output_size": 2},
        "inputs": [(1, 1, 4, 4, 2)],
        "output": (1, 1, 2, 2, 2),
    },
    "AdaptiveMaxPool1d": {"arguments": {"output_size": 2}, "inputs": [(2, 2, 6)], "output": (2, 2, 2)},
    "AdaptiveMaxPool2d": {"arguments": {"output_size": 2}, "inputs": [(1, 2, 6, 4)], "output": (1, 2, 2, 2)},
    "AdaptiveMaxPool3d": {
        "arguments": {"output_size": 2},
        "inputs": [(1, 1, 4, 4, 2)],
        "output": (1, 1, 2, 2, 2),
    },
    "AlphaDropout": SAME,
    "AvgPool1d": {"arguments": {"kernel_size": 2}, "inputs": [(2, 2, 6)], "output": (2, 2, 3)},
    "AvgPool2d": {"arguments": {"kernel_size": 2}, "inputs": [(1, 2, 6, 4)], "output": (1, 2, 3, 2)},
    "AvgPool3d": {"arguments": {"kernel_size": 2}, "inputs": [(1, 1, 4, 4, 2)], "output": (1, 1, 2, 2, 1)},
    "BCELoss": {"inputs": [SHARES, PARTS], "output": ()},
    "BCEWithLogitsLoss": {"inputs": [(2, 3), PARTS], "output": ()},
    "BatchNorm1d": {"arguments": {"num_features": 3}, **SAME},
    "BatchNorm2d": {"arguments": {"num_features": 3}, **IMAGES},
    "BatchNorm3d": {"arguments": {"num_features": 3}, **VOLUMES},
    "Bilinear": {
        "arguments": {"in1_features": 3, "in2_features": 4, "out_features": 2},
        "inputs": [(2, 3), (2, 4)],
        "output": (2, 2),
    },
    "CELU": SAME,
    "CTCLoss": {
        "make": lambda self, dtype="float32": CTCOfLogits().eval(),
        "inputs": [(4, 2, 3), Tensor([[1, 2], [1, 1]]), Tensor([4, 3]), Tensor([2, 2])],
        "output": (),
    },
    "ChannelShuffle": {"arguments": {"groups": 2}, "inputs": [(2, 4, 3, 3)], "output": (2, 4, 3, 3)},
    "CircularPad1d": {"arguments": {"padding": 1}, "inputs": [(1, 1, 4)], "output": (1, 1, 6)},
    "CircularPad2d": {"arguments": {"padding": 1}, "inputs": [(1, 1, 3, 4)], "output": (1, 1, 5, 6)},
    "CircularPad3d": {"arguments": {"padding": 1}, "inputs": [(1, 1, 3, 2, 2)], "output": (1, 1, 5, 4, 4)},
    "ConstantPad1d": {"arguments": {"padding": 1, "value": 0.5}, "inputs": [(1, 1, 4)], "output": (1, 1, 6)},
    "ConstantPad2d": {
        "arguments": {"padding": 1, "value": 0.5},
        "inputs": [(1, 1, 3, 4)],
        "output": (1, 1, 5, 6),
    },
    "ConstantPad3d": {
        "arguments": {"padding": 1, "value": 0.5},
        "inputs": [(1, 1, 3, 2, 2)],
        "output": (1, 1, 5, 4, 4),
    },
    "Conv1d": {
        "arguments": {
            "in_channels": 2,
            "out_channels": 2,
            "kernel_size": 3,
            "padding": 1,
            "padding_mode": "circular",
        },
        **LINES,
    },
    "Conv2d": {
        "arguments": {"in_channels": 2, "out_channels": 2, "kernel_size": 2, "padding": "same", "groups": 2},
        **PICTURES,
    },
    "Conv3d": {
        "arguments": {"in_channels": 1, "out_channels": 1, "kernel_size": (1, 2, 2), "stride": (1, 2, 1)},
        "inputs": [(1, 1, 2, 2, 3)],
        "output": (1, 1, 2, 1, 2),
    },
    "ConvTranspose1d": {
        "arguments": {"in_channels": 2, "out_channels": 2, "kernel_size": 3, "padding": 1, "groups": 2},
        **LINES,
    },
    "ConvTranspose2d": {
        "arguments": {
            "in_channels": 2,
            "out_channels": 1,
            "kernel_size": 2,
            "stride": 2,
            "output_padding": 1,
        },
        "inputs": [(1, 2, 1, 2)],
        "output": (1, 1, 3, 5),
    },
    "ConvTranspose3d": {
        "arguments": {"in_channels": 1, "out_channels": 1, "kernel_size": (1, 1, 2)},
        "inputs": [(1, 1, 2, 1, 2)],
        "output": (1, 1, 2, 1, 3),
    },
    "CosineEmbeddingLoss": {"inputs": [(3, 4), (3, 4), Tensor([1, -1, 1])], "output": ()},
    "CosineSimilarity": {"inputs": [(2, 3), (2, 3)], "output": (2,)},
    "CrossEntropyLoss": {"inputs": [SCORES, CLASSES], "output": ()},
    "Dropout": SAME,
    "Dropout1d": SAME,
    "Dropout2d": IMAGES,
    "Dropout3d": VOLUMES,
    "ELU": SAME,
    "Embedding": {
        "arguments": {"num_embeddings": 4, "embedding_dim": 2},
        "inputs": [CLASSES],
        "output": (3, 2),
    },
    "EmbeddingBag": {
        "arguments": {"num_embeddings": 4, "embedding_dim": 2},
        "inputs": [Tensor([[1, 3], [0, 1], [2, 2]])],
        "output": (3, 2),
    },
    "FeatureAlphaDropout": SAME,
    "Flatten": {"inputs": [(2, 3, 2)], "output": (2, 6)},
    "Fold": {
        "arguments": {"output_size": (2, 3), "kernel_size": 2, "padding": (0, 1)},
        "inputs": [(1, 4, 4)],
        "output": (1, 1, 2, 3),
    },
    "FractionalMaxPool2d": {
        "make": lambda self, dtype="float32": nn.FractionalMaxPool2d(
            2, 2, _random_samples=Tensor([[[0.2, 0.4]] * 2]).to(dtype=dtype)
        ),
        "inputs": [(1, 2, 4, 4)],
        "output": (1, 2, 2, 2),
    },
    "FractionalMaxPool3d": {
        "make": lambda self, dtype="float32": nn.FractionalMaxPool3d(
            2, 2, _random_samples=Tensor([[[0.2, 0.4, 0.7]] * 2]).to(dtype=dtype)
        ),
        "inputs": [(1, 2, 4, 4, 4)],
        "output": (1, 2, 2, 2, 2),
    },
    "GELU": SAME,
    "GLU": {"inputs": [(2, 4)], "output": (2, 2)},
    "GRU": recurrent((3, 1, 1), (3, 1, 2)),
    "GRUCell": {"arguments": {"input_size": 2, "hidden_size": 1}, "inputs": [(2, 2)], "output": (2, 1)},
    "GaussianNLLLoss": {"inputs": [(2, 3), (2, 3), SHARES], "output": ()},
    "GroupNorm": {"arguments": {"num_groups": 1, "num_channels": 3}, **SEQUENCES},
    "Hardshrink": SAME,
    "Hardsigmoid": SAME,
    "Hardswish": SAME,
    "Hardtanh": SAME,
    "HingeEmbeddingLoss": {"inputs": [(2, 3), SIGNS], "output": ()},
    "HuberLoss": PAIR,
    "Identity": SAME,
    "InstanceNorm1d": {"arguments": {"num_features": 3, "affine": True}, **SEQUENCES},
    "InstanceNorm2d": {"arguments": {"num_features": 3}, **IMAGES},
    "InstanceNorm3d": {"arguments": {"num_features": 3}, **VOLUMES},
    "KLDivLoss": {"arguments": {"reduction": "batchmean"}, "inputs": [(2, 3), PARTS], "output": ()},
    "L1Loss": PAIR,
    "LPPool1d": {"arguments": {"norm_type": 2, "kernel_size": 2}, "inputs": [(2, 2, 6)], "output": (2, 2, 3)},
    "LPPool2d": {
        "arguments": {"norm_type": 2, "kernel_size": 2},
        "inputs": [(1, 2, 6, 4)],
        "output": (1, 2, 3, 2),
    },
    "LPPool3d": {
        "arguments": {"norm_type": 2, "kernel_size": 2},
        "inputs": [(1, 1, 4, 4, 2)],
        "output": (1, 1, 2, 2, 1),
    },
    "LSTM": recurrent((3, 1, 1), (3, 1, 2)),
    "LSTMCell": recurrent((2, 1), (2, 2)),
    "LayerNorm": {"arguments": {"normalized_shape": 3}, **SAME},
    "LazyBatchNorm1d": {"make": materialized, **SAME},
    "LazyBatchNorm2d": {"make": materialized, **IMAGES},
    "LazyBatchNorm3d": {"make": materialized, **VOLUMES},
    "LazyConv1d": {"make": materialized, "arguments": {"out_channels": 2, "kernel_size": 1}, **LINES},
    "LazyConv2d": {
        "make": materialized,
        "arguments": {"out_channels": 2, "kernel_size": 3, "padding": 1},
        **PICTURES,
    },
    "LazyConv3d": {"make": materialized, "arguments": {"out_channels": 1, "kernel_size": 1}, **SOLID},
    "LazyConvTranspose1d": {
        "make": materialized,
        "arguments": {"out_channels": 2, "kernel_size": 1},
        **LINES,
    },
    "LazyConvTranspose2d": {
        "make": materialized,
        "arguments": {"out_channels": 2, "kernel_size": 1},
        **PICTURES,
    },
    "LazyConvTranspose3d": {
        "make": materialized,
        "arguments": {"out_channels": 1, "kernel_size": 1},
        **SOLID,
    },
    "LazyInstanceNorm1d": {"make": materialized, **SEQUENCES},
    "LazyInstanceNorm2d": {"make": materialized, **IMAGES},
    "LazyInstanceNorm3d": {"make": materialized, **VOLUMES},
    "LazyLinear": {"make": materialized, "arguments": {"out_features": 3}, **SAME},
    "LeakyReLU": SAME,
    "Linear": {"arguments": {"in_features": 3, "out_features": 2}, "inputs": [(2, 3)], "output": (2, 2)},
    "LinearCrossEntropyLoss": {
        "arguments": {"in_features": 2, "num_classes": 4, "bias": True},
        "inputs": [(3, 2), CLASSES],
        "output": (),
    },
    "LocalResponseNorm": {"arguments": {"size": 2, "alpha": 0.5}, **SEQUENCES},
    "LogSigmoid": SAME,
    "LogSoftmax": {"arguments": {"dim": 1}, **SAME},
    "MSELoss": PAIR,
    "MarginRankingLoss": {"arguments": {"margin": 0.3}, "inputs": [(2, 3), (2, 3), SIGNS], "output": ()},
    "MaxPool1d": {"arguments": {"kernel_size": 2}, "inputs": [(2, 2, 6)], "output": (2, 2, 3)},
    "MaxPool2d": {"arguments": {"kernel_size": 2}, "inputs": [(1, 2, 6, 4)], "output": (1, 2, 3, 2)},
    "MaxPool3d": {"arguments": {"kernel_size": 2}, "inputs": [(1, 1, 4, 4, 2)], "output": (1, 1, 2, 2, 1)},
    "MaxUnpool1d": {
        "arguments": {"kernel_size": 2},
        "inputs": [(2, 3, 2), PLACES.reshape(2, 3, 2)],
        "output": (2, 3, 4),
    },
    "MaxUnpool2d": {
        "arguments": {"kernel_size": 2},
        "inputs": [(2, 3, 1, 2), PLACES.reshape(2, 3, 1, 2)],
        "output": (2, 3, 2, 4),
    },
    "MaxUnpool3d": {
        "arguments": {"kernel_size": 2},
        "inputs": [(2, 3, 1, 1, 2), PLACES.reshape(2, 3, 1, 1, 2)],
        "output": (2, 3, 2, 2, 4),
    },
    "Mish": SAME,
    "MultiLabelMarginLoss": {"inputs": [(2, 3), Tensor([[2, 0, -1], [1, -1, 0]])], "output": ()},
    "MultiLabelSoftMarginLoss": {"inputs": [(2, 3), PARTS], "output": ()},
    "MultiMarginLoss": {"inputs": [SCORES, CLASSES], "output": ()},
    "MultiheadAttention": {
        "make": first,
        "sizes": {"embed_dim": 2, "num_heads": 2, "bias": False},
        "inputs": [(2, 1, 2), (3, 1, 2), (3, 1, 2)],
        "output": (2, 1, 2),
    },
    "NLLLoss": {"inputs": [SCORES, CLASSES], "output": ()},
    "PReLU": SAME,
    "PairwiseDistance": {"inputs": [(2, 3), (2, 3)], "output": (2,)},
    "PixelShuffle": {"arguments": {"upscale_factor": 2}, "inputs": [(2, 8, 3, 3)], "output": (2, 2, 6, 6)},
    "PixelUnshuffle": {
        "arguments": {"downscale_factor": 2},
        "inputs": [(2, 2, 6, 6)],
        "output": (2, 8, 3, 3),
    },
    "PoissonNLLLoss": PAIR,
    "RMSNorm": {"arguments": {"normalized_shape": [3]}, **SAME},
    "RNN": recurrent((3, 1, 1), (3, 1, 2)),
    "RNNCell": {"arguments": {"input_size": 2, "hidden_size": 1}, "inputs": [(2, 2)], "output": (2, 1)},
    "RReLU": SAME,
    "ReLU": SAME,
    "ReLU6": SAME,
    "ReflectionPad1d": {"arguments": {"padding": 1}, "inputs": [(1, 1, 4)], "output": (1, 1, 6)},
    "ReflectionPad2d": {"arguments": {"padding": 1}, "inputs": [(1, 1, 3, 4)], "output": (1, 1, 5, 6)},
    "ReflectionPad3d": {
        "arguments": {"padding": 1},
        "inputs": [(1, 1, 3, 2, 2)],
        "output": (1, 1, 5, 4, 4),
    },
    "ReplicationPad1d": {"arguments": {"padding": 1}, "inputs": [(1, 1, 4)], "output": (1, 1, 6)},
    "ReplicationPad2d": {"arguments": {"padding": 1}, "inputs": [(1, 1, 3, 4)], "output": (1, 1, 5, 6)},
    "ReplicationPad3d": {
        "arguments": {"padding": 1},
        "inputs": [(1, 1, 3, 2, 2)],
        "output": (1, 1, 5, 4, 4),
    },
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
    "SoftMarginLoss": {"inputs": [(2, 3), SIGNS], "output": ()},
    "Softmax": {"arguments": {"dim": 1}, **SAME},
    "Softmax2d": {"inputs": [(2, 3, 2, 2)], "output": (2, 3, 2, 2)},
    "Softmin": {"arguments": {"dim": 1}, **SAME},
    "Softplus": SAME,
    "Softshrink": SAME,
    "Softsign": SAME,
    "SyncBatchNorm": {"arguments": {"num_features": 3}, **SAME},
    "Tanh": SAME,
    "Tanhshrink": SAME,
    "Threshold": {"arguments": {"threshold": 0.1, "value": 0.5}, **SAME},
    "Transformer": {
        **transformed(2, num_encoder_layers=1, num_decoder_layers=1),
        "twice_differentiable": False,  # checked of its layers
    },
    "TransformerDecoder": stacked("TransformerDecoderLayer", 2),
    "TransformerDecoderLayer": {
        **transformed(2),
        "twice_differentiable": False,
    },  # those of an encoder's layer
    "TransformerEncoder": stacked("TransformerEncoderLayer", 1),
    "TransformerEncoderLayer": transformed(1),
    "TripletMarginLoss": {"inputs": [(2, 3), (2, 3), (2, 3)], "output": ()},
    "TripletMarginWithDistanceLoss": {"inputs": [(2, 3), (2, 3), (2, 3)], "output": ()},
    "Unflatten": {
        "arguments": {"dim": 1, "unflattened_size": [2, 2]},
        "inputs": [(3, 4)],
        "output": (3, 2, 2),
    },
    "Unfold": {
        "arguments": {"kernel_size": 2, "dilation": 2, "padding": 1},
        "inputs": [(1, 1, 3, 2)],
        "output": (1, 4, 6),
    },
    "Upsample": {
        "arguments": {"size": 5, "mode": "bicubic"},
        "inputs": [(1, 2, 4, 3)],
        "output": (1, 2, 5, 5),
    },
    "UpsamplingBilinear2d": {"arguments": {"size": 5}, "inputs": [(1, 2, 3, 3)], "output": (1, 2, 5, 5)},
    "UpsamplingNearest2d": {
        "arguments": {"scale_factor": 2},
        "inputs": [(1, 2, 3, 3)],
        "output": (1, 2, 6, 6),
    },
    "ZeroPad1d": {"arguments": {"padding": 1}, "inputs": [(1, 1, 4)], "output": (1, 1, 6)},
    "ZeroPad2d": {"arguments": {"padding": 1}, "inputs": [(1, 1, 3, 4)], "output": (1, 1, 5, 6)},
    "ZeroPad3d": {"arguments": {"padding": 1}, "inputs": [(1, 1, 3, 2, 2)], "output": (1, 1, 5, 4, 4)},
}
WITHOUT_FORWARD = {
    "ModuleDict",
    "ModuleList",
    "ParameterDict",
    "ParameterList",
}  # tests/layers/test_containers.py
TESTED_ELSEWHERE = {
    "AdaptiveLogSoftmaxWithLoss",  # has two outputs
    "RNNBase",  # has no forward
    "RNNCellBase",  # has no forward
    "LinearCrossEntropyOptions",  # is no layer
    "NLLLoss2d",  # warns
}

for name, entry in LAYERS.items():
    globals()[f"Test{name}"] = type(f"Test{name}", (LayerContract,), {"layer": name, **entry})


def test_every_layer_that_the_plugin_registers_has_an_entry():
    ours = {
        entry.name
        for entry in registry.entries("layers")
        if entry.distribution == "deep-learner-layers"
        and entry.name not in WITHOUT_FORWARD | TESTED_ELSEWHERE
    }
    assert sorted(LAYERS) == sorted(ours)
