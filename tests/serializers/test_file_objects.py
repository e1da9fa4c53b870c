"""Files that are no plain ones on the disk: unpacked while they are read, or with something else before."""

from __future__ import annotations

import gzip
import io
from importlib.util import find_spec

import pytest

import deep_learner as dl
from deep_learner.serialization import SerializationError, open_file

pytestmark = pytest.mark.needs("deep_learner_serializers")

FORMATS = ["safetensors", "npz", "torch", *(["hdf5"] if find_spec("h5py") else [])]


def packed(x, format):
    file = io.BytesIO()
    dl.save({"x": x}, file, format=format)
    return gzip.compress(file.getvalue())


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_unpacked_while_it_is_read_is_not_taken_for_what_is_on_the_disk(tmp_path, format):
    path, x = tmp_path / "model.gz", dl.arange(6.0).reshape(2, 3)
    path.write_bytes(packed(x, format))
    with gzip.open(path) as file:
        assert dl.equal(dl.load(file)["x"], x)
    with gzip.open(path) as file, open_file(file) as opened:
        assert dl.equal(opened["x"], x)


@pytest.mark.parametrize("format", ["safetensors", "torch"])
def test_it_is_not_mapped(tmp_path, format):
    path = tmp_path / "model.gz"
    path.write_bytes(packed(dl.ones(2), format))
    with gzip.open(path) as file, pytest.raises(SerializationError, match="leave out mmap=True"):
        dl.load(file, mmap=True)


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_may_begin_in_the_middle_of_another(format):
    file, x = io.BytesIO(), dl.arange(6.0)
    file.write(b"something else")
    dl.save({"x": x}, file, format=format)
    file.seek(len(b"something else"))
    assert dl.equal(dl.load(file)["x"], x)
    file.seek(len(b"something else"))
    with open_file(file) as opened:
        assert dl.equal(opened["x"], x)


@pytest.mark.parametrize("format", FORMATS)
def test_a_closed_file_is_not_taken_for_a_damaged_one(tmp_path, format):
    path = tmp_path / "model"
    dl.save({"x": dl.ones(2)}, path, format=format)
    with open_file(path) as file:
        pass
    file.close()
    with pytest.raises(ValueError, match=r"model.* is closed"):
        file["x"]
