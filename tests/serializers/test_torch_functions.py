"""``torch.save`` and ``torch.load`` with PyTorch's arguments."""

from __future__ import annotations

import inspect
import io
import pickle

import pytest

import deep_learner as dl
from deep_learner.serialization import SerializationError
from deep_learner.torch import serialization as checkpoints

pytestmark = pytest.mark.needs("deep_learner_numpy", "deep_learner_serializers")

VALUE = {"a": [1, 2], "b": None}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "checkpoint.bin"


@pytest.fixture
def on_cuda(path, monkeypatch):
    """A file whose tensors are said to have been on the second CUDA device."""
    dl.save({"a": dl.arange(3), "b": dl.ones(2)}, path, format="torch", location=lambda tensor: "cuda:1")
    return path


def test_the_arguments_are_pytorchs():
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    for name in ("load", "save", "register_package", "default_restore_location"):
        ours = inspect.signature(getattr(checkpoints, name)).parameters
        theirs = inspect.signature(getattr(torch.serialization, name)).parameters
        assert [(one.name, one.kind) for one in ours.values()] == [
            (one.name, one.kind) for one in theirs.values()
        ]
    assert all(name in torch.serialization.__all__ for name in checkpoints.__all__)


@pytest.mark.parametrize("new", [True, False])
def test_any_suffix_and_any_file_will_do(path, new):
    checkpoints.save(VALUE, path, _use_new_zipfile_serialization=new, pickle_protocol=4)
    assert checkpoints.load(path) == checkpoints.load(str(path)) == dl.load(path) == VALUE
    file = io.BytesIO(b"before")
    file.seek(6)
    checkpoints.save(VALUE, file, _use_new_zipfile_serialization=new)
    file.seek(6)
    assert checkpoints.load(file) == VALUE


def test_a_file_that_cannot_seek_is_written(path):
    class Pipe(io.RawIOBase):
        content = b""

        def writable(self):
            return True

        def write(self, data):
            self.content += bytes(data)
            return len(data)

    pipe = Pipe()
    checkpoints.save({"a": dl.arange(3)}, pipe)
    assert checkpoints.load(io.BytesIO(pipe.content))["a"].tolist() == [0, 1, 2]


def test_a_failed_save_leaves_the_old_file(path):
    checkpoints.save(VALUE, path)
    with pytest.raises(TypeError, match=r"function at 'a\.1'"):
        checkpoints.save({"a": [dl.ones(3), lambda: 0]}, path)
    assert checkpoints.load(path) == VALUE
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "map_location",
    [
        "cpu",
        dl.Device("cpu"),
        {"cuda:1": "cpu"},
        lambda storage, location: storage,
        lambda storage, location: storage.cpu(),
    ],
)
def test_tensors_of_a_device_that_is_not_there_are_put_elsewhere(on_cuda, map_location):
    loaded = checkpoints.load(on_cuda, map_location)
    assert (loaded["a"].device, loaded["a"].tolist(), loaded["b"].tolist()) == ("cpu", [0, 1, 2], [1, 1])


def test_a_function_sees_every_storage_and_its_place_once(on_cuda):
    seen = []
    checkpoints.load(on_cuda, lambda storage, location: seen.append((storage.tolist(), location)) or storage)
    assert seen == [([0, 1, 2], "cuda:1"), ([1, 1], "cuda:1")]


@pytest.mark.parametrize("map_location", [None, {"cpu": "cpu"}, "cuda", lambda storage, location: None])
def test_a_device_that_is_not_there_is_told_with_the_cure(on_cuda, map_location):
    if dl.cuda.is_available():
        pytest.skip("there is such a device")
    with pytest.raises(
        RuntimeError, match=r"checkpoint\.bin.*CUDA device.*map_location=torch\.device\('cpu'\)"
    ):
        checkpoints.load(on_cuda, map_location)


def test_an_unknown_place_is_named(path):
    dl.save(dl.ones(1), path, format="torch", location=lambda tensor: "moon:3")
    with pytest.raises(RuntimeError, match=r"tagged with moon:3"):
        checkpoints.load(path)
    with pytest.raises(TypeError, match="map_location is a device"):
        checkpoints.load(path, map_location=3.5)


def test_devices_of_other_backends_are_taught_and_known_by_name(path, monkeypatch):
    checkpoints.save(dl.arange(3), path)
    assert checkpoints.load(path, map_location="strict:1").device == "strict:1"
    monkeypatch.setattr(checkpoints, "_packages", list(checkpoints._packages))
    checkpoints.register_package(
        5,
        lambda tensor: "theirs" if tensor.device == "strict:1" else None,
        lambda storage, location: storage.to("strict:1") if location == "theirs" else None,
    )
    checkpoints.save(dl.arange(3, device="strict:1"), path)
    assert checkpoints.load(path).device == "strict:1"
    assert checkpoints.location_tag(dl.ones(1)) == "cpu"


def test_mapped_files_are_read_and_never_written(path):
    checkpoints.save(dl.arange(3), path)
    before = path.read_bytes()
    tensor = checkpoints.load(path, mmap=True)
    tensor.add_(1)
    assert tensor.tolist() == [1, 2, 3]
    assert path.read_bytes() == before
    with path.open("rb") as file, pytest.raises(ValueError, match="must be a string filename"):
        checkpoints.load(file, mmap=True)
    checkpoints.save(dl.arange(3), path, _use_new_zipfile_serialization=False)
    with pytest.raises(RuntimeError, match="mmap"):
        checkpoints.load(path, mmap=True)


def test_errors_are_of_pytorchs_types(path):
    with pytest.raises(FileNotFoundError):
        checkpoints.load(path)
    path.write_bytes(pickle.dumps(VALUE))
    with pytest.raises(SerializationError, match=r"checkpoint\.bin as torch"):
        checkpoints.load(path)
    with pytest.raises(RuntimeError, match="pickle_module"):
        checkpoints.load(path, pickle_module=pickle, weights_only=True)
    for wrong, kind in ((3, TypeError), ((int, "a", "b"), ValueError), ((int, 3), TypeError)):
        with pytest.raises(kind):
            checkpoints.add_safe_globals([wrong])


def test_safe_names_are_added_and_cleared():
    class Own:
        pass

    checkpoints.add_safe_globals([Own])
    checkpoints.add_safe_globals([Own])
    assert checkpoints.get_safe_globals() == [Own]
    checkpoints.clear_safe_globals()
    assert checkpoints.get_safe_globals() == []
