"""`save` and `load`: which format is taken, and what is said when none fits."""

from __future__ import annotations

import io
import json
import pickle

import pytest

import deep_learner as dl
from deep_learner.errors import BackendUnavailableError
from deep_learner.plugins import registry
from deep_learner.serialization import SerializationError, Serializer, open_file
from deep_learner.testing.isolation import isolated

pytestmark = pytest.mark.needs("deep_learner_serializers")

VALUE = {"weight": dl.tensor([[1.0, 2.0]]), "epoch": 3}


def assert_loaded(value):
    assert value["weight"].tolist() == [[1.0, 2.0]]
    assert value["epoch"] == 3


@pytest.mark.parametrize("suffix", [".safetensors", ".npz", ".NPZ"])
def test_the_suffix_chooses_the_format(tmp_path, suffix):
    path = tmp_path / f"model{suffix}"
    dl.save(VALUE, path)
    assert path.read_bytes().startswith(b"PK") == (suffix.lower() == ".npz")
    assert_loaded(dl.load(path))


@pytest.mark.parametrize("format", ["safetensors", "npz", "deep-learner-serializers:npz"])
def test_a_name_chooses_the_format_whatever_the_suffix(tmp_path, format):
    path = tmp_path / "model.bin"
    dl.save(VALUE, path, format=format)
    assert_loaded(dl.load(path))
    assert_loaded(dl.load(str(path), format=format))


@pytest.mark.parametrize(("format", "suffix"), [("npz", ".safetensors"), ("safetensors", ".npz")])
def test_a_wrong_suffix_is_seen_through(tmp_path, format, suffix):
    path = tmp_path / f"model{suffix}"
    dl.save(VALUE, path, format=format)
    assert_loaded(dl.load(path))


@pytest.mark.parametrize("format", ["safetensors", "npz"])
def test_a_file_object_may_be_given(format):
    file = io.BytesIO()
    dl.save(VALUE, file, format=format)
    file.seek(0)
    assert_loaded(dl.load(file))


def test_a_file_object_needs_a_format_to_save():
    with pytest.raises(ValueError, match=r"pass format=, one of \[.*'npz', .*'safetensors', .*'torch'\]"):
        dl.save(VALUE, io.BytesIO())


def test_an_unknown_suffix_lists_the_known_ones(tmp_path):
    with pytest.raises(
        ValueError,
        match=r"suffix '\.weights': use one of .*\.npz, .*\.pt, \.pth, \.safetensors, .*or pass format=",
    ):
        dl.save(VALUE, tmp_path / "model.weights")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(LookupError, match="pickle"):
        dl.save(VALUE, tmp_path / "model.npz", format="pickle")


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing\.npz"):
        dl.load(tmp_path / "missing.npz")


def test_an_empty_file_is_named(tmp_path):
    (tmp_path / "empty.npz").write_bytes(b"")
    with pytest.raises(SerializationError, match=r"empty\.npz: the file is empty"):
        dl.load(tmp_path / "empty.npz")


def test_a_pickle_is_never_read(tmp_path):
    class Trap:
        def __reduce__(self):
            return exec, ("raise AssertionError('the pickle was run')",)

    path = tmp_path / "model.safetensors"
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(
        SerializationError, match=r"model\.safetensors: .*looks like a pickle, which is never read"
    ):
        dl.load(path)


def test_content_of_no_known_format_is_shown(tmp_path):
    (tmp_path / "notes.txt").write_text("hello, world")
    with pytest.raises(
        SerializationError,
        match=r"notes\.txt: .*formats .*npz, .*safetensors, .*torch.*; it starts with b'hello",
    ):
        dl.load(tmp_path / "notes.txt")


def test_a_value_that_cannot_be_saved_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.npz"
    dl.save(VALUE, path)
    with pytest.raises(TypeError, match=r"function at 'hook'"):
        dl.save({"weight": dl.zeros(2), "hook": print and (lambda: 1)}, path)
    assert_loaded(dl.load(path))
    assert list(tmp_path.iterdir()) == [path]


def test_tensors_arrive_on_the_device_asked_for(tmp_path):
    dl.save({"a": [VALUE["weight"], (VALUE["weight"], "text")]}, tmp_path / "model.npz")
    value = dl.load(tmp_path / "model.npz", map_location="cpu")
    assert value["a"][0].device == value["a"][1][0].device == "cpu"
    assert value["a"][1][1] == "text"


class Lines(Serializer):
    """Each value as a line of JSON, after a first line that says so."""

    @staticmethod
    def recognises(head):
        return head.startswith(b"lines\n")

    def write(self, value, file):
        file.write(b"lines\n" + json.dumps(value).encode())

    def read(self, file):
        return json.loads(file.read().removeprefix(b"lines\n"))


@pytest.fixture
def lines(monkeypatch):
    entries = registry.entries
    entry = registry.Entry("serializers", "lines", Lines, "acme", "1", "acme", {"suffixes": (".lines",)})
    monkeypatch.setattr(registry, "entries", lambda category: [*entries(category), entry])
    get = registry.get
    monkeypatch.setattr(
        registry,
        "get",
        lambda category, name: Lines if name in ("lines", "acme:lines") else get(category, name),
    )


@pytest.mark.usefixtures("lines")
def test_a_format_of_another_plugin_is_chosen_by_suffix_and_content(tmp_path):
    dl.save([1, 2], tmp_path / "value.lines")
    assert dl.load((tmp_path / "value.lines").rename(tmp_path / "value.txt")) == [1, 2]


@pytest.mark.usefixtures("lines")
def test_whatever_a_format_raises_on_damage_names_the_file(tmp_path):
    (tmp_path / "value.lines").write_bytes(b"lines\n[1,")
    with pytest.raises(
        SerializationError, match=r"cannot load .*value\.lines as acme:lines: JSONDecodeError: Expecting"
    ):
        dl.load(tmp_path / "value.lines")


def test_what_is_neither_a_path_nor_a_file_is_refused():
    with pytest.raises(TypeError, match=r"takes a path or a binary file.*Received: int"):
        dl.load(3)


@pytest.mark.parametrize("read", [dl.load, open_file])
@pytest.mark.parametrize("suffix", ["safetensors", "npz", "pt"])
def test_wrong_arguments_are_not_taken_for_a_damaged_file(tmp_path, read, suffix):
    path = tmp_path / f"value.{suffix}"
    dl.save(VALUE, path)
    with pytest.raises(BackendUnavailableError, match="NOWHERE"):
        read(path, map_location="nowhere")
    with pytest.raises(TypeError, match=r"a device is given as text.*3.5"):
        read(path, map_location=3.5)
    if suffix == "npz":
        with pytest.raises(TypeError, match=r"npz' does not take these options: .*'mmap'"):
            read(path, mmap=True)


@pytest.mark.parametrize(("suffix", "distribution"), [("npz", "serializers"), ("onnx", "onnx")])
def test_without_a_serializer_the_errors_say_what_to_install(tmp_path, suffix, distribution):
    path = tmp_path / f"value.{suffix}"
    path.write_bytes(b"content")
    with isolated():
        with pytest.raises(ValueError, match=f"pip install deep-learner-{distribution}$"):
            dl.save(VALUE, path)
        with pytest.raises(SerializationError, match=f"pip install deep-learner-{distribution}$"):
            dl.load(path)
