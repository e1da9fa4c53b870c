"""ONNX files: equal ones for equal models, values beside them, and nothing in them is believed unchecked."""

from __future__ import annotations

import io

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.serialization import SerializationError, open_file
from tests.onnx.agreement import assert_agrees

onnx = pytest.importorskip("onnx", reason="ONNX is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is the other side")
pytest.importorskip("deep_learner_onnx", reason="the plugin is not installed")


def model():
    dl.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "model.onnx"
    dl.save(model(), path, example_inputs=dl.ones(2, 3), dynamic_axes={"input": {0: "batch"}})
    return path


def loaded(path):
    """What is in a file, or what is wrong with it."""
    try:
        return dl.load(path)
    except SerializationError as error:
        return str(error)


def changed(path, change):
    """The file after a change of its message."""
    proto = onnx.load(path, load_external_data=False)
    change(proto)
    path.write_bytes(proto.SerializeToString())
    return path


def test_what_was_saved_is_read_by_the_names_of_the_state_dict(file):
    other = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    assert str(other.load_state_dict(dl.load(file))) == "<All keys matched successfully>"
    assert dl.equal(other[2].weight, model()[2].weight)


def test_a_file_says_what_the_model_takes_and_gives(file):
    with open_file(file) as opened:
        assert opened.tensors["0.weight"][1:] == ((4, 3), "FLOAT", 48)
        found = {name: opened.metadata[name] for name in ("inputs", "outputs", "opset", "graph", "nodes")}
        assert found == {
            "inputs": {"input": "float32[batch, 3]"}, "outputs": {"output": "float32[batch, 2]"},
            "opset": {"ai.onnx": 20}, "graph": "Sequential", "nodes": 3,
        }  # fmt: skip
        assert opened.metadata["producer"].startswith("deep-learner ")


def test_equal_models_make_equal_files(file, tmp_path):
    stream = io.BytesIO()
    dl.save(
        model(), stream, format="onnx", example_inputs=dl.zeros(7, 3), dynamic_axes={"input": {0: "batch"}}
    )
    one = onnx.load_from_string(stream.getvalue())
    assert one.SerializeToString(deterministic=True) == file.read_bytes()


def test_values_beside_the_file_are_found_and_old_ones_removed(tmp_path):
    path, x = tmp_path / "model.onnx", dl.randn(5, 3)
    for seed in range(2):
        other = model()
        with dl.no_grad():
            other[0].bias += seed
        assert_agrees(other, (x,), path, external_data=True)
        assert dl.equal(dl.load(path)["0.bias"], other[0].bias)
        assert len([*tmp_path.iterdir()]) == 2
    assert_agrees(model(), (x,), path)
    assert [*tmp_path.iterdir()] == [path]


def test_a_link_to_a_model_has_its_values_where_the_model_is(tmp_path):
    real, path = tmp_path / "elsewhere" / "model.onnx", tmp_path / "model.onnx"
    real.parent.mkdir()
    real.touch()
    path.symlink_to(real)
    dl.onnx.export(model(), dl.ones(1, 3), path, external_data=True)
    assert {*tmp_path.iterdir()} == {real.parent, path}
    assert dl.load(path).keys() == dl.load(real).keys() == model().state_dict().keys()


def test_a_cache_of_links_to_a_model_and_to_its_values_is_read(tmp_path):
    (tmp_path / "blobs").mkdir()
    (tmp_path / "snapshot").mkdir()
    dl.onnx.export(model(), dl.ones(1, 3), tmp_path / "snapshot/model.onnx", external_data=True)
    for number, file in enumerate([*(tmp_path / "snapshot").iterdir()]):
        blob = file.rename(tmp_path / f"blobs/{number}")
        file.symlink_to(blob)
    assert dl.load(tmp_path / "snapshot/model.onnx").keys() == model().state_dict().keys()
    for file in (tmp_path / "snapshot").glob("*.data"):
        secret = file.resolve().rename(tmp_path / "secret")
        file.unlink()
        file.symlink_to(secret)
    with pytest.raises(SerializationError, match=r"'0\.weight'"):
        dl.load(tmp_path / "snapshot/model.onnx")


def test_only_models_are_saved_with_what_they_are_called_with(tmp_path):
    with pytest.raises(TypeError, match="example_inputs"):
        dl.save(model(), tmp_path / "m.onnx")
    with pytest.raises(TypeError, match="the model itself"):
        dl.save(model().state_dict(), tmp_path / "m.onnx", example_inputs=dl.ones(1, 3))


PLACES = {
    "outside": {"location": "../secret"}, "absolute": {"location": "/etc/passwd"}, "nowhere": {"location": ""},
    "windows": {"location": "..\\secret"}, "missing": {"location": "lost.data"},
    "negative": {"location": "model.onnx", "offset": "-8"}, "far": {"location": "model.onnx", "offset": "1" * 18},
    "long": {"location": "model.onnx", "length": "4096"}, "words": {"location": "model.onnx", "offset": "ten"},
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_values_elsewhere_are_refused(file, place):
    (file.parent.parent / "secret").write_bytes(bytes(64))

    def change(proto):
        tensor = proto.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in place.items():
            tensor.external_data.add(key=key, value=value)

    with pytest.raises(SerializationError, match=r"model\.onnx.*0\.weight"):
        dl.load(changed(file, change))


DAMAGES = {
    "a shape that lies": lambda proto: proto.graph.initializer[0].dims.append(1 << 40),
    "a negative size": lambda proto: proto.graph.initializer[0].dims.append(-1),
    "one name twice": lambda proto: proto.graph.initializer.append(proto.graph.initializer[0]),
    "no graph": lambda proto: proto.ClearField("graph"),
    "an unknown type": lambda proto: setattr(
        proto.graph.initializer[0], "data_type", onnx.TensorProto.STRING
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damage_is_told(file, damage):
    with pytest.raises(SerializationError, match=r"model\.onnx"):
        dl.load(changed(file, damage))


def test_a_truncated_file_is_told_or_holds_less(file):
    content = file.read_bytes()
    whole = {*dl.load(file)}
    for length in range(0, len(content), 7):
        file.write_bytes(content[:length])
        found = loaded(file)
        assert "model.onnx" in found if isinstance(found, str) else {*found} <= whole


@pytest.mark.parametrize(
    "kind", ["FLOAT", "INT64", "DOUBLE", "INT32", "BOOL", "FLOAT16", "BFLOAT16", "UINT8"]
)
def test_other_writers_tensors_are_read(tmp_path, kind):
    number = getattr(onnx.TensorProto, kind)
    values = np.arange(6).reshape(2, 3)
    tensor = onnx.helper.make_tensor("x", number, (2, 3), values.reshape(-1).tolist())
    graph = onnx.helper.make_graph([], "g", [], [], [tensor])
    path = tmp_path / "m.onnx"
    onnx.save(onnx.helper.make_model(graph), path)
    found = dl.load(path)["x"]
    assert found.double().tolist() == (values > 0 if kind == "BOOL" else values).astype(float).tolist()
