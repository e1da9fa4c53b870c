"""What cannot be exported is named with its layer and what to do; the model stays as it was."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import nn
from tests.onnx.agreement import assert_agrees

onnx = pytest.importorskip("onnx", reason="ONNX is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is the other side")
pytest.importorskip("deep_learner_onnx", reason="the plugin is not installed")


class Doing(nn.Module):
    """A layer that does something."""

    def __init__(self, action):
        super().__init__()
        self.action = action

    def forward(self, x):
        return self.action(x)


ASKING = {
    "item": lambda x: x * x.sum().item(),
    "bool": lambda x: x if x.sum() > 0 else -x,
    "tolist": lambda x: x + sum(x[0].tolist()),
    "numpy": lambda x: dl.from_numpy(x.numpy()),
    "index": lambda x: x[x.argmax()],
    "random": lambda x: x + dl.randn(2),
    "dropout": lambda x: nn.functional.dropout(x, training=True),
    "nonzero": lambda x: x.nonzero(),
    "svd": lambda x: dl.linalg.svd(x)[0],
    "complex": lambda x: x * 1j,
    "no tensor": lambda x: "text",
}


@pytest.mark.parametrize("action", ASKING.values(), ids=ASKING)
def test_the_layer_that_does_it_is_named(tmp_path, action):
    model = nn.Sequential(nn.Linear(2, 2), nn.ModuleDict({"deep": Doing(action)})["deep"])
    model = nn.Sequential(model)
    state = dl.get_rng_state()
    path = tmp_path / "m.onnx"
    with pytest.raises(RuntimeError, match=r"'0\.1' \(Doing\)|tensors, in tuples"):
        dl.onnx.export(model, dl.ones(2, 2), path)
    assert not path.exists() and dl.equal(dl.get_rng_state(), state)


def test_a_function_that_draws_random_numbers_is_refused(tmp_path):
    with pytest.raises(RuntimeError, match="random numbers"):
        dl.onnx.export(lambda x: x + dl.rand(2), dl.ones(2), tmp_path / "m.onnx")


def test_a_dictionary_of_results_names_the_outputs(tmp_path):
    scale = dl.ones(2)
    ready = assert_agrees(
        lambda x: {"sum": x.sum(0), "given": x, "known": scale}, (dl.randn(3, 2),), tmp_path / "m.onnx"
    )
    assert [one.name for one in ready.get_outputs()] == ["sum", "given", "known"]


def test_a_model_is_as_it_was(tmp_path):
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(0.5))
    model[1].eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    dl.onnx.export(model, dl.ones(4, 2), tmp_path / "m.onnx")
    assert [module.training for module in model.modules()] == [True, True, False, True]
    assert all(dl.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert model[0].weight.backend == "numpy" and model[0].weight.requires_grad
    assert "Dropout" not in [node.op_type for node in onnx.load(tmp_path / "m.onnx").graph.node]


def test_what_depends_on_no_input_is_no_node(tmp_path):
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(dl.randn(3, 3))
            self.plain = dl.arange(3.0)  # neither parameter nor buffer

        def forward(self, x):
            scale = (self.weight * 2).exp().sum(0) + dl.linspace(0, 1, 3) + self.plain
            mask = dl.ones(3, 3).tril().bool()
            buffer = dl.zeros(3)
            buffer[1:] = scale[1:]
            return (x * buffer).masked_fill(~mask, -1.0)

    assert_agrees(Model(), (dl.randn(3, 3),), tmp_path / "m.onnx")
    nodes = [node.op_type for node in onnx.load(tmp_path / "m.onnx").graph.node if node.op_type != "Constant"]
    assert nodes == ["Mul", "Where"]


def test_writing_to_a_part_of_a_tensor_is_exported(tmp_path):
    def model(x):
        y = x.clone()
        y[:, 1] = x[:, 0] * 2
        y[:, 2:].add_(1)
        y[0] = 5
        return y

    others = [(dl.randn(6, 4),)]
    assert_agrees(model, (dl.randn(3, 4),), tmp_path / "m.onnx", *others, dynamic_axes={"x": {0: "n"}})


WRONG = {
    "an axis of no input": ({"dynamic_axes": {"y": [0]}}, "names 'y'"),
    "an axis that is not there": ({"dynamic_axes": {"input": [3]}}, "2 dimensions"),
    "a name too many": ({"input_names": ["a", "b"]}, "input_names"),
    "two outputs": ({"output_names": ["a", "b"]}, "output_names"),
    "an input's name for an output": ({"output_names": ["input"]}, "same names"),
    "an opset of old": ({"opset": 7}, "opset"),
}


@pytest.mark.parametrize(("options", "told"), WRONG.values(), ids=WRONG)
def test_options_that_do_not_fit_are_refused(tmp_path, options, told):
    with pytest.raises(ValueError, match=told):
        dl.onnx.export(nn.Linear(2, 2), dl.ones(2, 2), tmp_path / "m.onnx", **options)


@pytest.mark.parametrize("opset", [18, 19, 21, 22])
def test_other_opsets_agree(tmp_path, opset):
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.GroupNorm(1, 2), nn.GELU(), nn.AdaptiveMaxPool2d(2)).eval()
    assert_agrees(model, (dl.randn(1, 1, 6, 6),), tmp_path / "m.onnx", opset=opset)


def test_pytorchs_arguments_are_taken(tmp_path):
    from deep_learner.torch import onnx as torch_onnx

    path = tmp_path / "m.onnx"
    torch_onnx.export(
        nn.Bilinear(2, 3, 4), (dl.ones(1, 2), dl.ones(1, 3)), path, input_names=["a", "b"], output_names=["c"],
        dynamic_axes={"a": {0: "n"}, "b": {0: "n"}}, opset_version=18, dynamo=False, do_constant_folding=True,
    )  # fmt: skip
    graph = onnx.load(path).graph
    assert [one.name for one in (*graph.input, *graph.output)] == ["a", "b", "c"]
    with pytest.raises(TypeError, match="dynamic_shapes"):
        torch_onnx.export(nn.Identity(), dl.ones(1), path, dynamic_shapes={"x": {}})
