"""The IDX format."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

from deep_learner_data.idx import read_idx

CODES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}


def idx(array):
    """The bytes of an IDX file."""
    array = np.asarray(array)
    head = bytes([0, 0, CODES[array.dtype.name], array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("dtype", CODES)
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4), (0, 3), ()])
def test_every_type_and_shape_is_read(tmp_path, dtype, shape):
    array = (np.random.default_rng(0).normal(size=shape) * 50).astype("int8").astype(dtype)
    (tmp_path / "x").write_bytes(idx(array))
    result = read_idx(tmp_path / "x")
    assert result.dtype == array.dtype
    assert result.dtype.isnative
    np.testing.assert_array_equal(result, array)


def test_a_compressed_file_is_read(tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(idx(np.arange(6, dtype="uint8").reshape(2, 3))))
    assert read_idx(str(tmp_path / "x.gz")).tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("compress", [lambda content: content, gzip.compress], ids=["plain", "gzip"])
def test_a_truncated_file_is_refused_at_every_length(tmp_path, compress):
    path, content = tmp_path / "x", compress(idx(np.arange(24, dtype="uint8").reshape(2, 3, 4)))
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"x (is truncated|is damaged|is no IDX file)"):
            read_idx(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x01\x00\x08\x01\0\0\0\0", "is no IDX file: it starts with"),
        (b"\0\0\x07\x01\0\0\0\0", "is no IDX file"),
        (b"\x89PNG\r\n\x1a\n", "is no IDX file"),
        (idx(np.zeros(3, "uint8")) + b"\0", "is damaged: it goes on after its array"),
        (b"\0\0\x0e\x03" + b"\xff" * 12 + b"data", "is truncated"),
        (gzip.compress(idx(np.zeros(999, "uint8")), mtime=0)[:-8] + b"\0" * 8, "is damaged"),
    ],
)
def test_a_foreign_or_damaged_file_is_named(tmp_path, content, message):
    path = tmp_path / "images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"images-idx3-ubyte {message}"):
        read_idx(path)
