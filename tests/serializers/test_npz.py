"""The npz format, also as NumPy writes and reads it."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.serialization import SerializationError
from deep_learner.testing import SerializerContract
from tests.serializers.contract import DTYPES, FormatContract


class TestContract(SerializerContract):
    serializer = "npz"
    suffix = ".npz"
    dtypes = (*DTYPES, "complex64", "complex128")


class TestNpz(FormatContract):
    format = "npz"
    dtypes = (*FormatContract.dtypes, "complex128")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "value.npz"


def write_member(path, name, content):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)


def npy(array, **changes):
    """The bytes of a .npy file, with changed text in its header."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array))
    content = stream.getvalue()
    for old, new in changes.values():
        assert old in content
        content = content.replace(old, new)
    return content


def test_numpy_reads_what_was_saved(path):
    dl.save({"0.weight": dl.tensor([[1.0, 2.0]]), "epoch": 3}, path)
    with np.load(path) as archive:
        assert archive["0.weight"].tolist() == [[1.0, 2.0]]
        assert archive["0.weight"].dtype == np.float32


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_what_numpy_saved_is_a_flat_dictionary(path, save):
    save(path, a=np.asfortranarray(np.arange(6.0).reshape(2, 3)), b=np.array(7, ">i4"))
    loaded = dl.load(path)
    assert {name: tensor.tolist() for name, tensor in loaded.items()} == {"a": [[0, 1, 2], [3, 4, 5]], "b": 7}
    assert loaded["b"].dtype == dl.int32


def test_what_numpy_has_no_word_for_is_refused_before_it_is_written(path):
    pytest.importorskip("ml_dtypes")
    with pytest.raises(TypeError, match=r"'x': npz has no bfloat16; save as safetensors"):
        dl.save({"x": dl.ones(2, dtype=dl.bfloat16)}, path)
    assert not path.exists()


def test_an_archive_that_would_unpack_to_far_more_than_its_size_is_refused(path):
    np.savez_compressed(path, zeros=np.zeros(20_000_000))
    with pytest.raises(
        SerializationError, match=r"would unpack to 160\d+: if you trust it, load it with max_exp"
    ):
        dl.load(path)
    assert dl.load(path, max_expansion=2000)["zeros"].shape == (20_000_000,)


def test_pickled_arrays_are_never_read(path):
    class Trap:
        def __reduce__(self):
            return exec, ("raise AssertionError('the pickle was run')",)

    np.savez(path, weight=np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(
        SerializationError, match=r"value\.npz as .*'weight\.npy' holds pickled Python objects"
    ):
        dl.load(path)


def test_arrays_of_text_have_no_tensor(path):
    np.savez(path, names=np.array(["a", "b"]))
    with pytest.raises(SerializationError, match=r"value\.npz as .*the array 'names' cannot become a tensor"):
        dl.load(path)


def test_a_checkpoint_of_pytorch_is_told_apart(path):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    torch.save({"weight": torch.zeros(2)}, path)
    with pytest.raises(
        SerializationError, match=r"is no \.npy array .*PyTorch checkpoint is a zip archive too"
    ):
        dl.load(path, format="npz")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged header"),
        (b"not an array", "damaged header"),
        (
            npy([1.0, 2.0], shape=(b"(2,)", b"(9,)")),
            r"of shape \(9,\) and dtype float64 takes 72 bytes, but has 16",
        ),
        (npy([1.0, 2.0], shape=(b"(2,)", b"(-2,)")), "damaged|takes"),
        (
            npy(np.zeros(2), shape=(b"(2,), }" + b" " * 12, b"(99999999999999,), }")),
            "takes 799999999999992 bytes",
        ),
        (npy([1.0, 2.0], dtype=(b"<f8", b"<q9")), "damaged header"),
        (npy([1.0, 2.0], version=(b"NUMPY\x01", b"NUMPY\x09")), "damaged header"),
        (npy([1.0, 2.0]) + b"more", "takes 16 bytes, but has 20"),
    ],
)
def test_a_member_that_does_not_fit_its_header_is_refused(path, content, message):
    write_member(path, "x.npy", content)
    with pytest.raises(SerializationError, match=message):
        dl.load(path)


def test_an_encrypted_or_unknown_compression_is_refused(path):
    dl.save({"x": dl.zeros(2)}, path)
    content = bytearray(path.read_bytes())
    position = content.index(b"PK\x01\x02")
    for offset, value in ((8, 1), (10, 99)):
        damaged = content.copy()
        damaged[position + offset] = value
        path.write_bytes(damaged)
        with pytest.raises(SerializationError, match=r"value\.npz"):
            dl.load(path)
