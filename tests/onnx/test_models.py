"""Whole models give the same numbers in onnxruntime, for other sizes of the dynamic axes, too."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import nn
from tests.onnx.agreement import assert_agrees
from tests.onnx.programs import program

onnx = pytest.importorskip("onnx", reason="ONNX is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is the other side")
pytest.importorskip("deep_learner_onnx", reason="the plugin is not installed")

pytestmark = pytest.mark.needs("deep_learner_numpy", "deep_learner_layers")


@pytest.fixture
def file(tmp_path):
    dl.manual_seed(0)
    return tmp_path / "model.onnx"


def operators(path):
    return [node.op_type for node in onnx.load(path).graph.node]


def test_a_multilayer_perceptron_of_any_batch(file):
    model = program("programs/mlp.py").MLP(2, 16, 16, 3, dropout=0.5).eval()
    assert_agrees(model, (dl.randn(4, 2),), file, (dl.randn(1, 2),), dynamic_axes={"x": {0: "batch"}})
    assert operators(file) == ["Gemm", "Relu", "Gemm", "Relu", "Gemm"]


def test_a_convolutional_network_of_any_batch_and_image_size(file):
    images = dl.randn(3, 1, 20, 20)
    model = program("programs/cnn.py").CNN(images, 4).eval()
    axes = {"x": {0: "batch", 2: "height", 3: "width"}}
    assert_agrees(model, (images,), file, (dl.randn(2, 1, 25, 18),), dynamic_axes=axes)
    assert {"Conv", "BatchNormalization", "Relu", "MaxPool", "Gemm"} <= {*operators(file)}


class Tagger(nn.Module):
    """An embedding, a recurrent network and a linear layer, with all states as outputs."""

    def __init__(self, kind, **options):
        super().__init__()
        self.embedding = nn.Embedding(7, 5)
        self.recurrent = getattr(nn, kind)(5, 6, 2, **options)
        self.head = nn.Linear(12 if options.get("bidirectional") else 6, 7)

    def forward(self, letters):
        output, states = self.recurrent(self.embedding(letters))
        return self.head(output), states


@pytest.mark.parametrize("options", [{"batch_first": True}, {"bidirectional": True}], ids=["one way", "both"])
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_recurrent_networks_of_any_batch_and_length(file, kind, options):
    model = Tagger(kind, **options).eval()
    letters = [dl.randint(0, 7, size) for size in ((9, 3), (4, 11))]
    axes = {"letters": dict(enumerate(("rows", "columns")))}
    assert_agrees(model, (letters[0],), file, (letters[1],), dynamic_axes=axes)
    assert operators(file).count(kind) == (4 if "bidirectional" in options else 2)


def test_a_recurrent_network_over_packed_sequences_with_projections(file):
    network = nn.LSTM(5, 6, proj_size=3, batch_first=True).eval()

    def model(x):
        packed = nn.utils.rnn.pack_padded_sequence(x, [5, 4, 2], batch_first=True)
        return nn.utils.rnn.pad_packed_sequence(network(packed)[0], batch_first=True)[0]

    assert_agrees(model, (dl.randn(3, 5, 5),), file)


def test_a_gpt_of_any_batch_and_length(file):
    example = program("programs/gpt.py")
    model = example.GPT(example.Config(20, context=16, width=16, layers=2)).eval()
    tokens = [dl.randint(0, 20, size) for size in ((2, 8), (3, 13))]
    axes = {"tokens": {0: "batch", 1: "length"}}
    assert_agrees(model, (tokens[0],), file, (tokens[1],), dynamic_axes=axes)
    own = {tensor.name for tensor in onnx.load(file).graph.initializer}
    assert "head.weight" not in own and "tokens.weight" in own  # they are one


def test_an_encoder_of_text_of_any_batch_and_length(file):
    example = program("minilm/bert.py")
    model = example.Bert(example.Config(50, 16, 2, 4, 32, 24, 2, 1e-12, 0.1, 0.1)).eval()
    tokens, mask = dl.randint(0, 50, (2, 8)), dl.ones(2, 8, dtype=dl.int64)
    mask[1, 5:] = 0
    other = dl.randint(0, 50, (1, 13)), dl.ones(1, 13, dtype=dl.int64)
    axes = {name: {0: "batch", 1: "length"} for name in ("tokens", "mask")}
    names = ["hidden", "pooled"]
    ready = assert_agrees(model, (tokens, mask), file, other, dynamic_axes=axes, output_names=names)
    assert [one.shape for one in ready.get_outputs()] == [["batch", "length", 16], ["batch", 16]]
    own = {tensor.name for tensor in onnx.load(file).graph.initializer}
    assert {name for name, _ in model.named_parameters() if "token_type" not in name} <= own


def test_a_transformer_with_a_causal_mask(file):
    layer = nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", norm_first=True, batch_first=True)
    model = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).eval()

    def causal(x):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        return model(x, mask=mask, is_causal=True)

    assert_agrees(causal, (dl.randn(2, 5, 8),), file)
