"""Every layer of the layers plugin gives in onnxruntime what it gives here, for each size that it takes."""

from __future__ import annotations

import warnings

import pytest

import deep_learner as dl
from deep_learner.plugins import registry
from deep_learner.testing import LayerContract
from tests.layers.test_contracts import LAYERS
from tests.onnx.agreement import assert_agrees

pytest.importorskip("onnx", reason="ONNX is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is the other side")
pytest.importorskip("deep_learner_onnx", reason="the plugin is not installed")

NO_FORWARD = {
    "LinearCrossEntropyOptions", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "RNNBase",
    "RNNCellBase",
}  # fmt: skip
ELSEWHERE = {
    "AdaptiveLogSoftmaxWithLoss",  # below
    "NLLLoss2d",  # NLLLoss under an older name, with a warning
}
# Layers whose inputs have no common first dimension that could be another.
FIXED = {"CTCLoss", "FractionalMaxPool2d", "FractionalMaxPool3d"}


def example(name):
    """A layer and what it is called with."""
    dl.manual_seed(0)
    contract = type("Contract", (LayerContract,), {"layer": name, **LAYERS[name]})()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return contract.make("float32").eval(), tuple(one.detach() for one in contract.given("float32"))


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_a_layer_agrees_for_any_batch(tmp_path, name):
    layer, inputs = example(name)
    path, names = tmp_path / "layer.onnx", [f"x{number}" for number in range(len(inputs))]
    if name in FIXED:
        assert_agrees(layer, inputs, path, input_names=names)
        return
    axes = {name: {0: f"batch{one.shape[0]}"} for name, one in zip(names, inputs, strict=True)}
    tripled = tuple(dl.concat([one] * 3) for one in inputs)
    assert_agrees(layer, inputs, path, tripled, input_names=names, dynamic_axes=axes)


def larger(layer, inputs, axis):
    """Inputs of twice or three times the size along an axis, if the layer takes such."""
    for times in (2, 3):
        others = tuple(dl.concat([one] * times, axis) if one.ndim > axis else one for one in inputs)
        try:
            layer(*others)
        except (RuntimeError, ValueError, AssertionError, UserWarning):
            continue
        return others
    return None


@pytest.mark.parametrize("name", sorted({*LAYERS} - FIXED))
def test_a_layer_agrees_for_any_size_that_it_takes(tmp_path, name):
    layer, inputs = example(name)
    names = [f"x{number}" for number in range(len(inputs))]
    for axis in range(1, max(one.ndim for one in inputs)):
        others = larger(layer, inputs, axis)
        if others is not None:
            pairs = zip(names, inputs, strict=True)
            axes = {each: {axis: f"size{one.shape[axis]}"} for each, one in pairs if one.ndim > axis}
            path = tmp_path / f"{axis}.onnx"
            assert_agrees(layer, inputs, path, others, input_names=names, dynamic_axes=axes)


def test_an_adaptive_softmax_agrees(tmp_path):
    layer = dl.nn.AdaptiveLogSoftmaxWithLoss(16, 6, [2, 4]).eval()
    inputs, others = ((dl.randn(n, 16), dl.arange(n) % 6) for n in (3, 8))
    axes = {name: {0: "batch"} for name in ("input_", "target_")}
    assert_agrees(layer, inputs, tmp_path / "layer.onnx", others, dynamic_axes=axes)


def test_no_layer_is_forgotten():
    ours = {entry.name for entry in registry.entries("layers") if entry.distribution == "deep-learner-layers"}
    assert ours == {*LAYERS} | NO_FORWARD | ELSEWHERE
