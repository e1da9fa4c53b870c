"""The safetensors format, also as others write and read it."""

from __future__ import annotations

import importlib.util
import json
import random
import struct
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import numpy as np
import pytest
import safetensors
import safetensors.numpy

import deep_learner as dl
from deep_learner.serialization import SerializationError
from deep_learner.testing import SerializerContract
from tests.serializers.contract import DTYPES, FormatContract


class TestContract(SerializerContract):
    serializer = "safetensors"
    suffix = ".safetensors"
    dtypes = (*DTYPES, "complex64")


class TestSafetensors(FormatContract):
    format = "safetensors"
    beside: ClassVar[dict[str, str]] = {"format": "pt"}


def raw(header, data=b""):
    """A safetensors file with this header, whatever it says."""
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def test_other_readers_find_the_tensors_of_a_state_dictionary(tmp_path):
    path = tmp_path / "model.safetensors"
    dl.save({"0.weight": dl.tensor([[1.0, 2.0]]), "0.bias": dl.tensor([3])}, path)
    arrays = safetensors.numpy.load_file(path)
    assert {name: array.tolist() for name, array in arrays.items()} == {
        "0.weight": [[1.0, 2.0]],
        "0.bias": [3],
    }
    assert (arrays["0.weight"].dtype, arrays["0.bias"].dtype) == (np.float32, np.int64)


def test_a_file_from_elsewhere_is_a_flat_dictionary(tmp_path):
    path = tmp_path / "model.safetensors"
    arrays = {"a.b": np.arange(6.0).reshape(2, 3), "c": np.array([True, False])}
    safetensors.numpy.save_file(arrays, path, metadata={"format": "pt"})
    loaded = dl.load(path)
    assert {name: tensor.tolist() for name, tensor in loaded.items()} == {
        "a.b": [[0, 1, 2], [3, 4, 5]],
        "c": [True, False],
    }


def test_a_file_that_pytorch_wrote_is_loaded(tmp_path):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    from safetensors.torch import save_file

    linear = torch.nn.Linear(3, 2)
    save_file(linear.state_dict(), tmp_path / "linear.safetensors")
    loaded = dl.load(tmp_path / "linear.safetensors")
    for name, tensor in linear.state_dict().items():
        np.testing.assert_array_equal(loaded[name].numpy(), tensor.numpy())


@pytest.mark.parametrize("device", ["cpu", "strict"])
def test_bfloat16_arrives_as_the_same_numbers_in_float32_where_a_backend_lacks_it(tmp_path, device):
    path = tmp_path / "half.safetensors"
    numbers = np.array([1.0, -2.5, np.inf, 2.0**-130], "float32")
    data = (numbers.view("uint32") >> 16).astype("<u2").tobytes()
    path.write_bytes(raw({"x": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}}, data))
    loaded = dl.load(path, map_location=device)["x"]
    has = device == "cpu" and importlib.util.find_spec("ml_dtypes") is not None
    assert loaded.dtype == (dl.bfloat16 if has else dl.float32)
    assert loaded.tolist() == numbers.reshape(2, 2).tolist()


def test_a_dtype_that_there_is_not_is_named(tmp_path):
    path = tmp_path / "eighth.safetensors"
    path.write_bytes(raw({"x": {"dtype": "F8_E4M3", "shape": [2], "data_offsets": [0, 2]}}, b"\0\0"))
    with pytest.raises(
        SerializationError, match=r"eighth\.safetensors as .*the tensor 'x' has the dtype F8_E4M3"
    ):
        dl.load(path)


def test_complex128_is_refused_with_the_cure(tmp_path):
    with pytest.raises(TypeError, match=r"the tensor 'z': safetensors has no complex128; save as npz"):
        dl.save({"z": dl.zeros(2, dtype=dl.complex128)}, tmp_path / "z.safetensors")


