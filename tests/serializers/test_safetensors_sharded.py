"""Sharded safetensors, also as Hugging Face's libraries write them."""

from __future__ import annotations

import json
import threading
from typing import ClassVar

import numpy as np
import pytest
import safetensors.numpy

import deep_learner as dl
from deep_learner.serialization import SerializationError, open_file
from deep_learner.testing import SerializerContract
from tests.serializers.contract import DTYPES, FormatContract


class TestContract(SerializerContract):
    serializer = "safetensors_sharded"
    suffix = ".safetensors.index.json"
    dtypes = (*DTYPES, "complex64")
    needs_path = True


class TestSharded(FormatContract):
    format = "safetensors.index.json"
    beside: ClassVar[dict[str, object]] = {"total_size": 48}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors.index.json"


STATE = {f"layers.{number}": np.full((100, 10), number, "float32") for number in range(5)}


def saved(path, state=STATE, **options):
    dl.save({name: dl.from_numpy(array.copy()) for name, array in state.items()}, path, **options)
    return sorted(one.name for one in path.parent.iterdir() if one != path)


def test_shards_hold_no_more_than_they_may_and_any_reader_finds_their_tensors(path):
    shards = saved(path, max_shard_size="8kB")
    assert shards == [f"model-0000{number}-of-00003.safetensors" for number in (1, 2, 3)]
    table = json.loads(path.read_text())
    assert table["metadata"]["total_size"] == 5 * 4000
    for name, array in STATE.items():
        with safetensors.safe_open(path.parent / table["weight_map"][name], "np") as shard:
            np.testing.assert_array_equal(shard.get_tensor(name), array)
            assert shard.metadata() == {"format": "pt"}


def test_a_tensor_larger_than_a_shard_has_one_of_its_own(path):
    assert len(saved(path, max_shard_size=1)) == 5


@pytest.mark.parametrize("size", [0, "0MB", "5 apples", -1, True])
def test_what_is_no_size_is_refused(path, size):
    with pytest.raises(ValueError, match="size"):
        saved(path, max_shard_size=size)
    assert list(path.parent.iterdir()) == []


def test_an_index_from_elsewhere_is_a_flat_dictionary(path):
    names = ["a-00001.safetensors", "b-00002.safetensors"]
    safetensors.numpy.save_file({"x": np.arange(3)}, path.parent / names[0], {"format": "pt"})
    safetensors.numpy.save_file({"y": np.zeros((2, 0))}, path.parent / names[1])
    path.write_text(
        json.dumps({"metadata": {"total_size": 24}, "weight_map": dict(zip("xy", names, strict=True))})
    )
    loaded = dl.load(path)
    assert (loaded["x"].tolist(), loaded["y"].shape) == ([0, 1, 2], (2, 0))
    with open_file(path) as file:
        assert file.metadata == {"total_size": 24}
        assert file["x"].tolist() == [0, 1, 2]


def test_saving_again_leaves_the_new_files_alone_and_no_others(path):
    first = saved(path, max_shard_size="8kB")
    (path.parent / "mine.safetensors").write_bytes(b"of the user's")
    second = saved(path, {"other": np.ones(3)})
    assert not {*first} & {*second}
    assert "mine.safetensors" in second and len(second) == 2
    assert dl.load(path)["other"].tolist() == [1.0, 1.0, 1.0]


def test_a_save_that_fails_leaves_the_old_files(path, monkeypatch):
    before = saved(path, max_shard_size="8kB")
    with pytest.raises(TypeError, match="'b': safetensors has no complex128"):
        dl.save({"a": dl.ones(2), "b": dl.ones(2, dtype=dl.complex128)}, path)
    from deep_learner_serializers import safetensors_sharded

    written = []

    def write(file, tensors, metadata):
        if written:
            raise OSError("the disk is full")
        written.append(tensors)

    monkeypatch.setattr(safetensors_sharded, "write_tensors", write)
    with pytest.raises(OSError, match="the disk is full"):
        saved(path, max_shard_size="8kB")
    assert sorted(one.name for one in path.parent.iterdir() if one != path) == before
    assert [tensor.tolist()[0][0] for tensor in dl.load(path).values()] == [0, 1, 2, 3, 4]


def test_a_file_object_is_refused(path):
    import io

    with pytest.raises(ValueError, match="save to a path"):
        dl.save({}, io.BytesIO(), format="safetensors_sharded")
    with pytest.raises(SerializationError, match="open it by its path"):
        dl.load(io.BytesIO(b"{}"))


@pytest.mark.parametrize(
    "shard", ["../up.safetensors", "/etc/x.safetensors", "a\\b.safetensors", "x.pt", 3, "c:x.safetensors"]
)
def test_a_shard_that_is_not_beside_the_index_is_refused(path, shard):
    path.write_text(json.dumps({"weight_map": {"x": shard}}))
    with pytest.raises(SerializationError, match=r"no safetensors file beside the index"):
        dl.load(path)


def test_a_missing_or_damaged_shard_is_named(path):
    shards = saved(path, max_shard_size="8kB")
    content = (path.parent / shards[1]).read_bytes()
    (path.parent / shards[1]).write_bytes(content[:-1])
    with pytest.raises(SerializationError, match=rf"its shard '{shards[1]}': .*cut short"):
        open_file(path)
    (path.parent / shards[1]).unlink()
    with pytest.raises(SerializationError, match=rf"it names the file '{shards[1]}', which is not there"):
        open_file(path)


def test_who_reads_while_others_save_finds_whole_values(path):
    saved(path, max_shard_size="8kB")
    done = threading.Event()

    def save_for_a_while():
        number = 0
        while not done.is_set():
            number += 1
            saved(path, {name: np.full((100, 10), number, "float32") for name in STATE}, max_shard_size="8kB")

    writer = threading.Thread(target=save_for_a_while)
    writer.start()
    try:
        for _ in range(30):
            loaded = dl.load(path)
            numbers = {float(tensor[0, 0]) for tensor in loaded.values()}
            assert [*loaded] == [*STATE] and (len(numbers) == 1 or numbers == {0.0, 1.0, 2.0, 3.0, 4.0})
    finally:
        done.set()
        writer.join()
