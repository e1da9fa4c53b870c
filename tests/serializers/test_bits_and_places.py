"""Bits that arithmetic would not keep, and tensors beyond the reach of 32 bits."""

from __future__ import annotations

import json
import os
import struct

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.serialization import open_file

FORMATS = {"safetensors": ".safetensors", "safetensors_sharded": ".safetensors.index.json", "npz": ".npz",
           "torch": ".pt", "hdf5": ".h5"}  # fmt: skip
LIBRARIES = {"hdf5": "h5py", "gguf": "gguf"}
# Quiet and signalling NaNs of either sign with payloads, the smallest subnormal, negative zero.
BITS = {
    "float16": [0x7E01, 0x7C01, 0xFEAB, 0xFC02, 0x0001, 0x8000],
    "bfloat16": [0x7FC1, 0x7F81, 0xFFAB, 0xFF82, 0x0001, 0x8000],
    "float32": [0x7FC12345, 0x7F812345, 0xFFCABCDE, 0xFF800001, 0x00000001, 0x80000000],
    "float64": [0x7FF8123456789ABC, 0x7FF0000000000001, 0xFFFABCDEF0123456, 0xFFF0123456789ABC, 1, 1 << 63],
}
PLACE = 5 << 30  # bytes, beyond 4 GiB


@pytest.mark.parametrize("dtype", BITS)
@pytest.mark.parametrize("format", FORMATS)
def test_nan_payloads_come_back_bit_for_bit(tmp_path, format, dtype):
    pytest.importorskip(LIBRARIES.get(format, "numpy"), reason="the library of the format")
    if dtype == "bfloat16":
        pytest.importorskip("ml_dtypes", reason="NumPy's arrays of bfloat16")
        if format == "npz":
            pytest.skip("npz has no bfloat16")
    width = getattr(dl, dtype).itemsize
    bits = np.array(BITS[dtype], f"u{width}")
    tensor = (
        dl.from_numpy(bits.view("int16")).view(dl.bfloat16)
        if dtype == "bfloat16"
        else dl.from_numpy(bits.view(dtype))
    )
    path = tmp_path / f"nan{FORMATS[format]}"
    dl.save({"x": tensor, "one": tensor[0]}, path)
    for back in (dl.load(path), dict(_opened(path))):
        assert back["x"].numpy().tobytes() == bits.tobytes()
        assert back["one"].numpy().tobytes() == bits[:1].tobytes()


def _opened(path):
    with open_file(path) as file:
        return dict(file)


def sparse_safetensors(path):
    header = json.dumps({
        "large": {"dtype": "F32", "shape": [PLACE // 4], "data_offsets": [0, PLACE]},
        "last": {"dtype": "I32", "shape": [2], "data_offsets": [PLACE, PLACE + 8]},
    }).encode()  # fmt: skip
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.seek(PLACE, 1)
        file.write(struct.pack("<2i", 3, 4))


def sparse_gguf(path):
    def text(name):
        return struct.pack("<Q", len(name)) + name

    header = b"GGUF" + struct.pack("<IQQ", 3, 2, 0)
    header += text(b"large") + struct.pack("<IQIQ", 1, PLACE // 4, 0, 0)
    header += text(b"last") + struct.pack("<IQIQ", 1, 2, 26, PLACE)  # 26: int32
    with path.open("wb") as file:
        file.write(header + bytes(-len(header) % 32))
        file.seek(PLACE, 1)
        file.write(struct.pack("<2i", 3, 4).ljust(32, b"\0"))


def sparse_hdf5(path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        creation.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        creation.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        space = h5py.h5s.create_simple((PLACE // 4,))
        h5py.h5d.create(file.id, b"large", h5py.h5t.IEEE_F32LE, space, creation)
        file["last"] = np.array([3, 4], "<i4")


@pytest.mark.parametrize(
    ("make", "suffix"), [(sparse_safetensors, ".safetensors"), (sparse_gguf, ".gguf"), (sparse_hdf5, ".h5")]
)
def test_what_lies_beyond_four_gibibytes_is_read_alone(tmp_path, make, suffix):
    pytest.importorskip(
        LIBRARIES.get(make.__name__.removeprefix("sparse_"), "numpy"), reason="the library of the format"
    )
    path = tmp_path / f"sparse{suffix}"
    try:
        make(path)
        if getattr(path.stat(), "st_blocks", 1 << 40) * 512 > PLACE // 2:
            pytest.skip("the file system has no sparse files")
        with open_file(path) as file:
            assert file.tensors["large"].shape == (PLACE // 4,)
            assert file.tensors["large"].nbytes == PLACE
            assert file["last"].tolist() == [3, 4]
        if suffix == ".safetensors" and os.name == "posix":
            with open_file(path, mmap=True) as file:
                assert file["large"][-3:].tolist() == [0.0, 0.0, 0.0]
                assert file["last"].tolist() == [3, 4]
    finally:
        path.unlink(missing_ok=True)