@pytest.mark.parametrize(
    "content",
    [
        raw({"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"\0" * 4),
        raw({"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"\0" * 12),
        raw({"x": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}, b"\0" * 8),
        raw({"x": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}, b"\0" * 8),
        raw({"x": {"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 8]}}, b"\0" * 8),
        raw({"x": {"shape": [2]}}),
        raw({"__metadata__": {"deep_learner.structure": '{"$tensor":"absent"}'}}),
        raw({"__metadata__": {"deep_learner.structure": "[" * 50_000}}),
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 2) + b"{{",
    ],
)
def test_a_header_that_does_not_fit_is_refused(tmp_path, content):
    path = tmp_path / "damaged.safetensors"
    path.write_bytes(content)
    with pytest.raises(SerializationError, match=r"cannot load .*damaged\.safetensors as .*safetensors: "):
        dl.load(path)


def test_the_same_tensors_make_the_file_that_the_formats_own_library_makes(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {
        f"{name}.{kind}": rng.integers(0, 2, (2, 3)).astype(kind)
        for kind in (*DTYPES, "float16", "complex64")
        for name in ("b", "a", "ü")
    }
    state = {name: dl.from_numpy(array) for name, array in arrays.items()}
    dl.save(state, tmp_path / "ours.safetensors")
    ours, theirs = (
        json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        for content in ((tmp_path / "ours.safetensors").read_bytes(), safetensors.numpy.save(arrays))
    )
    assert ours.pop("__metadata__")["format"] == "pt"
    assert list(ours.items()) == list(theirs.items())


def test_the_metadata_of_a_user_is_in_the_file_and_read_without_its_tensors(tmp_path):
    path = tmp_path / "model.safetensors"
    dl.save({"x": dl.ones(2)}, path, metadata={"licence": "MIT"})
    with safetensors.safe_open(path, "np") as file:
        assert file.metadata()["licence"] == "MIT"
    with dl.serialization.open_file(path) as file:
        assert file.metadata == {"format": "pt", "licence": "MIT"}
    with pytest.raises(TypeError, match=r"texts by name\. Received: 'epoch': 3"):
        dl.save({}, path, metadata={"epoch": 3})


@pytest.mark.parametrize("seed", range(4))
def test_what_the_formats_own_library_refuses_is_refused_and_the_rest_is_read(tmp_path, seed):
    """Damaged headers, checked by both."""
    chance = random.Random(seed)
    path = tmp_path / "x.safetensors"
    arrays = {"a": np.arange(3, dtype="f4"), "b": np.zeros((2, 0)), "c": np.array(7, "i1")}
    whole = safetensors.numpy.save(arrays, {"format": "pt"})
    length = int.from_bytes(whole[:8], "little")
    tokens = [*rb'0 1 12 -1 F64 [] null " { } , \u0041 1.0'.split(), b" ", b"\xff"]
    for _ in range(250):
        header = bytearray(whole[8 : 8 + length])
        for _ in range(chance.randrange(1, 3)):
            place = chance.randrange(len(header))
            header[place : place + chance.randrange(3)] = chance.choice(tokens)
        content = len(header).to_bytes(8, "little") + header + whole[8 + length :]
        path.write_bytes(content)
        try:
            entries = safetensors.deserialize(content)
        except safetensors.SafetensorError:
            with pytest.raises(SerializationError, match=r"x\.safetensors"):
                dl.load(path, format="safetensors")
            continue
        expected = {name: (entry["shape"], bytes(entry["data"])) for name, entry in entries}
        refused = None
        try:
            loaded = dl.load(path, format="safetensors")
        except SerializationError as error:
            refused = str(error)
        if refused is None:
            received = {name: (list(one.shape), one.numpy().tobytes()) for name, one in loaded.items()}
            assert received == expected, header
        else:
            assert "stands there twice" in refused or "not supported" in refused, (refused, header)


def test_a_mapped_file_is_read_when_it_is_used_and_never_written(tmp_path):
    path = tmp_path / "x.safetensors"
    dl.save({"x": dl.arange(1000.0)}, path)
    before = path.read_bytes()
    loaded = dl.load(path, mmap=True)["x"]
    loaded.add_(1.0)
    assert loaded[:2].tolist() == [1.0, 2.0]
    assert path.read_bytes() == before


def test_threads_may_read_one_opened_file(tmp_path):
    path = tmp_path / "x.safetensors"
    dl.save({str(number): dl.full((5000,), float(number)) for number in range(40)}, path)
    with dl.serialization.open_file(path) as file, ThreadPoolExecutor(4) as pool:
        for name, tensor in zip(file, pool.map(file.__getitem__, [*file]), strict=True):
            assert {*tensor.tolist()} == {float(name)}
