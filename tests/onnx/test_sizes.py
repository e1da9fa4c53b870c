"""Dynamic sizes: their formulas give the right numbers in the graph, and a size that is lost is noticed."""

from __future__ import annotations

import itertools

import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.size import SymbolicSize, slice_bounds, slice_length
from tests.onnx.agreement import assert_agrees, session

pytest.importorskip("onnx", reason="ONNX is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is the other side")
pytest.importorskip("deep_learner_onnx", reason="the plugin is not installed")

FORMULAS = {
    "sum": lambda n, m: n + n,
    "product": lambda n, m: n * m,
    "convolution": lambda n, m: (n + 2 * 1 - 3) // 1 + 1,
    "exact quotient": lambda n, m: n * m // n,
    "quotient with a rest": lambda n, m: (4 * n + 3) // 2,
    "windows": lambda n, m: (n - 1) // 2 + 1,
    "difference": lambda n, m: n - m,
    "from a number": lambda n, m: 7 - n,
    "ceiling": lambda n, m: -(-n // 3),
    "remainder": lambda n, m: (n * m) % 5,
    "reflected": lambda n, m: 100 // n + 17 % n,
}


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
def test_a_formula_of_sizes_is_computed_in_the_graph(tmp_path, formula):
    def model(x):
        return x.new_zeros(formula(*x.shape) + 100, 2).sum(0) + dl.arange(x.shape[0]).sum()

    others = [(dl.zeros(*size),) for size in ((2, 9), (11, 1), (1, 1), (6, 6))]
    axes = {"x": {0: "n", 1: "m"}}
    assert_agrees(model, (dl.zeros(5, 3),), tmp_path / "model.onnx", *others, dynamic_axes=axes)


def test_shapes_of_outputs_are_written_as_formulas(tmp_path):
    model = nn.Sequential(nn.ConvTranspose1d(1, 2, 2, stride=2), nn.MaxPool1d(3)).eval()
    dl.onnx.export(
        model, dl.zeros(1, 1, 8), tmp_path / "m.onnx",
        dynamic_axes={"input": {0: "batch", 2: "n"}, "output": {0: "samples"}},
    )  # fmt: skip
    [output] = session(tmp_path / "m.onnx").get_outputs()
    assert output.shape == ["samples", 2, "floor((2*n - 3)/(3)) + 1"]


def test_a_size_may_be_used_as_a_number(tmp_path):
    def model(x):
        n = x.shape[0]
        return x.sum(0) / n, x * n - n // 2, x[n // 2 :, : n - 1], x[-1], x.reshape(n * 4, -1), dl.ones(n) * n

    assert_agrees(model, (dl.randn(4, 8),), tmp_path / "m.onnx", (dl.randn(9, 8),), dynamic_axes={"x": [0]})


LOST = {
    "int": lambda x: x * int(x.shape[0]),
    "len": lambda x: x.sum() + len(x),
    "loop": lambda x: dl.stack([x[i] * i for i in range(x.shape[0])]),
    "branch": lambda x: x + 1 if x.shape[0] > 5 else x - 1,
}


@pytest.mark.parametrize("model", LOST.values(), ids=LOST)
def test_a_size_that_became_a_constant_is_refused(tmp_path, model):
    class Inner(nn.Module):
        def forward(self, x):
            return model(x)

    outer = nn.Sequential(nn.ReLU(), Inner())
    with pytest.raises(RuntimeError, match=r"constant in the layer '1'|another for the sizes"):
        dl.onnx.export(outer, dl.ones(4, 2), tmp_path / "m.onnx", dynamic_axes={"input": [0]})
    dl.onnx.export(outer, dl.ones(4, 2), tmp_path / "m.onnx")  # of a fixed size it is none


def test_bounds_of_slices_are_those_of_python_for_sizes_with_formulas():
    places = [None, -7, -2, 0, 1, 3, 9]
    for size, start, stop, step in itertools.product(range(5), places, places, [None, 1, 2, 3, -1, -2]):
        part = slice(start, stop, step)
        assert slice_bounds(part, SymbolicSize(size)) == part.indices(size)
        assert slice_length(part, size) == len(range(*part.indices(size)))
